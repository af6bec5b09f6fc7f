/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-negotiation.h.
 *
 * Threads: control thread. */
#include "sfu-negotiation.h"

#include <gio/gio.h>
#include <gst/sdp/sdp.h>

/* One description for life; what is in it never reaches the client. The
 * fingerprint is a placeholder: the real ones are checked in
 * sfu-webrtcbin.c, because webrtcbin 1.22 checks none. */
#define SDP_HEAD "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
#define SDP_DTLS                                                               \
  "a=mid:0\r\na=setup:%s\r\n"                                                  \
  "a=ice-ufrag:remote\r\na=ice-pwd:remotepasswordremotepassword\r\n"           \
  "a=fingerprint:sha-256 00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:"     \
  "00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00\r\n"
#define SDP_MEDIA                                                              \
  SDP_HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n" SDP_DTLS                        \
           "a=inactive\r\na=rtcp-mux\r\na=rtpmap:0 PCMU/8000\r\n"
#define SDP_SCTP                                                               \
  SDP_HEAD "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n" SDP_DTLS     \
           "a=sctp-port:5000\r\n"

/* Waits for what signal answers. The reply belongs to the promise. */
static gboolean
wait_promise (GstPromise *promise, const gchar *what, GError **error)
{
  const GstStructure *reply;
  g_autoptr (GError) failure = NULL;

  if (gst_promise_wait (promise) != GST_PROMISE_RESULT_REPLIED) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
        "webrtcbin: no reply to "
        "%s",
        what);
    return FALSE;
  }
  reply = gst_promise_get_reply (promise);
  if (!reply || !gst_structure_has_field (reply, "error"))
    return TRUE;
  gst_structure_get (reply, "error", G_TYPE_ERROR, &failure, NULL);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "webrtcbin: %s: %s", what,
      failure ? failure->message : "unknown error");
  return FALSE;
}

static gboolean
set_description (GstElement *webrtcbin, const gchar *signal,
    GstWebRTCSessionDescription *description, GError **error)
{
  GstPromise *promise = gst_promise_new ();
  gboolean ok;

  g_signal_emit_by_name (webrtcbin, signal, description, promise);
  ok = wait_promise (promise, signal, error);
  gst_promise_unref (promise);
  return ok;
}

static GstWebRTCSessionDescription *
create_answer (GstElement *webrtcbin, GError **error)
{
  GstPromise *promise = gst_promise_new ();
  GstWebRTCSessionDescription *answer = NULL;

  g_signal_emit_by_name (webrtcbin, "create-answer", NULL, promise);
  if (wait_promise (promise, "create-answer", error)) {
    const GstStructure *reply = gst_promise_get_reply (promise);

    if (reply)
      gst_structure_get (
          reply, "answer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &answer, NULL);
    if (!answer)
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
          "webrtcbin: create-answer: no answer");
  }
  gst_promise_unref (promise);
  return answer;
}

gboolean
sfu_negotiate (
    GstElement *webrtcbin, gboolean is_client, gboolean sctp, GError **error)
{
  /* The peer's role stands in the offer: we are what it is not. */
  const gchar *peer_setup = is_client ? "passive" : "active";
  g_autofree gchar *text = sctp ? g_strdup_printf (SDP_SCTP, peer_setup)
                                : g_strdup_printf (SDP_MEDIA, peer_setup);
  g_autoptr (GstWebRTCSessionDescription) offer = NULL;
  g_autoptr (GstWebRTCSessionDescription) answer = NULL;
  GstSDPMessage *message = NULL;

  if (gst_sdp_message_new_from_text (text, &message) != GST_SDP_OK) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot parse own SDP");
    return FALSE;
  }
  offer =
      gst_webrtc_session_description_new (GST_WEBRTC_SDP_TYPE_OFFER, message);
  if (!set_description (webrtcbin, "set-remote-description", offer, error))
    return FALSE;
  answer = create_answer (webrtcbin, error);
  return answer &&
      set_description (webrtcbin, "set-local-description", answer, error);
}
