/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plugins/flow: VP8's numbers go on without a gap whatever is left out, those
 * of VP9 keep their distances.
 *
 * Threads: one. */
#include "sfu-picture-numbers.h"

#include <string.h>

static SfuPayloadInfo
picture (guint id, gboolean is_long, guint tl0, guint key)
{
  return (SfuPayloadInfo){ .picture_id_at = 2,
    .tl0_picture_id_at = is_long ? 4 : 3,
    .key_index_at = is_long ? 5 : 4,
    .long_picture_id = is_long,
    .picture_id = (guint16)(id & (is_long ? 0x7fff : 0x7f)),
    .tl0_picture_id = (guint8)tl0,
    .key_index = key & 0x1f };
}

static void
test_drop (void)
{
  SfuPictureNumbers n;
  SfuPicture out;
  SfuPayloadInfo a = picture (32766, TRUE, 255, 31),
                 b = picture (32767, TRUE, 255, 31),
                 c = picture (32768, TRUE, 256, 31);

  sfu_picture_numbers_init (&n, 100);
  g_assert_true (sfu_picture_numbers_forward (&n, &a, &out));
  g_assert_cmpuint (out.picture_id, ==, 100);
  sfu_picture_numbers_drop (&n, &b);
  sfu_picture_numbers_drop (&n, &b);
  g_assert_true (sfu_picture_numbers_forward (&n, &c, &out));
  g_assert_cmpuint (out.picture_id, ==, 101);
  g_assert_cmpuint (out.tl0_picture_id, ==, 1);
  /* Again, and late: the same numbers; what was left out has none. */
  g_assert_true (sfu_picture_numbers_forward (&n, &a, &out));
  g_assert_cmpuint (out.picture_id, ==, 100);
  g_assert_cmpuint (out.tl0_picture_id, ==, 0);
  g_assert_false (sfu_picture_numbers_forward (&n, &b, &out));
  g_assert_false (sfu_picture_numbers_lookup (&n, &b, &out));
  g_assert_true (sfu_picture_numbers_lookup (&n, &c, &out));
  g_assert_cmpuint (out.picture_id, ==, 101);
}

/* Another encoding begins somewhere else. */
static void
test_resync (void)
{
  SfuPictureNumbers n;
  SfuPicture out;
  SfuPayloadInfo a = picture (5, FALSE, 7, 3), b = picture (90, FALSE, 200, 30),
                 c = picture (91, FALSE, 201, 30);

  sfu_picture_numbers_init (&n, 0);
  g_assert_true (sfu_picture_numbers_forward (&n, &a, &out));
  sfu_picture_numbers_resync (&n);
  g_assert_true (sfu_picture_numbers_forward (&n, &b, &out));
  g_assert_cmpuint (out.picture_id, ==, 1);
  g_assert_cmpuint (out.tl0_picture_id, ==, 1);
  g_assert_cmpuint (out.key_index, ==, 1);
  g_assert_true (sfu_picture_numbers_forward (&n, &c, &out));
  g_assert_cmpuint (out.picture_id, ==, 2);
  g_assert_cmpuint (out.tl0_picture_id, ==, 2);
  g_assert_cmpuint (out.key_index, ==, 1);
}

static void
test_write (void)
{
  static const SfuPicture out = { 0x1234, 0x56, 0x07 };
  guint8 payload[6] = { 0x90, 0xf0, 0, 0, 0, 0xe1 };
  guint8 brief[5] = { 0x90, 0xf0, 0, 0, 0xe1 };
  static const guint8 wanted[6] = { 0x90, 0xf0, 0x92, 0x34, 0x56, 0xe7 };
  static const guint8 wanted_brief[5] = { 0x90, 0xf0, 0x34, 0x56, 0xe7 };
  SfuPayloadInfo info = picture (0, TRUE, 0, 0), nothing = { FALSE };

  sfu_picture_write (&out, &nothing, payload);
  g_assert_cmpuint (payload[0], ==, 0x90);
  sfu_picture_write (&out, &info, payload);
  g_assert_cmpmem (payload, sizeof payload, wanted, sizeof wanted);
  info = picture (0, FALSE, 0, 0);
  sfu_picture_write (&out, &info, brief);
  g_assert_cmpmem (brief, sizeof brief, wanted_brief, sizeof wanted_brief);
}

/* VP9: a picture refers to others by the difference of their ids. Left out ones
 * keep theirs; another encoding or a restart goes on behind the newest. */
static void
check_distances (gboolean is_long)
{
  SfuPictureNumbers n;
  SfuPicture out;
  guint16 mask = is_long ? 0x7fff : 0x7f, newest;
  SfuPayloadInfo infos[200];

  sfu_picture_numbers_init (&n, 32700);
  for (guint i = 0; i < G_N_ELEMENTS (infos); i++) {
    infos[i] = picture (mask - 100 + i, is_long, 200 + i, 0);
    infos[i].key_index_at = 0;
    infos[i].refers_by_picture_id = TRUE;
    if (i % 3 == 1) {
      sfu_picture_numbers_drop (&n, &infos[i]);
      continue;
    }
    g_assert_true (sfu_picture_numbers_forward (&n, &infos[i], &out));
    g_assert_cmpuint (out.picture_id & mask, ==, (32700 + i) & mask);
    g_assert_cmpuint (out.tl0_picture_id, ==, i & 0xff);
  }
  newest = out.picture_id;
  g_assert_true (sfu_picture_numbers_lookup (&n, &infos[197], &out));
  g_assert_cmpuint (out.picture_id & mask, ==, (32700 + 197) & mask);
  sfu_picture_numbers_resync (&n);
  g_assert_true (sfu_picture_numbers_forward (&n, &infos[3], &out));
  g_assert_cmpuint (out.picture_id & mask, ==, (newest + 1) & mask);
  g_assert_false (sfu_picture_numbers_forward (&n, &infos[2], &out));
  g_assert_true (sfu_picture_numbers_forward (&n, &infos[6], &out));
  g_assert_cmpuint (out.picture_id & mask, ==, (newest + 4) & mask);
}

static void
test_distances (void)
{
  check_distances (TRUE);
  check_distances (FALSE);
}

/* Any pattern of pictures left out, with packets of older pictures between:
 * what goes out counts up by one, and what was sent once is found again. */
static void
check_walk (gboolean is_long)
{
  enum { PICTURES = 100000, WINDOW = 16 };
  SfuPictureNumbers n;
  guint16 mask = is_long ? 0x7fff : 0x7f, next = 33;
  gint sent[WINDOW];
  guint first = (guint)g_test_rand_int_range (0, 0x8000);

  sfu_picture_numbers_init (&n, next);
  for (guint i = 0; i < PICTURES; i++) {
    SfuPayloadInfo info = picture (first + i, is_long, i / 4, 0);
    SfuPicture out;
    guint back = (guint)g_test_rand_int_range (0, WINDOW);

    if (i == 0 || g_test_rand_int_range (0, 3) != 0) {
      g_assert_true (sfu_picture_numbers_forward (&n, &info, &out));
      g_assert_cmpuint (out.picture_id & mask, ==, next & mask);
      sent[i % WINDOW] = next++ & mask;
    } else {
      sfu_picture_numbers_drop (&n, &info);
      sent[i % WINDOW] = -1;
    }
    if (back > i)
      continue;
    info = picture (first + i - back, is_long, (i - back) / 4, 0);
    if (sent[(i - back) % WINDOW] < 0) {
      g_assert_false (sfu_picture_numbers_lookup (&n, &info, &out));
    } else {
      g_assert_true (sfu_picture_numbers_lookup (&n, &info, &out));
      g_assert_cmpint (out.picture_id & mask, ==, sent[(i - back) % WINDOW]);
    }
  }
}

static void
test_walk (void)
{
  check_walk (TRUE);
  check_walk (FALSE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/picture-numbers/drop", test_drop);
  g_test_add_func ("/picture-numbers/resync", test_resync);
  g_test_add_func ("/picture-numbers/write", test_write);
  g_test_add_func ("/picture-numbers/distances", test_distances);
  g_test_add_func ("/picture-numbers/walk", test_walk);
  return g_test_run ();
}
