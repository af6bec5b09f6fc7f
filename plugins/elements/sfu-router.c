/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-sfurouter
 * @title: sfurouter
 * @short_description: forwards published tracks to their subscribers
 *
 * A room's forwarding graph. Each requested sink pad is a producer, each
 * requested src pad a consumer:
 *
 * |[
 *          ┌────────────────────── sfurouter ─────────────────────┐
 * sink_0 ──┤► sfuproducer ► tee ┬► sfuconsumer ────────────────►├── src_0
 *          │                    └► sfuconsumer ────────────────►├── src_1
 * sink_1 ──┤► sfuproducer ► tee ─► sfuconsumer ────────────────►├── src_2
 *          └────────────────────────────────────────────────────┘
 * ]|
 *
 * Properties of the pads say which producer a consumer follows, what it sends
 * and whether it is paused. They can be set on a launch line
 * (`src_1::paused=true`) and at run time; changing `producer` switches.
 *
 * ## Example: two cameras, three viewers
 * |[
 * gst-launch-1.0 sfurouter name=r src_1::paused=true src_2::producer=sink_1 \
 *     videotestsrc is-live=true ! vp8enc deadline=1 ! rtpvp8pay ! r.sink_0 \
 *     videotestsrc is-live=true pattern=ball ! vp8enc deadline=1 ! rtpvp8pay \
 *         ! r.sink_1 \
 *     r.src_0 ! rtpvp8depay ! vp8dec ! autovideosink \
 *     r.src_1 ! fakesink async=false \
 *     r.src_2 ! rtpvp8depay ! vp8dec ! autovideosink
 * ]|
 *
 * Threads: pads are requested, released and switched on the application's
 * thread. With a media loop (GstContext `sfu.media-loop`) what touches the data
 * path is done by the media thread between two packets. `active-speaker` is
 * emitted on the media thread.
 */
#include "sfu-router.h"

#include <stdio.h>
#include <string.h>

#include "sfu-event.h"
#include "sfu-media-loop.h"
#include "sfu-consumer.h"
#include "sfu-producer.h"
#include "sfu-router-children.h"
#include "sfu-router-pad.h"
#include "sfu-router-wiring.h"
#include "sfu-speakers.h"

GST_DEBUG_CATEGORY (sfurouter);
#define GST_CAT_DEFAULT sfurouter

enum { PROP_0, PROP_AUTO_FOLLOW, PROP_LOUDEST };
enum { SIGNAL_ACTIVE_SPEAKER, SIGNAL_REQUEST_KEY_FRAME, N_SIGNALS };

static guint signals[N_SIGNALS];

struct _SfuRouter {
  GstBin parent;
  SfuMediaLoop *loop;        /* owned; NULL: no media thread */
  guint next_sink, next_src; /* control thread */

  SfuSpeakers *speakers; /* owned */
  gint auto_follow;      /* atomic */
};

G_DEFINE_TYPE_WITH_CODE (SfuRouter, sfu_router, GST_TYPE_BIN,
    G_IMPLEMENT_INTERFACE (GST_TYPE_CHILD_PROXY, sfu_router_children_init))
GST_ELEMENT_REGISTER_DEFINE (
    sfurouter, "sfurouter", GST_RANK_NONE, SFU_TYPE_ROUTER)

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink_%u",
    GST_PAD_SINK, GST_PAD_REQUEST, GST_STATIC_CAPS ("application/x-rtp"));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src_%u",
    GST_PAD_SRC, GST_PAD_REQUEST, GST_STATIC_CAPS ("application/x-rtp"));

/* ---- who speaks ---- */

static void
on_speaker (gpointer owner, GObject *speaker, gint volume_db)
{
  g_signal_emit (owner, signals[SIGNAL_ACTIVE_SPEAKER], 0, speaker, volume_db);
}

static gboolean
on_audio_level (gpointer owner, SfuProducer *producer, guint8 level)
{
  GstObject *router = gst_object_get_parent (owner);
  gboolean forward;

  if (!router)
    return TRUE;
  forward = sfu_speakers_add (SFU_ROUTER (router)->speakers, owner, level);
  gst_object_unref (router);
  return forward;
}

static const SfuProducerCallbacks producer_callbacks = {
  .audio_level = on_audio_level,
};

/* ---- pads ---- */

static GstElement *
add_element (SfuRouter *self, const gchar *factory, const gchar *role,
    const gchar *pad_name)
{
  g_autofree gchar *name =
      g_strdup_printf ("%s-%s", role, strchr (pad_name, '_') + 1);
  GstElement *element = gst_element_factory_make (factory, name);

  if (!element || !gst_bin_add (GST_BIN (self), element)) {
    gst_clear_object (&element);
    return NULL;
  }
  return element;
}

static void
remove_element (SfuRouter *self, GstElement *element)
{
  gst_element_set_locked_state (element, TRUE);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (self), element);
}

/* ELEMENT::pad=property syntax needs the pads to be children (GstChildProxy).
 */
static GstPad *
publish_pad (SfuRouter *self, GstPad *pad)
{
  gst_pad_set_active (pad, TRUE);
  if (!gst_element_add_pad (GST_ELEMENT (self), pad))
    return NULL;
  gst_child_proxy_child_added (
      GST_CHILD_PROXY (self), G_OBJECT (pad), GST_PAD_NAME (pad));
  return pad;
}

static GstPad *
add_producer (SfuRouter *self, GstPadTemplate *templ, const gchar *name)
{
  GstElement *producer = add_element (self, "sfuproducer", "producer", name);
  GstElement *tee = add_element (self, "tee", "tee", name);
  GstPad *pad;

  if (!producer || !tee)
    return NULL;
  g_object_set (tee, "allow-not-linked", TRUE, NULL);
  gst_element_link (producer, tee);
  pad = sfu_router_sink_pad_new (templ, name, producer, tee);
  sfu_producer_set_callbacks (
      SFU_PRODUCER (producer), &producer_callbacks, pad);
  gst_element_sync_state_with_parent (tee);
  gst_element_sync_state_with_parent (producer);
  pad = publish_pad (self, pad);
  sfu_router_follow_idle (GST_ELEMENT (self), self->loop);
  return pad;
}

static void
on_producer_changed (SfuRouterSrcPad *src, GParamSpec *pspec, SfuRouter *self)
{
  sfu_router_follow (GST_ELEMENT (self), self->loop, src);
}

static void
on_switch_interval_changed (
    SfuRouterSrcPad *src, GParamSpec *pspec, SfuRouter *self)
{
  sfu_router_update_switching (self->loop, src);
}

static GstPad *
add_consumer (SfuRouter *self, GstPadTemplate *templ, const gchar *name,
    const GstCaps *caps)
{
  GstElement *consumer = add_element (self, "sfuconsumer", "consumer", name);
  GstPad *pad;

  if (!consumer)
    return NULL;
  if (caps && !gst_caps_is_any (caps) && gst_caps_is_fixed (caps))
    g_object_set (consumer, "caps", caps, NULL);
  pad = sfu_router_src_pad_new (templ, name, consumer);
  gst_element_sync_state_with_parent (consumer);
  pad = publish_pad (self, pad);
  if (pad) {
    g_signal_connect (
        pad, "notify::producer", G_CALLBACK (on_producer_changed), self);
    g_signal_connect (pad, "notify::switch-interval",
        G_CALLBACK (on_switch_interval_changed), self);
    sfu_router_follow (
        GST_ELEMENT (self), self->loop, SFU_ROUTER_SRC_PAD (pad));
  }
  return pad;
}

/* name, or the next free one of the template. */
static gchar *
choose_name (const gchar *name, const gchar *prefix, guint *next)
{
  guint number;

  if (!name)
    return g_strdup_printf ("%s%u", prefix, (*next)++);
  if (g_str_has_prefix (name, prefix) &&
      sscanf (name + strlen (prefix), "%u", &number) == 1)
    *next = MAX (*next, number + 1);
  return g_strdup (name);
}

static GstPad *
sfu_router_request_new_pad (GstElement *element, GstPadTemplate *templ,
    const gchar *name, const GstCaps *caps)
{
  SfuRouter *self = SFU_ROUTER (element);
  gboolean is_sink = GST_PAD_TEMPLATE_DIRECTION (templ) == GST_PAD_SINK;
  g_autofree gchar *pad_name = choose_name (name, is_sink ? "sink_" : "src_",
      is_sink ? &self->next_sink : &self->next_src);
  /* Names of ours are new. Looking one up walks all pads, of which a room of
   * hundreds has many thousands. */
  GstPad *existing =
      name ? gst_element_get_static_pad (element, pad_name) : NULL;

  if (existing) {
    GST_WARNING_OBJECT (self, "pad %s exists", pad_name);
    gst_object_unref (existing);
    return NULL;
  }
  return is_sink ? add_producer (self, templ, pad_name)
                 : add_consumer (self, templ, pad_name, caps);
}

typedef struct {
  SfuRouter *self;
  GstPad *pad;
} Release;

static void
release_in_data_path (gpointer data, gpointer unused)
{
  Release *job = data;

  gst_pad_set_active (job->pad, FALSE);
  if (SFU_IS_ROUTER_SINK_PAD (job->pad)) {
    SfuRouterSinkPad *sink = SFU_ROUTER_SINK_PAD (job->pad);
    remove_element (job->self, sink->producer);
    remove_element (job->self, sink->tee);
  } else {
    SfuRouterSrcPad *src = SFU_ROUTER_SRC_PAD (job->pad);
    sfu_router_detach (src);
    remove_element (job->self, src->consumer);
  }
}

static void
sfu_router_release_pad (GstElement *element, GstPad *pad)
{
  SfuRouter *self = SFU_ROUTER (element);
  Release job = { self, pad };

  if (SFU_IS_ROUTER_SINK_PAD (pad)) {
    sfu_router_leave (element, self->loop, SFU_ROUTER_SINK_PAD (pad));
    sfu_speakers_remove (self->speakers, G_OBJECT (pad));
  } else {
    sfu_router_stop_switching (self->loop, SFU_ROUTER_SRC_PAD (pad));
    g_signal_handlers_disconnect_by_data (pad, self);
  }
  gst_child_proxy_child_removed (
      GST_CHILD_PROXY (self), G_OBJECT (pad), GST_PAD_NAME (pad));
  sfu_router_in_data_path (self->loop, release_in_data_path, &job);
  gst_element_remove_pad (element, pad);
}

static gboolean
sfu_router_real_request_key_frame (SfuRouter *self, const gchar *pad_name)
{
  GstPad *pad = gst_element_get_static_pad (GST_ELEMENT (self), pad_name);
  gboolean ok = FALSE;

  if (pad && SFU_IS_ROUTER_SRC_PAD (pad))
    ok = gst_element_send_event (
        SFU_ROUTER_SRC_PAD (pad)->consumer, sfu_event_new_keyframe_request (0));
  else if (pad && SFU_IS_ROUTER_SINK_PAD (pad))
    ok = gst_element_send_event (SFU_ROUTER_SINK_PAD (pad)->producer,
        sfu_event_new_keyframe_request (0));
  gst_clear_object (&pad);
  return ok;
}

/* ---- the element ---- */

static void
sfu_router_set_context (GstElement *element, GstContext *context)
{
  SfuRouter *self = SFU_ROUTER (element);
  SfuMediaLoop *loop = sfu_media_loop_from_context (context);

  if (loop && !self->loop)
    sfu_speakers_set_loop (self->speakers, self->loop = g_object_ref (loop));
  g_clear_object (&loop);
  GST_ELEMENT_CLASS (sfu_router_parent_class)->set_context (element, context);
}

static GstStateChangeReturn
sfu_router_change_state (GstElement *element, GstStateChange transition)
{
  GstStateChangeReturn ret = GST_ELEMENT_CLASS (sfu_router_parent_class)
                                 ->change_state (element, transition);

  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    sfu_speakers_stop (SFU_ROUTER (element)->speakers);
  return ret;
}

static void
sfu_router_dispose (GObject *object)
{
  SfuRouter *self = SFU_ROUTER (object);

  sfu_speakers_stop (self->speakers);
  sfu_router_stop_all_switching (GST_ELEMENT (self), self->loop);
  G_OBJECT_CLASS (sfu_router_parent_class)->dispose (object);
}

static void
sfu_router_finalize (GObject *object)
{
  SfuRouter *self = SFU_ROUTER (object);

  sfu_speakers_free (self->speakers);
  g_clear_object (&self->loop);
  G_OBJECT_CLASS (sfu_router_parent_class)->finalize (object);
}

static void
install_signals (GType type)
{
  /**
   * SfuRouter::active-speaker:
   * @router: the router
   * @pad: (nullable): sink pad of the producer that speaks, NULL for silence
   * @volume: its mean level in dBov, -127 (silence) to 0 (loudest)
   *
   * About three times a second while somebody speaks, and once when the last
   * one falls silent. Needs producers with the ssrc-audio-level extension and
   * a media loop. Emitted on the media thread.
   */
  signals[SIGNAL_ACTIVE_SPEAKER] =
      g_signal_new ("active-speaker", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
          NULL, G_TYPE_NONE, 2, GST_TYPE_PAD, G_TYPE_INT);
  /**
   * SfuRouter::request-key-frame:
   * @router: the router
   * @pad: name of a src pad (or of a sink pad)
   *
   * Asks the publisher behind that pad for a key frame, merged with the wishes
   * of others. Returns: FALSE when there is no such pad.
   */
  signals[SIGNAL_REQUEST_KEY_FRAME] = g_signal_new_class_handler (
      "request-key-frame", type, G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
      G_CALLBACK (sfu_router_real_request_key_frame), NULL, NULL, NULL,
      G_TYPE_BOOLEAN, 1, G_TYPE_STRING);
}

static void
sfu_router_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  SfuRouter *self = SFU_ROUTER (object);

  if (id == PROP_AUTO_FOLLOW)
    g_atomic_int_set (&self->auto_follow, g_value_get_boolean (value));
  else if (id == PROP_LOUDEST)
    sfu_speakers_set_loudest (self->speakers, g_value_get_uint (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
sfu_router_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SfuRouter *self = SFU_ROUTER (object);

  if (id == PROP_AUTO_FOLLOW)
    g_value_set_boolean (value, g_atomic_int_get (&self->auto_follow));
  else if (id == PROP_LOUDEST)
    g_value_set_uint (value, sfu_speakers_get_loudest (self->speakers));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
install_properties (GObjectClass *object_class)
{
  object_class->set_property = sfu_router_set_property;
  object_class->get_property = sfu_router_get_property;
  /**
   * SfuRouter:auto-follow:
   *
   * Whether a src pad without `producer` follows the sink pad of its number, or
   * the first one. Applications that say for each src pad what it follows turn
   * it off, or a new subscriber would ask the wrong publisher for a key frame
   * before they have said it.
   */
  g_object_class_install_property (object_class, PROP_AUTO_FOLLOW,
      g_param_spec_boolean ("auto-follow", "Auto follow",
          "Src pads without producer follow the sink pad of their number, else "
          "the first one",
          TRUE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
  /**
   * SfuRouter:loudest:
   *
   * Of the producers that say how loud they are (header extension
   * ssrc-audio-level), forward only so many, the loudest, to all consumers. The
   * packets of the others end in their producer (`drop-not-loudest` in its
   * `stats`); who speaks up is heard from his first packets on when a place is
   * free, and 200 ms after one of those who have one has fallen silent
   * otherwise. A stream that does not say how loud it is cannot be compared: it
   * is always forwarded and takes no place. 0 = all are forwarded.
   */
  g_object_class_install_property (object_class, PROP_LOUDEST,
      g_param_spec_uint ("loudest", "Loudest",
          "Forward only so many audio streams, the loudest (0 = all)", 0,
          G_MAXUINT, 0, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
}

static void
sfu_router_class_init (SfuRouterClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (sfurouter, "sfurouter", 0, "SFU router");
  object_class->dispose = sfu_router_dispose;
  object_class->finalize = sfu_router_finalize;
  element_class->set_context = sfu_router_set_context;
  element_class->change_state = sfu_router_change_state;
  element_class->request_new_pad = sfu_router_request_new_pad;
  element_class->release_pad = sfu_router_release_pad;
  install_properties (object_class);
  install_signals (SFU_TYPE_ROUTER);
  gst_element_class_add_static_pad_template_with_gtype (
      element_class, &sink_template, SFU_TYPE_ROUTER_SINK_PAD);
  gst_element_class_add_static_pad_template_with_gtype (
      element_class, &src_template, SFU_TYPE_ROUTER_SRC_PAD);
  gst_element_class_set_static_metadata (element_class, "SFU router",
      "Generic/Bin/Network/RTP",
      "A room's forwarding graph: every sink pad is a producer, every src pad "
      "a consumer that follows one of them",
      "gst-sfu developers");
}

static void
sfu_router_init (SfuRouter *self)
{
  self->auto_follow = TRUE;
  self->speakers = sfu_speakers_new (on_speaker, self);
}
