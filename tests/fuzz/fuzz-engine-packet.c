/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: Engine.IO payloads and packets. Input: the body of a POST. What
 * comes out lies in the text, in order, and does not overlap; written again it
 * is the same text.
 *
 * Threads: one. */
#include "fuzz-target.h"
#include "sfu-engine-packet.h"

#include <string.h>

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree gchar *text = g_memdup2 (data, size);
  g_autoptr (GString) again = g_string_new (NULL);
  SfuEnginePayload payload;
  SfuEnginePacket packet;
  SfuEnginePayloadStep step;

  sfu_engine_packet_parse (&packet, text, size);
  if (!sfu_engine_payload_init (&payload, text, size))
    return 0;
  while ((step = sfu_engine_payload_next (&payload, &packet)) ==
      SFU_ENGINE_PAYLOAD_PACKET) {
    g_assert_true (
        packet.data > text && packet.data + packet.len <= text + size);
    if (again->len > 0)
      g_string_append_c (again, SFU_ENGINE_SEPARATOR);
    if (packet.type == SFU_ENGINE_PACKET_BINARY) {
      g_string_append_c (again, 'b');
      g_string_append_len (again, packet.data, (gssize)packet.len);
    } else {
      g_autofree gchar *part = g_strndup (packet.data, packet.len);
      g_autofree gchar *whole = sfu_engine_packet_text (packet.type, part);

      g_string_append (again, whole);
    }
    g_assert_cmpuint (again->len, ==, packet.data + packet.len - text);
  }
  g_assert_true (again->len <= size &&
      (size == 0 || memcmp (again->str, text, again->len) == 0));
  g_assert_true (step == SFU_ENGINE_PAYLOAD_BAD || again->len == size);
  return 0;
}
