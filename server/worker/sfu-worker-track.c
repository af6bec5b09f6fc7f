/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-track.h.
 *
 * Threads: control thread; link_pads and clear_pads on the media thread. */
#include "sfu-worker-track.h"

#include "sfu-error.h"

static GstPad *
request (GstElement *element, GstPadDirection direction, const GstCaps *caps)
{
  const gchar *name = direction == GST_PAD_SRC ? "src_%u" : "sink_%u";
  GstPadTemplate *templ = gst_element_get_pad_template (element, name);
  return templ ? gst_element_request_pad (element, templ, NULL, caps) : NULL;
}

gboolean
sfu_worker_track_request (SfuWorkerTrack *track, GstElement *source,
    GstElement *sink, const GstCaps *caps, GError **error)
{
  track->src_element = gst_object_ref (source);
  track->sink_element = gst_object_ref (sink);
  track->src = request (source, GST_PAD_SRC, caps);
  if (track->src)
    track->sink = request (sink, GST_PAD_SINK, caps);
  if (track->sink)
    return TRUE;
  g_set_error (error, SFU_ERROR, SFU_ERROR_FAILED, "%s gives no pad for %s",
      GST_ELEMENT_NAME (track->src ? sink : source),
      track->src ? "what is sent to it" : "what is received");
  return FALSE;
}

typedef struct {
  SfuWorkerTrack *track;
  GstPadLinkReturn result;
} Link;

static void
link_pads (gpointer data, gpointer unused)
{
  Link *job = data;
  job->result = gst_pad_link (job->track->src, job->track->sink);
}

gboolean
sfu_worker_track_link (
    SfuWorkerTrack *track, SfuMediaLoop *loop, GError **error)
{
  Link job = { track, GST_PAD_LINK_REFUSED };
  sfu_media_loop_call (loop, link_pads, &job);
  if (job.result == GST_PAD_LINK_OK)
    return TRUE;
  g_set_error (error, SFU_ERROR, SFU_ERROR_FAILED,
      "%s:%s and %s:%s do not link: %s", GST_DEBUG_PAD_NAME (track->src),
      GST_DEBUG_PAD_NAME (track->sink), gst_pad_link_get_name (job.result));
  return FALSE;
}

static void
clear_pads (gpointer data, gpointer unused)
{
  SfuWorkerTrack *track = data;
  if (track->src && track->sink && gst_pad_is_linked (track->src))
    gst_pad_unlink (track->src, track->sink);
  if (track->src)
    gst_element_release_request_pad (track->src_element, track->src);
  if (track->sink)
    gst_element_release_request_pad (track->sink_element, track->sink);
}

void
sfu_worker_track_clear (SfuWorkerTrack *track, SfuMediaLoop *loop)
{
  if (track->src || track->sink)
    sfu_media_loop_call (loop, clear_pads, track);
  gst_clear_object (&track->src);
  gst_clear_object (&track->sink);
  gst_clear_object (&track->src_element);
  gst_clear_object (&track->sink_element);
}
