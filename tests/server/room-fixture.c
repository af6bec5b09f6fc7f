/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See room-fixture.h.
 *
 * Threads: the test's. */
#include "room-fixture.h"

SfuRtpParameters *
room_vp8 (const gchar *mid, guint32 ssrc)
{
  SfuRtpParameters *parameters = sfu_rtp_parameters_new ();
  SfuRtpCodec *codec = sfu_rtp_codec_new ("video/VP8", 96, 90000, 0);
  SfuRtpEncoding *encoding = sfu_rtp_encoding_new ();
  sfu_rtp_codec_add_feedback (codec, "nack", "");
  sfu_rtp_codec_add_feedback (codec, "nack", "pli");
  g_ptr_array_add (parameters->codecs, codec);
  encoding->ssrc = ssrc;
  g_ptr_array_add (parameters->encodings, encoding);
  g_free (parameters->mid);
  parameters->mid = g_strdup (mid);
  g_free (parameters->cname);
  parameters->cname = g_strdup ("test");
  return parameters;
}

void
room_add_transport (
    SfuWorkerClient *client, const gchar *router, const gchar *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SfuSeamTransportInfo) info =
      worker_create_transport (client, router, id, &error);
  g_assert_no_error (error);
}

void
room_add_producer (SfuWorkerClient *client, const gchar *transport,
    const gchar *id, guint32 ssrc)
{
  g_autoptr (SfuRtpParameters) parameters = room_vp8 ("", ssrc);
  assert_works (worker_produce (
      client, transport, id, SFU_MEDIA_VIDEO, parameters, FALSE, &error));
}

void
room_add_consumer (SfuWorkerClient *client, const gchar *transport,
    const gchar *id, const gchar *producer, guint32 ssrc)
{
  g_autoptr (SfuRtpParameters) parameters = room_vp8 (id, ssrc);
  assert_works (worker_consume (
      client, transport, id, producer, parameters, TRUE, &error));
}

SfuWorkerClient *
room_new (void)
{
  SfuWorkerClient *client = worker_new_started (NULL);
  assert_works (worker_create_router (client, "r", &error));
  room_add_transport (client, "r", "a-send");
  room_add_transport (client, "r", "a-recv");
  room_add_transport (client, "r", "b-send");
  room_add_transport (client, "r", "b-recv");
  room_add_producer (client, "a-send", "a-video", 1);
  room_add_producer (client, "a-send", "a-screen", 2);
  room_add_producer (client, "b-send", "b-video", 3);
  room_add_consumer (client, "b-recv", "b1", "a-video", 11);
  room_add_consumer (client, "b-recv", "b2", "a-screen", 12);
  room_add_consumer (client, "a-recv", "a1", "b-video", 13);
  room_add_consumer (client, "a-recv", "a2", "a-video", 14);
  return client;
}
