/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-features.h.
 *
 * Threads: control thread. */
#include "sfu-worker-features.h"

#include "sfu-error.h"

/* webrtcbin makes an rtpbin with its srtp elements and a pair of dtls elements
 * when it is created and negotiates, and registers itself only beside libnice's
 * plugin: a worker without nicesrc would fail at the first connect. */
static const struct {
  const gchar *element;
  const gchar *package;
} needed[] = {
  { "tee", "libgstreamer1.0-0" },
  { "queue", "libgstreamer1.0-0" },
  { "capsfilter", "libgstreamer1.0-0" },
  { "rtpbin", "gstreamer1.0-plugins-good" },
  { "webrtcbin", "gstreamer1.0-plugins-bad" },
  { "dtlssrtpdec", "gstreamer1.0-plugins-bad" },
  { "dtlssrtpenc", "gstreamer1.0-plugins-bad" },
  { "srtpdec", "gstreamer1.0-plugins-bad" },
  { "srtpenc", "gstreamer1.0-plugins-bad" },
  { "nicesrc", "gstreamer1.0-nice" },
  { "nicesink", "gstreamer1.0-nice" },
  { "sfurouter", "gst-sfu" },
  { "sfuproducer", "gst-sfu" },
  { "sfuconsumer", "gst-sfu" },
  { "sfutransport", "gst-sfu" },
  { "sfuplaintransport", "gst-sfu" },
};

/* Loads the plugin too: its file would otherwise be read while the first client
 * connects (webrtcbin and its libraries: a quarter of a second). */
static gboolean
is_there (const gchar *element)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (element);
  if (!factory)
    return FALSE;
  g_autoptr (GstPluginFeature) loaded =
      gst_plugin_feature_load (GST_PLUGIN_FEATURE (factory));
  return loaded != NULL;
}

gboolean
sfu_worker_features_check (GError **error)
{
  g_autoptr (GString) elements = g_string_new (NULL);
  g_autoptr (GString) packages = g_string_new (NULL);
  const gchar *last_package = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (needed); i++) {
    if (is_there (needed[i].element))
      continue;
    g_string_append_printf (
        elements, "%s%s", elements->len ? ", " : "", needed[i].element);
    if (g_strcmp0 (last_package, needed[i].package) != 0)
      g_string_append_printf (packages, " %s", needed[i].package);
    last_package = needed[i].package;
  }
  if (elements->len == 0)
    return TRUE;
  g_set_error (error, SFU_ERROR, SFU_ERROR_NOT_SUPPORTED,
      "GStreamer elements are missing: %s; install:%s", elements->str,
      packages->str);
  return FALSE;
}

/* The first DTLS element of a process generates an RSA key, which takes longer
 * than all the rest of a connect; ours is used instead of it, but only after it
 * was made. */
void
sfu_worker_features_warm_stock_dtls (void)
{
  GstElement *element = gst_element_factory_make ("dtlssrtpdec", NULL);
  if (element)
    gst_object_unref (gst_object_ref_sink (element));
}
