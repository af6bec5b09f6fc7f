/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-router.h.
 *
 * Threads: control thread; on_active_speaker on the media thread, on_message and
 * on_layers_changed on any thread. They only log or post. */
#include "sfu-worker-router.h"

#include "sfu-error.h"

#define PRODUCER_ID_KEY "sfu-producer-id"

/* Shared with closures that other threads post; they may run after the router
 * is gone. */
struct _SfuWorkerRouterLink {
  SfuWorkerRouter *router; /* control thread; NULL = freed */
};

typedef struct {
  SfuWorkerRouterLink *link; /* owned share */
  gchar *producer_id;        /* owned; "" = silence */
  gint volume_dbov;
} Speech;

static void
speech_free (gpointer data)
{
  Speech *speech = data;
  g_atomic_rc_box_release (speech->link);
  g_free (speech->producer_id);
  g_free (speech);
}

static gboolean
tell_speech (gpointer data)
{
  Speech *speech = data;
  SfuWorkerRouter *self = speech->link->router;
  if (self)
    self->callbacks->active_speaker (
        self->owner, self, speech->producer_id, speech->volume_dbov);
  return G_SOURCE_REMOVE;
}

static void
on_active_speaker (
    GstElement *element, GstPad *pad, gint volume_dbov, gpointer data)
{
  const gchar *id =
      pad ? g_object_get_data (G_OBJECT (pad), PRODUCER_ID_KEY) : "";
  if (!id)
    return;
  Speech *speech = g_new (Speech, 1);
  speech->link = g_atomic_rc_box_acquire (data);
  speech->producer_id = g_strdup (id);
  speech->volume_dbov = volume_dbov;
  /* Not g_main_context_invoke: it would call here, on the media thread, while
   * the main loop is not running. */
  g_idle_add_full (G_PRIORITY_DEFAULT, tell_speech, speech, speech_free);
}

static void
release_link (gpointer data, GClosure *closure)
{
  g_atomic_rc_box_release (data);
}

/* ---- layers ---- */

typedef struct {
  SfuWorkerRouterLink *link; /* owned share */
  gchar *consumer_id;        /* owned */
  gint spatial, temporal;
} Layers;

static void
layers_free (gpointer data)
{
  Layers *layers = data;
  g_atomic_rc_box_release (layers->link);
  g_free (layers->consumer_id);
  g_free (layers);
}

static gboolean
tell_layers (gpointer data)
{
  Layers *layers = data;
  SfuWorkerRouter *self = layers->link->router;
  if (self)
    self->callbacks->layers_changed (self->owner, self, layers->consumer_id,
        layers->spatial, layers->temporal);
  return G_SOURCE_REMOVE;
}

/* data: whose they are; its layers are not used. */
static void
on_layers_changed (GstPad *pad, gint spatial, gint temporal, gpointer data)
{
  const Layers *watched = data;
  Layers *layers = g_new (Layers, 1);
  layers->link = g_atomic_rc_box_acquire (watched->link);
  layers->consumer_id = g_strdup (watched->consumer_id);
  layers->spatial = spatial;
  layers->temporal = temporal;
  g_idle_add_full (G_PRIORITY_DEFAULT, tell_layers, layers, layers_free);
}

static void
release_layers (gpointer data, GClosure *closure)
{
  layers_free (data);
}

void
sfu_worker_router_watch_layers (
    SfuWorkerRouter *self, GstPad *pad, const gchar *consumer_id)
{
  Layers *watched = g_new0 (Layers, 1);
  watched->link = g_atomic_rc_box_acquire (self->link);
  watched->consumer_id = g_strdup (consumer_id);
  g_signal_connect_data (pad, "layers-changed", G_CALLBACK (on_layers_changed),
      watched, release_layers, 0);
}

/* Nobody reads the bus: state changes of a room with many transports would
 * only fill the main loop. */
static GstBusSyncReply
on_message (GstBus *bus, GstMessage *message, gpointer data)
{
  const gchar *id = data;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, &debug);
  else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING)
    gst_message_parse_warning (message, &error, &debug);
  if (error)
    g_warning ("router=%s element=%s reason=%s (%s)", id,
        GST_MESSAGE_SRC_NAME (message), error->message, debug ? debug : "");
  gst_message_unref (message);
  return GST_BUS_DROP;
}

/* Live and without a preroll: time is the system's from the first element on,
 * so that a transport that joins later has nothing to catch up with. */
static GstElement *
make_pipeline (const gchar *id, SfuMediaLoop *loop)
{
  g_autofree gchar *name = g_strdup_printf ("router-%s", id);
  GstElement *pipeline = gst_pipeline_new (name);
  g_autoptr (GstClock) clock = gst_system_clock_obtain ();
  gst_pipeline_use_clock (GST_PIPELINE (pipeline), clock);
  gst_element_set_start_time (pipeline, GST_CLOCK_TIME_NONE);
  gst_element_set_base_time (pipeline, 0);
  g_autoptr (GstContext) context = sfu_media_loop_to_context (loop);
  gst_element_set_context (pipeline, context);
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  gst_bus_set_sync_handler (bus, on_message, g_strdup (id), g_free);
  return gst_object_ref_sink (pipeline);
}

SfuWorkerRouter *
sfu_worker_router_new (const gchar *id, SfuMediaLoop *loop,
    const SfuWorkerRouterCallbacks *callbacks, gpointer owner, GError **error)
{
  SfuWorkerRouter *self = g_new0 (SfuWorkerRouter, 1);
  self->node.kind = SFU_NODE_ROUTER;
  self->node.id = g_strdup (id);
  self->loop = g_object_ref (loop);
  self->transports = g_ptr_array_new ();
  self->callbacks = callbacks;
  self->owner = owner;
  self->link = g_atomic_rc_box_new0 (SfuWorkerRouterLink);
  self->link->router = self;
  self->pipeline = make_pipeline (id, loop);
  self->element = gst_element_factory_make ("sfurouter", "router");
  /* Consumers say themselves whom they follow. */
  if (self->element)
    g_object_set (self->element, "auto-follow", FALSE, NULL);
  if (!self->element || !sfu_worker_router_add (self, self->element, error) ||
      gst_element_set_state (self->pipeline, GST_STATE_PLAYING) ==
          GST_STATE_CHANGE_FAILURE) {
    g_clear_error (error);
    g_set_error (error, SFU_ERROR, SFU_ERROR_FAILED,
        "the pipeline of router %s does not start", id);
    sfu_worker_router_free (self);
    return NULL;
  }
  g_signal_connect_data (self->element, "active-speaker",
      G_CALLBACK (on_active_speaker), g_atomic_rc_box_acquire (self->link),
      release_link, 0);
  return self;
}

void
sfu_worker_router_free (SfuWorkerRouter *self)
{
  if (!self)
    return;
  g_assert (self->transports->len == 0);
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  gst_bus_set_sync_handler (bus, NULL, NULL, NULL);
  gst_object_unref (self->pipeline);
  self->link->router = NULL;
  g_atomic_rc_box_release (self->link);
  g_ptr_array_unref (self->transports);
  g_object_unref (self->loop);
  g_free (self->node.id);
  g_free (self);
}

gboolean
sfu_worker_router_add (
    SfuWorkerRouter *self, GstElement *element, GError **error)
{
  gst_bin_add (GST_BIN (self->pipeline), element);
  if (gst_element_sync_state_with_parent (element))
    return TRUE;
  g_set_error (error, SFU_ERROR, SFU_ERROR_FAILED,
      "element %s of router %s does not start", GST_ELEMENT_NAME (element),
      self->node.id);
  sfu_worker_router_remove (self, element);
  return FALSE;
}

void
sfu_worker_router_remove (SfuWorkerRouter *self, GstElement *element)
{
  gst_element_set_locked_state (element, TRUE);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (self->pipeline), element);
}

void
sfu_worker_router_name_pad (GstPad *pad, const gchar *producer_id)
{
  g_object_set_data_full (
      G_OBJECT (pad), PRODUCER_ID_KEY, g_strdup (producer_id), g_free);
}
