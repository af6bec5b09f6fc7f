/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-webrtcbin.h.
 *
 * Threads: the elements are found on webrtcbin's own thread while the control
 * thread waits for it; afterwards the fields do not change until stop. Handlers
 * of signals hold a reference, because disconnecting a handler does not wait
 * for one that runs (DTLS timeouts have a thread of their own). */
#include "sfu-webrtcbin-private.h"

#include "sfu-certificate.h"
#include "sfu-close-notify.h"
#include "sfu-dtls-srtp-dec.h"
#include "sfu-dtls-srtp-enc.h"
#include "sfu-lane.h"
#include "sfu-negotiation.h"

GST_DEBUG_CATEGORY_EXTERN (sfutransport);
#define GST_CAT_DEFAULT sfutransport

/* Packets that may overtake each other within one SSRC. libsrtp's own 128 is
 * less than a recovered packet may come late, and srtpenc answers a packet
 * outside with a fatal error. */
#define SRTP_WINDOW 1024

/* GstDtlsConnectionState; the plugin has no public header. */
enum {
  GST_DTLS_STATE_NEW,
  GST_DTLS_STATE_CLOSED,
  GST_DTLS_STATE_FAILED,
  GST_DTLS_STATE_CONNECTING,
  GST_DTLS_STATE_CONNECTED
};

/* ---- small types ---- */

const gchar *
sfu_dtls_state_name (SfuDtlsState state)
{
  static const gchar *const names[] = { "new", "connecting", "connected",
    "failed", "closed" };

  return names[state];
}

/* ---- life ---- */

static void
clear_parts (SfuWebrtcbinParts *parts)
{
  gst_clear_object (&parts->dec);
  gst_clear_object (&parts->enc);
  gst_clear_object (&parts->queue);
  gst_clear_object (&parts->capsfilter);
  gst_clear_object (&parts->dtlsdec);
}

static void
clear_webrtcbin (SfuWebrtcbin *self)
{
  g_clear_object (&self->agent);
  g_clear_object (&self->loop);
  g_weak_ref_clear (&self->owner);
  g_clear_pointer (&self->fingerprints, g_ptr_array_unref);
  g_free (self->pem);
  clear_parts (&self->parts);
}

static void
unref_webrtcbin (gpointer self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify)clear_webrtcbin);
}

static void
unref_closure (gpointer self, GClosure *closure)
{
  unref_webrtcbin (self);
}

static void
connect_signal (
    SfuWebrtcbin *self, gpointer object, const gchar *signal, GCallback func)
{
  g_signal_connect_data (
      object, signal, func, g_atomic_rc_box_acquire (self), unref_closure, 0);
}

static void
on_lane_rtp (gpointer data, GstBuffer *buffer)
{
  SfuWebrtcbin *self = data;

  if (self->media_owner && g_atomic_int_get (&self->authenticated)) {
    self->callbacks->rtp (self->media_owner, buffer);
    return;
  }
  if (self->media_owner)
    self->callbacks->refused (self->media_owner, 1);
  gst_buffer_unref (buffer);
}

static void
on_lane_rtcp (gpointer data, GstBuffer *buffer)
{
  SfuWebrtcbin *self = data;

  if (self->media_owner && g_atomic_int_get (&self->authenticated)) {
    self->callbacks->rtcp (self->media_owner, buffer);
    return;
  }
  if (self->media_owner)
    self->callbacks->refused (self->media_owner, 1);
  gst_buffer_unref (buffer);
}

SfuWebrtcbin *
sfu_webrtcbin_new (GstBin *bin, SfuIceAgent *agent, SfuDtlsPair pair,
    SfuMediaLoop *loop, const SfuWebrtcbinCallbacks *callbacks, GObject *owner)
{
  SfuWebrtcbin *self = g_atomic_rc_box_new0 (SfuWebrtcbin);

  self->bin = bin;
  self->agent = g_object_ref (agent);
  self->pair = pair;
  self->loop = g_object_ref (loop);
  self->callbacks = callbacks;
  self->media_owner = owner;
  g_weak_ref_init (&self->owner, owner);
  return self;
}

/* ---- the certificate and the state ---- */

static void
tell_state (SfuWebrtcbin *self, SfuDtlsState state, const gchar *reason)
{
  g_autoptr (GObject) owner = g_weak_ref_get (&self->owner);

  g_atomic_int_set (&self->state, state);
  if (owner)
    self->callbacks->dtls_state (owner, state, reason);
}

/* Media thread, inside the handshake: before any key exists. */
static void
on_dec_peer_pem (GObject *dec, GParamSpec *pspec, SfuWebrtcbin *self)
{
  g_autofree gchar *pem = NULL;
  guint i;

  g_object_get (dec, "peer-pem", &pem, NULL);
  if (!pem)
    return;
  for (i = 0; i < self->fingerprints->len; i++) {
    const SfuFingerprint *f = g_ptr_array_index (self->fingerprints, i);

    if (sfu_certificate_matches (pem, f->algorithm, f->value)) {
      g_atomic_int_set (&self->authenticated, TRUE);
      return;
    }
  }
  g_atomic_int_set (&self->authenticated, FALSE);
  tell_state (self, SFU_DTLS_FAILED, "fingerprint mismatch");
}

static void
tell_failure (SfuWebrtcbin *self, SfuDtlsState before)
{
  const gchar *why =
      before == SFU_DTLS_CONNECTED ? "fatal error" : "handshake error";
  g_autofree gchar *reason = NULL;

  if (SFU_IS_DTLS_SRTP_DEC (self->parts.dec))
    why = sfu_dtls_srtp_dec_get_failure (SFU_DTLS_SRTP_DEC (self->parts.dec));
  reason = g_strconcat ("DTLS failed: ", why, NULL);
  tell_state (self, SFU_DTLS_FAILED, reason);
}

/* Media thread, the task of dtlsenc, or a DTLS timeout. */
static void
on_enc_connection_state (GObject *enc, GParamSpec *pspec, SfuWebrtcbin *self)
{
  gint state = GST_DTLS_STATE_NEW;
  SfuDtlsState before = g_atomic_int_get (&self->state);

  g_object_get (enc, "connection-state", &state, NULL);
  GST_DEBUG_OBJECT (self->webrtc, "dtls=%d before=%d", state, before);
  if (before == SFU_DTLS_FAILED || before == SFU_DTLS_CLOSED)
    return;
  if (state == GST_DTLS_STATE_CONNECTING) {
    tell_state (self, SFU_DTLS_CONNECTING, "");
  } else if (state == GST_DTLS_STATE_CONNECTED) {
    /* The stock plugin refuses peers without a certificate, but nothing here
     * shall depend on which plugin it is. */
    if (!g_atomic_int_get (&self->authenticated)) {
      tell_state (self, SFU_DTLS_FAILED, "DTLS failed: no certificate");
    } else if (g_atomic_int_compare_and_exchange (&self->ready, FALSE, TRUE)) {
      tell_state (self, SFU_DTLS_CONNECTED, "");
    }
  } else if (state == GST_DTLS_STATE_FAILED) {
    tell_failure (self, before);
  } else if (state == GST_DTLS_STATE_CLOSED) {
    if (before == SFU_DTLS_CONNECTED)
      tell_state (self, SFU_DTLS_CLOSED, "close_notify by peer");
    else if (before == SFU_DTLS_CONNECTING)
      tell_state (
          self, SFU_DTLS_FAILED, "DTLS failed: closed by peer in handshake");
  }
}

static void
take_element (GstElement **slot, GstElement *element)
{
  if (!*slot)
    *slot = gst_object_ref (element);
}

/* Hash and value in turns. */
static gchar **
list_fingerprints (SfuWebrtcbin *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < self->fingerprints->len; i++) {
    const SfuFingerprint *f = g_ptr_array_index (self->fingerprints, i);

    g_strv_builder_add (builder, f->algorithm);
    g_strv_builder_add (builder, f->value);
  }
  return g_strv_builder_end (builder);
}

static void
take_dec (SfuWebrtcbin *self, GstElement *dec)
{
  take_element (&self->parts.dec, dec);
  g_object_set (dec, "pem", self->pem, NULL);
  if (SFU_IS_DTLS_SRTP_DEC (dec)) {
    g_auto (GStrv) fingerprints = list_fingerprints (self);

    g_object_set (dec, "peer-fingerprints", fingerprints, NULL);
  }
  connect_signal (self, dec, "notify::peer-pem", G_CALLBACK (on_dec_peer_pem));
}

static void
take_enc (SfuWebrtcbin *self, GstElement *enc)
{
  take_element (&self->parts.enc, enc);
  if (SFU_IS_DTLS_SRTP_ENC (enc)) {
    g_autoptr (GstContext) context = sfu_media_loop_to_context (self->loop);

    gst_element_set_context (enc, context);
  }
  connect_signal (self, enc, "notify::connection-state",
      G_CALLBACK (on_enc_connection_state));
}

/* webrtcbin's thread, while the control thread waits for the description. */
static void
on_webrtc_deep_element_added (
    GstBin *webrtc, GstBin *sub, GstElement *element, SfuWebrtcbin *self)
{
  GstElementFactory *factory = gst_element_get_factory (element);
  const gchar *name = factory ? GST_OBJECT_NAME (factory) : "";
  gboolean receive =
      g_str_equal (G_OBJECT_TYPE_NAME (sub), "TransportReceiveBin");

  /* Ours may have been made under their own names, too. */
  if (SFU_IS_DTLS_SRTP_DEC (element) || g_str_equal (name, "dtlssrtpdec")) {
    take_dec (self, element);
  } else if (SFU_IS_DTLS_SRTP_ENC (element) ||
      g_str_equal (name, "dtlssrtpenc")) {
    take_enc (self, element);
  } else if (g_str_equal (name, "dtlsdec")) {
    take_element (&self->parts.dtlsdec, element);
  } else if (g_str_equal (name, "srtpenc")) {
    g_object_set (element, "replay-window-size", SRTP_WINDOW, "allow-repeat-tx",
        TRUE, NULL);
  } else if (g_str_equal (name, "srtpdec")) {
    g_object_set (element, "replay-window-size", SRTP_WINDOW, NULL);
  } else if (receive && g_str_equal (name, "queue")) {
    /* It will be passed by: locked, it never starts its thread. */
    gst_element_set_locked_state (element, TRUE);
    take_element (&self->parts.queue, element);
  } else if (receive && g_str_equal (name, "capsfilter")) {
    take_element (&self->parts.capsfilter, element);
  }
}

/* ---- the gate of data channels ---- */

static GstPadProbeReturn
on_data_in (GstPad *pad, GstPadProbeInfo *info, gpointer self)
{
  return g_atomic_int_get (&((SfuWebrtcbin *)self)->authenticated)
      ? GST_PAD_PROBE_OK
      : GST_PAD_PROBE_DROP;
}

static GstPadProbeReturn
on_data_out (GstPad *pad, GstPadProbeInfo *info, gpointer self)
{
  return g_atomic_int_get (&((SfuWebrtcbin *)self)->ready) ? GST_PAD_PROBE_OK
                                                           : GST_PAD_PROBE_DROP;
}

static void
gate_pad (SfuWebrtcbin *self, GstElement *element, const gchar *name,
    GstPadProbeCallback func)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, name);

  if (pad)
    gst_pad_add_probe (pad,
        GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, func,
        g_atomic_rc_box_acquire (self), unref_webrtcbin);
}

/* ---- start and stop ---- */

static gboolean
check_plugins (GError **error)
{
  /* webrtcbin refuses to start without libnice's elements, used or not. */
  static const struct {
    const gchar *element, *package;
  } needed[] = { { "webrtcbin", "gstreamer1.0-plugins-bad" },
    { "dtlssrtpdec", "gstreamer1.0-plugins-bad" },
    { "srtpdec", "gstreamer1.0-plugins-bad" },
    { "rtpbin", "gstreamer1.0-plugins-good" },
    { "nicesrc", "gstreamer1.0-nice" } };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (needed); i++) {
    g_autoptr (GstElementFactory) factory =
        gst_element_factory_find (needed[i].element);

    if (!factory) {
      g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
          "no element '%s': install the package %s", needed[i].element,
          needed[i].package);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
make_elements (SfuWebrtcbin *self, GError **error)
{
  static const SfuLaneCallbacks lane_callbacks = { on_lane_rtp, on_lane_rtcp };

  /* webrtcbin 1.22 takes "ice-agent" without a reference of its own and drops
   * one at its end: give it one. */
  self->webrtc = gst_element_factory_make_full ("webrtcbin", "name", "webrtc",
      "ice-agent", g_object_ref (self->agent), NULL);
  if (!self->webrtc) {
    g_object_unref (self->agent);
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot make webrtcbin");
    return FALSE;
  }
  connect_signal (self, self->webrtc, "deep-element-added",
      G_CALLBACK (on_webrtc_deep_element_added));
  self->inward = sfu_lane_new_inward (&lane_callbacks, self);
  self->outward = sfu_lane_new_outward ();
  /* Not further than PAUSED before it is linked anew: a session of rtpbin that
   * plays has a thread, and these end before they do anything. */
  gst_element_set_locked_state (self->webrtc, TRUE);
  gst_bin_add_many (self->bin, self->inward, self->webrtc, self->outward, NULL);
  if (gst_element_sync_state_with_parent (self->inward) &&
      gst_element_set_state (self->webrtc, GST_STATE_PAUSED) !=
          GST_STATE_CHANGE_FAILURE &&
      gst_element_sync_state_with_parent (self->outward))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot start webrtcbin");
  return FALSE;
}

static gboolean
negotiate (
    SfuWebrtcbin *self, gboolean is_client, gboolean sctp, GError **error)
{
  gboolean ok;

  sfu_dtls_pair_push (self->pair);
  ok = sfu_negotiate (self->webrtc, is_client, sctp, error);
  sfu_dtls_pair_pop ();
  return ok;
}

static gboolean
play (SfuWebrtcbin *self, GError **error)
{
  gst_element_set_locked_state (self->webrtc, FALSE);
  if (gst_element_sync_state_with_parent (self->webrtc))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot start webrtcbin");
  return FALSE;
}

gboolean
sfu_webrtcbin_start (SfuWebrtcbin *self, const gchar *pem, gboolean is_client,
    gboolean sctp, GPtrArray *fingerprints, GError **error)
{
  self->pem = g_strdup (pem);
  self->fingerprints = fingerprints;
  if (!check_plugins (error) || !make_elements (self, error) ||
      !negotiate (self, is_client, sctp, error) ||
      !sfu_relink (
          self->webrtc, &self->parts, self->inward, self->outward, error) ||
      !play (self, error))
    return FALSE;
  gate_pad (self, self->parts.dec, "data_src", on_data_in);
  gate_pad (self, self->parts.enc, "data_sink", on_data_out);
  sfu_ice_agent_open (self->agent);
  return TRUE;
}

void
sfu_webrtcbin_send_close_notify (SfuWebrtcbin *self, gint64 wait_us)
{
  if (!g_atomic_int_compare_and_exchange (&self->ready, TRUE, FALSE))
    return;
  /* So that our own closing is no news. */
  g_atomic_int_set (&self->state, SFU_DTLS_CLOSED);
  sfu_close_notify_send (self->parts.enc, wait_us);
}

void
sfu_webrtcbin_detach (SfuWebrtcbin *self)
{
  self->media_owner = NULL;
  if (self->inward)
    sfu_lane_detach (SFU_LANE (self->inward));
}

static void
disconnect_signals (SfuWebrtcbin *self, gpointer object)
{
  if (object)
    g_signal_handlers_disconnect_matched (
        object, G_SIGNAL_MATCH_DATA, 0, 0, NULL, NULL, self);
}

static void
remove_element (SfuWebrtcbin *self, GstElement *element)
{
  if (!element)
    return;
  /* Locked, so that a state change of the bin cannot bring it up again. */
  gst_element_set_locked_state (element, TRUE);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_bin_remove (self->bin, element);
}

void
sfu_webrtcbin_stop (SfuWebrtcbin *self)
{
  g_atomic_int_set (&self->ready, FALSE);
  g_weak_ref_set (&self->owner, NULL);
  disconnect_signals (self, self->webrtc);
  disconnect_signals (self, self->parts.dec);
  disconnect_signals (self, self->parts.enc);
  remove_element (self, self->outward);
  remove_element (self, self->webrtc);
  remove_element (self, self->inward);
  self->outward = self->webrtc = self->inward = NULL;
  /* The probes on the pads of dec and enc hold us. */
  clear_parts (&self->parts);
  unref_webrtcbin (self);
}
