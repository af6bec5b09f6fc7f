/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A certificate's fingerprint as signalling carries it (RFC 8122).
 *
 * Threads: plain data. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Hash function ("sha-256") and its value ("AB:CD:…"). */
typedef struct {
  gchar *algorithm, *value;
} SfuFingerprint;

/* Takes a copy of both. */
SfuFingerprint *sfu_fingerprint_new (
    const gchar *algorithm, const gchar *value);
void sfu_fingerprint_free (SfuFingerprint *fingerprint);
/* GError: G_IO_ERROR_INVALID_ARGUMENT, says what is wrong. */
gboolean sfu_fingerprint_check (
    const gchar *algorithm, const gchar *value, GError **error);

G_END_DECLS
