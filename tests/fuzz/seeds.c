/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes the seeds of the targets that take steps (fuzz-steps.h) into the corpus,
 * with the project's own writers. Run by hand when the shape of an input
 * changes:
 *
 *   fuzz-seeds tests/fuzz/corpus
 *
 * Threads: one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz-gst.h"
#include "rtp-packets.h"
#include "sfu-bytes.h"
#include "sfu-certificate.h"
#include "sfu-codec.h"
#include "sfu-dtls-connection.h"
#include "sfu-rtcp.h"
#include "sfu-rtp-ext.h"

#define FRAME 3000
#define RTX_PAYLOAD 97

static const gchar *folder;

/* ---- steps ---- */

static void
add_step (
    GByteArray *out, guint8 verb, guint8 ms, const guint8 *data, gsize size)
{
  guint8 head[] = { verb, ms, (guint8)(size >> 8), (guint8)size };

  g_byte_array_append (out, head, sizeof head);
  g_byte_array_append (out, data, (guint)size);
}

/* Takes out. */
static void
save (GByteArray *out, const gchar *target, const gchar *name)
{
  g_autofree gchar *dir = g_build_filename (folder, target, NULL);
  g_autofree gchar *path = g_build_filename (dir, name, NULL);
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (dir, 0755);
  if (!g_file_set_contents (
          path, (const gchar *)out->data, (gssize)out->len, &error))
    g_error ("%s", error->message);
  g_byte_array_unref (out);
}

static void
add_buffer (GByteArray *out, guint8 ms, GstBuffer *buffer)
{
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  add_step (out, 0, ms, map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
}

static GstBuffer *
vp8 (guint16 seq, gboolean keyframe)
{
  TestPacket packet = { .payload_type = 96,
    .seq = seq,
    .timestamp = seq * (guint32)FRAME,
    .ssrc = 1,
    .marker = TRUE,
    .keyframe = keyframe,
    .payload_size = 30 };

  return test_packet_new_vp8 (&packet);
}

/* RFC 4588: the packet in a stream of its own. */
static GstBuffer *
rtx (guint16 rtx_seq, guint16 seq)
{
  g_autoptr (GstBuffer) media = vp8 (seq, FALSE);
  guint8 data[200];
  gsize size = gst_buffer_extract (media, 0, data, sizeof data - 2);

  memmove (data + 14, data + 12, size - 12);
  sfu_put_u16 (data + 12, seq);
  data[1] = RTX_PAYLOAD;
  sfu_put_u16 (data + 2, rtx_seq);
  sfu_put_u32 (data + 8, 2);
  return gst_buffer_new_memdup (data, size + 2);
}

static GByteArray *
new_stream (guint8 codec)
{
  return g_byte_array_append (g_byte_array_new (), &codec, 1);
}

static void
make_stream_seeds (const gchar *target)
{
  static const guint8 seq[] = { 0xff, 0xfb }, layers[] = { 0, 1, 0, 2 };
  GByteArray *out = new_stream (SFU_CODEC_VP8);

  add_buffer (out, 0, vp8 (65534, TRUE));
  add_buffer (out, 33, vp8 (65535, FALSE));
  add_buffer (out, 33, vp8 (1, FALSE));
  add_step (out, 5, 20, NULL, 0);
  add_buffer (out, 10, rtx (7, 0));
  add_buffer (out, 1, vp8 (1, FALSE));
  save (out, target, "vp8-loss-rtx");
  out = new_stream (SFU_CODEC_VP8);
  for (guint i = 0; i < 6; i++)
    add_buffer (out, 33, vp8 ((guint16)(65533 + i), i == 0 || i == 4));
  add_step (out, 1, 50, seq, sizeof seq); /* a NACK to the sender */
  add_step (out, 3, 0, layers, sizeof layers);
  add_step (out, 2, 0, NULL, 0);
  add_buffer (out, 33, vp8 (5, TRUE));
  add_step (out, 4, 0, layers, sizeof layers);
  save (out, target, "vp8-nack-layers-pause");
  out = new_stream (SFU_CODEC_OPUS);
  for (guint i = 0; i < 3; i++) {
    TestPacket packet = { .payload_type = 96,
      .seq = (guint16)(i * 2),
      .timestamp = i * 960,
      .ssrc = 1,
      .audio_level = 30,
      .audio_level_id = SFU_EXT_AUDIO_LEVEL,
      .payload_size = i ? 20 : 0 };

    add_buffer (out, 20, test_packet_new_opus (&packet));
  }
  save (out, target, "opus-levels-gap");
}

/* What the other corpora have of a codec, as payloads. */
static void
make_codec_seed (const gchar *target, guint8 codec, const gchar *payload)
{
  g_autofree gchar *path = g_build_filename (folder, "codec", payload, NULL);
  g_autofree gchar *bytes = NULL;
  GByteArray *out = new_stream (codec);
  gsize size;

  if (!g_file_get_contents (path, &bytes, &size, NULL))
    g_error ("%s is missing", path);
  for (guint i = 0; i < 3; i++) {
    guint8 data[1500] = { 0x80, 96 };

    sfu_put_u16 (data + 2, (guint16)(65535 + i));
    sfu_put_u32 (data + 4, i * FRAME);
    sfu_put_u32 (data + 8, 1);
    memcpy (data + 12, bytes + 1, size - 1); /* the first byte names a codec */
    add_step (out, 0, 33, data, 12 + size - 1);
  }
  save (out, target, payload);
}

/* ---- whose packet? ---- */

static gsize
add_element (guint8 *data, guint id, const gchar *text)
{
  gsize len = strlen (text);

  data[0] = (guint8)(id << 4 | (len - 1));
  memcpy (data + 1, text, len);
  return len + 1;
}

static void
add_named (GByteArray *out, guint8 ms, guint8 pt, guint32 ssrc,
    const gchar *mid, guint rid_id, const gchar *rid)
{
  guint8 data[64] = { 0x90, pt };
  gsize len = add_element (data + 16, 1, mid);

  if (rid)
    len += add_element (data + 16 + len, rid_id, rid);
  len = (len + 3) & ~(gsize)3;
  sfu_put_u16 (data + 2, (guint16)ssrc);
  sfu_put_u32 (data + 8, ssrc);
  sfu_put_u16 (data + 12, 0xbede);
  sfu_put_u16 (data + 14, (guint16)(len / 4));
  add_step (out, 0, ms, data, 16 + len + 10);
}

static void
make_demux_seeds (void)
{
  static const guint8 plain[20] = { 0x80, 111, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1 };
  GByteArray *out = g_byte_array_new ();

  add_step (out, 0, 0, plain, sizeof plain);
  add_named (out, 0, 96, 10, "0", 0, NULL);
  add_named (out, 0, 97, 11, "0", 0, NULL);
  add_named (out, 255, 96, 12, "0", 0, NULL);
  save (out, "rtp-demux", "declared-and-mid");
  out = g_byte_array_new ();
  add_named (out, 0, 96, 20, "1", 2, "lo");
  add_named (out, 0, 96, 21, "1", 2, "hi");
  add_named (out, 0, 97, 22, "1", 3, "hi");
  add_named (out, 0, 96, 23, "1", 2, "mid");
  add_named (out, 0, 96, 24, "7", 2, "lo");
  save (out, "rtp-demux", "simulcast");
}

/* ---- RTCP ---- */

static void
make_rtcp_seeds (void)
{
  static const guint16 seqs[] = { 65535, 0, 2 };
  SfuRtcpReportBlock block = { 9, 0, 0, 0, 0, 0x10000000, 65536 };
  SfuRtcpSenderInfo info = { .ssrc = 1, .ntp = 1 };
  guint8 rtp[40] = { 0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1 };
  GByteArray *out = g_byte_array_new ();
  guint8 data[400];
  SfuRtcpWriter writer;

  add_step (out, 1, 0, rtp, sizeof rtp);
  sfu_rtcp_writer_init (&writer, data, sizeof data);
  sfu_rtcp_add_sr (&writer, &info, &block, 1);
  add_step (out, 0, 100, data, writer.len);
  sfu_rtcp_writer_init (&writer, data, sizeof data);
  sfu_rtcp_add_nack (&writer, 1, 9, seqs, G_N_ELEMENTS (seqs));
  sfu_rtcp_add_pli (&writer, 1, 9);
  sfu_rtcp_add_fir (&writer, 1, 9, 3);
  add_step (out, 0, 255, data, writer.len);
  sfu_rtcp_writer_init (&writer, data, sizeof data);
  sfu_rtcp_add_rr (&writer, 1, &block, 1);
  add_step (out, 0, 255, data, writer.len);
  for (guint i = 0; i < 12; i++)
    add_step (out, 1, 200, rtp, sizeof rtp);
  save (out, "rtcp-session", "call");
}

/* ---- numbers ---- */

static void
make_twcc_seed (void)
{
  static const guint16 pairs[][2] = { { 65534, 0 }, { 65535, 1 }, { 1, 70 },
    { 0, (guint16)-3 }, { 200, 0x7fff }, { 40, 9000 }, { 39, 1 }, { 42, 5 } };
  GByteArray *out = g_byte_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++) {
    guint8 bytes[4];

    sfu_put_u16 (bytes, pairs[i][0]);
    sfu_put_u16 (bytes + 2, pairs[i][1]);
    g_byte_array_append (out, bytes, sizeof bytes);
  }
  save (out, "twcc-recorder", "everything");
}

/* Forty packets; feedback about them: some lost, in every kind of chunk. */
static void
make_twcc_history_seed (void)
{
  static const guint8 steps[] = { 40, 128 + 8, 0x8f, 205, 0, 7, 0, 0, 0, 0, 0,
    0, 0, 0, 0xfd, 0xe8, 0, 30, 0, 0, 0, 0, 0x20, 0x02, 0x00, 0x01, 0xb7, 0xf0,
    0xd4, 0x55, 0, 0, 0, 0, 60, 128 + 6, 0x8f, 205, 0, 5, 0, 0, 0, 0, 0, 0, 0,
    0, 0xfe, 0x06, 0, 70, 0, 0, 0, 1, 0x20, 0x46, 0, 0 };
  GByteArray *out = g_byte_array_new ();

  g_byte_array_append (out, steps, sizeof steps);
  save (out, "twcc-history", "call");
}

/* Sends what one end has to the other and notes it as steps for that one. */
static void
note_flight (SfuDtlsConnection *from, SfuDtlsConnection *to, GByteArray *out)
{
  GBytes *bytes;

  while ((bytes = sfu_dtls_connection_pop_datagram (from))) {
    gsize size;
    const guint8 *data = g_bytes_get_data (bytes, &size);

    add_step (out, 0, 10, data, size);
    sfu_dtls_connection_receive (to, data, size);
    g_bytes_unref (bytes);
  }
}

/* A handshake as each side hears it. */
static void
make_dtls_seeds (void)
{
  static const guint8 roles[] = { 0, 1 };
  g_autoptr (SfuCertificate) own = sfu_certificate_get_default ();
  g_autoptr (SfuDtlsConnection) server = sfu_dtls_connection_new (
      sfu_certificate_get_pem (own), FALSE, NULL, NULL);
  g_autoptr (SfuDtlsConnection) client =
      sfu_dtls_connection_new (sfu_certificate_get_pem (own), TRUE, NULL, NULL);
  GByteArray *to_server = g_byte_array_append (g_byte_array_new (), roles, 1);
  GByteArray *to_client =
      g_byte_array_append (g_byte_array_new (), roles + 1, 1);

  sfu_dtls_connection_start (server);
  sfu_dtls_connection_start (client);
  for (guint i = 0; i < 2; i++) {
    note_flight (client, server, to_server);
    note_flight (server, client, to_client);
  }
  add_step (to_server, 1, 100, NULL, 0);
  add_step (to_client, 2, 100, NULL, 0);
  save (to_server, "dtls-connection", "server");
  save (to_client, "dtls-connection", "client");
}

int
main (int argc, char **argv)
{
  static const gchar *const targets[] = { "stream-receiver", "stream-sender" };

  if (argc != 2) {
    fprintf (stderr, "usage: %s CORPUS\n", argv[0]);
    return EXIT_FAILURE;
  }
  folder = argv[1];
  fuzz_gst_init ();
  for (guint i = 0; i < G_N_ELEMENTS (targets); i++) {
    make_stream_seeds (targets[i]);
    make_codec_seed (targets[i], SFU_CODEC_VP8, "vp8-everything");
    make_codec_seed (targets[i], SFU_CODEC_VP9, "vp9-layers");
    make_codec_seed (targets[i], SFU_CODEC_H264, "h264-stap-a");
    make_codec_seed (targets[i], SFU_CODEC_AV1, "av1-new-sequence");
  }
  make_demux_seeds ();
  make_rtcp_seeds ();
  make_twcc_seed ();
  make_twcc_history_seed ();
  make_dtls_seeds ();
  return EXIT_SUCCESS;
}
