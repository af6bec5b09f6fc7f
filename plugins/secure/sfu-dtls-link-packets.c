/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The packets of a link, and what it is asked; see sfu-dtls-link.h.
 *
 * Threads: any, under the link's lock. */
#include "sfu-dtls-link-private.h"

#include <string.h>

#include "sfu-certificate.h"

/* ---- packets ---- */

void
sfu_dtls_link_lock (SfuDtlsLink *self)
{
  g_mutex_lock (&self->lock);
}

void
sfu_dtls_link_unlock (SfuDtlsLink *self)
{
  g_mutex_unlock (&self->lock);
}

void
sfu_dtls_link_drop_locked (SfuDtlsLink *self, SfuVerdict reason)
{
  sfu_verdict_count (&self->drops, reason);
}

SfuVerdict
sfu_dtls_link_protect_locked (
    SfuDtlsLink *self, gboolean rtcp, guint8 *data, gsize *size)
{
  SfuVerdict verdict = self->out
      ? sfu_srtp_context_protect (self->out, rtcp, data, size)
      : SFU_DROP_NOT_AUTHENTICATED;

  if (verdict != SFU_VERDICT_FORWARD)
    sfu_verdict_count (&self->drops, verdict);
  return verdict;
}

SfuVerdict
sfu_dtls_link_unprotect_locked (
    SfuDtlsLink *self, gboolean rtcp, guint8 *data, gsize *size)
{
  SfuVerdict verdict = self->in
      ? sfu_srtp_context_unprotect (self->in, rtcp, data, size)
      : SFU_DROP_NOT_AUTHENTICATED;

  if (verdict != SFU_VERDICT_FORWARD)
    sfu_verdict_count (&self->drops, verdict);
  return verdict;
}

/* ---- questions ---- */

SfuDtlsConnectionState
sfu_dtls_link_get_state (SfuDtlsLink *self)
{
  SfuDtlsConnectionState state;

  g_mutex_lock (&self->lock);
  state = self->state;
  g_mutex_unlock (&self->lock);
  return state;
}

const gchar *
sfu_dtls_link_get_failure (SfuDtlsLink *self)
{
  const gchar *failure;

  g_mutex_lock (&self->lock);
  failure = self->failure;
  g_mutex_unlock (&self->lock);
  return failure;
}

const gchar *
sfu_dtls_link_get_srtp_profile (SfuDtlsLink *self)
{
  static const gchar *const names[SFU_SRTP_N_SUITES] = {
    [SFU_SRTP_NONE] = "",
    [SFU_SRTP_AES_CM_128_HMAC_SHA1_80] = "SRTP_AES128_CM_SHA1_80",
    [SFU_SRTP_AES_CM_128_HMAC_SHA1_32] = "SRTP_AES128_CM_SHA1_32",
    [SFU_SRTP_AEAD_AES_128_GCM] = "SRTP_AEAD_AES_128_GCM",
    [SFU_SRTP_AEAD_AES_256_GCM] = "SRTP_AEAD_AES_256_GCM",
  };
  SfuSrtpSuite suite;

  g_mutex_lock (&self->lock);
  suite = self->suite;
  g_mutex_unlock (&self->lock);
  return names[suite];
}

gchar *
sfu_dtls_link_dup_certificate (SfuDtlsLink *self)
{
  static const gchar begin[] = "-----BEGIN CERTIFICATE-----";
  static const gchar end[] = "-----END CERTIFICATE-----\n";
  g_autoptr (SfuCertificate) own = sfu_certificate_get_default ();
  const gchar *pem, *first, *last;
  gchar *certificate = NULL;

  g_mutex_lock (&self->lock);
  pem = self->pem ? self->pem : sfu_certificate_get_pem (own);
  first = strstr (pem, begin);
  last = first ? strstr (first, end) : NULL;
  if (last)
    certificate = g_strndup (first, (gsize)(last - first) + strlen (end));
  g_mutex_unlock (&self->lock);
  return certificate;
}

gchar *
sfu_dtls_link_dup_peer_pem (SfuDtlsLink *self)
{
  gchar *pem;

  g_mutex_lock (&self->lock);
  pem = g_strdup (self->peer_pem);
  g_mutex_unlock (&self->lock);
  return pem;
}

void
sfu_dtls_link_add_drops (SfuDtlsLink *self, SfuVerdictCounters *drops)
{
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < SFU_VERDICT_COUNT; i++)
    drops->n[i] += self->drops.n[i];
  g_mutex_unlock (&self->lock);
}
