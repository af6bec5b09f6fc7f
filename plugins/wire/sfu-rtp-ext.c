/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RTP header extensions, RFC 8285: finding elements and writing blocks.
 *
 * Threads: pure functions. */
#include "sfu-rtp-ext.h"
#include "sfu-bytes.h"

#include <string.h>

#define ONE_BYTE_PROFILE 0xbede
#define TWO_BYTE_PROFILE 0x1000 /* lowest 4 bits: appbits, any value */
#define TWO_BYTE_MASK 0xfff0
#define ONE_BYTE_MAX_ID 14
#define ONE_BYTE_STOP_ID 15 /* RFC 8285 4.2: ends the walk */
#define ONE_BYTE_MAX_LEN 16
#define BLOCK_HEADER_SIZE 4

static const gchar *const uris[SFU_EXT_COUNT] = {
  [SFU_EXT_MID] = "urn:ietf:params:rtp-hdrext:sdes:mid",
  [SFU_EXT_RID] = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
  [SFU_EXT_RRID] = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
  [SFU_EXT_ABS_SEND_TIME] =
      "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
  [SFU_EXT_TRANSPORT_CC] = "http://www.ietf.org/id/"
                           "draft-holmer-rmcat-transport-wide-cc-extensions-01",
  [SFU_EXT_AUDIO_LEVEL] = "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
  [SFU_EXT_VIDEO_ORIENTATION] = "urn:3gpp:video-orientation",
  [SFU_EXT_TOFFSET] = "urn:ietf:params:rtp-hdrext:toffset",
  [SFU_EXT_ABS_CAPTURE_TIME] =
      "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
  [SFU_EXT_PLAYOUT_DELAY] =
      "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
  [SFU_EXT_DEPENDENCY_DESCRIPTOR] =
      "https://aomediacodec.github.io/av1-rtp-spec/"
      "#dependency-descriptor-rtp-header-extension",
};

const gchar *
sfu_ext_uri (SfuExtKind kind)
{
  return (guint)kind < SFU_EXT_COUNT ? uris[kind] : NULL;
}

SfuExtKind
sfu_ext_from_uri (const gchar *uri)
{
  if (uri == NULL)
    return SFU_EXT_NONE;
  for (guint i = SFU_EXT_NONE + 1; i < SFU_EXT_COUNT; i++) {
    if (strcmp (uris[i], uri) == 0)
      return (SfuExtKind)i;
  }
  return SFU_EXT_NONE;
}

void
sfu_ext_map_init (SfuExtMap *map)
{
  memset (map, 0, sizeof *map);
}

gboolean
sfu_ext_map_add (SfuExtMap *map, guint8 id, SfuExtKind kind)
{
  if (id == 0 || kind <= SFU_EXT_NONE || kind >= SFU_EXT_COUNT)
    return FALSE;
  if (map->kind_of_id[id] == kind)
    return TRUE; /* said twice, and the same both times */
  if (map->kind_of_id[id] != SFU_EXT_NONE || map->id_of_kind[kind] != 0)
    return FALSE;
  map->kind_of_id[id] = kind;
  map->id_of_kind[kind] = id;
  return TRUE;
}

/* The first element of a kind counts; a second one is nonsense. An empty one
 * says nothing. */
static void
index_element (SfuExtIndex *index, const SfuExtMap *map, guint8 id,
    gsize offset, guint8 len)
{
  guint8 kind = map->kind_of_id[id];

  if (kind == SFU_EXT_NONE || len == 0 || index->len[kind] != 0)
    return;
  index->offset[kind] = (guint16)offset;
  index->len[kind] = len;
}

static void
index_one_byte (const guint8 *data, gsize at, gsize end, const SfuExtMap *map,
    SfuExtIndex *index)
{
  while (at < end) {
    guint8 id = data[at] >> 4;
    guint8 len = (data[at] & 0x0f) + 1;

    if (data[at] == 0) { /* padding */
      at++;
      continue;
    }
    /* RFC 8285 4.2: both end the walk, whatever their length says. */
    if (id == 0 || id == ONE_BYTE_STOP_ID)
      return;
    at++;
    if (end - at < len)
      return;
    index_element (index, map, id, at, len);
    at += len;
  }
}

static void
index_two_byte (const guint8 *data, gsize at, gsize end, const SfuExtMap *map,
    SfuExtIndex *index)
{
  while (at < end) {
    guint8 id = data[at++];
    guint8 len;

    if (id == 0) /* padding: one byte, without a length */
      continue;
    if (at == end)
      return;
    len = data[at++];
    if (end - at < len)
      return;
    index_element (index, map, id, at, len);
    at += len;
  }
}

void
sfu_ext_index (const guint8 *data, const SfuRtpHeader *header,
    const SfuExtMap *map, SfuExtIndex *index)
{
  gsize at = header->ext_offset;
  gsize end = at + header->ext_len;

  memset (index, 0, sizeof *index);
  if (header->ext_profile == ONE_BYTE_PROFILE)
    index_one_byte (data, at, end, map, index);
  else if ((header->ext_profile & TWO_BYTE_MASK) == TWO_BYTE_PROFILE)
    index_two_byte (data, at, end, map, index);
}

void
sfu_ext_writer_init (SfuExtWriter *writer)
{
  writer->n = 0;
}

void
sfu_ext_writer_add (
    SfuExtWriter *writer, guint8 id, const guint8 *data, guint8 len)
{
  if (id == 0 || len == 0)
    return;
  g_return_if_fail (writer->n < G_N_ELEMENTS (writer->id));
  writer->id[writer->n] = id;
  writer->len[writer->n] = len;
  writer->data[writer->n] = data;
  writer->n++;
}

static gboolean
needs_two_bytes (const SfuExtWriter *writer)
{
  for (guint i = 0; i < writer->n; i++) {
    if (writer->id[i] > ONE_BYTE_MAX_ID || writer->len[i] > ONE_BYTE_MAX_LEN)
      return TRUE;
  }
  return FALSE;
}

gsize
sfu_ext_writer_size (const SfuExtWriter *writer)
{
  gsize element_header = needs_two_bytes (writer) ? 2 : 1;
  gsize size = BLOCK_HEADER_SIZE;

  if (writer->n == 0)
    return 0;
  for (guint i = 0; i < writer->n; i++)
    size += element_header + writer->len[i];
  return (size + 3) & ~(gsize)3;
}

gsize
sfu_ext_writer_write (const SfuExtWriter *writer, guint8 *out)
{
  gboolean two_bytes = needs_two_bytes (writer);
  gsize size = sfu_ext_writer_size (writer);
  gsize at = BLOCK_HEADER_SIZE;

  if (size == 0)
    return 0;
  sfu_put_u16 (out, two_bytes ? TWO_BYTE_PROFILE : ONE_BYTE_PROFILE);
  sfu_put_u16 (out + 2, (guint16)((size - BLOCK_HEADER_SIZE) / 4));
  for (guint i = 0; i < writer->n; i++) {
    if (two_bytes) {
      out[at++] = writer->id[i];
      out[at++] = writer->len[i];
    } else {
      out[at++] = writer->id[i] << 4 | (writer->len[i] - 1);
    }
    memcpy (out + at, writer->data[i], writer->len[i]);
    at += writer->len[i];
  }
  memset (out + at, 0, size - at);
  return size;
}
