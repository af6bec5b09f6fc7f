/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-dtls-element.h.
 *
 * Threads: see there. */
#include "sfu-dtls-element.h"

typedef struct {
  SfuDtlsLink *link; /* owned; NULL before it has a name */
  gchar *id;         /* owned */
} SfuDtlsElementPrivate;

enum { PROP_CONNECTION_ID = 1, PROP_CONNECTION_STATE };

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (
    SfuDtlsElement, sfu_dtls_element, GST_TYPE_ELEMENT)

static SfuDtlsElementPrivate *
private_of (SfuDtlsElement *self)
{
  return sfu_dtls_element_get_instance_private (self);
}

/* GstDtlsConnectionState's values under a name of our own. */
static GType
connection_state_get_type (void)
{
  static const GEnumValue values[] = {
    { SFU_DTLS_CONNECTION_NEW, "New connection", "new" },
    { SFU_DTLS_CONNECTION_CLOSED, "Closed connection on either side",
        "closed" },
    { SFU_DTLS_CONNECTION_FAILED, "Failed connection", "failed" },
    { SFU_DTLS_CONNECTION_CONNECTING, "Connecting", "connecting" },
    { SFU_DTLS_CONNECTION_CONNECTED, "Successfully connected", "connected" },
    { 0, NULL, NULL },
  };
  static gsize type;

  if (g_once_init_enter (&type)) {
    GType made = g_enum_register_static ("SfuDtlsConnectionState", values);

    g_once_init_leave (&type, made);
  }
  return type;
}

static void
set_id (SfuDtlsElement *self, const gchar *id)
{
  SfuDtlsElementPrivate *private = private_of (self);

  if (private->link || !id)
    return;
  private->id = g_strdup (id);
  private->link = sfu_dtls_link_get (id);
  SFU_DTLS_ELEMENT_GET_CLASS (self)->listen (self, private->link, TRUE);
}

static void
sfu_dtls_element_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_CONNECTION_ID)
    set_id (SFU_DTLS_ELEMENT (object), g_value_get_string (value));
}

static void
sfu_dtls_element_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SfuDtlsElementPrivate *private = private_of (SFU_DTLS_ELEMENT (object));

  if (id == PROP_CONNECTION_ID)
    g_value_set_string (value, private->id);
  else if (id == PROP_CONNECTION_STATE)
    g_value_set_enum (value,
        private->link ? sfu_dtls_link_get_state (private->link)
                      : SFU_DTLS_CONNECTION_NEW);
}

static void
sfu_dtls_element_dispose (GObject *object)
{
  SfuDtlsElement *self = SFU_DTLS_ELEMENT (object);
  SfuDtlsElementPrivate *private = private_of (self);

  if (private->link)
    SFU_DTLS_ELEMENT_GET_CLASS (self)->listen (self, private->link, FALSE);
  G_OBJECT_CLASS (sfu_dtls_element_parent_class)->dispose (object);
}

static void
sfu_dtls_element_finalize (GObject *object)
{
  SfuDtlsElementPrivate *private = private_of (SFU_DTLS_ELEMENT (object));

  g_clear_pointer (&private->link, sfu_dtls_link_unref);
  g_free (private->id);
  G_OBJECT_CLASS (sfu_dtls_element_parent_class)->finalize (object);
}

static void
sfu_dtls_element_class_init (SfuDtlsElementClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = sfu_dtls_element_set_property;
  object_class->get_property = sfu_dtls_element_get_property;
  object_class->dispose = sfu_dtls_element_dispose;
  object_class->finalize = sfu_dtls_element_finalize;
  g_object_class_install_property (object_class, PROP_CONNECTION_ID,
      g_param_spec_string ("connection-id", "Connection id",
          "Name that sfudtlssrtpdec and sfudtlssrtpenc of a connection share; "
          "once",
          NULL, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
  g_object_class_install_property (object_class, PROP_CONNECTION_STATE,
      g_param_spec_enum ("connection-state", "Connection state",
          "State of the DTLS connection", connection_state_get_type (),
          SFU_DTLS_CONNECTION_NEW, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
sfu_dtls_element_init (SfuDtlsElement *self)
{
}

/* ---- pads ---- */

void
sfu_dtls_pad_start (GstPad *pad, const gchar *media_type, GstFormat format)
{
  /* gst_pad_create_stream_id is for elements with one sink pad at most. */
  g_autofree gchar *id = g_strdup_printf (
      "%s:%s", GST_OBJECT_NAME (GST_OBJECT_PARENT (pad)), GST_PAD_NAME (pad));
  GstSegment segment;

  gst_pad_push_event (pad, gst_event_new_stream_start (id));
  if (media_type) {
    g_autoptr (GstCaps) caps = gst_caps_new_empty_simple (media_type);

    gst_pad_push_event (pad, gst_event_new_caps (caps));
  }
  gst_segment_init (&segment, format);
  gst_pad_push_event (pad, gst_event_new_segment (&segment));
}

GstBuffer *
sfu_dtls_buffer_new (GBytes *bytes)
{
  GstBuffer *buffer = gst_buffer_new_wrapped_bytes (bytes);

  g_bytes_unref (bytes);
  return buffer;
}
