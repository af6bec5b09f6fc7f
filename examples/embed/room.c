/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A room inside an application: two publishers that the application makes
 * itself, viewers that come and go while everything runs, one that switches.
 *
 *   cc room.c $(pkg-config --cflags --libs gstreamer-1.0) -o room
 *   GST_PLUGIN_PATH=build/plugins ./room [seconds]
 *
 * What to take from it: the room is one element (sfurouter); a publisher is a
 * request pad sink_%u, a viewer a request pad src_%u; all the rest are
 * properties of the pads. Nothing here is specific to WebRTC: replace a test
 * source or a decoder by sfutransport and the other end is a browser.
 *
 * Threads: the main loop alone edits the graph. */
#include <gst/gst.h>
#include <stdlib.h>

#define VIEWERS 3

typedef struct {
  GstElement *pipeline;
  GstElement *room;
  GstElement *sinks[VIEWERS];
  GMainLoop *loop;
  guint tick;
  guint seconds;
} App;

static void
add_publisher (App *app, const gchar *pattern)
{
  g_autofree gchar *description =
      g_strdup_printf ("videotestsrc is-live=true pattern=%s ! "
                       "video/x-raw,width=320,height=240,framerate=20/1 ! "
                       "vp8enc deadline=1 keyframe-max-dist=1000 ! rtpvp8pay",
          pattern);
  GstElement *bin = gst_parse_bin_from_description (description, TRUE, NULL);

  gst_bin_add (GST_BIN (app->pipeline), bin);
  gst_element_link_pads (bin, "src", app->room, "sink_%u");
  gst_element_sync_state_with_parent (bin);
}

/* A viewer decodes, so that you see that pictures arrive, not only bytes. */
static void
add_viewer (App *app, guint i)
{
  GstElement *bin = gst_parse_bin_from_description (
      "rtpvp8depay ! vp8dec ! fakesink name=sink sync=false async=false", TRUE,
      NULL);
  g_autofree gchar *pad_name = g_strdup_printf ("src_%u", i);

  app->sinks[i] = bin;
  gst_bin_add (GST_BIN (app->pipeline), bin);
  gst_element_link_pads (app->room, pad_name, bin, "sink");
  gst_element_sync_state_with_parent (bin);
  g_print ("viewer %u joins\n", i);
}

static void
remove_viewer (App *app, guint i)
{
  g_autofree gchar *pad_name = g_strdup_printf ("src_%u", i);
  GstPad *pad = gst_element_get_static_pad (app->room, pad_name);

  gst_element_release_request_pad (app->room, pad);
  gst_object_unref (pad);
  gst_element_set_state (app->sinks[i], GST_STATE_NULL);
  gst_bin_remove (GST_BIN (app->pipeline), app->sinks[i]);
  app->sinks[i] = NULL;
  g_print ("viewer %u leaves\n", i);
}

static void
print_viewer (App *app, guint i)
{
  g_autofree gchar *pad_name = g_strdup_printf ("src_%u", i);
  GstPad *pad = gst_element_get_static_pad (app->room, pad_name);
  GstStructure *stats = NULL;
  guint64 packets = 0, bitrate = 0;
  g_autofree gchar *producer = NULL;

  g_object_get (pad, "stats", &stats, "producer", &producer, NULL);
  gst_structure_get_uint64 (stats, "packets", &packets);
  gst_structure_get_uint64 (stats, "bitrate", &bitrate);
  g_print ("  viewer %u <- %-7s %6" G_GUINT64_FORMAT
           " packets %5" G_GUINT64_FORMAT " kbit/s\n",
      i, producer ? producer : "auto", packets, bitrate / 1000);
  gst_structure_free (stats);
  gst_object_unref (pad);
}

/* Viewer 0 stays; viewer 1 changes the channel every second; viewer 2 comes and
 * goes. */
static gboolean
on_second (gpointer data)
{
  App *app = data;
  GstPad *pad = gst_element_get_static_pad (app->room, "src_1");
  guint i;

  app->tick++;
  g_object_set (pad, "producer", app->tick % 2 ? "sink_1" : "sink_0", NULL);
  gst_object_unref (pad);
  if (app->sinks[2])
    remove_viewer (app, 2);
  else
    add_viewer (app, 2);
  g_print ("second %u\n", app->tick);
  for (i = 0; i < VIEWERS; i++)
    if (app->sinks[i])
      print_viewer (app, i);
  if (app->tick >= app->seconds)
    g_main_loop_quit (app->loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    g_printerr ("%s\n", error->message);
    exit (1);
  }
  return G_SOURCE_CONTINUE;
}

int
main (int argc, char **argv)
{
  App app = { .seconds = argc > 1 ? (guint)atoi (argv[1]) : 10 };
  GstBus *bus;

  gst_init (&argc, &argv);
  app.room = gst_element_factory_make ("sfurouter", "room");
  if (!app.room) {
    g_printerr ("no sfurouter: set GST_PLUGIN_PATH to build/plugins\n");
    return 1;
  }
  app.pipeline = gst_pipeline_new ("app");
  gst_bin_add (GST_BIN (app.pipeline), app.room);
  bus = gst_element_get_bus (app.pipeline);
  gst_bus_add_watch (bus, on_message, NULL);
  add_publisher (&app, "smpte");
  add_publisher (&app, "ball");
  add_viewer (&app, 0);
  add_viewer (&app, 1);
  gst_element_set_state (app.pipeline, GST_STATE_PLAYING);
  app.loop = g_main_loop_new (NULL, FALSE);
  g_timeout_add_seconds (1, on_second, &app);
  g_main_loop_run (app.loop);
  gst_element_set_state (app.pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (app.pipeline);
  g_main_loop_unref (app.loop);
  return 0;
}
