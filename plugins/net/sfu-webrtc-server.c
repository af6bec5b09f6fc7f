/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A datagram finds its agent by ufrag when it is STUN and by remote address
 * else. Addresses come into the table with authenticated checks only, so what
 * a stranger sends costs one look into a hash table. What the server is asked
 * stands in sfu-webrtc-server-look.c.
 *
 * Threads: as the header says; tables, STUN and timer are touched on the media
 * thread alone, counters by sfu-counter.h. */
#include "sfu-webrtc-server-inside.h"

#include <gio/gio.h>
#include "sfu-counter.h"
#include "sfu-datagram.h"

GST_DEBUG_CATEGORY_STATIC (sfu_ice_debug);
#define GST_CAT_DEFAULT sfu_ice_debug

/* Resolution of the agents' timeouts, which are seconds. */
#define TICK_US (250 * G_TIME_SPAN_MILLISECOND)
/* Losses are the same in each run. */
#define IMPAIRMENT_SEED G_GUINT64_CONSTANT (0x736675)

G_DEFINE_TYPE_WITH_CODE (SfuWebRtcServer, sfu_webrtc_server, G_TYPE_OBJECT,
    GST_DEBUG_CATEGORY_INIT (sfu_ice_debug, "sfuice", 0, "ICE-lite"))

static void
count_drop (SfuWebRtcServer *self, SfuVerdict verdict)
{
  sfu_counter_add (&self->drops.n[verdict], 1);
}

/* ---- impairment ---- */

/* splitmix64: one atomic addition makes it usable from any thread. What is
 * lost here was lost on the network: it is counted nowhere. */
static gboolean
is_lost (SfuWebRtcServer *self, const guint64 *share)
{
  guint64 limit = sfu_counter_get (share), x;

  if (G_LIKELY (limit == 0))
    return FALSE;
  x = __atomic_add_fetch (&self->impairment_state,
      G_GUINT64_CONSTANT (0x9e3779b97f4a7c15), __ATOMIC_RELAXED);
  x = (x ^ (x >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return ((x ^ (x >> 31)) >> 32) < limit;
}

static guint64
share_of_percent (gdouble percent)
{
  return (guint64)(CLAMP (percent, 0, 100) / 100 * 4294967296.0);
}

void
sfu_webrtc_server_set_impairment (
    SfuWebRtcServer *self, gdouble percent_in, gdouble percent_out)
{
  g_return_if_fail (SFU_IS_WEBRTC_SERVER (self));
  __atomic_store_n (&self->impairment_state, IMPAIRMENT_SEED, __ATOMIC_RELAXED);
  __atomic_store_n (
      &self->lose_in, share_of_percent (percent_in), __ATOMIC_RELAXED);
  __atomic_store_n (
      &self->lose_out, share_of_percent (percent_out), __ATOMIC_RELAXED);
}

/* ---- receiving ---- */

/* Gives the address to served, unless its present owner holds it: else whoever
 * may send with a forged source address and has a session of his own could
 * take another's packets away. */
static gboolean
claim_address (SfuWebRtcServer *self, const SfuAddress *address,
    SfuServed *served, gint64 now_us)
{
  SfuServed *present = g_hash_table_lookup (self->by_address, address);

  if (present == served)
    return TRUE;
  if (present) {
    if (present->interface->holds (present->owner, address, now_us))
      return FALSE;
    present->interface->address_lost (present->owner, address);
  }
  self->last_served = NULL;
  g_hash_table_replace (
      self->by_address, g_memdup2 (address, sizeof *address), served);
  return TRUE;
}

static void
receive_stun (SfuWebRtcServer *self, const guint8 *data, gsize size,
    const SfuAddress *from)
{
  gchar ufrag[SFU_STUN_UFRAG_MAX + 1];
  guint8 answer[SFU_STUN_ANSWER_MAX];
  gint64 now_us = g_get_monotonic_time ();
  SfuServed *served;
  const gchar *pwd;
  SfuStunStatus status;
  gboolean nominates;
  gsize answer_size;

  if (!sfu_stun_peek_ufrag (data, size, ufrag)) {
    count_drop (self, SFU_DROP_MALFORMED);
    return;
  }
  served = g_hash_table_lookup (self->by_ufrag, ufrag);
  if (served && served->tcp_only && !sfu_address_is_tcp (from))
    served = NULL;
  pwd = served ? served->interface->password (served->owner, ufrag) : NULL;
  if (!pwd) {
    /* No answer: a port that answers strangers is a reflector. */
    count_drop (self, SFU_DROP_UNKNOWN_ADDRESS);
    return;
  }
  status = sfu_stun_answer (
      self->stun, data, size, pwd, from, answer, &answer_size, &nominates);
  if (status == SFU_STUN_SUCCESS &&
      !claim_address (self, from, served, now_us)) {
    count_drop (self, SFU_DROP_UNKNOWN_ADDRESS);
    return;
  }
  if (answer_size > 0)
    sfu_socket_set_send_now (self->sockets, answer, answer_size, from);
  if (status == SFU_STUN_SUCCESS) {
    g_autoptr (GObject) owner = g_object_ref (served->owner);

    sfu_socket_set_keep (self->sockets, from);
    served->interface->checked (owner, ufrag, from, nominates, now_us);
  } else {
    GST_LOG_OBJECT (self, "ufrag=%s reason=stun-status-%d", ufrag, status);
    count_drop (self,
        status == SFU_STUN_DISCARD ? SFU_DROP_MALFORMED
                                   : SFU_DROP_NOT_AUTHENTICATED);
  }
}

static SfuServed *
find_by_address (SfuWebRtcServer *self, const SfuAddress *from)
{
  SfuServed *served;

  if (self->last_served && sfu_address_equal (from, &self->last_from))
    return self->last_served;
  served = g_hash_table_lookup (self->by_address, from);
  if (served) {
    self->last_from = *from;
    self->last_served = served;
  }
  return served;
}

/* Whoever is told of the packet may drop the last reference of the server. */
static void
on_received (
    gpointer owner, const guint8 *data, gsize size, const SfuAddress *from)
{
  SfuWebRtcServer *self = owner;
  SfuServed *served;

  if (size > 0 && sfu_datagram_is_stun (data[0])) {
    receive_stun (self, data, size, from);
    return;
  }
  if (size == 0 ||
      !(sfu_datagram_is_dtls (data[0]) || sfu_datagram_is_rtp (data[0]))) {
    count_drop (self, SFU_DROP_MALFORMED);
    return;
  }
  if (is_lost (self, &self->lose_in))
    return;
  served = find_by_address (self, from);
  if (served) {
    g_autoptr (GObject) who = g_object_ref (served->owner);

    served->interface->packet (who, data, size);
  } else {
    count_drop (self, SFU_DROP_UNKNOWN_ADDRESS);
  }
}

/* Its transport stays: the peer may come back until its consent expires. */
static void
on_connection_closed (gpointer owner, const SfuAddress *from)
{
  SfuWebRtcServer *self = owner;
  SfuServed *served = g_hash_table_lookup (self->by_address, from);

  if (!served)
    return;
  self->last_served = NULL;
  g_hash_table_remove (self->by_address, from);
  served->interface->address_lost (served->owner, from);
}

/* ---- the agents ---- */

/* Who is told may leave, and take others with it. */
static gboolean
on_tick (gpointer data)
{
  SfuWebRtcServer *self = data;
  gint64 now_us = g_get_monotonic_time ();
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  g_autoptr (GPtrArray) owners =
      g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GObject) alive = g_object_ref (G_OBJECT (self));

  for (guint i = 0; i < self->served->len; i++) {
    SfuServed *served = g_ptr_array_index (self->served, i);

    g_ptr_array_add (all, served);
    g_ptr_array_add (owners, g_object_ref (served->owner));
  }
  for (guint i = 0; i < all->len; i++) {
    SfuServed *served = g_ptr_array_index (all, i);

    if (g_ptr_array_find (self->served, served, NULL))
      served->interface->tick (served->owner, now_us);
  }
  return G_SOURCE_CONTINUE;
}

void
sfu_webrtc_server_add_ufrag (
    SfuWebRtcServer *self, const gchar *ufrag, SfuServed *served)
{
  g_hash_table_replace (self->by_ufrag, g_strdup (ufrag), served);
  if (!g_ptr_array_find (self->served, served, NULL))
    g_ptr_array_add (self->served, served);
  if (!self->timer)
    self->timer = sfu_media_loop_add_timer (self->loop, TICK_US, on_tick, self);
}

void
sfu_webrtc_server_remove_ufrag (SfuWebRtcServer *self, const gchar *ufrag)
{
  g_hash_table_remove (self->by_ufrag, ufrag);
}

void
sfu_webrtc_server_remove_address (
    SfuWebRtcServer *self, const SfuAddress *address, SfuServed *served)
{
  if (g_hash_table_lookup (self->by_address, address) != served)
    return;
  self->last_served = NULL;
  g_hash_table_remove (self->by_address, address);
  sfu_socket_set_close (self->sockets, address);
}

void
sfu_webrtc_server_remove (SfuWebRtcServer *self, SfuServed *served)
{
  g_ptr_array_remove_fast (self->served, served);
  if (self->served->len == 0 && self->timer) {
    g_source_destroy (self->timer);
    g_clear_pointer (&self->timer, g_source_unref);
  }
}

/* ---- sending ---- */

void
sfu_webrtc_server_queue (
    SfuWebRtcServer *self, const SfuPacket *packet, const SfuAddress *to)
{
  if (is_lost (self, &self->lose_out))
    gst_buffer_unref (packet->buffer);
  else
    sfu_socket_set_queue (self->sockets, packet, to);
}

void
sfu_webrtc_server_flush (SfuWebRtcServer *self)
{
  sfu_socket_set_flush (self->sockets);
}

gboolean
sfu_webrtc_server_send_now (
    SfuWebRtcServer *self, const guint8 *data, gsize size, const SfuAddress *to)
{
  if (is_lost (self, &self->lose_out))
    return TRUE;
  return sfu_socket_set_send_now (self->sockets, data, size, to);
}

/* ---- life ---- */

static void
free_media_side (gpointer data, gpointer unused)
{
  SfuWebRtcServer *self = data;

  if (self->timer)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  g_clear_pointer (&self->sockets, sfu_socket_set_free);
}

static void
sfu_webrtc_server_finalize (GObject *object)
{
  SfuWebRtcServer *self = SFU_WEBRTC_SERVER (object);

  /* Every agent holds a reference: the tables are empty. */
  if (self->loop)
    sfu_media_loop_call (self->loop, free_media_side, self);
  g_hash_table_unref (self->by_ufrag);
  g_hash_table_unref (self->by_address);
  g_ptr_array_unref (self->served);
  sfu_stun_free (self->stun);
  g_strfreev (self->announced);
  g_clear_object (&self->loop);
  G_OBJECT_CLASS (sfu_webrtc_server_parent_class)->finalize (object);
}

static void
sfu_webrtc_server_class_init (SfuWebRtcServerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sfu_webrtc_server_finalize;
}

static void
sfu_webrtc_server_init (SfuWebRtcServer *self)
{
  self->by_ufrag =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->by_address =
      g_hash_table_new_full (sfu_address_hash, sfu_address_equal, g_free, NULL);
  self->served = g_ptr_array_new ();
  self->stun = sfu_stun_new ();
  self->impairment_state = IMPAIRMENT_SEED;
}

static gboolean
check_announced (const gchar *listen_ip, const gchar *const *announced,
    const SfuSocketSet *sockets, GError **error)
{
  if ((announced && announced[0]) || !sfu_socket_set_is_wildcard (sockets))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
      "listen-ip %s is every address of this machine: clients must be told "
      "one that they can reach; put it into announced-address",
      listen_ip);
  return FALSE;
}

SfuWebRtcServer *
sfu_webrtc_server_new_in_range (SfuMediaLoop *loop, const gchar *listen_ip,
    guint16 port_min, guint16 port_max, const gchar *const *announced,
    GError **error)
{
  static const SfuTcpCallbacks callbacks = { on_received,
    on_connection_closed };
  SfuWebRtcServer *self;
  SfuSocketSet *sockets;

  g_return_val_if_fail (SFU_IS_MEDIA_LOOP (loop), NULL);
  g_return_val_if_fail (listen_ip != NULL, NULL);
  g_return_val_if_fail (port_min <= port_max, NULL);
  sockets = sfu_socket_set_new (loop, listen_ip, port_min, port_max, error);
  if (!sockets)
    return NULL;
  if (!check_announced (listen_ip, announced, sockets, error)) {
    sfu_socket_set_free (sockets);
    return NULL;
  }
  self = g_object_new (SFU_TYPE_WEBRTC_SERVER, NULL);
  self->loop = g_object_ref (loop);
  self->sockets = sockets;
  self->announced = g_strdupv ((gchar **)(announced && announced[0]
          ? announced
          : sfu_socket_set_get_addresses (sockets)));
  sfu_socket_set_start (sockets, &callbacks, self);
  return self;
}

SfuWebRtcServer *
sfu_webrtc_server_new (SfuMediaLoop *loop, const gchar *listen_ip, guint16 port,
    const gchar *const *announced, GError **error)
{
  return sfu_webrtc_server_new_in_range (
      loop, listen_ip, port, port, announced, error);
}

gboolean
sfu_webrtc_server_listen_tcp (SfuWebRtcServer *self, GError **error)
{
  g_return_val_if_fail (SFU_IS_WEBRTC_SERVER (self), FALSE);
  g_return_val_if_fail (sfu_webrtc_server_get_tcp_port (self) == 0, FALSE);
  return sfu_socket_set_listen_tcp (self->sockets, error);
}
