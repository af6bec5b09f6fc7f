/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which producer a packet belongs to. The packets are made here; every case is
 * a row of pads and a row of packets with what becomes of each.
 *
 * Threads: the test's plays the media thread. */
#include "sfu-rtp-demux.h"

#include <string.h>
#include "sfu-bytes.h"

#define MID_URI "urn:ietf:params:rtp-hdrext:sdes:mid"
#define RID_URI "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
#define RRID_URI "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
#define EXT                                                                    \
  ", extmap-1=(string)" MID_URI ", extmap-2=(string)" RID_URI                  \
  ", extmap-3=(string)" RRID_URI
#define RTP "application/x-rtp"
#define VIDEO RTP ", payload=(int)96, rtx-payload=(int)97"
#define DROP(verdict) (-(gint)(verdict))
#define MAX_PADS 4
#define MAX_PACKETS 8

typedef struct {
  guint8 pt;
  guint32 ssrc;
  const gchar *mid, *rid, *rrid;
  gint wanted;  /* index of the pad, or DROP */
  gint64 at_us; /* 0 = with the one before */
} TestPacket;

typedef struct {
  const gchar *name;
  const gchar *pads[MAX_PADS];
  TestPacket packets[MAX_PACKETS];
} TestCase;

static const TestCase cases[] = {
  { "declared",
      { VIDEO ", ssrc=(uint)1, rtx-ssrc=(uint)2",
          RTP ", payload=(int)111, ssrc=(uint)3" },
      { { 96, 1, .wanted = 0 }, { 97, 2, .wanted = 0 }, { 111, 3, .wanted = 1 },
          { 96, 4, .wanted = DROP (SFU_DROP_UNKNOWN_SSRC) },
          { 97, 1, .wanted = DROP (SFU_DROP_UNKNOWN_PAYLOAD_TYPE) },
          { 96, 2, .wanted = DROP (SFU_DROP_UNKNOWN_PAYLOAD_TYPE) } } },
  { "by-mid", { VIDEO ", a-mid=(string)0" EXT, VIDEO ", a-mid=(string)1" EXT },
      { { 96, 1, .wanted = DROP (SFU_DROP_UNKNOWN_SSRC) },
          { 96, 1, "1", .wanted = 1 }, { 96, 1, .wanted = 1 },
          { 96, 2, "0", .wanted = 0 }, { 97, 3, "1", .wanted = 1 },
          { 97, 3, .wanted = 1 },
          { 98, 4, "0", .wanted = DROP (SFU_DROP_UNKNOWN_SSRC) },
          { 96, 5, "2", .wanted = DROP (SFU_DROP_UNKNOWN_SSRC) } } },
  /* Its SSRC is signalled, its RTX is not. */
  { "rtx-by-mid", { VIDEO ", ssrc=(uint)1, a-mid=(string)0" EXT },
      { { 96, 9, "0", .wanted = DROP (SFU_DROP_UNKNOWN_SSRC) },
          { 97, 9, "0", .wanted = 0 }, { 97, 9, .wanted = 0 },
          { 96, 1, .wanted = 0 } } },
  { "simulcast",
      { VIDEO ", a-mid=(string)0" EXT
              ", encodings=<(structure)[e,rid=(string)lo],"
              "(structure)[e,rid=(string)hi]>" },
      { { 96, 1, "0", .wanted = DROP (SFU_DROP_UNKNOWN_SSRC) },
          { 96, 1, "0", "hi", .wanted = 0 }, { 96, 2, "0", "lo", .wanted = 0 },
          { 97, 3, "0", NULL, "hi", .wanted = 0 }, { 97, 3, .wanted = 0 },
          { 96, 4, "0", "mid", .wanted = DROP (SFU_DROP_UNKNOWN_SSRC) },
          { 96, 5, "0", "hi", .wanted = DROP (SFU_DROP_UNKNOWN_SSRC) } } },
  { "by-payload", { VIDEO, RTP ", payload=(int)111" },
      { { 111, 1, .wanted = 1 }, { 96, 2, .wanted = 0 }, { 97, 3, .wanted = 0 },
          { 111, 4, .wanted = DROP (SFU_DROP_UNKNOWN_SSRC) },
          { 111, 4, .wanted = 1, .at_us = 5 * G_USEC_PER_SEC } } },
  { "red-and-fec",
      { VIDEO ", ssrc=(uint)1, red-payload=(int)98, red-rtx-payload=(int)99, "
              "ulpfec-payload=(int)100" },
      { { 98, 1, .wanted = 0 }, { 100, 1, .wanted = 0 },
          { 99, 1, .wanted = DROP (SFU_DROP_UNKNOWN_PAYLOAD_TYPE) },
          { 99, 2, .wanted = 0 }, { 97, 2, .wanted = 0 },
          { 98, 2, .wanted = DROP (SFU_DROP_UNKNOWN_PAYLOAD_TYPE) } } },
  { "ambiguous-payload", { VIDEO, VIDEO },
      { { 96, 1, .wanted = DROP (SFU_DROP_UNKNOWN_SSRC) } } },
  /* A MID that nobody has says: not ours. */
  { "foreign-mid", { VIDEO EXT },
      { { 96, 1, "7", .wanted = DROP (SFU_DROP_UNKNOWN_SSRC) },
          { 96, 1, .wanted = 0 } } },
  { "new-ssrc", { VIDEO ", a-mid=(string)0" EXT },
      { { 96, 1, "0", .wanted = 0 },
          { 96, 2, "0", .wanted = DROP (SFU_DROP_UNKNOWN_SSRC) },
          { 96, 2, "0", .wanted = 0, .at_us = 3 * G_USEC_PER_SEC },
          { 96, 1, .wanted = DROP (SFU_DROP_UNKNOWN_SSRC) } } },
  { "anything", { RTP }, { { 5, 1, .wanted = 0 }, { 6, 1, .wanted = 0 } } },
};

/* ---- making ---- */

static gsize
add_element (guint8 *data, guint id, const gchar *text)
{
  gsize len = text ? strlen (text) : 0;

  if (len == 0)
    return 0;
  data[0] = id << 4 | (len - 1);
  memcpy (data + 1, text, len);
  return len + 1;
}

static GstBuffer *
make_packet (const TestPacket *packet, guint16 seq)
{
  guint8 data[200] = { 0x90, packet->pt };
  gsize len = 0;

  sfu_put_u16 (data + 2, seq);
  sfu_put_u32 (data + 8, packet->ssrc);
  sfu_put_u16 (data + 12, 0xbede);
  len += add_element (data + 16 + len, 1, packet->mid);
  len += add_element (data + 16 + len, 2, packet->rid);
  len += add_element (data + 16 + len, 3, packet->rrid);
  len = (len + 3) & ~3u;
  sfu_put_u16 (data + 14, len / 4);
  return gst_buffer_new_memdup (data, 16 + len + 50);
}

typedef struct {
  SfuMediaLoop *loop;
  GstElement *bin;
  SfuRtpDemux *demux;
  GstPad *pads[MAX_PADS], *ends[MAX_PADS];
  guint received[MAX_PADS];
  GstCaps *caps[MAX_PADS]; /* last caps event */
  guint told;              /* packets the owner heard of */
} World;

/* With a template, or the pad would only accept the caps it has. */
static GstStaticPadTemplate end_template = GST_STATIC_PAD_TEMPLATE (
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static GstFlowReturn
on_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  (*(guint *)gst_pad_get_element_private (pad))++;
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static void
on_packet (
    gpointer owner, SfuRtpStream *stream, gint transport_cc_seq, gint64 now_us)
{
  ((World *)owner)->told++;
}

static GstPad *
make_pad (World *w, const gchar *text, const gchar *name)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);
  SfuPadCaps parsed;
  GstPad *pad;

  g_assert_true (sfu_pad_caps_parse (caps, &parsed, NULL));
  pad = sfu_transport_src_pad_new (NULL, name, caps, &parsed, w->loop);
  gst_pad_set_active (pad, TRUE);
  gst_element_add_pad (w->bin, pad);
  return pad;
}

static void
world_init (World *w, const gchar *const *pads)
{
  static const SfuRtpDemuxCallbacks callbacks = { on_packet };
  guint32 conflict;
  guint i;

  memset (w, 0, sizeof *w);
  w->loop = sfu_media_loop_get_default ();
  w->bin = gst_object_ref_sink (gst_bin_new (NULL));
  w->demux = sfu_rtp_demux_new (&callbacks, w);
  for (i = 0; i < MAX_PADS && pads[i]; i++) {
    g_autofree gchar *name = g_strdup_printf ("src_%u", i);

    w->pads[i] = make_pad (w, pads[i], name);
    w->ends[i] = gst_object_ref_sink (
        gst_pad_new_from_static_template (&end_template, "sink"));
    gst_pad_set_chain_function (w->ends[i], on_chain);
    gst_pad_set_element_private (w->ends[i], &w->received[i]);
    gst_pad_set_active (w->ends[i], TRUE);
    g_assert_cmpint (
        gst_pad_link (w->pads[i], w->ends[i]), ==, GST_PAD_LINK_OK);
    g_assert_true (sfu_rtp_demux_add_pad (
        w->demux, SFU_TRANSPORT_SRC_PAD (w->pads[i]), &conflict));
  }
}

static void
world_clear (World *w)
{
  guint i;

  sfu_rtp_demux_free (w->demux);
  for (i = 0; i < MAX_PADS && w->pads[i]; i++) {
    gst_pad_set_active (w->pads[i], FALSE);
    gst_element_remove_pad (w->bin, w->pads[i]);
    gst_pad_set_active (w->ends[i], FALSE);
    gst_object_unref (w->ends[i]);
  }
  gst_object_unref (w->bin);
  g_object_unref (w->loop);
}

/* ---- tests ---- */

static void
test_case (gconstpointer data)
{
  const TestCase *c = data;
  gint64 now_us = G_USEC_PER_SEC;
  World w;
  guint i;

  world_init (&w, c->pads);
  for (i = 0; i < MAX_PACKETS && c->packets[i].ssrc; i++) {
    const TestPacket *p = &c->packets[i];
    guint before[MAX_PADS], pad;
    SfuVerdict verdict;

    memcpy (before, w.received, sizeof before);
    now_us = MAX (now_us, p->at_us);
    verdict =
        sfu_rtp_demux_receive (w.demux, make_packet (p, 65535 + i), now_us);
    g_test_message ("packet %u: %s", i, sfu_verdict_name (verdict));
    g_assert_cmpint (
        verdict, ==, p->wanted < 0 ? -p->wanted : SFU_VERDICT_FORWARD);
    for (pad = 0; pad < MAX_PADS; pad++)
      g_assert_cmpuint (
          w.received[pad], ==, before[pad] + (p->wanted == (gint)pad));
  }
  world_clear (&w);
}

static void
test_conflict (void)
{
  static const gchar *const pads[] = { VIDEO ", ssrc=(uint)1, rtx-ssrc=(uint)2",
    NULL };
  static const TestPacket old = { 96, 1 };
  guint32 conflict = 0;
  GstPad *other;
  World w;

  world_init (&w, pads);
  other = make_pad (&w, VIDEO ", ssrc=(uint)7, rtx-ssrc=(uint)1", "src_9");
  g_assert_false (sfu_rtp_demux_add_pad (
      w.demux, SFU_TRANSPORT_SRC_PAD (other), &conflict));
  g_assert_cmpuint (conflict, ==, 1);
  /* Nothing of it stays, and the first pad has lost nothing. */
  g_assert_null (sfu_rtp_demux_find (w.demux, 7));
  g_assert_cmpint (sfu_rtp_demux_receive (w.demux, make_packet (&old, 1), 1),
      ==, SFU_VERDICT_FORWARD);
  gst_pad_set_active (other, FALSE);
  gst_element_remove_pad (w.bin, other);
  world_clear (&w);
}

/* What was learned gives way to what is signalled. */
static void
test_claim (void)
{
  static const gchar *const pads[] = { VIDEO, NULL };
  static const TestPacket packet = { 96, 1 };
  guint32 conflict = 0;
  GstPad *other;
  World w;

  world_init (&w, pads);
  sfu_rtp_demux_receive (w.demux, make_packet (&packet, 1), 1);
  g_assert_cmpuint (w.received[0], ==, 1);
  other = make_pad (&w, VIDEO ", ssrc=(uint)1", "src_9");
  g_assert_true (sfu_rtp_demux_add_pad (
      w.demux, SFU_TRANSPORT_SRC_PAD (other), &conflict));
  g_assert_true (
      sfu_rtp_demux_find (w.demux, 1)->pad == SFU_TRANSPORT_SRC_PAD (other));
  g_assert_cmpint (sfu_rtp_demux_receive (w.demux, make_packet (&packet, 2), 1),
      ==, SFU_DROP_NOT_LINKED);
  sfu_rtp_demux_remove_pad (w.demux, SFU_TRANSPORT_SRC_PAD (other));
  g_assert_null (sfu_rtp_demux_find (w.demux, 1));
  gst_pad_set_active (other, FALSE);
  gst_element_remove_pad (w.bin, other);
  world_clear (&w);
}

/* The learned SSRC is in the caps before the first packet. */
static void
test_caps (void)
{
  static const gchar *const pads[] = { VIDEO, NULL };
  static const TestPacket media = { 96, 1 }, rtx = { 97, 2 };
  guint ssrc = 0;
  World w;

  world_init (&w, pads);
  sfu_rtp_demux_receive (w.demux, make_packet (&media, 1), 1);
  w.caps[0] = gst_pad_get_current_caps (w.ends[0]);
  gst_structure_get_uint (gst_caps_get_structure (w.caps[0], 0), "ssrc", &ssrc);
  g_assert_cmpuint (ssrc, ==, 1);
  gst_caps_unref (w.caps[0]);
  sfu_rtp_demux_receive (w.demux, make_packet (&rtx, 1), 1);
  w.caps[0] = gst_pad_get_current_caps (w.ends[0]);
  gst_structure_get_uint (
      gst_caps_get_structure (w.caps[0], 0), "rtx-ssrc", &ssrc);
  g_assert_cmpuint (ssrc, ==, 2);
  gst_caps_unref (w.caps[0]);
  world_clear (&w);
}

/* The same for several encodings: each in its place. */
static void
test_caps_of_encodings (void)
{
  static const gchar *const pads[] = { VIDEO
    ", a-mid=(string)0" EXT ", encodings=<(structure)[e,rid=(string)lo],"
    "(structure)[e,rid=(string)hi]>",
    NULL };
  static const TestPacket media = { 96, 7, "0", "hi" },
                          rtx = { 97, 8, "0", NULL, "lo" };
  SfuStreamConfig config;
  const gchar *field;
  World w;

  world_init (&w, pads);
  sfu_rtp_demux_receive (w.demux, make_packet (&media, 1), 1);
  sfu_rtp_demux_receive (w.demux, make_packet (&rtx, 1), 1);
  g_assert_cmpuint (w.received[0], ==, 2);
  w.caps[0] = gst_pad_get_current_caps (w.ends[0]);
  sfu_stream_config_init (&config);
  g_assert_true (sfu_stream_config_apply (&config, w.caps[0], &field));
  g_assert_cmpuint (config.n_encodings, ==, 2);
  g_assert_cmpuint (config.encodings[0].ssrc, ==, 0);
  g_assert_cmpuint (config.encodings[0].rtx_ssrc, ==, 8);
  g_assert_cmpuint (config.encodings[1].ssrc, ==, 7);
  g_assert_cmpuint (config.encodings[1].rtx_ssrc, ==, 0);
  g_assert_cmpstr (config.encodings[1].rid, ==, "hi");
  gst_caps_unref (w.caps[0]);
  world_clear (&w);
}

static void
test_malformed (void)
{
  static const gchar *const pads[] = { VIDEO ", ssrc=(uint)1", NULL };
  static const TestPacket packet = { 96, 1 };
  World w;
  gsize len;

  world_init (&w, pads);
  /* Cut in the header, in the extension's header and in the extension. */
  for (len = 0; len < 16; len++) {
    GstBuffer *buffer = make_packet (&packet, 1);

    gst_buffer_set_size (buffer, len);
    g_assert_cmpint (
        sfu_rtp_demux_receive (w.demux, buffer, 1), ==, SFU_DROP_MALFORMED);
  }
  g_assert_cmpuint (w.told, ==, 0);
  world_clear (&w);
}

/* Whoever said goodbye is replaced at once. */
static void
test_bye (void)
{
  static const gchar *const pads[] = { VIDEO ", a-mid=(string)0" EXT, NULL };
  static const TestPacket packets[] = { { 96, 1, "0" }, { 96, 2, "0" } };
  World w;

  world_init (&w, pads);
  sfu_rtp_demux_receive (w.demux, make_packet (&packets[0], 1), 1);
  g_assert_cmpint (
      sfu_rtp_demux_receive (w.demux, make_packet (&packets[1], 1), 2), ==,
      SFU_DROP_UNKNOWN_SSRC);
  sfu_rtp_demux_find (w.demux, 1)->said_bye = TRUE;
  g_assert_cmpint (
      sfu_rtp_demux_receive (w.demux, make_packet (&packets[1], 2), 3), ==,
      SFU_VERDICT_FORWARD);
  g_assert_null (sfu_rtp_demux_find (w.demux, 1));
  world_clear (&w);
}

int
main (int argc, char **argv)
{
  guint i;

  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *path =
        g_strdup_printf ("/rtp-demux/find/%s", cases[i].name);

    g_test_add_data_func (path, &cases[i], test_case);
  }
  g_test_add_func ("/rtp-demux/conflict", test_conflict);
  g_test_add_func ("/rtp-demux/claim", test_claim);
  g_test_add_func ("/rtp-demux/caps", test_caps);
  g_test_add_func ("/rtp-demux/caps-of-encodings", test_caps_of_encodings);
  g_test_add_func ("/rtp-demux/bye", test_bye);
  g_test_add_func ("/rtp-demux/malformed", test_malformed);
  return g_test_run ();
}
