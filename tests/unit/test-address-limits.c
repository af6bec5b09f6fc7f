/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What one address may do, what is one address, and that what is known of all
 * of them has a bound.
 *
 * Threads: one; the test owns the clock. */
#include "sfu-address-limits.h"

#define SECOND ((gint64)G_USEC_PER_SEC)
/* Of documentation: RFC 5737, RFC 3849. */
#define HERE "192.0.2.1"
#define THERE "192.0.2.2"

static SfuAddressVerdict
enter (SfuAddressLimits *limits, const gchar *address, gint64 now_us,
    GPtrArray *slots)
{
  g_autoptr (GInetAddress) parsed = g_inet_address_new_from_string (address);
  SfuAddressSlot *slot;
  SfuAddressVerdict verdict;

  g_assert_nonnull (parsed);
  verdict = sfu_address_limits_enter (limits, parsed, now_us, &slot);
  g_assert_cmpint (slot != NULL, ==, verdict == SFU_ADDRESS_OK);
  if (slot != NULL)
    g_ptr_array_add (slots, slot);
  return verdict;
}

static GPtrArray *
new_slots (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)sfu_address_slot_free);
}

static void
test_number (void)
{
  static const SfuAddressLimitsOptions options = { .max_connections = 5,
    .max_per_address = 3 };
  g_autoptr (SfuAddressLimits) limits = sfu_address_limits_new (&options);
  g_autoptr (GPtrArray) slots = new_slots ();
  static const struct {
    const gchar *address;
    SfuAddressVerdict verdict;
  } cases[] = {
    { HERE, SFU_ADDRESS_OK },
    { HERE, SFU_ADDRESS_OK },
    { HERE, SFU_ADDRESS_OK },
    { HERE, SFU_ADDRESS_TOO_MANY },
    { "::ffff:" HERE, SFU_ADDRESS_TOO_MANY }, /* the same one */
    { THERE, SFU_ADDRESS_OK },
    { "127.0.0.1", SFU_ADDRESS_OK },
    { THERE, SFU_ADDRESS_SERVER_FULL },
    { "127.0.0.1", SFU_ADDRESS_SERVER_FULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_test_message ("%u %s", i, cases[i].address);
    g_assert_cmpint (
        enter (limits, cases[i].address, 0, slots), ==, cases[i].verdict);
  }
  g_assert_cmpuint (sfu_address_limits_n_connections (limits), ==, 5);
  g_ptr_array_remove_index (slots, 0);
  g_assert_cmpint (enter (limits, HERE, 0, slots), ==, SFU_ADDRESS_OK);
  g_ptr_array_set_size (slots, 0);
  g_assert_cmpuint (sfu_address_limits_n_connections (limits), ==, 0);
}

static void
test_rate (void)
{
  static const SfuAddressLimitsOptions options = { .new_per_second = 2,
    .requests_per_second = 1 };
  g_autoptr (SfuAddressLimits) limits = sfu_address_limits_new (&options);
  g_autoptr (GPtrArray) slots = new_slots ();
  g_autoptr (GInetAddress) here = g_inet_address_new_from_string (HERE);
  static const struct {
    gint64 now_us;
    const gchar *address;
    SfuAddressVerdict verdict;
  } cases[] = {
    { 0, HERE, SFU_ADDRESS_OK },
    { 0, HERE, SFU_ADDRESS_OK },
    { 0, HERE, SFU_ADDRESS_TOO_FAST },
    { 0, THERE, SFU_ADDRESS_OK },
    { SECOND / 2, HERE, SFU_ADDRESS_OK },
    { SECOND / 2, HERE, SFU_ADDRESS_TOO_FAST },
    { 60 * SECOND, HERE, SFU_ADDRESS_OK },
    { 60 * SECOND, HERE, SFU_ADDRESS_OK },
    { 60 * SECOND, HERE, SFU_ADDRESS_TOO_FAST },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_test_message ("%u", i);
    g_assert_cmpint (enter (limits, cases[i].address, cases[i].now_us, slots),
        ==, cases[i].verdict);
  }
  /* Closing is no way around it. */
  g_ptr_array_set_size (slots, 0);
  g_assert_cmpint (
      enter (limits, HERE, 60 * SECOND, slots), ==, SFU_ADDRESS_TOO_FAST);
  /* Requests have a bucket of their own. */
  for (guint i = 0; i < 4; i++)
    g_assert_cmpint (sfu_address_limits_request (limits, here, 60 * SECOND), ==,
        SFU_ADDRESS_OK);
  g_assert_cmpint (sfu_address_limits_request (limits, here, 60 * SECOND), ==,
      SFU_ADDRESS_TOO_FAST);
  g_assert_cmpint (sfu_address_limits_request (limits, here, 61 * SECOND), ==,
      SFU_ADDRESS_OK);
}

static void
test_ipv6 (void)
{
  static const SfuAddressLimitsOptions options = { .max_per_address = 1 };
  g_autoptr (SfuAddressLimits) limits = sfu_address_limits_new (&options);
  g_autoptr (GPtrArray) slots = new_slots ();

  g_assert_cmpint (
      enter (limits, "2001:db8:1:2::1", 0, slots), ==, SFU_ADDRESS_OK);
  g_assert_cmpint (enter (limits, "2001:db8:1:2:ffff::9", 0, slots), ==,
      SFU_ADDRESS_TOO_MANY);
  g_assert_cmpint (
      enter (limits, "2001:db8:1:3::1", 0, slots), ==, SFU_ADDRESS_OK);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (enter (limits, "::1", 0, slots), ==, SFU_ADDRESS_OK);
}

static void
test_no_limits (void)
{
  static const SfuAddressLimitsOptions options = { 0 };
  g_autoptr (SfuAddressLimits) limits = sfu_address_limits_new (&options);
  g_autoptr (GPtrArray) slots = new_slots ();
  g_autoptr (GInetAddress) here = g_inet_address_new_from_string (HERE);

  for (guint i = 0; i < 1000; i++) {
    g_assert_cmpint (enter (limits, HERE, 0, slots), ==, SFU_ADDRESS_OK);
    g_assert_cmpint (
        sfu_address_limits_request (limits, here, 0), ==, SFU_ADDRESS_OK);
  }
}

static gchar *
nth_address (guint n)
{
  return g_strdup_printf (
      "10.%u.%u.%u", (n >> 16) & 0xff, (n >> 8) & 0xff, n & 0xff);
}

/* More addresses than are kept: strangers share an entry, those that are known
 * are not hurt; what has rested is forgotten. */
static void
test_bound (void)
{
  static const SfuAddressLimitsOptions options = { .new_per_second = 10 };
  g_autoptr (SfuAddressLimits) limits = sfu_address_limits_new (&options);
  g_autoptr (GPtrArray) slots = new_slots ();
  guint n_refused = 0;

  g_assert_cmpint (enter (limits, HERE, 0, slots), ==, SFU_ADDRESS_OK);
  for (guint i = 0; i < SFU_ADDRESS_LIMITS_MAX_ENTRIES + 100; i++) {
    g_autofree gchar *address = nth_address (i);

    if (enter (limits, address, 0, slots) != SFU_ADDRESS_OK)
      n_refused++;
  }
  g_assert_cmpuint (n_refused, >=, 80);
  g_assert_cmpuint (sfu_address_limits_n_entries (limits), <=,
      SFU_ADDRESS_LIMITS_MAX_ENTRIES + 1);
  g_assert_cmpint (enter (limits, HERE, 0, slots), ==, SFU_ADDRESS_OK);
  /* They have connections: nothing can be forgotten. */
  g_assert_cmpint (
      enter (limits, "198.51.100.1", 10 * SECOND, slots), ==, SFU_ADDRESS_OK);
  g_assert_cmpuint (sfu_address_limits_n_entries (limits), >,
      SFU_ADDRESS_LIMITS_MAX_ENTRIES - 1);
  g_ptr_array_set_size (slots, 0);
  g_assert_cmpint (
      enter (limits, "198.51.100.2", 20 * SECOND, slots), ==, SFU_ADDRESS_OK);
  g_assert_cmpuint (sfu_address_limits_n_entries (limits), <, 3);
}

/* Slots outlive the limits, and go with what they are attached to. */
static void
test_slots (void)
{
  static const SfuAddressLimitsOptions options = { .max_connections = 10 };
  SfuAddressLimits *limits = sfu_address_limits_new (&options);
  g_autoptr (GInetAddress) here = g_inet_address_new_from_string (HERE);
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);
  GObject *other = g_object_new (G_TYPE_OBJECT, NULL);
  SfuAddressSlot *slot;

  g_assert_null (sfu_address_slot_steal (object));
  sfu_address_limits_enter (limits, here, 0, &slot);
  sfu_address_slot_attach (slot, object);
  sfu_address_slot_attach (sfu_address_slot_steal (object), other);
  g_object_unref (object);
  g_assert_cmpuint (sfu_address_limits_n_connections (limits), ==, 1);
  g_object_unref (other);
  g_assert_cmpuint (sfu_address_limits_n_connections (limits), ==, 0);
  sfu_address_limits_enter (limits, here, 0, &slot);
  sfu_address_limits_free (limits);
  sfu_address_slot_free (slot);
  sfu_address_slot_free (NULL);
  sfu_address_limits_free (NULL);
}

/* Other limits from now on: who is in stays in, and is counted. */
static void
test_set_options (void)
{
  static const SfuAddressLimitsOptions wide = { .max_per_address = 3,
    .new_per_second = 2 };
  static const SfuAddressLimitsOptions narrow = { .max_per_address = 2 };
  g_autoptr (SfuAddressLimits) limits = sfu_address_limits_new (&wide);
  g_autoptr (GPtrArray) slots = new_slots ();

  g_assert_cmpint (enter (limits, HERE, 0, slots), ==, SFU_ADDRESS_OK);
  g_assert_cmpint (enter (limits, HERE, 0, slots), ==, SFU_ADDRESS_OK);
  g_assert_cmpint (enter (limits, HERE, 0, slots), ==, SFU_ADDRESS_TOO_FAST);
  sfu_address_limits_set_options (limits, &narrow, 0);
  g_assert_cmpint (enter (limits, HERE, 0, slots), ==, SFU_ADDRESS_TOO_MANY);
  g_assert_cmpuint (sfu_address_limits_n_connections (limits), ==, 2);
  sfu_address_limits_set_options (limits, &wide, 0);
  g_assert_cmpint (enter (limits, HERE, 0, slots), ==, SFU_ADDRESS_OK);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/address-limits/number", test_number);
  g_test_add_func ("/address-limits/rate", test_rate);
  g_test_add_func ("/address-limits/ipv6", test_ipv6);
  g_test_add_func ("/address-limits/no-limits", test_no_limits);
  g_test_add_func ("/address-limits/bound", test_bound);
  g_test_add_func ("/address-limits/slots", test_slots);
  g_test_add_func ("/address-limits/set-options", test_set_options);
  return g_test_run ();
}
