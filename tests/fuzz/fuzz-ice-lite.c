/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: what authenticated checks from any number of addresses, restarts
 * and time do to an agent. Input: groups of two bytes, a verb and its argument.
 *
 * Threads: one. */
#include "fuzz-target.h"
#include "sfu-ice-lite.h"

#include <string.h>

#define START_US (G_GINT64_CONSTANT (1) << 40)
#define N_ADDRESSES 24 /* more than an agent keeps */

enum { CHECK, NOMINATE, CHECK_OLD, NOMINATE_OLD, RESTART, FORGET, TICK, N };

static SfuAddress
address (guint8 n)
{
  SfuAddress result = { .v4 = { .sin_family = AF_INET } };

  result.v4.sin_port = g_htons (1000 + n % N_ADDRESSES);
  return result;
}

static void
check_invariants (const SfuIceLite *lite)
{
  const SfuAddress *selected = sfu_ice_lite_selected (lite);

  g_assert (lite->n_addresses <= SFU_ICE_ADDRESSES_MAX);
  g_assert (lite->selected < (gint)lite->n_addresses);
  g_assert ((selected == NULL) == (lite->selected < 0));
  for (guint i = 0; i < lite->n_addresses; i++)
    for (guint j = 0; j < i; j++)
      g_assert (!sfu_address_equal (
          &lite->addresses[i].address, &lite->addresses[j].address));
  g_assert (strcmp (lite->current.ufrag, lite->previous.ufrag) != 0);
  g_assert ((sfu_ice_lite_password (lite, lite->current.ufrag) == NULL) ==
      (lite->state == SFU_ICE_CLOSED));
}

/* As the server does: no check is given to the core whose ufrag has no password
 * any more. */
static void
check (SfuIceLite *lite, guint8 verb, guint8 argument, gint64 now_us)
{
  SfuAddress from = address (argument);
  SfuIceChange change;
  gchar ufrag[SFU_ICE_UFRAG_LENGTH + 1];

  memcpy (ufrag, verb >= CHECK_OLD ? lite->previous.ufrag : lite->current.ufrag,
      sizeof ufrag);
  if (sfu_ice_lite_password (lite, ufrag) == NULL)
    return;
  sfu_ice_lite_check (lite, ufrag, &from,
      verb == NOMINATE || verb == NOMINATE_OLD, now_us, &change);
  if (verb == NOMINATE || verb == NOMINATE_OLD) {
    g_assert (sfu_address_equal (sfu_ice_lite_selected (lite), &from));
    g_assert (sfu_ice_lite_holds (lite, &from, now_us));
  }
  if (change.address_dropped)
    g_assert (!sfu_ice_lite_holds (lite, &change.dropped_address, now_us));
}

static void
take (SfuIceLite *lite, guint8 verb, guint8 argument, gint64 *now_us)
{
  gchar dropped[SFU_ICE_UFRAG_LENGTH + 1] = "";
  SfuAddress at = address (argument);
  const gchar *reason = "";

  switch (verb) {
    case RESTART:
      if (lite->state != SFU_ICE_CLOSED) /* as the agent does */
        sfu_ice_lite_restart (lite, *now_us, dropped);
      break;
    case FORGET:
      sfu_ice_lite_forget (lite, &at);
      g_assert (!sfu_ice_lite_holds (lite, &at, *now_us));
      break;
    case TICK:
      *now_us += argument * G_TIME_SPAN_SECOND / 4;
      if (sfu_ice_lite_tick (lite, *now_us, &reason))
        g_assert (*reason != '\0');
      break;
    default:
      check (lite, verb, argument, *now_us);
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  gint64 now_us = START_US;
  SfuIceLite lite;

  g_assert (sfu_ice_lite_init (&lite, now_us));
  for (gsize at = 0; at + 2 <= size; at += 2) {
    take (&lite, data[at] % N, data[at + 1], &now_us);
    check_invariants (&lite);
  }
  return 0;
}
