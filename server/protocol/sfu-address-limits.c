/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What one address may do.
 *
 * Threads: those of its owner, one at a time. */
#include "sfu-address-limits.h"

#include "sfu-token-bucket.h"

#include <string.h>

/* Looking for what can be forgotten costs more the more there is. */
#define SWEEP_INTERVAL_US G_USEC_PER_SEC
#define REQUEST_BURST_FACTOR 4
#define SLOT_KEY "sfu-address-slot"
/* Bytes of an IPv6 address that count. */
#define PREFIX_BYTES 8

typedef struct {
  guint n_connections;
  SfuTokenBucket connections, requests;
} Entry;

struct _SfuAddressLimits {
  gint n_refs; /* ours and one for each slot */
  SfuAddressLimitsOptions options;
  guint n_connections;
  GHashTable *entries; /* key -> Entry, owned */
  gint64 last_sweep_us;
};

struct _SfuAddressSlot {
  SfuAddressLimits *limits; /* a reference */
  gchar *key;               /* NULL = of an address that is not counted */
};

const gchar *
sfu_address_verdict_text (SfuAddressVerdict verdict)
{
  static const gchar *const texts[] = {
    [SFU_ADDRESS_OK] = "welcome",
    [SFU_ADDRESS_SERVER_FULL] = "the server has no place for more connections",
    [SFU_ADDRESS_TOO_MANY] = "too many connections from this address",
    [SFU_ADDRESS_TOO_FAST] = "too many requests from this address",
  };

  return texts[verdict];
}

SfuAddressLimits *
sfu_address_limits_new (const SfuAddressLimitsOptions *options)
{
  SfuAddressLimits *limits = g_new0 (SfuAddressLimits, 1);

  limits->n_refs = 1;
  limits->options = *options;
  limits->entries =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return limits;
}

void
sfu_address_limits_free (SfuAddressLimits *limits)
{
  if (limits == NULL || --limits->n_refs > 0)
    return;
  g_hash_table_unref (limits->entries);
  g_free (limits);
}

/* NULL = not counted. */
static gchar *
make_key (GInetAddress *address)
{
  const guint8 *bytes = g_inet_address_to_bytes (address);
  static const guint8 mapped[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6 &&
      memcmp (bytes, mapped, sizeof mapped) == 0) {
    g_autoptr (GInetAddress) v4 = g_inet_address_new_from_bytes (
        bytes + sizeof mapped, G_SOCKET_FAMILY_IPV4);

    return make_key (v4);
  }
  if (g_inet_address_get_is_loopback (address))
    return NULL;
  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6) {
    guint8 prefix[16] = { 0 };
    g_autoptr (GInetAddress) network = NULL;

    memcpy (prefix, bytes, PREFIX_BYTES);
    network = g_inet_address_new_from_bytes (prefix, G_SOCKET_FAMILY_IPV6);
    return g_inet_address_to_string (network);
  }
  return g_inet_address_to_string (address);
}

static gboolean
is_full (const SfuTokenBucket *bucket, gint64 now_us)
{
  gdouble elapsed_s =
      (gdouble)(now_us - bucket->last_us) / (gdouble)G_USEC_PER_SEC;

  return bucket->per_second <= 0 ||
      bucket->tokens + elapsed_s * bucket->per_second >= bucket->burst;
}

static gboolean
is_void (gpointer key, gpointer value, gpointer data)
{
  const Entry *entry = value;
  gint64 now_us = *(const gint64 *)data;

  return entry->n_connections == 0 && is_full (&entry->connections, now_us) &&
      is_full (&entry->requests, now_us);
}

static void
sweep (SfuAddressLimits *limits, gint64 now_us)
{
  if (now_us - limits->last_sweep_us < SWEEP_INTERVAL_US)
    return;
  limits->last_sweep_us = now_us;
  g_hash_table_foreach_remove (limits->entries, is_void, &now_us);
}

static void
fill_buckets (
    Entry *entry, const SfuAddressLimitsOptions *options, gint64 now_us)
{
  sfu_token_bucket_init (&entry->connections, options->new_per_second,
      options->new_per_second, now_us);
  sfu_token_bucket_init (&entry->requests, options->requests_per_second,
      (gdouble)options->requests_per_second * REQUEST_BURST_FACTOR, now_us);
}

void
sfu_address_limits_set_options (SfuAddressLimits *limits,
    const SfuAddressLimitsOptions *options, gint64 now_us)
{
  GHashTableIter iter;
  gpointer entry;

  limits->options = *options;
  g_hash_table_iter_init (&iter, limits->entries);
  while (g_hash_table_iter_next (&iter, NULL, &entry))
    fill_buckets (entry, options, now_us);
}

/* key: may become that of the entry that latecomers share. */
static Entry *
get_entry (SfuAddressLimits *limits, gchar **key, gint64 now_us)
{
  Entry *entry = g_hash_table_lookup (limits->entries, *key);

  if (entry != NULL)
    return entry;
  if (g_hash_table_size (limits->entries) >= SFU_ADDRESS_LIMITS_MAX_ENTRIES / 2)
    sweep (limits, now_us);
  if (g_hash_table_size (limits->entries) >= SFU_ADDRESS_LIMITS_MAX_ENTRIES) {
    g_free (*key);
    *key = g_strdup ("others");
    entry = g_hash_table_lookup (limits->entries, *key);
    if (entry != NULL)
      return entry;
  }
  entry = g_new0 (Entry, 1);
  fill_buckets (entry, &limits->options, now_us);
  g_hash_table_insert (limits->entries, g_strdup (*key), entry);
  return entry;
}

SfuAddressVerdict
sfu_address_limits_enter (SfuAddressLimits *limits, GInetAddress *address,
    gint64 now_us, SfuAddressSlot **slot)
{
  const SfuAddressLimitsOptions *o = &limits->options;
  g_autofree gchar *key = make_key (address);
  Entry *entry = key != NULL ? get_entry (limits, &key, now_us) : NULL;

  *slot = NULL;
  if (entry != NULL && !sfu_token_bucket_take (&entry->connections, now_us))
    return SFU_ADDRESS_TOO_FAST;
  if (entry != NULL && o->max_per_address > 0 &&
      entry->n_connections >= o->max_per_address)
    return SFU_ADDRESS_TOO_MANY;
  if (o->max_connections > 0 && limits->n_connections >= o->max_connections)
    return SFU_ADDRESS_SERVER_FULL;
  limits->n_connections++;
  limits->n_refs++;
  if (entry != NULL)
    entry->n_connections++;
  *slot = g_new (SfuAddressSlot, 1);
  (*slot)->limits = limits;
  (*slot)->key = g_steal_pointer (&key);
  return SFU_ADDRESS_OK;
}

SfuAddressVerdict
sfu_address_limits_request (
    SfuAddressLimits *limits, GInetAddress *address, gint64 now_us)
{
  g_autofree gchar *key = make_key (address);
  Entry *entry = key != NULL ? get_entry (limits, &key, now_us) : NULL;

  return entry == NULL || sfu_token_bucket_take (&entry->requests, now_us)
      ? SFU_ADDRESS_OK
      : SFU_ADDRESS_TOO_FAST;
}

guint
sfu_address_limits_n_connections (const SfuAddressLimits *limits)
{
  return limits->n_connections;
}

guint
sfu_address_limits_n_entries (const SfuAddressLimits *limits)
{
  return g_hash_table_size (limits->entries);
}

/* The entry is there: it has a connection. */
void
sfu_address_slot_free (SfuAddressSlot *slot)
{
  if (slot == NULL)
    return;
  slot->limits->n_connections--;
  if (slot->key != NULL) {
    Entry *entry = g_hash_table_lookup (slot->limits->entries, slot->key);

    entry->n_connections--;
  }
  sfu_address_limits_free (slot->limits);
  g_free (slot->key);
  g_free (slot);
}

void
sfu_address_slot_attach (SfuAddressSlot *slot, GObject *object)
{
  g_object_set_data_full (
      object, SLOT_KEY, slot, (GDestroyNotify)sfu_address_slot_free);
}

SfuAddressSlot *
sfu_address_slot_steal (GObject *object)
{
  return g_object_steal_data (object, SLOT_KEY);
}
