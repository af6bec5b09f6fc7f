/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A secret that an operator put into a file.
 *
 * Threads: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A shorter secret of HMACs can be guessed from what one of them made: RFC 7518
 * section 3.2. */
#define SFU_SECRET_MIN_BYTES 32

/* The bytes of the file without one line end behind them, and with a NUL behind
 * the bytes that does not count. *warning: what an operator should mend
 * (g_free it), or NULL: the secret has less than good_bytes, or everybody may read
 * the file. NULL
 * and SFU_ERROR_INVALID_ARGUMENT when it cannot be read or is empty; neither
 * text has anything of the secret in it. */
GBytes *sfu_secret_file_read (
    const gchar *path, gsize good_bytes, gchar **warning, GError **error);

G_END_DECLS
