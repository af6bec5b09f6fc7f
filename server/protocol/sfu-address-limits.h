/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What one address may do: how many signalling connections it may have, how
 * many new ones and how many costly requests it may make a second; and how many
 * connections there may be in all.
 *
 * Addresses of IPv6 count by their /64, which is what one customer gets: within
 * it a client can take as many as it wants. Loopback addresses are counted in
 * the sum only: behind them are proxies of this machine, which stand for
 * everybody, and its operator.
 *
 * What is known of an address is forgotten when it has no connections and its
 * buckets are full again; when there are more addresses than are kept, those
 * that are new share one entry.
 *
 * Threads: those of its owner, one at a time; time is an argument. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Addresses that are told apart; 150 bytes each. */
#define SFU_ADDRESS_LIMITS_MAX_ENTRIES 65536

typedef struct _SfuAddressLimits SfuAddressLimits;
/* A place among the connections. */
typedef struct _SfuAddressSlot SfuAddressSlot;

/* 0 = no limit. */
typedef struct {
  guint max_connections;
  /* Of one address: */
  guint max_per_address;
  guint new_per_second;      /* so many at once, too */
  guint requests_per_second; /* four times as many at once */
} SfuAddressLimitsOptions;

typedef enum {
  SFU_ADDRESS_OK,
  SFU_ADDRESS_SERVER_FULL,
  SFU_ADDRESS_TOO_MANY, /* connections of this address */
  SFU_ADDRESS_TOO_FAST
} SfuAddressVerdict;

/* For logs and clients. */
const gchar *sfu_address_verdict_text (SfuAddressVerdict verdict);

SfuAddressLimits *sfu_address_limits_new (
    const SfuAddressLimitsOptions *options);
/* Slots may live longer. NULL safe. */
void sfu_address_limits_free (SfuAddressLimits *limits);

/* From now on: whoever is connected stays, and every address begins anew. */
void sfu_address_limits_set_options (SfuAddressLimits *limits,
    const SfuAddressLimitsOptions *options, gint64 now_us);

/* A new connection. *slot: its place, on SFU_ADDRESS_OK. */
SfuAddressVerdict sfu_address_limits_enter (SfuAddressLimits *limits,
    GInetAddress *address, gint64 now_us, SfuAddressSlot **slot);
/* A costly request: OK or TOO_FAST. */
SfuAddressVerdict sfu_address_limits_request (
    SfuAddressLimits *limits, GInetAddress *address, gint64 now_us);

guint sfu_address_limits_n_connections (const SfuAddressLimits *limits);
guint sfu_address_limits_n_entries (const SfuAddressLimits *limits);

/* The place is free again. NULL safe. */
void sfu_address_slot_free (SfuAddressSlot *slot);
/* Takes slot: it is freed with object, unless it is stolen before. */
void sfu_address_slot_attach (SfuAddressSlot *slot, GObject *object);
/* NULL = there is none. */
SfuAddressSlot *sfu_address_slot_steal (GObject *object);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuAddressLimits, sfu_address_limits_free)

G_END_DECLS
