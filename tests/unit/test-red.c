/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plugins/wire: the primary block of RED, as senders make it, cut at every
 * length, and in noise.
 *
 * Threads: one. */
#include "sfu-red.h"
#include "test-util.h"

static const struct {
  const gchar *name;
  guint8 payload[16];
  gsize len;
  gboolean ok;
  guint8 payload_type;
  gsize offset;
} cases[] = {
  { "primary alone", { 96, 0x10, 0x50 }, 3, TRUE, 96, 1 },
  { "primary of nothing", { 96 }, 1, TRUE, 96, 1 },
  { "one earlier block", { 0x80 | 111, 0x0f, 0x00, 2, 111, 1, 2, 3, 4 }, 9,
      TRUE, 111, 7 },
  { "offset's low bits are none of the length",
      { 0x80 | 111, 0xff, 0xfc, 1, 111, 1, 2 }, 7, TRUE, 111, 6 },
  { "two earlier blocks",
      { 0x80 | 111, 0x1e, 0x00, 1, 0x80 | 111, 0x0f, 0x00, 1, 111, 1, 2, 3 },
      12, TRUE, 111, 11 },
  { "earlier block of nothing", { 0x80 | 111, 0, 0, 0, 111, 3 }, 6, TRUE, 111,
      5 },
  { "primary of nothing behind a block", { 0x80 | 111, 0, 0, 1, 111, 3 }, 6,
      TRUE, 111, 6 },
  { "empty", { 0 }, 0, FALSE, 0, 0 },
  { "header cut off", { 0x80 | 111, 0, 0 }, 3, FALSE, 0, 0 },
  { "no primary", { 0x80 | 111, 0, 0, 0 }, 4, FALSE, 0, 0 },
  { "block longer than the packet", { 0x80 | 111, 0, 3, 255, 111, 3 }, 6, FALSE,
      0, 0 },
};

static void
test_table (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    guint8 *payload = exact_copy (cases[i].payload, cases[i].len);
    guint8 payload_type = 0;
    gsize offset = 0;

    g_test_message ("%s", cases[i].name);
    g_assert_cmpint (
        sfu_red_find_primary (payload, cases[i].len, &payload_type, &offset),
        ==, cases[i].ok);
    g_assert_cmpuint (payload_type, ==, cases[i].payload_type);
    g_assert_cmpuint (offset, ==, cases[i].offset);
    free (payload);
  }
}

static void
test_truncated_and_noise (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (TEST_SEED);

  for (guint round = 0; round < 20000; round++) {
    gsize len = g_rand_int_range (rand, 0, 16), offset;
    guint8 *payload = exact_copy (cases[round % 5].payload, len);
    guint8 payload_type;

    for (gsize i = 0; round >= 1000 && i < len; i++)
      payload[i] = g_rand_int_range (rand, 0, 256);
    if (sfu_red_find_primary (payload, len, &payload_type, &offset)) {
      g_assert_cmpuint (offset, <=, len);
      g_assert_cmpuint (payload_type, <, 128);
    }
    free (payload);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/red/table", test_table);
  g_test_add_func ("/red/truncated-and-noise", test_truncated_and_noise);
  return g_test_run ();
}
