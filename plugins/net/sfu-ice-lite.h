/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an ICE-lite agent knows and decides: credentials, the addresses its peer
 * has proven, which of them is selected, and whether the peer still consents
 * (RFC 8445 2.5 and 7.3, RFC 7675).
 *
 * Threads: owned by one thread. Time is an argument: µs, monotonic. */
#pragma once

#include "sfu-address.h"
#include "sfu-ice-state.h"

G_BEGIN_DECLS

/* RFC 8445 5.3 asks for at least 24 and 128 bits; these have 96 and 192. */
#define SFU_ICE_UFRAG_LENGTH 16
#define SFU_ICE_PWD_LENGTH 32
/* A browser with several interfaces checks from a handful of addresses. */
#define SFU_ICE_ADDRESSES_MAX 16

#define SFU_ICE_FIRST_CHECK_US (30 * G_USEC_PER_SEC)
#define SFU_ICE_DISCONNECT_US (10 * G_USEC_PER_SEC)
/* RFC 7675 5.1: consent expires 30 s after the last answer. */
#define SFU_ICE_CONSENT_US (30 * G_USEC_PER_SEC)

typedef struct {
  gchar ufrag[SFU_ICE_UFRAG_LENGTH + 1];
  gchar pwd[SFU_ICE_PWD_LENGTH + 1];
  gboolean nominated; /* the peer has used them to nominate */
} SfuIceCredentials;

typedef struct {
  SfuAddress address;
  gint64 last_check_us;
} SfuIceAddress;

typedef struct {
  SfuIceCredentials current;
  SfuIceCredentials previous; /* ufrag "" = none */
  SfuIceAddress addresses[SFU_ICE_ADDRESSES_MAX];
  guint n_addresses;
  gint selected; /* index, -1 = none */
  SfuIceState state;
  gint64 waiting_since_us; /* start, last check, or restart */
  gint64 first_check_us, disconnect_us, consent_us; /* 0 = never */
} SfuIceLite;

/* FALSE: no randomness to make credentials from. */
gboolean sfu_ice_lite_init (SfuIceLite *self, gint64 now_us);

/* New credentials. What was in use stays valid beside them until the peer
 * nominates with the new ones; credentials that were never used to nominate do
 * not survive a second restart. dropped: ufrag that is not valid any more, ""
 * when there is none. FALSE: no randomness, nothing changed. */
gboolean sfu_ice_lite_restart (
    SfuIceLite *self, gint64 now_us, gchar dropped[SFU_ICE_UFRAG_LENGTH + 1]);

/* The password that goes with ufrag; NULL: not ours, or the agent is closed. */
const gchar *sfu_ice_lite_password (const SfuIceLite *self, const gchar *ufrag);

/* What one authenticated check changed. */
typedef struct {
  gboolean state_changed;
  gboolean selected_changed;
  gboolean address_dropped; /* the table was full: */
  SfuAddress dropped_address;
  gchar dropped_ufrag[SFU_ICE_UFRAG_LENGTH + 1]; /* "" = none */
} SfuIceChange;

void sfu_ice_lite_check (SfuIceLite *self, const gchar *ufrag,
    const SfuAddress *from, gboolean nominates, gint64 now_us,
    SfuIceChange *change);

/* NULL: none yet. */
const SfuAddress *sfu_ice_lite_selected (const SfuIceLite *self);

/* Another agent may not have this address: it is the selected one and was
 * checked lately. */
gboolean sfu_ice_lite_holds (
    const SfuIceLite *self, const SfuAddress *address, gint64 now_us);
/* Another agent has it now. */
void sfu_ice_lite_forget (SfuIceLite *self, const SfuAddress *address);

/* Timeouts. TRUE: the state changed, *reason says why. */
gboolean sfu_ice_lite_tick (
    SfuIceLite *self, gint64 now_us, const gchar **reason);

G_END_DECLS
