/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A datagram finds its agent by ufrag when it is STUN and by remote address
 * else. Addresses come into the table with authenticated checks only, so what
 * a stranger sends costs one look into a hash table.
 *
 * Threads: as the header says; tables, STUN and timer are touched on the media
 * thread alone, counters by sfu-counter.h. */
#include "sfu-webrtc-server-private.h"

#include <string.h>
#include <gio/gio.h>
#include "sfu-counter.h"
#include "sfu-stun.h"
#include "sfu-tcp-listener.h"
#include "sfu-udp-socket.h"

GST_DEBUG_CATEGORY_STATIC (sfu_ice_debug);
#define GST_CAT_DEFAULT sfu_ice_debug

/* Resolution of the agents' timeouts, which are seconds. */
#define TICK_US (250 * G_TIME_SPAN_MILLISECOND)
/* RFC 8445 5.1.2.1: type preference of host candidates, local preference of
 * the first address, component RTP. */
#define TYPE_PREFERENCE_HOST 126u
#define LOCAL_PREFERENCE_FIRST 65535u
#define COMPONENT_RTP 1u
/* RFC 6544 4.2: below any UDP candidate; direction preference of the passive
 * side, above 13 bits for the address. */
#define TYPE_PREFERENCE_HOST_TCP 90u
#define DIRECTION_PREFERENCE_PASSIVE 4u
#define DIRECTION_SHIFT 13
#define OTHER_PREFERENCE_FIRST 8191u
/* Losses are the same in each run. */
#define IMPAIRMENT_SEED G_GUINT64_CONSTANT (0x736675)

/* First byte, RFC 7983 7. */
#define STUN_LAST 3
#define DTLS_FIRST 20
#define DTLS_LAST 63
#define RTP_FIRST 128
#define RTP_LAST 191

struct _SfuWebRtcServer {
  GObject parent;
  SfuMediaLoop *loop;   /* owned */
  SfuUdpSocket *socket; /* owned */
  SfuTcpListener *tcp;  /* owned; NULL: UDP alone */
  gchar **announced;    /* owned, at least one */

  /* Media thread. */
  SfuStun *stun;            /* owned */
  GHashTable *by_ufrag;     /* owned gchar * -> borrowed SfuServed */
  GHashTable *by_address;   /* owned SfuAddress * -> borrowed SfuServed */
  GPtrArray *served;        /* of borrowed SfuServed, each once */
  GSource *timer;           /* owned; runs while somebody is served */
  SfuAddress last_from;     /* bursts come from one peer: saves the lookup */
  SfuServed *last_served;   /* NULL: last_from is not valid */
  SfuVerdictCounters drops; /* sfu-counter.h */

  /* Any thread. Probability of a loss in 1/2^32; state of splitmix64. */
  guint64 lose_in, lose_out;
  guint64 impairment_state;
};

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

static gboolean
send_now (
    SfuWebRtcServer *self, const guint8 *data, gsize size, const SfuAddress *to)
{
  return sfu_address_is_tcp (to)
      ? sfu_tcp_listener_send_now (self->tcp, data, size, to)
      : sfu_udp_socket_send_now (self->socket, data, size, to);
}

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
    send_now (self, answer, answer_size, from);
  if (status == SFU_STUN_SUCCESS && sfu_address_is_tcp (from))
    sfu_tcp_listener_keep (self->tcp, from);
  if (status == SFU_STUN_SUCCESS) {
    g_autoptr (GObject) owner = g_object_ref (served->owner);

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

static gboolean
is_dtls_or_rtp (guint8 first)
{
  return (first >= DTLS_FIRST && first <= DTLS_LAST) ||
      (first >= RTP_FIRST && first <= RTP_LAST);
}

/* Whoever is told of the packet may drop the last reference of the server. */
static void
on_received (
    gpointer owner, const guint8 *data, gsize size, const SfuAddress *from)
{
  SfuWebRtcServer *self = owner;
  SfuServed *served;

  if (size > 0 && data[0] <= STUN_LAST) {
    receive_stun (self, data, size, from);
    return;
  }
  if (size == 0 || !is_dtls_or_rtp (data[0])) {
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
  if (sfu_address_is_tcp (address))
    sfu_tcp_listener_close (self->tcp, address);
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
    SfuWebRtcServer *self, GstBuffer *buffer, const SfuAddress *to)
{
  if (is_lost (self, &self->lose_out))
    gst_buffer_unref (buffer);
  else if (sfu_address_is_tcp (to))
    sfu_tcp_listener_queue (self->tcp, buffer, to);
  else
    sfu_udp_socket_queue (self->socket, buffer, to);
}

void
sfu_webrtc_server_flush (SfuWebRtcServer *self)
{
  sfu_udp_socket_flush (self->socket);
  if (self->tcp)
    sfu_tcp_listener_flush (self->tcp);
}

gboolean
sfu_webrtc_server_send_now (
    SfuWebRtcServer *self, const guint8 *data, gsize size, const SfuAddress *to)
{
  if (is_lost (self, &self->lose_out))
    return TRUE;
  return send_now (self, data, size, to);
}

/* ---- life ---- */

static void
free_media_side (gpointer data, gpointer unused)
{
  SfuWebRtcServer *self = data;

  if (self->timer)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  g_clear_pointer (&self->socket, sfu_udp_socket_free);
  g_clear_pointer (&self->tcp, sfu_tcp_listener_free);
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
parse_listen_ip (const gchar *listen_ip, const gchar *const *announced,
    SfuAddress *address, GError **error)
{
  if (!sfu_address_parse (address, listen_ip, 0)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "listen-ip \"%s\" is not an IPv4 or IPv6 address; a host name goes "
        "into announced-address",
        listen_ip);
    return FALSE;
  }
  if (sfu_address_is_wildcard (address) && !(announced && announced[0])) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "listen-ip %s is every address of this machine: clients must be told "
        "one that they can reach; put it into announced-address",
        listen_ip);
    return FALSE;
  }
  return TRUE;
}

/* Takes socket. */
static SfuWebRtcServer *
new_with_socket (SfuMediaLoop *loop, SfuUdpSocket *socket,
    const gchar *listen_ip, const gchar *const *announced)
{
  SfuWebRtcServer *self = g_object_new (SFU_TYPE_WEBRTC_SERVER, NULL);

  self->loop = g_object_ref (loop);
  self->socket = socket;
  if (announced && announced[0]) {
    self->announced = g_strdupv ((gchar **)announced);
  } else {
    self->announced = g_new0 (gchar *, 2);
    self->announced[0] = g_strdup (listen_ip);
  }
  sfu_udp_socket_start (socket, on_received, self);
  return self;
}

SfuWebRtcServer *
sfu_webrtc_server_new (SfuMediaLoop *loop, const gchar *listen_ip, guint16 port,
    const gchar *const *announced, GError **error)
{
  SfuAddress address;
  SfuUdpSocket *socket;

  g_return_val_if_fail (SFU_IS_MEDIA_LOOP (loop), NULL);
  g_return_val_if_fail (listen_ip != NULL, NULL);
  if (!parse_listen_ip (listen_ip, announced, &address, error))
    return NULL;
  address.v4.sin_port = g_htons (port);
  socket = sfu_udp_socket_new (loop, &address, error);
  return socket ? new_with_socket (loop, socket, listen_ip, announced) : NULL;
}

SfuWebRtcServer *
sfu_webrtc_server_new_in_range (SfuMediaLoop *loop, const gchar *listen_ip,
    guint16 port_min, guint16 port_max, const gchar *const *announced,
    GError **error)
{
  SfuAddress address;
  guint count = (guint)port_max - port_min + 1, first;

  g_return_val_if_fail (SFU_IS_MEDIA_LOOP (loop), NULL);
  g_return_val_if_fail (listen_ip != NULL, NULL);
  g_return_val_if_fail (port_min > 0 && port_min <= port_max, NULL);
  if (!parse_listen_ip (listen_ip, announced, &address, error))
    return NULL;
  first = (guint)g_random_int_range (0, (gint32)count);
  for (guint i = 0; i < count; i++) {
    g_autoptr (GError) failure = NULL;
    SfuUdpSocket *socket;

    address.v4.sin_port = g_htons (port_min + (first + i) % count);
    socket = sfu_udp_socket_new (loop, &address, &failure);
    if (socket)
      return new_with_socket (loop, socket, listen_ip, announced);
    /* Any other error would be the same on all ports. */
    if (!g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE)) {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE,
      "all UDP ports %u-%u of %s are in use: widen the range", port_min,
      port_max, listen_ip);
  return NULL;
}

gboolean
sfu_webrtc_server_listen_tcp (SfuWebRtcServer *self, GError **error)
{
  static const SfuTcpCallbacks callbacks = { on_received,
    on_connection_closed };
  SfuAddress address = *sfu_udp_socket_get_address (self->socket);
  g_autoptr (GError) failure = NULL;

  g_return_val_if_fail (SFU_IS_WEBRTC_SERVER (self), FALSE);
  g_return_val_if_fail (self->tcp == NULL, FALSE);
  self->tcp = sfu_tcp_listener_new (self->loop, &address, NULL, &failure);
  if (!self->tcp &&
      g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE)) {
    address.v4.sin_port = 0;
    self->tcp = sfu_tcp_listener_new (self->loop, &address, NULL, error);
    if (self->tcp)
      GST_WARNING_OBJECT (self, "%s: port %u instead", failure->message,
          sfu_webrtc_server_get_tcp_port (self));
  } else if (!self->tcp) {
    g_propagate_error (error, g_steal_pointer (&failure));
  }
  if (self->tcp)
    sfu_tcp_listener_start (self->tcp, &callbacks, self);
  return self->tcp != NULL;
}

/* ---- what it is asked ---- */

SfuMediaLoop *
sfu_webrtc_server_get_loop (SfuWebRtcServer *self)
{
  return self->loop;
}

guint16
sfu_webrtc_server_get_port (SfuWebRtcServer *self)
{
  return sfu_address_get_port (sfu_udp_socket_get_address (self->socket));
}

const gchar *
sfu_webrtc_server_get_address (SfuWebRtcServer *self)
{
  return self->announced[0];
}

guint16
sfu_webrtc_server_get_tcp_port (SfuWebRtcServer *self)
{
  return self->tcp
      ? sfu_address_get_port (sfu_tcp_listener_get_address (self->tcp))
      : 0;
}

static guint32
candidate_priority (gboolean tcp, guint n)
{
  guint32 type = tcp ? TYPE_PREFERENCE_HOST_TCP : TYPE_PREFERENCE_HOST;
  guint32 local = tcp ? (DIRECTION_PREFERENCE_PASSIVE << DIRECTION_SHIFT) +
          OTHER_PREFERENCE_FIRST - n
                      : LOCAL_PREFERENCE_FIRST - n;

  return type << 24 | local << 8 | (256 - COMPONENT_RTP);
}

static guint
add_candidates (
    SfuWebRtcServer *self, SfuIceCandidate *candidates, guint max, gboolean tcp)
{
  guint n = 0;

  for (; n < max && self->announced[n]; n++) {
    SfuIceCandidate *candidate = &candidates[n];

    memset (candidate, 0, sizeof *candidate);
    /* Same type, base and protocol: same foundation (5.1.1.3). */
    g_strlcpy (candidate->foundation, tcp ? "tcp" : "udp",
        sizeof candidate->foundation);
    candidate->priority = candidate_priority (tcp, n);
    g_strlcpy (
        candidate->address, self->announced[n], sizeof candidate->address);
    candidate->port = tcp ? sfu_webrtc_server_get_tcp_port (self)
                          : sfu_webrtc_server_get_port (self);
    candidate->tcp = tcp;
  }
  return n;
}

guint
sfu_webrtc_server_get_candidates (
    SfuWebRtcServer *self, SfuIceCandidate *candidates, guint max)
{
  guint n = add_candidates (self, candidates, max, FALSE);

  if (self->tcp)
    n += add_candidates (self, candidates + n, max - n, TRUE);
  return n;
}

/* To what UDP has. */
static void
add_tcp_stats (SfuWebRtcServer *self, SfuWebRtcServerStats *stats)
{
  SfuTcpListenerStats tcp;

  sfu_tcp_listener_get_stats (self->tcp, &tcp);
  stats->packets_received += tcp.packets_received;
  stats->bytes_received += tcp.bytes_received;
  stats->packets_sent += tcp.packets_sent;
  stats->bytes_sent += tcp.bytes_sent;
  stats->receive_calls += tcp.receive_calls;
  stats->send_calls += tcp.send_calls;
  stats->drops.n[SFU_DROP_QUEUE_FULL] += tcp.queue_full;
  stats->drops.n[SFU_DROP_NOT_CONNECTED] += tcp.gone;
  stats->drops.n[SFU_DROP_MALFORMED] += tcp.truncated;
  stats->tcp_refused = tcp.refused;
  stats->tcp_unproven = tcp.unproven;
}

void
sfu_webrtc_server_get_stats (SfuWebRtcServer *self, SfuWebRtcServerStats *stats)
{
  SfuUdpSocketStats socket;

  sfu_udp_socket_get_stats (self->socket, &socket);
  stats->packets_received = socket.packets_received;
  stats->bytes_received = socket.bytes_received;
  stats->packets_sent = socket.packets_sent;
  stats->bytes_sent = socket.bytes_sent;
  stats->receive_calls = socket.receive_calls;
  stats->send_calls = socket.send_calls;
  for (guint i = 0; i < SFU_VERDICT_COUNT; i++)
    stats->drops.n[i] = sfu_counter_get (&self->drops.n[i]);
  stats->drops.n[SFU_DROP_SEND_ERROR] += socket.send_errors;
  stats->drops.n[SFU_DROP_MALFORMED] += socket.truncated;
  stats->tcp_refused = stats->tcp_unproven = 0;
  if (self->tcp)
    add_tcp_stats (self, stats);
}
