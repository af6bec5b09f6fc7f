/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The control side of sfutransport: making the agent, connecting, states,
 * closing.
 *
 * Threads: control thread; what the media thread and DTLS tell is posted to it
 * with a weak reference, so that a transport nobody holds is not kept alive by
 * its own news. */
#include "sfu-transport-private.h"

#include <string.h>
#include "sfu-certificate.h"

GST_DEBUG_CATEGORY_EXTERN (sfutransport);
#define GST_CAT_DEFAULT sfutransport

/* How long a close waits for close_notify to be handed to the socket: normally
 * microseconds; the bound is for a machine that is out of breath. */
#define CLOSE_NOTIFY_WAIT_US (50 * 1000)
#define MAX_FINGERPRINTS 16

/* ---- news ---- */

typedef struct {
  GWeakRef transport;
  gint life;
  gboolean is_ice;
  gint state;
  gchar *reason; /* owned */
} News;

static void
free_news (gpointer data)
{
  News *news = data;

  g_weak_ref_clear (&news->transport);
  g_free (news->reason);
  g_free (news);
}

static void
emit_state (SfuTransport *self)
{
  const gchar *ice, *dtls;
  g_autofree gchar *reason = NULL;

  GST_OBJECT_LOCK (self);
  ice = sfu_ice_state_name (self->ice_state);
  dtls = sfu_dtls_state_name (self->dtls_state);
  reason = g_strdup (self->reason);
  GST_OBJECT_UNLOCK (self);
  GST_INFO_OBJECT (self, "ice=%s dtls=%s reason=%s", ice, dtls, reason);
  g_signal_emit (
      self, sfu_transport_state_changed_signal, 0, ice, dtls, reason);
}

static void
set_state (
    SfuTransport *self, SfuIceState ice, SfuDtlsState dtls, const gchar *reason)
{
  GST_OBJECT_LOCK (self);
  self->ice_state = ice;
  self->dtls_state = dtls;
  g_free (self->reason);
  self->reason = g_strdup (reason);
  GST_OBJECT_UNLOCK (self);
}

static void
stop_dtls_timer (SfuTransport *self)
{
  if (!self->dtls_timer)
    return;
  g_source_destroy (self->dtls_timer);
  g_clear_pointer (&self->dtls_timer, g_source_unref);
}

static gboolean
on_dtls_timeout (gpointer data)
{
  SfuTransport *self = data;

  stop_dtls_timer (self);
  sfu_transport_shut (self, SFU_DTLS_FAILED, "DTLS failed: timeout", TRUE);
  return G_SOURCE_REMOVE;
}

/* The handshake has its time from when both ICE and we are ready. */
static void
maybe_start_dtls_timer (SfuTransport *self)
{
  if (self->dtls_timer || !self->dtls_timeout || !self->webrtcbin ||
      self->ice_state == SFU_ICE_NEW || self->dtls_state >= SFU_DTLS_CONNECTED)
    return;
  self->dtls_timer = g_timeout_source_new (self->dtls_timeout);
  g_source_set_callback (self->dtls_timer, on_dtls_timeout,
      gst_object_ref (self), gst_object_unref);
  g_source_attach (self->dtls_timer, self->control);
}

static void
on_ice_news (SfuTransport *self, SfuIceState state, const gchar *reason)
{
  if (state == SFU_ICE_CLOSED) {
    sfu_transport_shut (self, SFU_DTLS_CLOSED, reason, TRUE);
    return;
  }
  set_state (self, state, self->dtls_state, reason);
  maybe_start_dtls_timer (self);
  emit_state (self);
}

static void
on_dtls_news (SfuTransport *self, SfuDtlsState state, const gchar *reason)
{
  if (state == SFU_DTLS_FAILED || state == SFU_DTLS_CLOSED) {
    sfu_transport_shut (self, state, reason, TRUE);
    return;
  }
  if (state == SFU_DTLS_CONNECTED)
    stop_dtls_timer (self);
  set_state (self, self->ice_state, state, reason);
  emit_state (self);
}

static gboolean
on_news (gpointer data)
{
  News *news = data;
  g_autoptr (SfuTransport) self = g_weak_ref_get (&news->transport);

  if (!self || self->closed || news->life != g_atomic_int_get (&self->life))
    return G_SOURCE_REMOVE;
  if (news->is_ice)
    on_ice_news (self, news->state, news->reason);
  else
    on_dtls_news (self, news->state, news->reason);
  return G_SOURCE_REMOVE;
}

static void
post_news (SfuTransport *self, gboolean is_ice, gint state, const gchar *reason)
{
  News *news = g_new0 (News, 1);
  g_autoptr (GSource) source = g_idle_source_new ();

  g_weak_ref_init (&news->transport, self);
  news->life = g_atomic_int_get (&self->life);
  news->is_ice = is_ice;
  news->state = state;
  news->reason = g_strdup (reason ? reason : "");
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, on_news, news, free_news);
  g_source_attach (source, self->control);
}

/* ---- what ICE and webrtcbin tell ---- */

static void
on_agent_state_changed (gpointer owner, SfuIceState state, const gchar *reason)
{
  post_news (owner, TRUE, state, reason);
}

static void
on_webrtcbin_rtp (gpointer owner, GstBuffer *buffer)
{
  sfu_transport_media_receive_rtp (SFU_TRANSPORT (owner)->base.media, buffer);
}

static void
on_webrtcbin_rtcp (gpointer owner, GstBuffer *buffer)
{
  sfu_transport_media_receive_rtcp (SFU_TRANSPORT (owner)->base.media, buffer);
}

static void
on_webrtcbin_refused (gpointer owner, guint n_packets)
{
  SFU_TRANSPORT (owner)->base.media->drops.n[SFU_DROP_NOT_AUTHENTICATED] +=
      n_packets;
}

static void
set_connected (gpointer media, gpointer unused)
{
  sfu_transport_media_set_connected (media, TRUE);
}

/* Media first: when the application hears of it, packets pass. */
static void
on_webrtcbin_dtls_state (
    gpointer owner, SfuDtlsState state, const gchar *reason)
{
  SfuTransport *self = owner;

  if (state == SFU_DTLS_CONNECTED)
    sfu_media_loop_invoke (self->base.media->loop, set_connected,
        sfu_transport_media_ref (self->base.media), sfu_transport_media_unref);
  post_news (self, FALSE, state, reason);
}

/* The stock dtls changes its state for an error of OpenSSL, but not when the
 * handshake was fine and no SRTP profile came out of it: that it only posts. */
void
sfu_transport_element_failed (
    SfuTransport *self, GstObject *element, const gchar *debug)
{
  GstElementFactory *factory = GST_IS_ELEMENT (element)
      ? gst_element_get_factory (GST_ELEMENT (element))
      : NULL;
  SfuDtlsState state;

  if (!factory || !g_str_equal (GST_OBJECT_NAME (factory), "dtlsdec"))
    return;
  GST_OBJECT_LOCK (self);
  state = self->dtls_state;
  GST_OBJECT_UNLOCK (self);
  if (state >= SFU_DTLS_CONNECTED)
    return;
  post_news (self, FALSE, SFU_DTLS_FAILED,
      debug && strstr (debug, "No SRTP capabilities")
          ? "DTLS failed: no common SRTP profile"
          : "DTLS failed: handshake error");
}

/* ---- the agent ---- */

static gboolean
make_server (SfuTransport *self, GError **error)
{
  g_autoptr (SfuMediaLoop) loop = self->given_loop
      ? g_object_ref (self->given_loop)
      : sfu_media_loop_get_default ();
  g_auto (GStrv) announced = NULL;
  guint i;

  announced = g_strsplit (
      self->announced_address ? self->announced_address : "", ",", -1);
  for (i = 0; announced[i]; i++)
    g_strstrip (announced[i]);
  self->server = sfu_webrtc_server_new (loop, self->listen_ip, self->port,
      (const gchar *const *)announced, error);
  if (self->server && (self->tcp || self->force_tcp) &&
      !sfu_webrtc_server_listen_tcp (self->server, error))
    g_clear_object (&self->server);
  return self->server != NULL;
}

void
sfu_transport_apply_timeouts (SfuTransport *self)
{
  if (self->agent)
    sfu_ice_agent_set_timeouts (self->agent,
        self->first_check_timeout * G_GINT64_CONSTANT (1000),
        self->disconnect_timeout * G_GINT64_CONSTANT (1000),
        self->consent_timeout * G_GINT64_CONSTANT (1000));
}

gboolean
sfu_transport_ensure_agent (SfuTransport *self, GError **error)
{
  static const SfuIceAgentCallbacks callbacks = { on_agent_state_changed };
  SfuIceAgent *agent;

  if (self->agent && !self->closed)
    return TRUE;
  if (!self->server && !make_server (self, error))
    return FALSE;
  if (!self->base.media)
    self->base.media = sfu_transport_media_new (
        sfu_webrtc_server_get_loop (self->server), self->rtcp_cname);
  agent = sfu_ice_agent_new (self->server, self->control, &callbacks, self);
  if (self->force_tcp)
    sfu_ice_agent_force_tcp (agent);
  GST_OBJECT_LOCK (self);
  g_clear_object (&self->agent);
  self->agent = agent;
  GST_OBJECT_UNLOCK (self);
  self->closed = FALSE;
  self->connect_called = FALSE;
  g_atomic_int_inc (&self->life);
  set_state (self, SFU_ICE_NEW, SFU_DTLS_NEW, "");
  sfu_transport_apply_timeouts (self);
  g_object_notify (G_OBJECT (self), "ice-ufrag");
  return TRUE;
}

/* ---- connect ---- */

static gboolean
check_connect (SfuTransport *self, const gchar *peer_role, GError **error)
{
  if (self->closed) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "transport is closed");
  } else if (self->connect_called) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, "already connected");
  } else if (peer_role && !g_str_equal (peer_role, "client") &&
      !g_str_equal (peer_role, "server") && !g_str_equal (peer_role, "auto")) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "DTLS role must be client, server or auto");
  } else if (!GST_OBJECT_PARENT (self) || GST_STATE (self) < GST_STATE_PAUSED) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED,
        "transport must be in a pipeline that is PLAYING");
  } else {
    return sfu_transport_ensure_agent (self, error);
  }
  return FALSE;
}

static GPtrArray *
read_fingerprints (const gchar *const *pairs, GError **error)
{
  g_autoptr (GPtrArray) result =
      g_ptr_array_new_with_free_func ((GDestroyNotify)sfu_fingerprint_free);
  guint i;

  for (i = 0; pairs && pairs[i] && result->len < MAX_FINGERPRINTS; i += 2) {
    if (!sfu_fingerprint_check (pairs[i], pairs[i + 1], error))
      return NULL;
    g_ptr_array_add (result, sfu_fingerprint_new (pairs[i], pairs[i + 1]));
  }
  if (result->len > 0)
    return g_steal_pointer (&result);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
      "at least one fingerprint is needed");
  return NULL;
}

static void
start_lane (gpointer carrier)
{
  sfu_webrtcbin_start_lane (carrier);
}

static void
push_rtp (gpointer carrier, SfuPacket *packets, guint n)
{
  sfu_webrtcbin_push_rtp (carrier, packets, n);
}

static void
push_rtcp (gpointer carrier, GstBuffer *buffer)
{
  sfu_webrtcbin_push_rtcp (carrier, buffer);
}

static const gchar *
srtp_profile (gpointer carrier)
{
  return sfu_webrtcbin_get_srtp_profile (carrier);
}

static void
add_drops (gpointer carrier, SfuVerdictCounters *drops)
{
  sfu_webrtcbin_add_drops (carrier, drops);
}

static void
attach_webrtcbin (gpointer data, gpointer unused)
{
  static const SfuCarrierInterface interface = { start_lane, push_rtp,
    push_rtcp, srtp_profile, add_drops };
  SfuTransport *self = data;

  sfu_transport_media_set_carrier (
      self->base.media, &interface, self->webrtcbin);
  sfu_rtcp_session_set_max_incoming_bitrate (self->base.media->rtcp,
      self->max_incoming_bitrate, g_get_monotonic_time ());
}

gboolean
sfu_transport_connect_full (SfuTransport *self, const gchar *peer_role,
    const gchar *const *fingerprints, GError **error)
{
  static const SfuWebrtcbinCallbacks callbacks = { on_webrtcbin_rtp,
    on_webrtcbin_rtcp, on_webrtcbin_refused, on_webrtcbin_dtls_state };
  g_autoptr (SfuCertificate) certificate = NULL;
  g_autoptr (GError) failure = NULL;
  GPtrArray *wanted;

  g_return_val_if_fail (SFU_IS_TRANSPORT (self), FALSE);

  if (!check_connect (self, peer_role, error) ||
      !(wanted = read_fingerprints (fingerprints, error)))
    return FALSE;
  self->connect_called = TRUE;
  GST_OBJECT_LOCK (self);
  self->is_client = g_strcmp0 (peer_role, "server") == 0;
  GST_OBJECT_UNLOCK (self);
  certificate = sfu_certificate_get_default ();
  self->webrtcbin = sfu_webrtcbin_new (GST_BIN (self), self->agent,
      self->dtls_pair, self->base.media->loop, &callbacks, G_OBJECT (self));
  sfu_media_loop_call (self->base.media->loop, attach_webrtcbin, self);
  if (sfu_webrtcbin_start (self->webrtcbin,
          sfu_certificate_get_pem (certificate), self->is_client, self->sctp,
          wanted, &failure)) {
    maybe_start_dtls_timer (self);
    return TRUE;
  }
  sfu_transport_shut (self, SFU_DTLS_FAILED, failure->message, TRUE);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean
sfu_transport_connect (SfuTransport *self, const gchar *peer_role,
    const gchar *algorithm, const gchar *fingerprint, GError **error)
{
  const gchar *pairs[] = { algorithm, fingerprint, NULL };

  return sfu_transport_connect_full (self, peer_role, pairs, error);
}

void
sfu_transport_restart_ice (SfuTransport *self)
{
  g_return_if_fail (SFU_IS_TRANSPORT (self));

  if (self->closed || !self->agent)
    return;
  sfu_ice_agent_restart (self->agent);
  /* Not of the password: gst-launch -v would print it. */
  g_object_notify (G_OBJECT (self), "ice-ufrag");
}

/* ---- close ---- */

static void
detach_webrtcbin (gpointer data, gpointer unused)
{
  SfuTransport *self = data;

  if (self->base.media->carrier)
    sfu_webrtcbin_detach (self->base.media->carrier);
  sfu_transport_media_set_carrier (self->base.media, NULL, NULL);
  sfu_transport_media_set_connected (self->base.media, FALSE);
}

/* Order: the peer is told while there still is a way; then the media thread is
 * out of webrtcbin and never comes back; then the elements go down; then the
 * cycle agent -> stream -> transport -> sink -> agent is broken. */
static void
tear_down (SfuTransport *self)
{
  if (self->webrtcbin)
    sfu_webrtcbin_send_close_notify (self->webrtcbin, CLOSE_NOTIFY_WAIT_US);
  if (self->base.media)
    sfu_media_loop_call (self->base.media->loop, detach_webrtcbin, self);
  if (self->agent)
    sfu_ice_agent_close (self->agent);
  g_clear_pointer (&self->webrtcbin, sfu_webrtcbin_stop);
  if (self->agent)
    sfu_ice_agent_break_cycle (self->agent);
}

void
sfu_transport_shut (
    SfuTransport *self, SfuDtlsState state, const gchar *reason, gboolean emit)
{
  if (self->closed)
    return;
  self->closed = TRUE;
  stop_dtls_timer (self);
  tear_down (self);
  set_state (self, SFU_ICE_CLOSED, state, reason);
  if (emit)
    emit_state (self);
}

void
sfu_transport_close (SfuTransport *self)
{
  g_return_if_fail (SFU_IS_TRANSPORT (self));

  sfu_transport_shut (self, SFU_DTLS_CLOSED, "closed", TRUE);
}
