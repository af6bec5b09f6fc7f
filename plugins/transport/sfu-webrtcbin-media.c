/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the media side of a transport asks of its webrtcbin; see
 * sfu-webrtcbin.h.
 *
 * Threads: media thread, but for sfu_webrtcbin_is_ready. */
#include "sfu-webrtcbin-private.h"

#include "sfu-dtls-srtp-dec.h"
#include "sfu-lane.h"

/* GstDtlsSrtpAuth */
enum { GST_DTLS_AUTH_SHA1_32 = 1, GST_DTLS_AUTH_SHA1_80 = 2 };

gboolean
sfu_webrtcbin_is_ready (SfuWebrtcbin *self)
{
  return g_atomic_int_get (&self->ready);
}

void
sfu_webrtcbin_start_lane (SfuWebrtcbin *self)
{
  sfu_lane_start (SFU_LANE (self->outward));
}

void
sfu_webrtcbin_push_rtp (SfuWebrtcbin *self, SfuPacket *packets, guint n)
{
  if (self->media_owner && g_atomic_int_get (&self->ready)) {
    sfu_lane_push_rtp (SFU_LANE (self->outward), packets, n);
    return;
  }
  if (self->media_owner)
    self->callbacks->refused (self->media_owner, n);
  sfu_packets_clear (packets, n);
}

void
sfu_webrtcbin_push_rtcp (SfuWebrtcbin *self, GstBuffer *buffer)
{
  if (self->media_owner && g_atomic_int_get (&self->ready)) {
    sfu_lane_push_rtcp (SFU_LANE (self->outward), buffer);
    return;
  }
  if (self->media_owner)
    self->callbacks->refused (self->media_owner, 1);
  gst_buffer_unref (buffer);
}

const gchar *
sfu_webrtcbin_get_srtp_profile (SfuWebrtcbin *self)
{
  guint auth = 0;

  if (!g_atomic_int_get (&self->ready))
    return "";
  if (SFU_IS_DTLS_SRTP_DEC (self->parts.dec))
    return sfu_dtls_srtp_dec_get_profile (SFU_DTLS_SRTP_DEC (self->parts.dec));
  if (!self->parts.dtlsdec)
    return "";
  g_object_get (self->parts.dtlsdec, "srtp-auth", &auth, NULL);
  if (auth == GST_DTLS_AUTH_SHA1_80)
    return "SRTP_AES128_CM_SHA1_80";
  return auth == GST_DTLS_AUTH_SHA1_32 ? "SRTP_AES128_CM_SHA1_32" : "";
}

void
sfu_webrtcbin_add_drops (SfuWebrtcbin *self, SfuVerdictCounters *drops)
{
  if (SFU_IS_DTLS_SRTP_DEC (self->parts.dec))
    sfu_dtls_srtp_dec_add_drops (SFU_DTLS_SRTP_DEC (self->parts.dec), drops);
}
