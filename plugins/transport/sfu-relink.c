/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-relink.h.
 *
 * Threads: control thread, while nothing flows. */
#include "sfu-relink.h"

#include <gio/gio.h>

/* Takes an outer pad of a transport bin off rtpbin and gives rtpbin its request
 * pad back. With the last one rtpbin frees its session: no RTCP thread. */
static void
take_off_rtpbin (GstElement *transport_bin, const gchar *name)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (transport_bin, name);
  g_autoptr (GstPad) peer = pad ? gst_pad_get_peer (pad) : NULL;
  g_autoptr (GstElement) owner = NULL;

  if (!peer)
    return; /* m=application has no RTP path */
  owner = gst_pad_get_parent_element (peer);
  if (GST_PAD_IS_SRC (pad))
    gst_pad_unlink (pad, peer);
  else
    gst_pad_unlink (peer, pad);
  if (owner)
    gst_element_release_request_pad (owner, peer);
}

static gboolean
expose (GstElement *webrtcbin, GstElement *transport_bin, const gchar *name)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (transport_bin, name);
  g_autofree gchar *ghost_name = g_strconcat ("lane_", name, NULL);
  GstPad *ghost;

  if (!pad)
    return FALSE;
  ghost = gst_ghost_pad_new (ghost_name, pad);
  gst_pad_set_active (ghost, TRUE);
  return gst_element_add_pad (webrtcbin, ghost);
}

static void
retire (GstElement *element)
{
  gst_element_set_locked_state (element, TRUE);
  gst_element_set_state (element, GST_STATE_NULL);
}

/* source ! capsfilter ! queue ! dtlssrtpdec becomes source ! dtlssrtpdec: no
 * thread and no second hand-over. */
static gboolean
bypass_queue (const SfuWebrtcbinParts *parts)
{
  g_autoptr (GstPad) caps_sink =
      gst_element_get_static_pad (parts->capsfilter, "sink");
  g_autoptr (GstPad) queue_src =
      gst_element_get_static_pad (parts->queue, "src");
  g_autoptr (GstPad) dec_sink = gst_element_get_static_pad (parts->dec, "sink");
  g_autoptr (GstPad) source = gst_pad_get_peer (caps_sink);

  if (!source)
    return FALSE;
  gst_pad_unlink (source, caps_sink);
  gst_pad_unlink (queue_src, dec_sink);
  retire (parts->queue);
  retire (parts->capsfilter);
  /* Nothing has flowed, so there are no caps to check. */
  return gst_pad_link_full (source, dec_sink, GST_PAD_LINK_CHECK_NOTHING) ==
      GST_PAD_LINK_OK;
}

gboolean
sfu_relink (GstElement *webrtcbin, const SfuWebrtcbinParts *parts,
    GstElement *inward, GstElement *outward, GError **error)
{
  GstElement *receive, *send;

  if (!parts->dec || !parts->enc || !parts->queue || !parts->capsfilter)
    goto failed;
  receive = GST_ELEMENT (GST_OBJECT_PARENT (parts->dec));
  send = GST_ELEMENT (GST_OBJECT_PARENT (parts->enc));
  if (!bypass_queue (parts))
    goto failed;
  take_off_rtpbin (receive, "rtp_src");
  take_off_rtpbin (receive, "rtcp_src");
  take_off_rtpbin (send, "rtp_sink");
  take_off_rtpbin (send, "rtcp_sink");
  if (!expose (webrtcbin, receive, "rtp_src") ||
      !expose (webrtcbin, receive, "rtcp_src") ||
      !expose (webrtcbin, send, "rtp_sink") ||
      !expose (webrtcbin, send, "rtcp_sink") ||
      !gst_element_link_pads (webrtcbin, "lane_rtp_src", inward, "rtp") ||
      !gst_element_link_pads (webrtcbin, "lane_rtcp_src", inward, "rtcp") ||
      !gst_element_link_pads (outward, "rtp", webrtcbin, "lane_rtp_sink") ||
      !gst_element_link_pads (outward, "rtcp", webrtcbin, "lane_rtcp_sink"))
    goto failed;
  return TRUE;

failed:
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
      "this webrtcbin is built differently than the one of GStreamer 1.22");
  return FALSE;
}
