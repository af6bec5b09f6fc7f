/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The latest nomination wins. Clients that nominate a lite agent do it on the
 * pair they selected (RFC 8445 8.1.1: regular nomination), so a nomination from
 * elsewhere means that the client moved; waiting for the old pair to fall
 * silent would only prolong the gap.
 *
 * Threads: owned by one thread. */
#include "sfu-ice-lite.h"

#include <string.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

/* ice-char of RFC 8445 is 64 characters: six bits of a random byte give one,
 * without bias. */
static const gchar ice_chars[64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "abcdefghijklmnopqrstuvwxyz0123456789+/";
#define ICE_CHAR_MASK 63

const gchar *
sfu_ice_state_name (SfuIceState state)
{
  switch (state) {
    case SFU_ICE_NEW:
      return "new";
    case SFU_ICE_CONNECTED:
      return "connected";
    case SFU_ICE_COMPLETED:
      return "completed";
    case SFU_ICE_DISCONNECTED:
      return "disconnected";
    case SFU_ICE_CLOSED:
      return "closed";
  }
  return "unknown";
}

static gboolean
make_credentials (SfuIceCredentials *credentials)
{
  guint8 random[SFU_ICE_UFRAG_LENGTH + SFU_ICE_PWD_LENGTH];

  if (RAND_bytes (random, sizeof random) != 1)
    return FALSE;
  memset (credentials, 0, sizeof *credentials);
  for (guint i = 0; i < SFU_ICE_UFRAG_LENGTH; i++)
    credentials->ufrag[i] = ice_chars[random[i] & ICE_CHAR_MASK];
  for (guint i = 0; i < SFU_ICE_PWD_LENGTH; i++)
    credentials->pwd[i] =
        ice_chars[random[SFU_ICE_UFRAG_LENGTH + i] & ICE_CHAR_MASK];
  OPENSSL_cleanse (random, sizeof random);
  return TRUE;
}

gboolean
sfu_ice_lite_init (SfuIceLite *self, gint64 now_us)
{
  memset (self, 0, sizeof *self);
  self->selected = -1;
  self->waiting_since_us = now_us;
  self->first_check_us = SFU_ICE_FIRST_CHECK_US;
  self->disconnect_us = SFU_ICE_DISCONNECT_US;
  self->consent_us = SFU_ICE_CONSENT_US;
  return make_credentials (&self->current);
}

gboolean
sfu_ice_lite_restart (
    SfuIceLite *self, gint64 now_us, gchar dropped[SFU_ICE_UFRAG_LENGTH + 1])
{
  SfuIceCredentials fresh;
  gboolean keep_current =
      self->current.nominated || self->previous.ufrag[0] == '\0';

  if (!make_credentials (&fresh))
    return FALSE;
  memcpy (dropped, keep_current ? self->previous.ufrag : self->current.ufrag,
      sizeof fresh.ufrag);
  if (keep_current)
    self->previous = self->current;
  self->current = fresh;
  /* Signalling has just shown that the peer lives. */
  self->waiting_since_us = now_us;
  return TRUE;
}

const gchar *
sfu_ice_lite_password (const SfuIceLite *self, const gchar *ufrag)
{
  if (self->state == SFU_ICE_CLOSED || ufrag[0] == '\0')
    return NULL;
  if (strcmp (ufrag, self->current.ufrag) == 0)
    return self->current.pwd;
  if (strcmp (ufrag, self->previous.ufrag) == 0)
    return self->previous.pwd;
  return NULL;
}

static gint
find_address (const SfuIceLite *self, const SfuAddress *address)
{
  for (guint i = 0; i < self->n_addresses; i++) {
    if (sfu_address_equal (&self->addresses[i].address, address))
      return (gint)i;
  }
  return -1;
}

static guint
oldest_not_selected (const SfuIceLite *self)
{
  guint oldest = self->selected == 0 ? 1 : 0;

  for (guint i = oldest + 1; i < self->n_addresses; i++) {
    if ((gint)i != self->selected &&
        self->addresses[i].last_check_us <
            self->addresses[oldest].last_check_us)
      oldest = i;
  }
  return oldest;
}

static guint
add_address (SfuIceLite *self, const SfuAddress *address, SfuIceChange *change)
{
  guint at;

  if (self->n_addresses < SFU_ICE_ADDRESSES_MAX) {
    at = self->n_addresses++;
  } else {
    at = oldest_not_selected (self);
    change->address_dropped = TRUE;
    change->dropped_address = self->addresses[at].address;
  }
  self->addresses[at].address = *address;
  return at;
}

static void
nominate (SfuIceLite *self, const gchar *ufrag, gint at, SfuIceChange *change)
{
  change->selected_changed = self->selected != at;
  self->selected = at;
  if (strcmp (ufrag, self->current.ufrag) != 0) {
    self->previous.nominated = TRUE;
    return;
  }
  self->current.nominated = TRUE;
  /* The restart is complete (RFC 8445 9.1.1.1). */
  memcpy (change->dropped_ufrag, self->previous.ufrag,
      sizeof change->dropped_ufrag);
  OPENSSL_cleanse (&self->previous, sizeof self->previous);
}

void
sfu_ice_lite_check (SfuIceLite *self, const gchar *ufrag,
    const SfuAddress *from, gboolean nominates, gint64 now_us,
    SfuIceChange *change)
{
  SfuIceState before = self->state;
  gint at = find_address (self, from);

  memset (change, 0, sizeof *change);
  if (at < 0)
    at = (gint)add_address (self, from, change);
  self->addresses[at].last_check_us = now_us;
  self->waiting_since_us = now_us;
  if (nominates)
    nominate (self, ufrag, at, change);
  self->state = self->selected >= 0 ? SFU_ICE_COMPLETED : SFU_ICE_CONNECTED;
  change->state_changed = self->state != before;
}

const SfuAddress *
sfu_ice_lite_selected (const SfuIceLite *self)
{
  return self->selected < 0 ? NULL : &self->addresses[self->selected].address;
}

gboolean
sfu_ice_lite_holds (
    const SfuIceLite *self, const SfuAddress *address, gint64 now_us)
{
  gint at = find_address (self, address);

  return at >= 0 && at == self->selected && self->state != SFU_ICE_CLOSED &&
      now_us - self->addresses[at].last_check_us < SFU_ICE_DISCONNECT_US;
}

void
sfu_ice_lite_forget (SfuIceLite *self, const SfuAddress *address)
{
  gint at = find_address (self, address);
  gint last = (gint)self->n_addresses - 1;

  if (at < 0)
    return;
  if (self->selected == at)
    self->selected = -1;
  else if (self->selected == last)
    self->selected = at;
  self->addresses[at] = self->addresses[last];
  self->n_addresses--;
}

gboolean
sfu_ice_lite_tick (SfuIceLite *self, gint64 now_us, const gchar **reason)
{
  gint64 idle_us = now_us - self->waiting_since_us;
  SfuIceState before = self->state;

  switch (before) {
    case SFU_ICE_CLOSED:
      return FALSE;
    case SFU_ICE_NEW:
      if (self->first_check_us > 0 && idle_us >= self->first_check_us) {
        self->state = SFU_ICE_CLOSED;
        *reason = "no connectivity check arrived";
      }
      break;
    default:
      if (self->consent_us > 0 && idle_us >= self->consent_us) {
        self->state = SFU_ICE_CLOSED;
        *reason = "consent expired";
      } else if (self->disconnect_us > 0 && idle_us >= self->disconnect_us) {
        self->state = SFU_ICE_DISCONNECTED;
        *reason = "connectivity checks stopped";
      }
  }
  return self->state != before;
}
