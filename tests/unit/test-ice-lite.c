/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuIceLite: states, nomination, restart, the table of addresses, timeouts.
 * The test owns the clock.
 *
 * Threads: the test's. */
#include <string.h>
#include <glib.h>
#include "sfu-ice-lite.h"

#define SECOND ((gint64)G_USEC_PER_SEC)
/* Any start of a monotonic clock. */
#define START (G_GINT64_CONSTANT (1) << 40)

static SfuAddress
address (guint16 port)
{
  SfuAddress result;

  g_assert_true (sfu_address_parse (&result, "192.0.2.1", port));
  return result;
}

/* A check from port with the present (or given) ufrag. */
static SfuIceChange
check (SfuIceLite *self, const gchar *ufrag, guint16 port, gboolean nominates,
    gint64 now_us)
{
  SfuAddress from = address (port);
  SfuIceChange change;

  sfu_ice_lite_check (self, ufrag ? ufrag : self->current.ufrag, &from,
      nominates, now_us, &change);
  return change;
}

static guint16
selected_port (const SfuIceLite *self)
{
  const SfuAddress *selected = sfu_ice_lite_selected (self);

  return selected ? sfu_address_get_port (selected) : 0;
}

static void
test_credentials (void)
{
  static const gchar ice_chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "abcdefghijklmnopqrstuvwxyz0123456789+/";
  g_autoptr (GHashTable) seen =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < 200; i++) {
    SfuIceLite self;

    g_assert_true (sfu_ice_lite_init (&self, START));
    g_assert_cmpuint (strlen (self.current.ufrag), ==, SFU_ICE_UFRAG_LENGTH);
    g_assert_cmpuint (strlen (self.current.pwd), ==, SFU_ICE_PWD_LENGTH);
    g_assert_cmpuint (
        strspn (self.current.ufrag, ice_chars), ==, SFU_ICE_UFRAG_LENGTH);
    g_assert_cmpuint (
        strspn (self.current.pwd, ice_chars), ==, SFU_ICE_PWD_LENGTH);
    g_assert_true (g_hash_table_add (seen, g_strdup (self.current.ufrag)));
    g_assert_true (g_hash_table_add (seen, g_strdup (self.current.pwd)));
  }
}

static void
test_states (void)
{
  static const struct {
    gboolean is_check, nominates;
    gint at_s;
    gboolean changes;
    SfuIceState state;
  } steps[] = {
    { FALSE, FALSE, 29, FALSE, SFU_ICE_NEW },
    { TRUE, FALSE, 29, TRUE, SFU_ICE_CONNECTED },
    { TRUE, FALSE, 30, FALSE, SFU_ICE_CONNECTED },
    { TRUE, TRUE, 31, TRUE, SFU_ICE_COMPLETED },
    { TRUE, FALSE, 32, FALSE, SFU_ICE_COMPLETED },
    { FALSE, FALSE, 41, FALSE, SFU_ICE_COMPLETED },
    { FALSE, FALSE, 42, TRUE, SFU_ICE_DISCONNECTED },
    { FALSE, FALSE, 43, FALSE, SFU_ICE_DISCONNECTED },
    { TRUE, FALSE, 50, TRUE, SFU_ICE_COMPLETED },
    { FALSE, FALSE, 61, TRUE, SFU_ICE_DISCONNECTED },
    { FALSE, FALSE, 79, FALSE, SFU_ICE_DISCONNECTED },
    { FALSE, FALSE, 80, TRUE, SFU_ICE_CLOSED },
    { FALSE, FALSE, 1000, FALSE, SFU_ICE_CLOSED },
  };
  SfuIceLite self;

  sfu_ice_lite_init (&self, START);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    gint64 now_us = START + steps[i].at_s * SECOND;
    const gchar *reason = "";
    gboolean changed;

    if (steps[i].is_check)
      changed =
          check (&self, NULL, 1, steps[i].nominates, now_us).state_changed;
    else
      changed = sfu_ice_lite_tick (&self, now_us, &reason);
    g_assert_cmpint (self.state, ==, steps[i].state);
    g_assert_cmpint (changed, ==, steps[i].changes);
  }
}

static void
test_timeouts (void)
{
  static const struct {
    gboolean checked;
    gint first_s, disconnect_s, consent_s, idle_s;
    SfuIceState state;
    const gchar *reason;
  } cases[] = {
    { FALSE, 30, 10, 30, 29, SFU_ICE_NEW, NULL },
    { FALSE, 30, 10, 30, 30, SFU_ICE_CLOSED, "no connectivity check arrived" },
    { FALSE, 0, 10, 30, 9999, SFU_ICE_NEW, NULL },
    { TRUE, 1, 10, 30, 9, SFU_ICE_CONNECTED, NULL },
    { TRUE, 1, 10, 30, 10, SFU_ICE_DISCONNECTED,
        "connectivity checks stopped" },
    { TRUE, 1, 10, 30, 30, SFU_ICE_CLOSED, "consent expired" },
    { TRUE, 1, 0, 30, 29, SFU_ICE_CONNECTED, NULL },
    { TRUE, 1, 10, 0, 9999, SFU_ICE_DISCONNECTED,
        "connectivity checks stopped" },
    { TRUE, 1, 0, 0, 9999, SFU_ICE_CONNECTED, NULL },
    { TRUE, 1, 30, 10, 10, SFU_ICE_CLOSED, "consent expired" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const gchar *reason = NULL;
    SfuIceLite self;

    sfu_ice_lite_init (&self, START);
    self.first_check_us = cases[i].first_s * SECOND;
    self.disconnect_us = cases[i].disconnect_s * SECOND;
    self.consent_us = cases[i].consent_s * SECOND;
    if (cases[i].checked)
      check (&self, NULL, 1, FALSE, START);
    sfu_ice_lite_tick (&self, START + cases[i].idle_s * SECOND, &reason);
    g_assert_cmpint (self.state, ==, cases[i].state);
    g_assert_cmpstr (reason, ==, cases[i].reason);
  }
}

static void
test_nomination_moves (void)
{
  SfuIceLite self;

  sfu_ice_lite_init (&self, START);
  g_assert_cmpuint (selected_port (&self), ==, 0);
  check (&self, NULL, 1, FALSE, START);
  g_assert_cmpuint (selected_port (&self), ==, 0);
  g_assert_true (check (&self, NULL, 2, TRUE, START).selected_changed);
  g_assert_cmpuint (selected_port (&self), ==, 2);
  g_assert_false (check (&self, NULL, 2, TRUE, START).selected_changed);
  g_assert_false (check (&self, NULL, 1, FALSE, START).selected_changed);
  g_assert_true (check (&self, NULL, 1, TRUE, START).selected_changed);
  g_assert_cmpuint (selected_port (&self), ==, 1);
  g_assert_cmpuint (self.n_addresses, ==, 2);
}

static void
test_address_table (void)
{
  SfuIceLite self;
  SfuIceChange change;

  sfu_ice_lite_init (&self, START);
  check (&self, NULL, 1, TRUE, START);
  for (guint16 port = 2; port <= SFU_ICE_ADDRESSES_MAX; port++) {
    change = check (&self, NULL, port, FALSE, START + port);
    g_assert_false (change.address_dropped);
  }
  /* 1 is the oldest but selected, 2 has just been checked again: 3 goes. */
  check (&self, NULL, 2, FALSE, START + 100);
  change = check (&self, NULL, 100, FALSE, START + 101);
  g_assert_true (change.address_dropped);
  g_assert_cmpuint (sfu_address_get_port (&change.dropped_address), ==, 3);
  g_assert_cmpuint (self.n_addresses, ==, SFU_ICE_ADDRESSES_MAX);
  g_assert_cmpuint (selected_port (&self), ==, 1);
  /* The newcomer itself is selected. */
  change = check (&self, NULL, 101, TRUE, START + 102);
  g_assert_cmpuint (sfu_address_get_port (&change.dropped_address), ==, 4);
  g_assert_cmpuint (selected_port (&self), ==, 101);
  /* Now 1 is as good as any. */
  change = check (&self, NULL, 102, FALSE, START + 103);
  g_assert_cmpuint (sfu_address_get_port (&change.dropped_address), ==, 1);
}

static void
test_forget (void)
{
  SfuIceLite self;
  SfuAddress first = address (1), second = address (2), third = address (3);

  sfu_ice_lite_init (&self, START);
  check (&self, NULL, 1, FALSE, START);
  check (&self, NULL, 2, FALSE, START);
  check (&self, NULL, 3, TRUE, START);
  sfu_ice_lite_forget (&self, &first);
  g_assert_cmpuint (selected_port (&self), ==, 3);
  sfu_ice_lite_forget (&self, &first);
  g_assert_cmpuint (self.n_addresses, ==, 2);
  sfu_ice_lite_forget (&self, &third);
  g_assert_cmpuint (selected_port (&self), ==, 0);
  sfu_ice_lite_forget (&self, &second);
  g_assert_cmpuint (self.n_addresses, ==, 0);
}

static void
test_holds (void)
{
  SfuIceLite self;
  SfuAddress first = address (1), second = address (2);

  sfu_ice_lite_init (&self, START);
  g_assert_false (sfu_ice_lite_holds (&self, &first, START));
  check (&self, NULL, 1, TRUE, START);
  check (&self, NULL, 2, FALSE, START);
  g_assert_true (sfu_ice_lite_holds (&self, &first, START + 9 * SECOND));
  g_assert_false (sfu_ice_lite_holds (&self, &first, START + 10 * SECOND));
  g_assert_false (sfu_ice_lite_holds (&self, &second, START));
}

/* ---- restart ---- */

static void
test_restart (void)
{
  SfuIceLite self;
  SfuIceCredentials old;
  SfuIceChange change;
  gchar dropped[SFU_ICE_UFRAG_LENGTH + 1];

  sfu_ice_lite_init (&self, START);
  old = self.current;
  check (&self, NULL, 1, TRUE, START);
  g_assert_true (sfu_ice_lite_restart (&self, START + SECOND, dropped));
  g_assert_cmpstr (dropped, ==, "");
  g_assert_cmpstr (self.current.ufrag, !=, old.ufrag);
  g_assert_cmpstr (self.current.pwd, !=, old.pwd);
  g_assert_cmpint (self.state, ==, SFU_ICE_COMPLETED);
  g_assert_cmpuint (selected_port (&self), ==, 1);
  g_assert_cmpstr (sfu_ice_lite_password (&self, old.ufrag), ==, old.pwd);
  g_assert_cmpstr (
      sfu_ice_lite_password (&self, self.current.ufrag), ==, self.current.pwd);
  g_assert_null (sfu_ice_lite_password (&self, ""));
  g_assert_null (sfu_ice_lite_password (&self, "nobody"));
  change = check (&self, old.ufrag, 1, TRUE, START);
  g_assert_cmpstr (change.dropped_ufrag, ==, "");
  change = check (&self, NULL, 2, FALSE, START);
  g_assert_cmpstr (change.dropped_ufrag, ==, "");
  change = check (&self, NULL, 2, TRUE, START);
  g_assert_cmpstr (change.dropped_ufrag, ==, old.ufrag);
  g_assert_null (sfu_ice_lite_password (&self, old.ufrag));
  g_assert_null (sfu_ice_lite_password (&self, ""));
}

/* Only what carries media and what the client was told last survives. */
static void
test_restart_twice (void)
{
  SfuIceLite self;
  SfuIceCredentials first, second;
  gchar dropped[SFU_ICE_UFRAG_LENGTH + 1];

  sfu_ice_lite_init (&self, START);
  check (&self, NULL, 1, TRUE, START);
  first = self.current;
  sfu_ice_lite_restart (&self, START, dropped);
  second = self.current;
  check (&self, NULL, 1, FALSE, START);
  sfu_ice_lite_restart (&self, START, dropped);
  g_assert_cmpstr (dropped, ==, second.ufrag);
  g_assert_null (sfu_ice_lite_password (&self, second.ufrag));
  g_assert_nonnull (sfu_ice_lite_password (&self, first.ufrag));
  check (&self, NULL, 1, TRUE, START);
  g_assert_null (sfu_ice_lite_password (&self, first.ufrag));
  /* The third is in use now: it is the previous one of the fourth. */
  first = self.current;
  sfu_ice_lite_restart (&self, START, dropped);
  g_assert_cmpstr (dropped, ==, "");
  g_assert_nonnull (sfu_ice_lite_password (&self, first.ufrag));
}

/* A restart is a sign of life: the time counts anew. */
static void
test_restart_extends (void)
{
  SfuIceLite self;
  const gchar *reason;
  gchar dropped[SFU_ICE_UFRAG_LENGTH + 1];

  sfu_ice_lite_init (&self, START);
  check (&self, NULL, 1, TRUE, START);
  g_assert_true (sfu_ice_lite_tick (&self, START + 29 * SECOND, &reason));
  g_assert_cmpint (self.state, ==, SFU_ICE_DISCONNECTED);
  sfu_ice_lite_restart (&self, START + 29 * SECOND, dropped);
  g_assert_false (sfu_ice_lite_tick (&self, START + 58 * SECOND, &reason));
  g_assert_true (sfu_ice_lite_tick (&self, START + 59 * SECOND, &reason));
  g_assert_cmpint (self.state, ==, SFU_ICE_CLOSED);
  g_assert_null (sfu_ice_lite_password (&self, self.current.ufrag));
}

static void
test_state_names (void)
{
  g_assert_cmpstr (sfu_ice_state_name (SFU_ICE_NEW), ==, "new");
  g_assert_cmpstr (sfu_ice_state_name (SFU_ICE_CLOSED), ==, "closed");
  g_assert_nonnull (sfu_ice_state_name ((SfuIceState)99));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ice-lite/credentials", test_credentials);
  g_test_add_func ("/ice-lite/states", test_states);
  g_test_add_func ("/ice-lite/timeouts", test_timeouts);
  g_test_add_func ("/ice-lite/nomination", test_nomination_moves);
  g_test_add_func ("/ice-lite/address-table", test_address_table);
  g_test_add_func ("/ice-lite/forget", test_forget);
  g_test_add_func ("/ice-lite/holds", test_holds);
  g_test_add_func ("/ice-lite/restart", test_restart);
  g_test_add_func ("/ice-lite/restart-twice", test_restart_twice);
  g_test_add_func ("/ice-lite/restart-extends", test_restart_extends);
  g_test_add_func ("/ice-lite/state-names", test_state_names);
  return g_test_run ();
}
