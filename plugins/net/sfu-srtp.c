/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A shell around libsrtp, the library that srtpenc and srtpdec use as well: as
 * a function it costs no pads, no key requests by signal, and every refused
 * packet is ours to count. libsrtp makes the state of a stream when its first
 * authentic packet comes and never forgets it; that is bounded here.
 *
 * Threads: see sfu-srtp.h; libsrtp itself is set up once. */
#include "sfu-srtp.h"

#include <string.h>
#include <srtp2/srtp.h>
#include <sys/random.h>
#include "sfu-bytes.h"

/* As for the streams inside webrtcbin: a recovered packet comes late. */
#define WINDOW 1024
#define RTP_SSRC_OFFSET 8
#define RTCP_SSRC_OFFSET 4

G_STATIC_ASSERT (SFU_SRTP_TRAILER >= SRTP_MAX_TRAILER_LEN + 4);

static const struct {
  const gchar *name;
  gsize key_size;
  void (*set_rtp) (srtp_crypto_policy_t *policy);
  void (*set_rtcp) (srtp_crypto_policy_t *policy);
} suites[SFU_SRTP_N_SUITES] = {
  [SFU_SRTP_NONE] = { "", 0, NULL, NULL },
  [SFU_SRTP_AES_CM_128_HMAC_SHA1_80] = { "AES_CM_128_HMAC_SHA1_80", 30,
      srtp_crypto_policy_set_rtp_default, srtp_crypto_policy_set_rtp_default },
  /* The short tag is for RTP alone (RFC 4568 6.2.2). */
  [SFU_SRTP_AES_CM_128_HMAC_SHA1_32] = { "AES_CM_128_HMAC_SHA1_32", 30,
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32,
      srtp_crypto_policy_set_rtp_default },
  [SFU_SRTP_AEAD_AES_128_GCM] = { "AEAD_AES_128_GCM", 28,
      srtp_crypto_policy_set_aes_gcm_128_16_auth,
      srtp_crypto_policy_set_aes_gcm_128_16_auth },
  [SFU_SRTP_AEAD_AES_256_GCM] = { "AEAD_AES_256_GCM", 44,
      srtp_crypto_policy_set_aes_gcm_256_16_auth,
      srtp_crypto_policy_set_aes_gcm_256_16_auth },
};

struct _SfuSrtp {
  srtp_t session;
  GHashTable *streams; /* SSRC -> last use, owned gint64 */
};

/* ---- suites and keys ---- */

const gchar *
sfu_srtp_suite_name (SfuSrtpSuite suite)
{
  return suites[suite].name;
}

gboolean
sfu_srtp_suite_from_name (const gchar *name, SfuSrtpSuite *suite)
{
  for (guint i = SFU_SRTP_NONE + 1; i < SFU_SRTP_N_SUITES; i++) {
    if (g_strcmp0 (name, suites[i].name) == 0) {
      *suite = i;
      return TRUE;
    }
  }
  return FALSE;
}

gsize
sfu_srtp_suite_key_size (SfuSrtpSuite suite)
{
  return suites[suite].key_size;
}

void
sfu_srtp_key_generate (SfuSrtpKey *key, SfuSrtpSuite suite)
{
  key->size = suites[suite].key_size;
  /* Up to 256 bytes are neither short nor interrupted: getrandom(2). */
  g_assert (getrandom (key->bytes, key->size, 0) == (gssize)key->size);
}

gboolean
sfu_srtp_key_from_text (SfuSrtpKey *key, SfuSrtpSuite suite, const gchar *text)
{
  gsize size = 0;
  guint8 *bytes;
  gboolean ok;

  /* Four characters for three bytes; a longer text is not even decoded. */
  if (!text || strlen (text) > (SFU_SRTP_MAX_KEY / 3 + 1) * 4)
    return FALSE;
  bytes = g_base64_decode (text, &size);
  ok = size == suites[suite].key_size;
  if (ok) {
    memcpy (key->bytes, bytes, size);
    key->size = size;
  }
  explicit_bzero (bytes, size);
  g_free (bytes);
  return ok;
}

gchar *
sfu_srtp_key_to_text (const SfuSrtpKey *key)
{
  return g_base64_encode (key->bytes, key->size);
}

void
sfu_srtp_key_clear (SfuSrtpKey *key)
{
  explicit_bzero (key, sizeof *key);
}

/* ---- life ---- */

/* It answers with an error when somebody else in the process has set it up,
 * GStreamer's srtp plugin for example; whether it works says srtp_create. */
static void
init_library (void)
{
  static gsize once;

  if (g_once_init_enter (&once)) {
    srtp_init ();
    g_once_init_leave (&once, 1);
  }
}

SfuSrtp *
sfu_srtp_new (SfuSrtpSuite suite, const SfuSrtpKey *key, gboolean outbound,
    GError **error)
{
  SfuSrtp *self = g_new0 (SfuSrtp, 1);
  SfuSrtpKey copy = *key;
  srtp_policy_t policy;
  srtp_err_status_t status;

  g_assert (suite != SFU_SRTP_NONE && key->size == suites[suite].key_size);
  memset (&policy, 0, sizeof policy);
  suites[suite].set_rtp (&policy.rtp);
  suites[suite].set_rtcp (&policy.rtcp);
  policy.ssrc.type = outbound ? ssrc_any_outbound : ssrc_any_inbound;
  policy.key = copy.bytes;
  policy.window_size = WINDOW;
  /* What a receiver asks for twice goes out twice. */
  policy.allow_repeat_tx = 1;
  init_library ();
  status = srtp_create (&self->session, &policy);
  sfu_srtp_key_clear (&copy);
  if (status != srtp_err_status_ok) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
        "libsrtp does not do %s (status %d)", suites[suite].name, status);
    g_free (self);
    return NULL;
  }
  self->streams = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  return self;
}

void
sfu_srtp_free (SfuSrtp *self)
{
  if (!self)
    return;
  srtp_dealloc (self->session);
  g_hash_table_unref (self->streams);
  g_free (self);
}

/* ---- streams ---- */

static void
forget_oldest (SfuSrtp *self)
{
  gpointer ssrc, last_us, oldest_ssrc = NULL;
  gint64 oldest_us = G_MAXINT64;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, self->streams);
  while (g_hash_table_iter_next (&iter, &ssrc, &last_us)) {
    if (*(gint64 *)last_us < oldest_us) {
      oldest_us = *(gint64 *)last_us;
      oldest_ssrc = ssrc;
    }
  }
  g_hash_table_remove (self->streams, oldest_ssrc);
  srtp_remove_stream (self->session, g_htonl (GPOINTER_TO_UINT (oldest_ssrc)));
}

/* After its packet was found authentic: strangers make no entries. */
static void
remember (SfuSrtp *self, guint32 ssrc, gint64 now_us)
{
  gint64 *last_us =
      g_hash_table_lookup (self->streams, GUINT_TO_POINTER (ssrc));

  if (!last_us) {
    if (g_hash_table_size (self->streams) >= SFU_SRTP_MAX_STREAMS)
      forget_oldest (self);
    last_us = g_new (gint64, 1);
    g_hash_table_insert (self->streams, GUINT_TO_POINTER (ssrc), last_us);
  }
  *last_us = now_us;
}

static gboolean
read_ssrc (const guint8 *data, gsize len, gboolean rtcp, guint32 *ssrc)
{
  gsize offset = rtcp ? RTCP_SSRC_OFFSET : RTP_SSRC_OFFSET;

  /* Lengths are ints in libsrtp. */
  if (len < offset + sizeof *ssrc || len > G_MAXUINT16)
    return FALSE;
  *ssrc = sfu_get_u32 (data + offset);
  return TRUE;
}

SfuVerdict
sfu_srtp_protect (
    SfuSrtp *self, gboolean rtcp, guint8 *data, gsize *len, gint64 now_us)
{
  gint size = (gint)*len;
  guint32 ssrc;

  if (!read_ssrc (data, *len, rtcp, &ssrc) ||
      (rtcp ? srtp_protect_rtcp (self->session, data, &size)
            : srtp_protect (self->session, data, &size)) != srtp_err_status_ok)
    return SFU_DROP_SRTP;
  remember (self, ssrc, now_us);
  *len = (gsize)size;
  return SFU_VERDICT_FORWARD;
}

SfuVerdict
sfu_srtp_unprotect (
    SfuSrtp *self, gboolean rtcp, guint8 *data, gsize *len, gint64 now_us)
{
  gint size = (gint)*len;
  guint32 ssrc;

  if (!read_ssrc (data, *len, rtcp, &ssrc) ||
      (rtcp ? srtp_unprotect_rtcp (self->session, data, &size)
            : srtp_unprotect (self->session, data, &size)) !=
          srtp_err_status_ok)
    return SFU_DROP_SRTP;
  remember (self, ssrc, now_us);
  *len = (gsize)size;
  return SFU_VERDICT_FORWARD;
}
