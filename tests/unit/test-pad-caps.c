/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Caps of a transport's request pads.
 *
 * Threads: one. */
#include "sfu-pad-caps.h"

static const struct {
  const gchar *text;
  gboolean ok;
  gint payload, rtx_payload;
  guint32 clock_rate, ssrc, rtx_ssrc;
  const gchar *mid, *rid;
  guint n_encodings;
} cases[] = {
  { "application/x-rtp", TRUE, -1, -1, 90000, 0, 0, "", "", 1 },
  { "application/x-rtp, payload=(int)0, rtx-payload=(int)127, "
    "clock-rate=(int)48000, ssrc=(uint)4294967295, rtx-ssrc=(uint)1, "
    "a-mid=(string)0, rid=(string)hi",
      TRUE, 0, 127, 48000, 4294967295u, 1, "0", "hi", 1 },
  { "application/x-rtp, a-mid=(string)0123456789abcdef", TRUE, -1, -1, 90000, 0,
      0, "0123456789abcdef", "", 1 },
  { "application/x-rtp, payload=(int)96, "
    "encodings=<(structure)[e, rid=(string)a, ssrc=(uint)5], "
    "(structure)[e, rid=(string)b], (structure)[e, rid=(string)c]>",
      TRUE, 96, -1, 90000, 5, 0, "", "a", 3 },
  { "application/x-rtp, encodings=<>", FALSE },
  { "application/x-rtp, encodings=(int)1", FALSE },
  { "application/x-rtp, encodings=<(int)1>", FALSE },
  { "ANY", TRUE, -1, -1, 90000, 0, 0, "", "", 1 },
  { "application/x-rtp, clock-rate=(int)0", TRUE, -1, -1, 90000, 0, 0, "", "",
      1 },
  { "application/x-rtp, payload=(int)128", FALSE },
  { "application/x-rtp, payload=(int)-1", FALSE },
  { "application/x-rtp, rtx-payload=(int)200", FALSE },
  { "application/x-rtp, red-payload=(int)128", FALSE },
  { "application/x-rtp, red-rtx-payload=(int)128", FALSE },
  { "application/x-rtp, ulpfec-payload=(int)-1", FALSE },
  { "application/x-rtp, a-mid=(string)0123456789abcdefg", FALSE },
  { "application/x-rtp, rid=(string)0123456789abcdefg", FALSE },
  { "application/x-rtp, ssrc=(uint)7, rtx-ssrc=(uint)7", FALSE },
};

static void
test_table (void)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GstCaps) caps = gst_caps_from_string (cases[i].text);
    g_autoptr (GError) error = NULL;
    SfuPadCaps parsed;

    g_test_message ("%s", cases[i].text);
    g_assert_nonnull (caps);
    g_assert_cmpint (
        sfu_pad_caps_parse (caps, &parsed, &error), ==, cases[i].ok);
    if (!cases[i].ok) {
      g_assert_error (error, GST_CORE_ERROR, GST_CORE_ERROR_CAPS);
      continue;
    }
    g_assert_no_error (error);
    g_assert_cmpint (parsed.payload, ==, cases[i].payload);
    g_assert_cmpint (parsed.rtx_payload, ==, cases[i].rtx_payload);
    g_assert_cmpuint (parsed.clock_rate, ==, cases[i].clock_rate);
    g_assert_cmpuint (parsed.encodings[0].ssrc, ==, cases[i].ssrc);
    g_assert_cmpuint (parsed.encodings[0].rtx_ssrc, ==, cases[i].rtx_ssrc);
    g_assert_cmpstr (parsed.mid, ==, cases[i].mid);
    g_assert_cmpstr (parsed.encodings[0].rid, ==, cases[i].rid);
    g_assert_cmpuint (parsed.n_encodings, ==, cases[i].n_encodings);
    sfu_pad_caps_clear (&parsed);
  }
}

static void
test_feedback (void)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (
      "application/x-rtp, media=(string)audio, cname=(string)bob, "
      "rtcp-fb-nack=(boolean)true, rtcp-fb-nack-pli=(boolean)true, "
      "rtcp-fb-ccm-fir=(boolean)true, rtcp-fb-transport-cc=(boolean)true, "
      "rtcp-fb-goog-remb=(boolean)false");
  SfuPadCaps parsed;

  g_assert_true (sfu_pad_caps_parse (caps, &parsed, NULL));
  g_assert_true (parsed.audio && parsed.nack && parsed.pli && parsed.fir &&
      parsed.transport_cc);
  g_assert_false (parsed.remb);
  g_assert_cmpstr (parsed.cname, ==, "bob");
  g_assert_true (parsed.reduced_size);
  sfu_pad_caps_clear (&parsed);
  sfu_pad_caps_clear (&parsed);
}

/* Plain, in GStreamer's long form, unknown, and nonsense. */
static void
test_extensions (void)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (
      "application/x-rtp, extmap-4=(string)urn:ietf:params:rtp-hdrext:sdes:mid,"
      "extmap-200=(string)<\"\", urn:ietf:params:rtp-hdrext:toffset, \"\">,"
      "extmap-5=(string)urn:unknown, extmap-0=(string)urn:3gpp:video-"
      "orientation, extmap-x=(string)urn:3gpp:video-orientation, "
      "extmap-256=(string)urn:3gpp:video-orientation");
  SfuPadCaps parsed;

  g_assert_true (sfu_pad_caps_parse (caps, &parsed, NULL));
  g_assert_cmpuint (parsed.ext.id_of_kind[SFU_EXT_MID], ==, 4);
  g_assert_cmpuint (parsed.ext.id_of_kind[SFU_EXT_TOFFSET], ==, 200);
  g_assert_cmpuint (parsed.ext.id_of_kind[SFU_EXT_VIDEO_ORIENTATION], ==, 0);
  g_assert_cmpuint (parsed.ext.kind_of_id[5], ==, SFU_EXT_NONE);
  sfu_pad_caps_clear (&parsed);
}

static void
test_too_many_encodings (void)
{
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("application/x-rtp");
  g_autoptr (GError) error = NULL;
  GValue list = G_VALUE_INIT, item = G_VALUE_INIT;
  SfuPadCaps parsed;
  guint i;

  gst_value_array_init (&list, SFU_PAD_MAX_ENCODINGS + 1);
  g_value_init (&item, GST_TYPE_STRUCTURE);
  g_value_take_boxed (&item, gst_structure_new_empty ("encoding"));
  for (i = 0; i < SFU_PAD_MAX_ENCODINGS + 1; i++)
    gst_value_array_append_value (&list, &item);
  gst_caps_set_value (caps, "encodings", &list);
  g_value_unset (&item);
  g_value_unset (&list);
  g_assert_false (sfu_pad_caps_parse (caps, &parsed, &error));
  g_assert_error (error, GST_CORE_ERROR, GST_CORE_ERROR_CAPS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add_func ("/pad-caps/table", test_table);
  g_test_add_func ("/pad-caps/feedback", test_feedback);
  g_test_add_func ("/pad-caps/extensions", test_extensions);
  g_test_add_func ("/pad-caps/too-many-encodings", test_too_many_encodings);
  return g_test_run ();
}
