/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Meetings: payloads of events to typed requests.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-meetings-private.h"

/* The member when it has something in it, else NULL. */
static gchar *
read_optional (
    SfuJsonReader *reader, JsonObject *data, const gchar *name, gsize max_len)
{
  const gchar *text = sfu_json_string_or (reader, data, name, max_len, "");

  return *text != '\0' ? g_strdup (text) : NULL;
}

void
sfu_meetings_decode_join (
    SfuJsonReader *reader, JsonObject *data, SfuRequest *request)
{
  request->id = sfu_shape_read_name (reader, data, "roomCode");
  request->display_name =
      read_optional (reader, data, "name", SFU_SHAPE_MAX_NAME);
  request->email =
      read_optional (reader, data, "email", SFU_MEETINGS_MAX_EMAIL);
  request->picture =
      read_optional (reader, data, "picture", SFU_MEETINGS_MAX_PICTURE);
}

void
sfu_meetings_decode_create_transport (
    SfuJsonReader *reader, JsonObject *data, SfuRequest *request)
{
  request->producing = sfu_json_bool_or (reader, data, "isProducer", FALSE);
  request->consuming = !request->producing;
}

static gboolean
is_blank (const gchar *text)
{
  while (*text != '\0' && g_unichar_isspace (g_utf8_get_char (text)))
    text = g_utf8_next_char (text);
  return *text == '\0';
}

void
sfu_meetings_decode_chat (
    SfuJsonReader *reader, JsonObject *data, SfuRequest *request)
{
  const gchar *text =
      sfu_json_string (reader, data, "text", SFU_MEETINGS_MAX_TEXT);

  if (reader->error != NULL)
    return;
  if (is_blank (text))
    sfu_json_fail (reader, "text", "must not be empty");
  request->text = g_strdup (text);
}
