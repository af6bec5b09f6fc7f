/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Socket.IO 5: packets.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-sio-packet.h"

#include "sfu-error.h"

#include <string.h>

/* What is left of a text. */
typedef struct {
  const gchar *at, *end;
} Cursor;

static gboolean
next_is (const Cursor *c, gchar wanted)
{
  return c->at < c->end && *c->at == wanted;
}

static gboolean
next_is_digit (const Cursor *c)
{
  return c->at < c->end && g_ascii_isdigit (*c->at);
}

/* FALSE = above max. */
static gboolean
read_number (Cursor *c, gint64 max, gint64 *number)
{
  *number = 0;
  for (; next_is_digit (c); c->at++) {
    *number = *number * 10 + (*c->at - '0');
    if (*number > max)
      return FALSE;
  }
  return TRUE;
}

static gboolean
is_binary (SfuSioPacketType type)
{
  return type == SFU_SIO_PACKET_BINARY_EVENT ||
      type == SFU_SIO_PACKET_BINARY_ACK;
}

static gboolean
read_type (SfuSioPacket *packet, Cursor *c, GError **error)
{
  gint64 n;

  if (!next_is_digit (c) || *c->at > '0' + SFU_SIO_PACKET_BINARY_ACK)
    return sfu_error_invalid (error, "unknown packet type");
  packet->type = (SfuSioPacketType)(*c->at++ - '0');
  if (!is_binary (packet->type))
    return TRUE;
  if (!next_is_digit (c) || !read_number (c, SFU_SIO_MAX_ATTACHMENTS, &n) ||
      !next_is (c, '-'))
    return sfu_error_invalid (error, "no or too many attachments");
  c->at++;
  packet->n_attachments = (guint)n;
  return TRUE;
}

static gboolean
read_namespace (SfuSioPacket *packet, Cursor *c, GError **error)
{
  const gchar *start = c->at;

  if (!next_is (c, '/')) {
    packet->ns = g_strdup ("/");
    return TRUE;
  }
  for (; c->at < c->end && *c->at != ','; c->at++)
    if (g_ascii_iscntrl (*c->at) || c->at - start >= SFU_SIO_MAX_NAMESPACE)
      return sfu_error_invalid (error, "invalid namespace");
  packet->ns = g_strndup (start, (gsize)(c->at - start));
  if (next_is (c, ','))
    c->at++;
  return TRUE;
}

static gboolean
read_id (SfuSioPacket *packet, Cursor *c, GError **error)
{
  if (next_is_digit (c) && !read_number (c, SFU_SIO_MAX_ACK_ID, &packet->id))
    return sfu_error_invalid (error, "invalid ack id");
  return TRUE;
}

static gboolean
is_event_name (JsonNode *node)
{
  GType type;

  if (!JSON_NODE_HOLDS_VALUE (node))
    return FALSE;
  type = json_node_get_value_type (node);
  return type == G_TYPE_STRING || type == G_TYPE_INT64 || type == G_TYPE_DOUBLE;
}

static gboolean
data_fit (const SfuSioPacket *packet)
{
  JsonNode *data = packet->data;
  JsonArray *array = data != NULL && JSON_NODE_HOLDS_ARRAY (data)
      ? json_node_get_array (data)
      : NULL;

  switch (packet->type) {
    case SFU_SIO_PACKET_CONNECT:
      return data == NULL || JSON_NODE_HOLDS_OBJECT (data);
    case SFU_SIO_PACKET_DISCONNECT:
      return data == NULL;
    case SFU_SIO_PACKET_EVENT:
    case SFU_SIO_PACKET_BINARY_EVENT:
      return array != NULL && json_array_get_length (array) > 0 &&
          is_event_name (json_array_get_element (array, 0));
    case SFU_SIO_PACKET_ACK:
    case SFU_SIO_PACKET_BINARY_ACK:
      return array != NULL && packet->id >= 0;
    case SFU_SIO_PACKET_CONNECT_ERROR:
      /* Of a server's; ours has no business with it. */
      return TRUE;
  }
  return FALSE;
}

gboolean
sfu_sio_packet_parse (SfuSioPacket *packet, const gchar *text, gsize len,
    gsize max_len, GError **error)
{
  Cursor c;

  if (len == 0)
    text = ""; /* NULL is no place to count from */
  c = (Cursor){ text, text + len };
  *packet = (SfuSioPacket){ .id = -1 };
  if (!read_type (packet, &c, error) || !read_namespace (packet, &c, error) ||
      !read_id (packet, &c, error))
    return FALSE;
  if (len > max_len) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED,
        "the message is longer than %" G_GSIZE_FORMAT " bytes", max_len);
    return FALSE;
  }
  /* json-glib also takes what only begins like a script. */
  if (c.at < c.end && *c.at != '[' && *c.at != '{')
    return sfu_error_invalid (error, "invalid payload");
  if (c.at < c.end) {
    packet->data = sfu_json_parse (c.at, c.end - c.at, error);
    if (packet->data == NULL)
      return FALSE;
  }
  if (!data_fit (packet))
    return sfu_error_invalid (error, "invalid payload");
  return TRUE;
}

void
sfu_sio_packet_clear (SfuSioPacket *packet)
{
  g_clear_pointer (&packet->ns, g_free);
  g_clear_pointer (&packet->data, json_node_unref);
}

gboolean
sfu_sio_event_is_reserved (const gchar *name)
{
  /* socket.io-parser's list. */
  static const gchar *const names[] = { "connect", "connect_error",
    "disconnect", "disconnecting", "newListener", "removeListener", NULL };

  return g_strv_contains (names, name);
}

/* What stands before id and data, as an Engine.IO message needs it. */
static GString *
begin (SfuSioPacketType type, const gchar *ns)
{
  GString *text = g_string_new (NULL);

  g_string_append_c (text, (gchar)('0' + type));
  if (strcmp (ns, "/") != 0) {
    g_string_append (text, ns);
    g_string_append_c (text, ',');
  }
  return text;
}

static gchar *
finish (GString *text, JsonNode *data)
{
  g_autofree gchar *json = sfu_json_to_string (data);

  g_string_append (text, json);
  return g_string_free (text, FALSE);
}

static gchar *
finish_object (GString *text, JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  return finish (text, node);
}

gchar *
sfu_sio_packet_connect (const gchar *ns, const gchar *sid)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "sid", sid);
  return finish_object (begin (SFU_SIO_PACKET_CONNECT, ns), object);
}

gchar *
sfu_sio_packet_disconnect (const gchar *ns)
{
  return g_string_free (begin (SFU_SIO_PACKET_DISCONNECT, ns), FALSE);
}

gchar *
sfu_sio_packet_connect_error (
    const gchar *ns, const gchar *message, JsonNode *data)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "message", message);
  if (data != NULL)
    json_object_set_member (object, "data", data);
  return finish_object (begin (SFU_SIO_PACKET_CONNECT_ERROR, ns), object);
}

gchar *
sfu_sio_packet_event (
    const gchar *ns, gint64 id, const gchar *event, JsonArray *args)
{
  GString *text = begin (SFU_SIO_PACKET_EVENT, ns);
  g_autoptr (JsonNode) name = json_node_init_string (json_node_alloc (), event);
  g_autofree gchar *name_json = sfu_json_to_string (name);

  if (id >= 0)
    g_string_append_printf (text, "%" G_GINT64_FORMAT, id);
  g_string_append_printf (text, "[%s", name_json);
  for (guint i = 0; i < json_array_get_length (args); i++) {
    g_autofree gchar *json =
        sfu_json_to_string (json_array_get_element (args, i));

    g_string_append_printf (text, ",%s", json);
  }
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

gchar *
sfu_sio_packet_ack (const gchar *ns, gint64 id, JsonArray *args)
{
  GString *text = begin (SFU_SIO_PACKET_ACK, ns);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);

  g_string_append_printf (text, "%" G_GINT64_FORMAT, id);
  json_node_set_array (node, args);
  return finish (text, node);
}
