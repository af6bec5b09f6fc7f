/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-srtp-context.h. Streams are made when their first authentic packet
 * has come, so strangers make none.
 *
 * Threads: of one owner. */
#include "sfu-srtp-context.h"

#include "sfu-bytes.h"
#include "sfu-replay-window.h"
#include "sfu-rtp.h"
#include "sfu-srtp-cipher.h"

#define RTCP_HEADER 8 /* in the clear: the fixed header with its SSRC */
#define RTCP_VERSION 2
#define E_FLAG 0x80000000u
#define RTCP_MAX_INDEX 0x7fffffffu
#define RTP_MAX_INDEX G_GUINT64_CONSTANT (0xffffffffffff)
#define CSRC_COUNT_MASK 0x0f
#define EXTENSION_BIT 0x10
#define EXTENSION_HEADER 4

typedef struct {
  guint32 ssrc;
  guint64 last_use; /* of SfuSrtpContext.uses */
  SfuReplayWindow window;
} Stream;

typedef struct {
  SfuSrtpCipher cipher;
  GHashTable *streams; /* SSRC -> Stream, owned */
  Stream *last;        /* borrowed from streams; packets come in runs */
} Half;

struct _SfuSrtpContext {
  Half rtp, rtcp;
  gboolean outbound;
  guint max_streams;
  guint64 uses; /* packets: a clock for who was silent for longest */
};

/* ---- life ---- */

SfuSrtpContext *
sfu_srtp_context_new (
    SfuSrtpSuite suite, const SfuSrtpKey *key, gboolean outbound)
{
  SfuSrtpContext *self = g_new0 (SfuSrtpContext, 1);
  gboolean rtp_ok, rtcp_ok;

  g_assert (
      suite != SFU_SRTP_NONE && key->size == sfu_srtp_suite_key_size (suite));
  self->outbound = outbound;
  self->max_streams =
      outbound ? SFU_SRTP_CONTEXT_MAX_OUT : SFU_SRTP_CONTEXT_MAX_IN;
  self->rtp.streams = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->rtcp.streams = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  /* Both, because clear wants both. */
  rtp_ok =
      sfu_srtp_cipher_init (&self->rtp.cipher, suite, key, FALSE, outbound);
  rtcp_ok =
      sfu_srtp_cipher_init (&self->rtcp.cipher, suite, key, TRUE, outbound);
  if (!rtp_ok || !rtcp_ok)
    g_clear_pointer (&self, sfu_srtp_context_free);
  return self;
}

void
sfu_srtp_context_free (SfuSrtpContext *self)
{
  if (!self)
    return;
  sfu_srtp_cipher_clear (&self->rtp.cipher);
  sfu_srtp_cipher_clear (&self->rtcp.cipher);
  g_hash_table_unref (self->rtp.streams);
  g_hash_table_unref (self->rtcp.streams);
  g_free (self);
}

/* ---- streams ---- */

static Stream *
find_stream (Half *half, guint32 ssrc)
{
  if (half->last && half->last->ssrc == ssrc)
    return half->last;
  return g_hash_table_lookup (half->streams, GUINT_TO_POINTER (ssrc));
}

static void
forget_oldest (Half *half)
{
  Stream *oldest = NULL;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, half->streams);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    if (!oldest || ((Stream *)value)->last_use < oldest->last_use)
      oldest = value;
  }
  if (half->last == oldest)
    half->last = NULL;
  g_hash_table_remove (half->streams, GUINT_TO_POINTER (oldest->ssrc));
}

/* stream NULL: its first packet. */
static void
remember (SfuSrtpContext *self, Half *half, Stream *stream, guint32 ssrc,
    guint64 index)
{
  if (!stream) {
    if (g_hash_table_size (half->streams) >= self->max_streams)
      forget_oldest (half);
    stream = g_new0 (Stream, 1);
    stream->ssrc = ssrc;
    g_hash_table_insert (half->streams, GUINT_TO_POINTER (ssrc), stream);
  }
  half->last = stream;
  stream->last_use = ++self->uses;
  sfu_replay_window_add (&stream->window, index);
}

static SfuVerdict
check_index (const Stream *stream, guint64 index)
{
  switch (stream ? sfu_replay_window_check (&stream->window, index)
                 : SFU_REPLAY_NEW) {
    case SFU_REPLAY_SEEN:
      return SFU_DROP_SRTP_REPLAYED;
    case SFU_REPLAY_TOO_OLD:
      return SFU_DROP_SRTP_TOO_OLD;
    default:
      return SFU_VERDICT_FORWARD;
  }
}

/* ---- headers ---- */

/* Header, CSRCs and extension: what stays in the clear. 0: no RTP. Padding is
 * encrypted, so sfu_rtp_parse would see garbage there. */
static gsize
rtp_header_size (const guint8 *data, gsize size)
{
  gsize header;

  if (size < SFU_RTP_MIN_HEADER || size > G_MAXUINT16 ||
      data[0] >> 6 != SFU_RTP_VERSION)
    return 0;
  header = SFU_RTP_MIN_HEADER + 4 * (gsize)(data[0] & CSRC_COUNT_MASK);
  if (data[0] & EXTENSION_BIT) {
    if (size < header + EXTENSION_HEADER)
      return 0;
    header += EXTENSION_HEADER + 4 * (gsize)sfu_get_u16 (data + header + 2);
  }
  return header <= size ? header : 0;
}

static gboolean
read_rtp (SfuSrtpPacket *packet, guint8 *data, gsize size)
{
  packet->data = data;
  packet->size = size;
  packet->header_size = rtp_header_size (data, size);
  packet->rtcp = FALSE;
  if (packet->header_size == 0)
    return FALSE;
  packet->ssrc = sfu_get_u32 (data + 8);
  return TRUE;
}

static gboolean
read_rtcp (SfuSrtpPacket *packet, guint8 *data, gsize size)
{
  packet->data = data;
  packet->size = size;
  packet->header_size = RTCP_HEADER;
  packet->rtcp = TRUE;
  if (size < RTCP_HEADER || size > G_MAXUINT16 || data[0] >> 6 != RTCP_VERSION)
    return FALSE;
  packet->ssrc = sfu_get_u32 (data + 4);
  return TRUE;
}

static guint64
guess_index (const Stream *stream, const guint8 *data)
{
  guint16 seq = sfu_get_u16 (data + 2);

  return stream ? sfu_replay_window_guess (&stream->window, seq) : seq;
}

/* ---- out ---- */

static SfuVerdict
protect_rtp (SfuSrtpContext *self, guint8 *data, gsize *size)
{
  Half *half = &self->rtp;
  SfuSrtpPacket packet;
  SfuVerdict verdict;
  Stream *stream;

  if (!read_rtp (&packet, data, *size))
    return SFU_DROP_MALFORMED;
  stream = find_stream (half, packet.ssrc);
  packet.index = guess_index (stream, data);
  packet.trailer = (guint32)(packet.index >> 16);
  if (packet.index > RTP_MAX_INDEX)
    return SFU_DROP_SRTP_KEY_EXHAUSTED;
  verdict = check_index (stream, packet.index);
  /* In counter mode a packet that is sent twice tells nothing: the payload is
   * the same. The nonce of GCM must never come twice (RFC 7714 8.4), and header
   * extensions do change. */
  if (verdict != SFU_VERDICT_FORWARD && half->cipher.aead)
    return verdict;
  if (!sfu_srtp_cipher_seal (&half->cipher, &packet, data + *size))
    return SFU_DROP_SRTP;
  if (verdict == SFU_VERDICT_FORWARD)
    remember (self, half, stream, packet.ssrc, packet.index);
  *size += half->cipher.tag_size;
  return SFU_VERDICT_FORWARD;
}

static SfuVerdict
protect_rtcp (SfuSrtpContext *self, guint8 *data, gsize *size)
{
  Half *half = &self->rtcp;
  SfuSrtpPacket packet;
  Stream *stream;
  guint8 *tag, *trailer;

  if (!read_rtcp (&packet, data, *size))
    return SFU_DROP_MALFORMED;
  stream = find_stream (half, packet.ssrc);
  packet.index = stream ? stream->window.highest + 1 : 0;
  if (packet.index > RTCP_MAX_INDEX)
    return SFU_DROP_SRTP_KEY_EXHAUSTED;
  packet.trailer = (guint32)packet.index | E_FLAG;
  /* RFC 3711 figure 2; RFC 7714 figure 5: there the tag comes first. */
  tag = data + *size + (half->cipher.aead ? 0 : sizeof packet.trailer);
  trailer = data + *size + (half->cipher.aead ? half->cipher.tag_size : 0);
  if (!sfu_srtp_cipher_seal (&half->cipher, &packet, tag))
    return SFU_DROP_SRTP;
  sfu_put_u32 (trailer, packet.trailer);
  remember (self, half, stream, packet.ssrc, packet.index);
  *size += half->cipher.tag_size + sizeof packet.trailer;
  return SFU_VERDICT_FORWARD;
}

SfuVerdict
sfu_srtp_context_protect (
    SfuSrtpContext *self, gboolean rtcp, guint8 *data, gsize *size)
{
  return rtcp ? protect_rtcp (self, data, size)
              : protect_rtp (self, data, size);
}

/* ---- in ---- */

static SfuVerdict
open_packet (SfuSrtpContext *self, Half *half, Stream *stream,
    const SfuSrtpPacket *packet, const guint8 *tag)
{
  SfuVerdict verdict = check_index (stream, packet->index);

  if (verdict != SFU_VERDICT_FORWARD)
    return verdict;
  if (!sfu_srtp_cipher_open (&half->cipher, packet, tag))
    return SFU_DROP_SRTP;
  remember (self, half, stream, packet->ssrc, packet->index);
  return SFU_VERDICT_FORWARD;
}

static SfuVerdict
unprotect_rtp (SfuSrtpContext *self, guint8 *data, gsize *size)
{
  Half *half = &self->rtp;
  SfuSrtpPacket packet;
  SfuVerdict verdict;
  Stream *stream;

  if (*size < half->cipher.tag_size ||
      !read_rtp (&packet, data, *size - half->cipher.tag_size))
    return SFU_DROP_MALFORMED;
  stream = find_stream (half, packet.ssrc);
  packet.index = guess_index (stream, data);
  packet.trailer = (guint32)(packet.index >> 16);
  if (packet.index > RTP_MAX_INDEX)
    return SFU_DROP_SRTP_KEY_EXHAUSTED;
  verdict = open_packet (self, half, stream, &packet, data + packet.size);
  if (verdict == SFU_VERDICT_FORWARD)
    *size = packet.size;
  return verdict;
}

static SfuVerdict
unprotect_rtcp (SfuSrtpContext *self, guint8 *data, gsize *size)
{
  Half *half = &self->rtcp;
  gsize extra = half->cipher.tag_size + sizeof (guint32);
  const guint8 *tag, *trailer;
  SfuSrtpPacket packet;
  SfuVerdict verdict;

  if (*size < extra || !read_rtcp (&packet, data, *size - extra))
    return SFU_DROP_MALFORMED;
  tag = data + packet.size + (half->cipher.aead ? 0 : sizeof (guint32));
  trailer =
      data + packet.size + (half->cipher.aead ? half->cipher.tag_size : 0);
  packet.trailer = sfu_get_u32 (trailer);
  if (!(packet.trailer & E_FLAG))
    return SFU_DROP_MALFORMED;
  packet.index = packet.trailer & ~E_FLAG;
  verdict =
      open_packet (self, half, find_stream (half, packet.ssrc), &packet, tag);
  if (verdict == SFU_VERDICT_FORWARD)
    *size = packet.size;
  return verdict;
}

SfuVerdict
sfu_srtp_context_unprotect (
    SfuSrtpContext *self, gboolean rtcp, guint8 *data, gsize *size)
{
  return rtcp ? unprotect_rtcp (self, data, size)
              : unprotect_rtp (self, data, size);
}
