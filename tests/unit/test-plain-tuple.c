/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuPlainTuple: given or learned, and then fixed.
 *
 * Threads: main only. */
#include "sfu-plain-tuple.h"

static SfuAddress
address (const gchar *ip, guint16 port)
{
  SfuAddress result;

  g_assert_true (sfu_address_parse (&result, ip, port));
  return result;
}

static void
test_given (void)
{
  SfuAddress a = address ("192.0.2.1", 5000), b = address ("192.0.2.1", 5002);
  SfuPlainTuple tuple;

  sfu_plain_tuple_init (&tuple, FALSE);
  g_assert_cmpint (
      sfu_plain_tuple_check (&tuple, &a), ==, SFU_DROP_NOT_CONNECTED);
  g_assert_false (sfu_plain_tuple_learn (&tuple, &a));
  g_assert_true (sfu_plain_tuple_give (&tuple, &a));
  g_assert_false (sfu_plain_tuple_give (&tuple, &b));
  g_assert_cmpint (sfu_plain_tuple_check (&tuple, &a), ==, SFU_VERDICT_FORWARD);
  g_assert_cmpint (
      sfu_plain_tuple_check (&tuple, &b), ==, SFU_DROP_UNKNOWN_ADDRESS);
  g_assert_false (sfu_plain_tuple_learn (&tuple, &b));
  g_assert_false (tuple.learned);
}

static void
test_learned (void)
{
  SfuAddress a = address ("2001:db8::1", 1), b = address ("2001:db8::2", 1);
  SfuPlainTuple tuple;

  sfu_plain_tuple_init (&tuple, TRUE);
  /* Looking teaches nothing: the packet might not be valid. */
  g_assert_cmpint (sfu_plain_tuple_check (&tuple, &b), ==, SFU_VERDICT_FORWARD);
  g_assert_cmpint (sfu_plain_tuple_check (&tuple, &a), ==, SFU_VERDICT_FORWARD);
  g_assert_true (sfu_plain_tuple_learn (&tuple, &a));
  g_assert_true (tuple.learned);
  g_assert_false (sfu_plain_tuple_learn (&tuple, &b));
  g_assert_cmpint (
      sfu_plain_tuple_check (&tuple, &b), ==, SFU_DROP_UNKNOWN_ADDRESS);
  g_assert_cmpint (sfu_plain_tuple_check (&tuple, &a), ==, SFU_VERDICT_FORWARD);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plain-tuple/given", test_given);
  g_test_add_func ("/plain-tuple/learned", test_learned);
  return g_test_run ();
}
