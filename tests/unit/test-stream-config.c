/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Caps come from applications and from signalling: what is read, and what is
 * refused without a trace.
 *
 * Threads: one. */
#include "sfu-stream-config.h"

#include <string.h>

#define RTP "application/x-rtp,"
#define ENCODINGS(one) "encodings=<(structure)[" one "]>"

typedef struct {
  const gchar *caps;
  const gchar *field; /* refused because of it; NULL = accepted */
} Case;

static const Case cases[] = {
  { RTP "payload=96", NULL },
  { RTP "payload=0", NULL },
  { RTP "payload=127", NULL },
  { RTP "payload=128", "payload" },
  { RTP "payload=-1", "payload" },
  { RTP "payload=(string)x", "payload" },
  { RTP "rtx-payload=200", "rtx-payload" },
  { RTP "red-payload=100,red-rtx-payload=101,ulpfec-payload=102", NULL },
  { RTP "red-payload=-2", "red-payload" },
  { RTP "red-rtx-payload=128", "red-rtx-payload" },
  { RTP "ulpfec-payload=(string)x", "ulpfec-payload" },
  { RTP "clock-rate=0", "clock-rate" },
  { RTP "clock-rate=-8000", "clock-rate" },
  { RTP "a-mid=(string)1234567890123456", NULL },
  { RTP "a-mid=(string)12345678901234567", "a-mid" },
  { RTP "a-mid=(int)1", "a-mid" },
  { RTP "extmap-1=(string)urn:ietf:params:rtp-hdrext:sdes:mid", NULL },
  { RTP "extmap-255=(string)urn:ietf:params:rtp-hdrext:sdes:mid", NULL },
  { RTP "extmap-0=(string)urn:ietf:params:rtp-hdrext:sdes:mid", "extmap" },
  { RTP "extmap-256=(string)urn:ietf:params:rtp-hdrext:sdes:mid", "extmap" },
  { RTP "extmap-x=(string)urn:ietf:params:rtp-hdrext:sdes:mid", "extmap" },
  { RTP "extmap-3=(string)urn:unknown", NULL },
  { RTP "extmap-1=(string)urn:ietf:params:rtp-hdrext:sdes:mid,"
        "extmap-2=(string)urn:ietf:params:rtp-hdrext:sdes:mid",
      "extmap" },
  { RTP "scalability-mode=(string)L3T3_KEY", NULL },
  { RTP "scalability-mode=(string)L9T1", "encodings" },
  { RTP "rid=(string)12345678901234567", "encodings" },
  { RTP ENCODINGS ("encoding"), NULL },
  { RTP ENCODINGS ("encoding") ", ssrc=(uint)1", NULL },
  { RTP "encodings=(int)1", "encodings" },
  { RTP "encodings=<(int)1>", "encodings" },
  { RTP "encodings=<>", "encodings" },
  { RTP ENCODINGS ("encoding,scalability-mode=(string)T3L1"), "encodings" },
  { RTP ENCODINGS ("encoding,rid=(string)12345678901234567"), "encodings" },
  { RTP "encodings=<(structure)[e],(structure)[e],(structure)[e],"
        "(structure)[e],(structure)[e]>",
      "encodings" },
};

static gboolean
apply (SfuStreamConfig *config, const gchar *text, const gchar **field)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);

  g_assert_nonnull (caps);
  return sfu_stream_config_apply (config, caps, field);
}

static void
test_table (void)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    SfuStreamConfig config, before;
    const gchar *field;
    gboolean ok;

    sfu_stream_config_init (&config);
    before = config;
    ok = apply (&config, cases[i].caps, &field);
    g_test_message ("%s", cases[i].caps);
    g_assert_cmpint (ok, ==, cases[i].field == NULL);
    g_assert_cmpstr (field, ==, cases[i].field);
    if (!ok)
      g_assert_cmpmem (&config, sizeof config, &before, sizeof before);
  }
}

static void
test_everything (void)
{
  SfuStreamConfig config;
  const gchar *field;

  sfu_stream_config_init (&config);
  g_assert_true (apply (&config,
      RTP
      "media=video,encoding-name=H264,clock-rate=90000,payload=102,"
      "ssrc=(uint)4294967295,rtx-payload=103,rtx-ssrc=(uint)7,a-mid=(string)v,"
      "rtcp-fb-nack=true,rtcp-fb-nack-pli=true,"
      "extmap-4=(string)urn:3gpp:video-orientation,"
      "extmap-5=(string)<\"\",\"urn:ietf:params:rtp-hdrext:sdes:mid\",\"\">",
      &field));
  g_assert_cmpint (config.codec, ==, SFU_CODEC_H264);
  g_assert_true (config.is_video && config.nack && config.pli);
  g_assert_cmpuint (config.ssrc, ==, G_MAXUINT32);
  g_assert_cmpint (config.rtx_payload, ==, 103);
  g_assert_cmpuint (config.rtx_ssrc, ==, 7);
  g_assert_cmpstr (config.mid, ==, "v");
  g_assert_cmpuint (config.ext.id_of_kind[SFU_EXT_VIDEO_ORIENTATION], ==, 4);
}

/* A second application overlays: what it does not name stays. */
static void
test_overlay (void)
{
  SfuStreamConfig config;
  const gchar *field;

  sfu_stream_config_init (&config);
  g_assert_true (apply (&config,
      RTP "encoding-name=VP8,payload=96,"
          "extmap-1=(string)urn:ietf:params:rtp-hdrext:sdes:mid",
      &field));
  g_assert_true (apply (&config, RTP "payload=101", &field));
  g_assert_cmpint (config.payload, ==, 101);
  g_assert_cmpint (config.codec, ==, SFU_CODEC_VP8);
  g_assert_cmpuint (config.ext.id_of_kind[SFU_EXT_MID], ==, 1);
}

static void
test_encodings (void)
{
  SfuStreamConfig config;
  const gchar *field;

  sfu_stream_config_init (&config);
  g_assert_cmpuint (config.n_encodings, ==, 1);
  g_assert_true (apply (&config,
      RTP "ssrc=(uint)7,rtx-ssrc=(uint)8,scalability-mode=(string)L3T2_KEY",
      &field));
  g_assert_cmpuint (config.n_encodings, ==, 1);
  g_assert_cmpuint (config.encodings[0].ssrc, ==, 7);
  g_assert_cmpuint (config.encodings[0].rtx_ssrc, ==, 8);
  g_assert_cmpuint (config.encodings[0].spatial_layers, ==, 3);
  g_assert_cmpuint (config.encodings[0].temporal_layers, ==, 2);
  g_assert_true (apply (&config,
      RTP "encodings=<(structure)[encoding,rid=(string)r0,ssrc=(uint)1],"
          "(structure)[encoding,rid=(string)r1,rtx-ssrc=(uint)4,"
          "scalability-mode=(string)L1T3]>",
      &field));
  g_assert_cmpuint (config.n_encodings, ==, 2);
  g_assert_cmpstr (config.encodings[0].rid, ==, "r0");
  g_assert_cmpuint (config.encodings[0].ssrc, ==, 1);
  g_assert_cmpuint (config.encodings[0].spatial_layers, ==, 0);
  g_assert_cmpstr (config.encodings[1].rid, ==, "r1");
  g_assert_cmpuint (config.encodings[1].rtx_ssrc, ==, 4);
  g_assert_cmpuint (config.encodings[1].temporal_layers, ==, 3);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stream-config/table", test_table);
  g_test_add_func ("/stream-config/everything", test_everything);
  g_test_add_func ("/stream-config/overlay", test_overlay);
  g_test_add_func ("/stream-config/encodings", test_encodings);
  return g_test_run ();
}
