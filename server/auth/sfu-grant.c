/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Claims -> what they grant.
 *
 * Threads: the server's one thread. */
#include "sfu-grant.h"

#include "sfu-error.h"

#include <string.h>

static const struct {
  const gchar *name;
  SfuRights right;
} right_names[] = {
  { "publishAudio", SFU_RIGHT_PUBLISH_AUDIO },
  { "publishVideo", SFU_RIGHT_PUBLISH_VIDEO },
  { "publishData", SFU_RIGHT_PUBLISH_DATA },
  { "subscribe", SFU_RIGHT_SUBSCRIBE },
};

static SfuRights
right_from_name (const gchar *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (right_names); i++)
    if (g_str_equal (name, right_names[i].name))
      return right_names[i].right;
  return 0;
}

static gchar *
read_user_id (SfuJsonReader *reader, JsonObject *claims)
{
  const gchar *name =
      sfu_json_member (claims, "userId") != NULL ? "userId" : "sub";
  JsonNode *node = sfu_json_member (claims, name);
  const gchar *id;

  /* Rows of a data base have numbers, and their applications sign them. */
  if (node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
      json_node_get_value_type (node) == G_TYPE_INT64)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  id = sfu_json_string_or (reader, claims, name, SFU_GRANT_MAX_ID, "");
  if (*id != '\0' && !sfu_name_is_valid (id))
    sfu_json_fail (reader, name, "must not have control characters");
  return g_strdup (id);
}

static gchar *
read_text (
    SfuJsonReader *reader, JsonObject *claims, const gchar *name, gsize max_len)
{
  return g_strdup (sfu_json_string_or (reader, claims, name, max_len, NULL));
}

/* A string in an array; NULL after an error. Borrowed. */
static const gchar *
element_string (
    SfuJsonReader *reader, JsonArray *array, const gchar *name, guint index)
{
  JsonNode *node = json_array_get_element (array, index);

  if (JSON_NODE_HOLDS_VALUE (node) &&
      json_node_get_value_type (node) == G_TYPE_STRING)
    return json_node_get_string (node);
  sfu_json_fail (reader, name, "must be an array of strings");
  return NULL;
}

static GStrv
read_rooms (SfuJsonReader *reader, JsonObject *claims)
{
  JsonArray *array =
      sfu_json_array_or_null (reader, claims, "rooms", SFU_GRANT_MAX_ROOMS);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const gchar *room;

  if (array == NULL) {
    room = sfu_json_string_or (reader, claims, "room", SFU_GRANT_MAX_ID, NULL);
    if (room == NULL)
      return NULL;
    g_strv_builder_add (builder, room);
    return g_strv_builder_end (builder);
  }
  for (guint i = 0; i < json_array_get_length (array); i++) {
    room = element_string (reader, array, "rooms", i);
    if (room == NULL)
      break;
    if (strlen (room) > SFU_GRANT_MAX_ID)
      sfu_json_fail (
          reader, "rooms", "a name is longer than %d bytes", SFU_GRANT_MAX_ID);
    g_strv_builder_add (builder, room);
  }
  return g_strv_builder_end (builder);
}

/* {"publishVideo": false}: what is not named is allowed. A name that is none
 * is an error: "publishvideo": false must not become the right to publish. */
static SfuRights
rights_from_object (SfuJsonReader *reader, JsonObject *object)
{
  gsize mark = sfu_json_push (reader, "rights");
  SfuRights rights = SFU_RIGHTS_ALL;
  JsonObjectIter iter;
  const gchar *name;
  JsonNode *node;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, &node))
    if (right_from_name (name) == 0)
      sfu_json_fail (reader, NULL, "has a member that is no right");
  for (guint i = 0; i < G_N_ELEMENTS (right_names); i++)
    if (!sfu_json_bool_or (reader, object, right_names[i].name, TRUE))
      rights &= ~right_names[i].right;
  sfu_json_pop (reader, mark);
  return rights;
}

/* ["publishAudio", "subscribe"]: these and no others. */
static SfuRights
rights_from_array (SfuJsonReader *reader, JsonArray *array)
{
  SfuRights rights = 0;

  for (guint i = 0; i < json_array_get_length (array); i++) {
    const gchar *name = element_string (reader, array, "rights", i);
    SfuRights right = name != NULL ? right_from_name (name) : 0;

    if (right == 0) {
      sfu_json_fail (reader, "rights", "has an element that is no right");
      break;
    }
    rights |= right;
  }
  return rights;
}

static SfuRights
read_rights (SfuJsonReader *reader, JsonObject *claims)
{
  JsonNode *node = sfu_json_member (claims, "rights");

  if (node == NULL)
    return SFU_RIGHTS_ALL;
  if (JSON_NODE_HOLDS_OBJECT (node))
    return rights_from_object (reader, json_node_get_object (node));
  if (JSON_NODE_HOLDS_ARRAY (node))
    return rights_from_array (reader, json_node_get_array (node));
  sfu_json_fail (reader, "rights", "must be an object or an array");
  return 0;
}

/* Nothing but true is true. */
static gboolean
read_moderator (JsonObject *claims)
{
  JsonNode *node = sfu_json_member (claims, "moderator");

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
      json_node_get_value_type (node) == G_TYPE_BOOLEAN &&
      json_node_get_boolean (node);
}

SfuGrant *
sfu_grant_new_from_claims (JsonObject *claims, GError **error)
{
  g_autoptr (SfuGrant) grant = g_rc_box_new0 (SfuGrant);
  g_auto (SfuJsonReader) reader = { NULL };

  sfu_json_reader_init (&reader, "");
  grant->user_id = read_user_id (&reader, claims);
  grant->name = read_text (&reader, claims, "name", SFU_GRANT_MAX_NAME);
  grant->email = read_text (&reader, claims, "email", SFU_GRANT_MAX_EMAIL);
  grant->picture =
      read_text (&reader, claims, "picture", SFU_GRANT_MAX_PICTURE);
  grant->rooms = read_rooms (&reader, claims);
  grant->rights = read_rights (&reader, claims);
  grant->moderator = read_moderator (claims);
  if (reader.error != NULL)
    g_set_error (error, SFU_ERROR, SFU_ERROR_UNAUTHORIZED, "token: %s",
        reader.error->message);
  else if (*grant->user_id == '\0')
    g_set_error_literal (
        error, SFU_ERROR, SFU_ERROR_UNAUTHORIZED, "token without userId");
  else
    return g_steal_pointer (&grant);
  return NULL;
}

SfuGrant *
sfu_grant_ref (SfuGrant *grant)
{
  return g_rc_box_acquire (grant);
}

static void
clear (gpointer data)
{
  SfuGrant *grant = data;

  g_free (grant->user_id);
  g_free (grant->name);
  g_free (grant->email);
  g_free (grant->picture);
  g_strfreev (grant->rooms);
}

void
sfu_grant_unref (SfuGrant *grant)
{
  if (grant != NULL)
    g_rc_box_release_full (grant, clear);
}

gboolean
sfu_grant_allows_room (const SfuGrant *grant, const gchar *room_id)
{
  return grant == NULL || grant->rooms == NULL ||
      g_strv_contains ((const gchar *const *)grant->rooms, room_id);
}
