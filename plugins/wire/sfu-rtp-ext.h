/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RTP header extensions (RFC 8285): one- and two-byte forms, ids <-> kinds.
 *
 * Threads: pure functions over data of the caller. */
#pragma once

#include "sfu-rtp.h"

G_BEGIN_DECLS

/* The extensions we know by name. All others are dropped when a packet is
 * rewritten: an id that the consumer did not negotiate must not reach it. */
typedef enum {
  SFU_EXT_NONE,
  SFU_EXT_MID,           /* urn:ietf:params:rtp-hdrext:sdes:mid */
  SFU_EXT_RID,           /* …:sdes:rtp-stream-id */
  SFU_EXT_RRID,          /* …:sdes:repaired-rtp-stream-id */
  SFU_EXT_ABS_SEND_TIME, /* http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
                          */
  SFU_EXT_TRANSPORT_CC, /* http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
                         */
  SFU_EXT_AUDIO_LEVEL,       /* urn:ietf:params:rtp-hdrext:ssrc-audio-level */
  SFU_EXT_VIDEO_ORIENTATION, /* urn:3gpp:video-orientation */
  SFU_EXT_TOFFSET,           /* urn:ietf:params:rtp-hdrext:toffset */
  SFU_EXT_ABS_CAPTURE_TIME, /* http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time
                             */
  SFU_EXT_PLAYOUT_DELAY, /* http://www.webrtc.org/experiments/rtp-hdrext/playout-delay
                          */
  SFU_EXT_DEPENDENCY_DESCRIPTOR, /* https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension
                                  */
  SFU_EXT_COUNT
} SfuExtKind;

/* Full URI of a kind; NULL for SFU_EXT_NONE. */
const gchar *sfu_ext_uri (SfuExtKind kind);
/* SFU_EXT_NONE for an URI we do not know. NULL safe. */
SfuExtKind sfu_ext_from_uri (const gchar *uri);

/* One side's numbering: id 1..255 -> kind, and back (0 = not negotiated). The
 * small half and the ids that are in use lie side by side. */
typedef struct {
  guint8 id_of_kind[SFU_EXT_COUNT];
  guint8 kind_of_id[256];
} SfuExtMap;

void sfu_ext_map_init (SfuExtMap *map);
/* FALSE when the id is 0 or taken by another kind, or the kind has another
 * id. */
gboolean sfu_ext_map_add (SfuExtMap *map, guint8 id, SfuExtKind kind);

/* Where the known extensions of one packet lie. len 0 = absent; a two-byte
 * form element of length 0 counts as absent. */
typedef struct {
  guint16 offset[SFU_EXT_COUNT]; /* from the start of the packet */
  guint8 len[SFU_EXT_COUNT];
} SfuExtIndex;

/* Fills index from the packet; an element that overruns the block ends the
 * walk (what came before it stays valid), the first of a kind counts. Never
 * reads outside [ext_offset, ext_offset + ext_len). */
void sfu_ext_index (const guint8 *data, const SfuRtpHeader *header,
    const SfuExtMap *map, SfuExtIndex *index);

/* Collects elements and writes them as one block. Picks the two-byte form when
 * an id > 14 or a length > 16 asks for it. */
typedef struct {
  guint8 id[SFU_EXT_COUNT];
  guint8 len[SFU_EXT_COUNT];
  const guint8 *data[SFU_EXT_COUNT]; /* borrowed until write */
  guint n;
} SfuExtWriter;

void sfu_ext_writer_init (SfuExtWriter *writer);
/* id 0 or len 0 is ignored: "not negotiated" or "absent" needs no branch in
 * the caller. */
void sfu_ext_writer_add (
    SfuExtWriter *writer, guint8 id, const guint8 *data, guint8 len);
/* Bytes of the whole block, its 4 byte header and padding to 32 bit included;
 * 0 when nothing was added. */
gsize sfu_ext_writer_size (const SfuExtWriter *writer);
/* Writes the block to out (sfu_ext_writer_size bytes). Returns the bytes. */
gsize sfu_ext_writer_write (const SfuExtWriter *writer, guint8 *out);

G_END_DECLS
