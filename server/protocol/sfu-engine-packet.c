/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Engine.IO 4: packets and payloads.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-engine-packet.h"

#include <string.h>

gboolean
sfu_engine_packet_parse (SfuEnginePacket *packet, const gchar *text, gsize len)
{
  *packet = (SfuEnginePacket){ SFU_ENGINE_PACKET_NOOP, "", 0 };
  if (len == 0)
    return FALSE;
  if (text[0] == 'b')
    packet->type = SFU_ENGINE_PACKET_BINARY;
  else if (text[0] >= '0' && text[0] <= '0' + SFU_ENGINE_PACKET_NOOP)
    packet->type = (SfuEnginePacketType)(text[0] - '0');
  else
    return FALSE;
  packet->data = text + 1;
  packet->len = len - 1;
  return TRUE;
}

gboolean
sfu_engine_packet_is (const SfuEnginePacket *packet, const gchar *text)
{
  return packet->len == strlen (text) &&
      memcmp (packet->data, text, packet->len) == 0;
}

gchar *
sfu_engine_packet_text (SfuEnginePacketType type, const gchar *data)
{
  g_return_val_if_fail (type <= SFU_ENGINE_PACKET_NOOP, NULL);
  return g_strdup_printf ("%c%s", '0' + type, data != NULL ? data : "");
}

gboolean
sfu_engine_payload_init (
    SfuEnginePayload *payload, const gchar *text, gsize len)
{
  *payload = (SfuEnginePayload){ text, len };
  return g_utf8_validate_len (text, len, NULL);
}

SfuEnginePayloadStep
sfu_engine_payload_next (SfuEnginePayload *payload, SfuEnginePacket *packet)
{
  const gchar *text = payload->next;
  const gchar *end;
  gsize len = payload->left;

  if (text == NULL)
    return SFU_ENGINE_PAYLOAD_END;
  end = len > 0 ? memchr (text, SFU_ENGINE_SEPARATOR, len) : NULL;
  if (end != NULL) {
    len = (gsize)(end - text);
    payload->next = end + 1;
    payload->left -= len + 1;
  } else {
    payload->next = NULL;
  }
  /* An empty one, at the end too, is no packet: as in the reference. */
  if (sfu_engine_packet_parse (packet, text, len))
    return SFU_ENGINE_PAYLOAD_PACKET;
  payload->next = NULL;
  return SFU_ENGINE_PAYLOAD_BAD;
}
