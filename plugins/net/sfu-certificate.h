/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The DTLS certificate of a process (ECDSA P-256, self-signed) and the
 * fingerprints of RFC 8122.
 *
 * Threads: immutable once made; reference counted. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef struct _SfuCertificate SfuCertificate;

SfuCertificate *sfu_certificate_new (GError **error);
/* The process-wide one, made at first use. New reference. */
SfuCertificate *sfu_certificate_get_default (void);
SfuCertificate *sfu_certificate_ref (SfuCertificate *self);
void sfu_certificate_unref (SfuCertificate *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuCertificate, sfu_certificate_unref)

/* Certificate and private key. Never log it. */
const gchar *sfu_certificate_get_pem (SfuCertificate *self);

/* Fingerprint of the first certificate in pem: algorithm "sha-1", "sha-224",
 * "sha-256", "sha-384" or "sha-512"; "AA:BB:…" upper case, or NULL. */
gchar *sfu_certificate_fingerprint (const gchar *pem, const gchar *algorithm);

/* Any case of the hex digits; constant time. FALSE for an unknown algorithm or
 * a malformed value. */
gboolean sfu_certificate_matches (
    const gchar *pem, const gchar *algorithm, const gchar *value);

G_END_DECLS
