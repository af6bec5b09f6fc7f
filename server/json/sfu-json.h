/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading JSON that a stranger wrote: bounded, typed, and with errors that
 * name the field ("rtpParameters.codecs[0].payloadType: missing").
 *
 * A reader keeps the path of where it is and the first error; after an error
 * every further call returns its fallback, so that a decoder is straight-line
 * code with one check at its end. JSON null counts as missing everywhere.
 *
 * Threads: one owner. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Deep enough for anything the contracts say; json-glib descends one C frame a
 * level, so this also bounds the stack. */
#define SFU_JSON_MAX_DEPTH 32

/* Parses text. len -1 = NUL-terminated. NULL and SFU_ERROR_INVALID_ARGUMENT for
 * text that is no JSON, SFU_ERROR_LIMIT_EXCEEDED when it nests deeper than
 * SFU_JSON_MAX_DEPTH. */
JsonNode *sfu_json_parse (const gchar *text, gssize len, GError **error);
/* The same; anything but an object is SFU_ERROR_INVALID_ARGUMENT, too. */
JsonNode *sfu_json_parse_object (const gchar *text, gssize len, GError **error);

/* Compact text. */
gchar *sfu_json_to_string (JsonNode *node);

typedef struct {
  GString *path;
  GError *error; /* the first one; NULL = all well so far */
} SfuJsonReader;

/* root: what the path starts with; "" = nothing. */
void sfu_json_reader_init (SfuJsonReader *reader, const gchar *root);
void sfu_json_reader_clear (SfuJsonReader *reader);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SfuJsonReader, sfu_json_reader_clear)
/* Moves the error out. TRUE = there was none. */
gboolean sfu_json_reader_finish (SfuJsonReader *reader, GError **error);

/* Sets the error "PATH.name: text", unless there is one. name NULL = the path
 * itself. */
void sfu_json_fail (SfuJsonReader *reader, const gchar *name,
    const gchar *format, ...) G_GNUC_PRINTF (3, 4);

/* Appends ".name" or "name[index]"; pop with what they return. */
gsize sfu_json_push (SfuJsonReader *reader, const gchar *name);
gsize sfu_json_push_index (
    SfuJsonReader *reader, const gchar *name, guint index);
void sfu_json_pop (SfuJsonReader *reader, gsize mark);

/* Without _or: missing is an error. With it: missing is the fallback. A value
 * of another type is an error in both. Strings are borrowed from object. */
const gchar *sfu_json_string (SfuJsonReader *reader, JsonObject *object,
    const gchar *name, gsize max_len);
const gchar *sfu_json_string_or (SfuJsonReader *reader, JsonObject *object,
    const gchar *name, gsize max_len, const gchar *fallback);
/* A whole number from min to max; 1.0 is one. */
gint64 sfu_json_int (SfuJsonReader *reader, JsonObject *object,
    const gchar *name, gint64 min, gint64 max);
gint64 sfu_json_int_or (SfuJsonReader *reader, JsonObject *object,
    const gchar *name, gint64 min, gint64 max, gint64 fallback);
gboolean sfu_json_bool (
    SfuJsonReader *reader, JsonObject *object, const gchar *name);
gboolean sfu_json_bool_or (SfuJsonReader *reader, JsonObject *object,
    const gchar *name, gboolean fallback);
/* Borrowed. NULL after an error, and for _or_null when missing. */
JsonObject *sfu_json_object (
    SfuJsonReader *reader, JsonObject *object, const gchar *name);
JsonObject *sfu_json_object_or_null (
    SfuJsonReader *reader, JsonObject *object, const gchar *name);
JsonArray *sfu_json_array (SfuJsonReader *reader, JsonObject *object,
    const gchar *name, guint max_len);
JsonArray *sfu_json_array_or_null (SfuJsonReader *reader, JsonObject *object,
    const gchar *name, guint max_len);
/* Element index of array name, which must be an object. */
JsonObject *sfu_json_element_object (
    SfuJsonReader *reader, JsonArray *array, guint index);

/* The member, or NULL when it is missing or null. */
JsonNode *sfu_json_member (JsonObject *object, const gchar *name);

/* Any GVariant as JSON: a{sv} an object, arrays and tuples arrays, a number
 * that JSON has no text for (NaN) null. */
JsonNode *sfu_json_from_variant (GVariant *value);

G_END_DECLS
