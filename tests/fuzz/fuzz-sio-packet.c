/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: Socket.IO packets. Input: an Engine.IO message. What is read is
 * what its type allows; events and acks that are written again are read as the
 * same.
 *
 * Threads: one. */
#include "fuzz-target.h"
#include "sfu-error.h"
#include "sfu-sio-packet.h"

#include <string.h>

#define MAX_LEN 4096

static JsonArray *
without_first (JsonArray *array)
{
  JsonArray *rest = json_array_new ();

  for (guint i = 1; i < json_array_get_length (array); i++)
    json_array_add_element (
        rest, json_node_ref (json_array_get_element (array, i)));
  return rest;
}

static void
write_again (const SfuSioPacket *packet)
{
  JsonArray *array;
  g_autoptr (JsonArray) rest = NULL;
  g_auto (SfuSioPacket) second = { 0 };
  g_autofree gchar *text = NULL;
  g_autofree gchar *third = NULL;
  g_autofree gchar *json = NULL;
  g_autoptr (GError) error = NULL;

  if (packet->type != SFU_SIO_PACKET_ACK &&
      packet->type != SFU_SIO_PACKET_EVENT)
    return;
  array = json_node_get_array (packet->data);
  if (packet->type == SFU_SIO_PACKET_ACK) {
    text = sfu_sio_packet_ack (packet->ns, packet->id, array);
  } else if (json_node_get_value_type (json_array_get_element (array, 0)) ==
      G_TYPE_STRING) {
    rest = without_first (array);
    text = sfu_sio_packet_event (
        packet->ns, packet->id, json_array_get_string_element (array, 0), rest);
  } else {
    return;
  }
  g_assert_null (strchr (text, '\x1e'));
  sfu_sio_packet_parse (&second, text, strlen (text), G_MAXSIZE, &error);
  g_assert_no_error (error);
  g_assert_cmpint (second.type, ==, packet->type);
  g_assert_cmpstr (second.ns, ==, packet->ns);
  g_assert_cmpint (second.id, ==, packet->id);
  json = sfu_json_to_string (packet->data);
  third = sfu_json_to_string (second.data);
  g_assert_cmpuint (strlen (third), >, 0);
  g_assert_cmpuint (strlen (json), >, 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree gchar *text = g_memdup2 (data, size);
  g_auto (SfuSioPacket) packet = { 0 };
  g_autoptr (GError) error = NULL;

  /* As both transports guarantee it. */
  if (!g_utf8_validate_len (text, size, NULL))
    return 0;
  if (!sfu_sio_packet_parse (&packet, text, size, MAX_LEN, &error)) {
    g_assert_nonnull (error);
    g_assert_true (error->domain == SFU_ERROR);
    if (error->code == SFU_ERROR_LIMIT_EXCEEDED)
      g_assert_nonnull (packet.ns);
    return 0;
  }
  g_assert_true (packet.ns[0] == '/');
  g_assert_cmpuint (strlen (packet.ns), <=, SFU_SIO_MAX_NAMESPACE);
  g_assert_cmpuint (packet.n_attachments, <=, SFU_SIO_MAX_ATTACHMENTS);
  g_assert_true (packet.id >= -1 && packet.id <= SFU_SIO_MAX_ACK_ID);
  write_again (&packet);
  return 0;
}
