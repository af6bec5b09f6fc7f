/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See media-fixture.h.
 *
 * Threads: the test's. */
#include "media-fixture.h"

#include <string.h>

#define RTP_HEADER 12
#define VP8_PAYLOAD 20
#define OPUS_PAYLOAD 40
#define PT_VP8 96
#define PT_OPUS 111
#define PACKET_TICKS 3000 /* 30 pictures a second at 90 kHz */
#define RTCP_PSFB 206
#define PSFB_PLI 1

#define WRONG_FINGERPRINT                                                      \
  "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:"   \
  "88:99:AA:BB:CC:DD:EE:FF"

static void
on_transport_state (SfuWorkerClient *client, const gchar *id,
    const gchar *ice_state, const gchar *dtls_state, const gchar *reason,
    MediaPeer *self)
{
  if (!g_str_equal (id, self->id))
    return;
  g_free (self->ice_state);
  g_free (self->dtls_state);
  g_free (self->reason);
  self->ice_state = g_strdup (ice_state);
  self->dtls_state = g_strdup (dtls_state);
  self->reason = g_strdup (reason);
}

MediaPeer *
media_peer_new (
    SfuWorkerClient *client, const gchar *id, gboolean right_fingerprint)
{
  MediaPeer *self = g_new0 (MediaPeer, 1);
  g_autoptr (GError) error = NULL;
  self->client = g_object_ref (client);
  self->peer = test_peer_new ();
  self->id = g_strdup (id);
  self->ice_state = g_strdup ("new");
  self->dtls_state = g_strdup ("new");
  self->reason = g_strdup ("");
  g_signal_connect (
      client, "transport-state", G_CALLBACK (on_transport_state), self);
  g_autoptr (SfuSeamTransportInfo) info =
      worker_create_transport (client, "r", id, &error);
  g_assert_no_error (error);
  const SfuSeamCandidate *candidate = info->candidates->pdata[0];
  g_autofree gchar *role =
      worker_connect_transport (client, id, "client", "sha-256",
          right_fingerprint ? test_peer_fingerprint (self->peer)
                            : WRONG_FINGERPRINT,
          &error);
  g_assert_no_error (error);
  g_assert_cmpstr (role, ==, "server");
  test_peer_start (self->peer, candidate->address, candidate->port, info->ufrag,
      info->pwd, TRUE);
  return self;
}

void
media_peer_wait (MediaPeer *self)
{
  WORKER_WAIT_UNTIL (test_peer_dtls_connected (self->peer) &&
      g_str_equal (self->dtls_state, "connected"));
}

void
media_peer_free (MediaPeer *self)
{
  g_signal_handlers_disconnect_by_data (self->client, self);
  test_peer_free (self->peer);
  g_object_unref (self->client);
  g_free (self->id);
  g_free (self->ice_state);
  g_free (self->dtls_state);
  g_free (self->reason);
  g_free (self);
}

/* ---- parameters ---- */

static SfuRtpParameters *
parameters_new (SfuRtpCodec *codec, guint32 ssrc)
{
  SfuRtpParameters *parameters = sfu_rtp_parameters_new ();
  SfuRtpEncoding *encoding = sfu_rtp_encoding_new ();
  g_ptr_array_add (parameters->codecs, codec);
  encoding->ssrc = ssrc;
  g_ptr_array_add (parameters->encodings, encoding);
  g_free (parameters->cname);
  parameters->cname = g_strdup ("media-test");
  return parameters;
}

SfuRtpParameters *
media_vp8 (guint8 payload_type, guint32 ssrc)
{
  SfuRtpCodec *codec = sfu_rtp_codec_new ("video/VP8", payload_type, 90000, 0);
  sfu_rtp_codec_add_feedback (codec, "nack", "");
  sfu_rtp_codec_add_feedback (codec, "nack", "pli");
  return parameters_new (codec, ssrc);
}

SfuRtpParameters *
media_opus (guint8 payload_type, guint32 ssrc)
{
  SfuRtpParameters *parameters = parameters_new (
      sfu_rtp_codec_new ("audio/opus", payload_type, 48000, 2), ssrc);
  g_ptr_array_add (parameters->header_extensions,
      sfu_rtp_header_extension_new (
          "urn:ietf:params:rtp-hdrext:ssrc-audio-level", MEDIA_AUDIO_LEVEL_ID));
  return parameters;
}

void
media_produce (
    MediaPeer *self, const gchar *id, SfuMediaKind kind, guint32 ssrc)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SfuRtpParameters) parameters = kind == SFU_MEDIA_VIDEO
      ? media_vp8 (PT_VP8, ssrc)
      : media_opus (PT_OPUS, ssrc);
  worker_produce (self->client, self->id, id, kind, parameters, FALSE, &error);
  g_assert_no_error (error);
}

void
media_consume (MediaPeer *self, const gchar *id, const gchar *producer,
    SfuMediaKind kind, guint8 payload_type, guint32 ssrc, gboolean paused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SfuRtpParameters) parameters = kind == SFU_MEDIA_VIDEO
      ? media_vp8 (payload_type, ssrc)
      : media_opus (payload_type, ssrc);
  worker_consume (
      self->client, self->id, id, producer, parameters, paused, &error);
  g_assert_no_error (error);
}

/* ---- packets ---- */

static void
put16 (guint8 *p, guint16 value)
{
  value = GUINT16_TO_BE (value);
  memcpy (p, &value, sizeof value);
}

static void
put32 (guint8 *p, guint32 value)
{
  value = GUINT32_TO_BE (value);
  memcpy (p, &value, sizeof value);
}

static guint32
get32 (const guint8 *p)
{
  guint32 value;
  memcpy (&value, p, sizeof value);
  return GUINT32_FROM_BE (value);
}

static void
put_header (
    guint8 *p, guint8 first, guint8 payload_type, guint16 seq, guint32 ssrc)
{
  p[0] = first;
  p[1] = 0x80 | payload_type; /* marker: each packet is a picture */
  put16 (p + 2, seq);
  put32 (p + 4, seq * (guint32)PACKET_TICKS);
  put32 (p + 8, ssrc);
}

void
media_send_vp8 (MediaPeer *self, guint32 ssrc, guint16 seq, gboolean key_frame)
{
  /* RFC 7741: descriptor with S, then P = 0 and the start code for a key
   * frame. */
  static const guint8 key[] = { 0x10, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 64, 0, 64 };
  guint8 packet[RTP_HEADER + VP8_PAYLOAD] = { 0 };
  put_header (packet, 0x80, PT_VP8, seq, ssrc);
  memcpy (packet + RTP_HEADER, key, sizeof key);
  if (!key_frame)
    packet[RTP_HEADER + 1] |= 1;
  g_assert_true (test_peer_send_rtp (self->peer, packet, sizeof packet));
}

void
media_send_opus (MediaPeer *self, guint32 ssrc, guint16 seq, guint8 level)
{
  guint8 packet[RTP_HEADER + 8 + OPUS_PAYLOAD] = { 0 };
  put_header (packet, 0x90, PT_OPUS, seq, ssrc);
  put16 (packet + RTP_HEADER, 0xbede); /* RFC 8285 one-byte form, 1 word */
  put16 (packet + RTP_HEADER + 2, 1);
  packet[RTP_HEADER + 4] = MEDIA_AUDIO_LEVEL_ID << 4;
  packet[RTP_HEADER + 5] = 0x80 | level;
  g_assert_true (test_peer_send_rtp (self->peer, packet, sizeof packet));
}

gboolean
media_receive (MediaPeer *self, MediaPacket *packet)
{
  g_autoptr (GBytes) bytes = g_queue_pop_head (test_peer_rtp (self->peer));
  gsize len;
  if (!bytes)
    return FALSE;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  g_assert_cmpuint (len, >=, RTP_HEADER);
  packet->payload_type = data[1] & 0x7f;
  packet->seq = data[2] << 8 | data[3];
  packet->ssrc = get32 (data + 8);
  return TRUE;
}

void
media_expect (MediaPeer *self, MediaPacket *packet)
{
  WORKER_WAIT_UNTIL (media_receive (self, packet));
}

static gboolean
has_pli (const guint8 *data, gsize len, guint32 ssrc)
{
  while (len >= 12) {
    gsize size = 4 * (1 + (data[2] << 8 | data[3]));
    if (data[1] == RTCP_PSFB && (data[0] & 0x1f) == PSFB_PLI &&
        get32 (data + 8) == ssrc)
      return TRUE;
    if (size >= len)
      return FALSE;
    data += size;
    len -= size;
  }
  return FALSE;
}

gboolean
media_got_pli (MediaPeer *self, guint32 ssrc)
{
  for (;;) {
    g_autoptr (GBytes) bytes = g_queue_pop_head (test_peer_rtcp (self->peer));
    gsize len;
    if (!bytes)
      return FALSE;
    const guint8 *data = g_bytes_get_data (bytes, &len);
    if (has_pli (data, len, ssrc))
      return TRUE;
  }
}

guint64
media_stat (SfuWorkerClient *client, const gchar *id, const gchar *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) stats = worker_get_stats (client, id, &error);
  g_assert_no_error (error);
  g_autoptr (GVariant) report = g_variant_get_child_value (stats, 0);
  guint64 value = 0;
  g_variant_lookup (report, name, "t", &value);
  return value;
}
