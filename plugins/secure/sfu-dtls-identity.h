/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What all DTLS connections with one certificate share: OpenSSL's context with
 * the key, the ciphers and the SRTP profiles.
 *
 * Threads: any. */
#pragma once

#include <gio/gio.h>
#include <openssl/ssl.h>

G_BEGIN_DECLS

typedef int (*SfuDtlsVerifyFunc) (X509_STORE_CTX *store, void *unused);

/* pem: certificate and private key. verify: says of a peer's certificate whether
 * it is the right one; the same function in every call. New reference
 * (SSL_CTX_free); the last one that was asked for is kept, because a process has
 * one. GError: G_IO_ERROR_INVALID_DATA. */
SSL_CTX *sfu_dtls_identity_get (
    const gchar *pem, SfuDtlsVerifyFunc verify, GError **error);

G_END_DECLS
