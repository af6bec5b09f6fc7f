/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuAddress: reading, writing, comparing, IPv4 behind IPv6.
 *
 * Threads: the test's. */
#include <string.h>
#include <glib.h>
#include "sfu-address.h"

/* As a socket bound to :: names an IPv4 peer; no literal gives it. */
static SfuAddress
mapped_address (void)
{
  static const guint8 bytes[16] = { [10] = 255, 255, 1, 2, 3, 4 };
  SfuAddress a = { .v6 = {
                       .sin6_family = AF_INET6, .sin6_port = g_htons (5) } };

  memcpy (&a.v6.sin6_addr, bytes, sizeof bytes);
  return a;
}

static void
test_parse (void)
{
  static const struct {
    const gchar *literal, *text; /* NULL: refused */
    gboolean wildcard;
  } cases[] = {
    { "127.0.0.1", "127.0.0.1", FALSE },
    { "0.0.0.0", "0.0.0.0", TRUE },
    { "::", "::", TRUE },
    { "::1", "::1", FALSE },
    { "2001:db8:0:0:0:0:0:1", "2001:db8::1", FALSE },
    { "::ffff:1.2.3.4", "1.2.3.4", FALSE },
    { "localhost", NULL, FALSE },
    { "example.org", NULL, FALSE },
    { "1.2.3", NULL, FALSE },
    { "1.2.3.256", NULL, FALSE },
    { "1.2.3.4:5", NULL, FALSE },
    { "[::1]", NULL, FALSE },
    { "", NULL, FALSE },
    { " 1.2.3.4", NULL, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    gchar text[SFU_ADDRESS_TEXT_SIZE];
    SfuAddress a;

    g_assert_cmpint (sfu_address_parse (&a, cases[i].literal, 65535), ==,
        cases[i].text != NULL);
    if (!cases[i].text)
      continue;
    sfu_address_to_text (&a, text, sizeof text);
    g_assert_cmpstr (text, ==, cases[i].text);
    g_assert_cmpuint (sfu_address_get_port (&a), ==, 65535);
    g_assert_cmpint (sfu_address_is_wildcard (&a), ==, cases[i].wildcard);
  }
}

static void
test_equal (void)
{
  static const struct {
    const gchar *ip;
    guint16 port;
  } all[] = { { "1.2.3.4", 5 }, { "1.2.3.4", 6 }, { "1.2.3.5", 5 },
    { "::1", 5 }, { "::1", 6 }, { "::2", 5 }, { "::1:0:0:1", 5 } };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++) {
    for (guint k = 0; k < G_N_ELEMENTS (all); k++) {
      SfuAddress a, b;

      g_assert_true (sfu_address_parse (&a, all[i].ip, all[i].port));
      g_assert_true (sfu_address_parse (&b, all[k].ip, all[k].port));
      g_assert_cmpint (sfu_address_equal (&a, &b), ==, i == k);
      if (i == k)
        g_assert_cmpuint (sfu_address_hash (&a), ==, sfu_address_hash (&b));
    }
  }
}

/* Ports and neighbours of one address fall into different buckets. */
static void
test_hash_spreads (void)
{
  g_autoptr (GHashTable) low_bits = g_hash_table_new (NULL, NULL);

  for (guint port = 0; port < 256; port++) {
    SfuAddress a;

    g_assert_true (sfu_address_parse (&a, "10.0.0.1", (guint16)port));
    g_hash_table_add (low_bits, GUINT_TO_POINTER (sfu_address_hash (&a) & 255));
  }
  g_assert_cmpuint (g_hash_table_size (low_bits), >, 100);
}

static void
test_unmapped (void)
{
  SfuAddress mapped = mapped_address (), plain, six, result;
  gchar text[SFU_ADDRESS_TEXT_SIZE];

  g_assert_true (sfu_address_parse (&plain, "1.2.3.4", 5));
  g_assert_true (sfu_address_parse (&six, "2001:db8::1", 5));
  sfu_address_to_text (&mapped, text, sizeof text);
  g_assert_cmpstr (text, ==, "1.2.3.4");
  g_assert_cmpuint (sfu_address_get_port (&mapped), ==, 5);
  g_assert_false (sfu_address_equal (&mapped, &plain));
  result = sfu_address_unmapped (&mapped);
  g_assert_true (sfu_address_equal (&result, &plain));
  g_assert_cmpuint (
      sfu_address_length (&result), ==, sizeof (struct sockaddr_in));
  result = sfu_address_mapped (&plain);
  g_assert_true (sfu_address_equal (&result, &mapped));
  result = sfu_address_mapped (&six);
  g_assert_true (sfu_address_equal (&result, &six));
  result = sfu_address_unmapped (&six);
  g_assert_true (sfu_address_equal (&result, &six));
  g_assert_cmpuint (
      sfu_address_length (&result), ==, sizeof (struct sockaddr_in6));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/address/parse", test_parse);
  g_test_add_func ("/address/equal", test_equal);
  g_test_add_func ("/address/hash-spreads", test_hash_spreads);
  g_test_add_func ("/address/unmapped", test_unmapped);
  return g_test_run ();
}
