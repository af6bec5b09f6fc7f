/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The shell around SfuIceLite: registers with the server, tells the owner and
 * webrtcbin what the core decided, carries packets between the server and the
 * two elements.
 *
 *   server --packet--> agent --push--> SfuIceSrc ! dtlssrtpdec
 *   server <--queue--- agent <--send-- SfuIceSink ! dtlssrtpenc
 *
 * Threads: lite, peer and closed are written on the media thread under the
 * lock, so the media thread reads them without it and all others with it. */
#include "sfu-ice-agent-private.h"

#include <string.h>
#include "sfu-datagram.h"
#include "sfu-ice-sink.h"
#include "sfu-ice-stream.h"
#include "sfu-ice-stubs.h"

GST_DEBUG_CATEGORY (sfu_ice_agent_debug);
#define GST_CAT_DEFAULT sfu_ice_agent_debug

/* Packets that wait until webrtcbin knows that ICE is connected: a DTLS flight
 * and its retransmissions; a client sends no media before. */
#define EARLY_MAX 64

G_DEFINE_TYPE_WITH_CODE (SfuIceAgent, sfu_ice_agent, GST_TYPE_WEBRTC_ICE,
    GST_DEBUG_CATEGORY_INIT (sfu_ice_agent_debug, "sfuice", 0, "ICE-lite"))

static void
count_drop (SfuIceAgent *self, SfuVerdict verdict)
{
  sfu_counter_add (&self->drops.n[verdict], 1);
}

/* ---- received packets (media thread) ---- */

static void
push (SfuIceAgent *self, GstBuffer *buffer, gboolean media)
{
  if (sfu_ice_src_push (self->src, buffer, media) < GST_FLOW_OK)
    count_drop (self, SFU_DROP_NOT_LINKED);
}

/* Not from the pool: it may stay in a producer's cache for seconds, and there a
 * sound of 200 bytes shall not take the room of a picture's packet. */
static void
on_packet (gpointer owner, const guint8 *data, gsize size)
{
  static const GstAllocationParams params = { .padding = SFU_PACKET_TAIL };
  SfuIceAgent *self = owner;
  GstBuffer *buffer;

  sfu_counter_add (&self->packets_received, 1);
  sfu_counter_add (&self->bytes_received, size);
  if (!self->ready && self->early.length == EARLY_MAX) {
    count_drop (self, SFU_DROP_QUEUE_FULL);
    return;
  }
  buffer = gst_buffer_new_allocate (NULL, size, (GstAllocationParams *)&params);
  gst_buffer_fill (buffer, 0, data, size);
  if (self->ready)
    push (self, buffer, sfu_datagram_is_rtp (data[0]));
  else
    g_queue_push_tail (&self->early, buffer);
}

/* ---- telling webrtcbin ---- */

static void
set_ready (gpointer data, gpointer unused)
{
  SfuIceAgent *self = data;
  GstBuffer *buffer;

  if (self->closed || !self->src)
    return;
  self->ready = TRUE;
  while ((buffer = g_queue_pop_head (&self->early)))
    push (self, buffer, FALSE);
}

static gboolean
is_closed (SfuIceAgent *self)
{
  gboolean closed;

  g_mutex_lock (&self->lock);
  closed = self->closed;
  g_mutex_unlock (&self->lock);
  return closed;
}

/* Control thread. The notifications run webrtcbin's handlers, which start
 * dtlssrtpenc: only then may packets flow. */
static gboolean
tell_webrtcbin (gpointer data)
{
  SfuIceAgent *self = data;
  GstWebRTCICETransport *transport = self->transport;

  if (is_closed (self) || !transport)
    return G_SOURCE_REMOVE;
  gst_webrtc_ice_transport_connection_state_change (
      transport, GST_WEBRTC_ICE_CONNECTION_STATE_CHECKING);
  gst_webrtc_ice_transport_connection_state_change (
      transport, GST_WEBRTC_ICE_CONNECTION_STATE_CONNECTED);
  gst_webrtc_ice_transport_selected_pair_change (transport);
  gst_webrtc_ice_transport_connection_state_change (
      transport, GST_WEBRTC_ICE_CONNECTION_STATE_COMPLETED);
  sfu_media_loop_invoke (
      self->loop, set_ready, g_object_ref (self), g_object_unref);
  return G_SOURCE_REMOVE;
}

void
sfu_ice_agent_maybe_tell (SfuIceAgent *self)
{
  if (!self->opened || self->told || self->closed || !self->has_peer)
    return;
  self->told = TRUE;
  self->tell = g_idle_source_new ();
  g_source_set_static_name (self->tell, "sfu-ice-tell");
  g_source_set_priority (self->tell, G_PRIORITY_DEFAULT);
  g_source_set_callback (
      self->tell, tell_webrtcbin, g_object_ref (self), g_object_unref);
  g_source_attach (self->tell, self->control);
}

/* ---- what the server tells (media thread) ---- */

static const gchar *
on_password (gpointer owner, const gchar *ufrag)
{
  return sfu_ice_lite_password (&SFU_ICE_AGENT (owner)->lite, ufrag);
}

static gboolean
on_holds (gpointer owner, const SfuAddress *address, gint64 now_us)
{
  return sfu_ice_lite_holds (&SFU_ICE_AGENT (owner)->lite, address, now_us);
}

/* Under the lock. */
static void
copy_peer_locked (SfuIceAgent *self)
{
  const SfuAddress *selected = sfu_ice_lite_selected (&self->lite);

  self->has_peer = selected && self->lite.state != SFU_ICE_CLOSED;
  if (self->has_peer)
    self->peer = *selected;
}

static void
on_address_lost (gpointer owner, const SfuAddress *address)
{
  SfuIceAgent *self = owner;

  g_mutex_lock (&self->lock);
  sfu_ice_lite_forget (&self->lite, address);
  copy_peer_locked (self);
  g_mutex_unlock (&self->lock);
}

static void
tell_state (SfuIceAgent *self, const gchar *reason)
{
  SfuIceState state = self->lite.state;

  GST_INFO_OBJECT (self, "ufrag=%s state=%s reason=%s",
      self->lite.current.ufrag, sfu_ice_state_name (state), reason);
  if (!self->closed && self->callbacks && self->callbacks->state_changed)
    self->callbacks->state_changed (self->owner, state, reason);
}

static void
log_selected (SfuIceAgent *self)
{
  gchar host[SFU_ADDRESS_TEXT_SIZE];

  sfu_address_to_text (&self->peer, host, sizeof host);
  GST_INFO_OBJECT (self, "ufrag=%s selected=%s port=%u protocol=%s",
      self->lite.current.ufrag, host, sfu_address_get_port (&self->peer),
      sfu_address_is_tcp (&self->peer) ? "tcp" : "udp");
}

static void
on_checked (gpointer owner, const gchar *ufrag, const SfuAddress *from,
    gboolean nominates, gint64 now_us)
{
  SfuIceAgent *self = owner;
  SfuIceChange change;

  g_mutex_lock (&self->lock);
  sfu_ice_lite_check (&self->lite, ufrag, from, nominates, now_us, &change);
  copy_peer_locked (self);
  g_mutex_unlock (&self->lock);
  if (change.address_dropped)
    sfu_webrtc_server_remove_address (
        self->server, &change.dropped_address, &self->served);
  if (change.dropped_ufrag[0])
    sfu_webrtc_server_remove_ufrag (self->server, change.dropped_ufrag);
  if (change.selected_changed)
    log_selected (self);
  if (change.state_changed)
    tell_state (self, "");
  sfu_ice_agent_maybe_tell (self);
}

/* No more STUN, no more packets. */
static void
leave_tables (SfuIceAgent *self)
{
  for (guint i = 0; i < self->lite.n_addresses; i++)
    sfu_webrtc_server_remove_address (
        self->server, &self->lite.addresses[i].address, &self->served);
  sfu_webrtc_server_remove_ufrag (self->server, self->lite.current.ufrag);
  sfu_webrtc_server_remove_ufrag (self->server, self->lite.previous.ufrag);
  sfu_webrtc_server_remove (self->server, &self->served);
}

static void
on_tick (gpointer owner, gint64 now_us)
{
  SfuIceAgent *self = owner;
  const gchar *reason = "";
  gboolean changed;

  g_mutex_lock (&self->lock);
  changed = sfu_ice_lite_tick (&self->lite, now_us, &reason);
  copy_peer_locked (self);
  g_mutex_unlock (&self->lock);
  if (!changed)
    return;
  if (self->lite.state == SFU_ICE_CLOSED)
    leave_tables (self);
  tell_state (self, reason);
}

static const SfuServedInterface served_interface = {
  .password = on_password,
  .holds = on_holds,
  .address_lost = on_address_lost,
  .checked = on_checked,
  .packet = on_packet,
  .tick = on_tick,
};

/* ---- sending ---- */

static void
send_on_media_thread (SfuIceAgent *self, const SfuPacket *packet)
{
  if (!self->has_peer) {
    count_drop (self, SFU_DROP_NOT_CONNECTED);
    gst_buffer_unref (packet->buffer);
    return;
  }
  sfu_counter_add (&self->packets_sent, 1);
  sfu_counter_add (&self->bytes_sent, packet->size);
  sfu_webrtc_server_queue (self->server, packet, &self->peer);
}

/* DTLS flights and SCTP, from the tasks of the dtls elements. The system call
 * is made under the lock (it does not block): this way nothing leaves after
 * sfu_ice_agent_close has returned. */
static void
send_on_other_thread (SfuIceAgent *self, SfuPacket *packet)
{
  SfuVerdict verdict = SFU_DROP_NOT_CONNECTED;

  g_mutex_lock (&self->lock);
  if (self->has_peer)
    verdict = sfu_webrtc_server_send_now (
                  self->server, packet->data, packet->size, &self->peer)
        ? SFU_VERDICT_FORWARD
        : SFU_DROP_SEND_ERROR;
  g_mutex_unlock (&self->lock);
  if (verdict == SFU_VERDICT_FORWARD) {
    sfu_counter_add_shared (&self->other_packets_sent, 1);
    sfu_counter_add_shared (&self->other_bytes_sent, packet->size);
  } else {
    sfu_counter_add_shared (&self->other_drops.n[verdict], 1);
  }
  sfu_packet_clear (packet);
}

static void
on_send (gpointer owner, SfuPacket *packets, guint n)
{
  SfuIceAgent *self = owner;
  gboolean here = sfu_media_loop_is_self (self->loop);

  for (guint i = 0; i < n; i++) {
    if (here)
      send_on_media_thread (self, &packets[i]);
    else
      send_on_other_thread (self, &packets[i]);
  }
}

/* ---- GstWebRTCICE; the rest is in sfu-ice-stubs.c ---- */

static GstWebRTCICEStream *
sfu_ice_agent_add_stream (GstWebRTCICE *ice, guint session_id)
{
  SfuIceAgent *self = SFU_ICE_AGENT (ice);
  SfuIceSink *sink;

  if (self->stream) {
    g_critical ("second ICE stream: the description has two transports");
    return self->stream;
  }
  sink = sfu_ice_sink_new (on_send, G_OBJECT (self));
  self->src = sfu_ice_src_new ();
  self->transport =
      sfu_ice_transport_new (GST_ELEMENT (self->src), GST_ELEMENT (sink));
  self->stream = sfu_ice_stream_new (session_id, self->transport);
  gst_object_unref (sink);
  return self->stream;
}

/* ---- life ---- */

static void
close_on_media_thread (gpointer data, gpointer unused)
{
  SfuIceAgent *self = data;
  GstBuffer *buffer;

  if (self->closed)
    return;
  /* The last words of DTLS may be among what is queued. */
  sfu_webrtc_server_flush (self->server);
  leave_tables (self);
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  self->has_peer = FALSE;
  self->lite.state = SFU_ICE_CLOSED;
  g_mutex_unlock (&self->lock);
  self->ready = FALSE;
  while ((buffer = g_queue_pop_head (&self->early)))
    gst_buffer_unref (buffer);
  if (self->tell) {
    g_source_destroy (self->tell);
    g_clear_pointer (&self->tell, g_source_unref);
  }
  GST_INFO_OBJECT (self, "ufrag=%s closed", self->lite.current.ufrag);
}

void
sfu_ice_agent_close (SfuIceAgent *self)
{
  g_return_if_fail (SFU_IS_ICE_AGENT (self));
  sfu_media_loop_call (self->loop, close_on_media_thread, self);
}

void
sfu_ice_agent_break_cycle (SfuIceAgent *self)
{
  g_return_if_fail (SFU_IS_ICE_AGENT (self));
  gst_clear_object (&self->stream);
  gst_clear_object (&self->transport);
  gst_clear_object (&self->src);
}

static void
sfu_ice_agent_dispose (GObject *object)
{
  SfuIceAgent *self = SFU_ICE_AGENT (object);

  if (self->loop)
    sfu_ice_agent_close (self);
  sfu_ice_agent_break_cycle (self);
  G_OBJECT_CLASS (sfu_ice_agent_parent_class)->dispose (object);
}

static void
sfu_ice_agent_finalize (GObject *object)
{
  SfuIceAgent *self = SFU_ICE_AGENT (object);

  g_clear_object (&self->server);
  g_clear_pointer (&self->control, g_main_context_unref);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (sfu_ice_agent_parent_class)->finalize (object);
}

static void
sfu_ice_agent_class_init (SfuIceAgentClass *klass)
{
  GstWebRTCICEClass *ice_class = GST_WEBRTC_ICE_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sfu_ice_agent_dispose;
  G_OBJECT_CLASS (klass)->finalize = sfu_ice_agent_finalize;
  sfu_ice_stubs_install (ice_class);
  ice_class->add_stream = sfu_ice_agent_add_stream;
}

static void
sfu_ice_agent_init (SfuIceAgent *self)
{
  g_mutex_init (&self->lock);
  g_queue_init (&self->early);
  self->served.interface = &served_interface;
  self->served.owner = G_OBJECT (self);
}

static void
enter_tables (gpointer data, gpointer unused)
{
  SfuIceAgent *self = data;

  if (!self->closed)
    sfu_webrtc_server_add_ufrag (
        self->server, self->lite.current.ufrag, &self->served);
}

SfuIceAgent *
sfu_ice_agent_new (SfuWebRtcServer *server, GMainContext *control,
    const SfuIceAgentCallbacks *callbacks, gpointer owner)
{
  SfuIceAgent *self;

  g_return_val_if_fail (SFU_IS_WEBRTC_SERVER (server), NULL);
  self = gst_object_ref_sink (g_object_new (SFU_TYPE_ICE_AGENT, NULL));
  self->server = g_object_ref (server);
  self->loop = sfu_webrtc_server_get_loop (server);
  self->control =
      g_main_context_ref (control ? control : g_main_context_default ());
  self->callbacks = callbacks;
  self->owner = owner;
  if (!sfu_ice_lite_init (&self->lite, g_get_monotonic_time ()))
    g_error ("no randomness for ICE credentials");
  /* Not invoke: the socket may be read before the mailbox in the turn in which
   * the first check comes. */
  sfu_media_loop_call (self->loop, enter_tables, self);
  return self;
}

static void
force_tcp_on_media_thread (gpointer data, gpointer unused)
{
  SFU_ICE_AGENT (data)->served.tcp_only = TRUE;
}

void
sfu_ice_agent_force_tcp (SfuIceAgent *self)
{
  g_return_if_fail (SFU_IS_ICE_AGENT (self));
  sfu_media_loop_call (self->loop, force_tcp_on_media_thread, self);
}
