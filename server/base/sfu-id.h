/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ids that nobody can guess, and comparisons that tell nobody anything.
 * g_uuid_string_random() and g_random_int() are a Mersenne Twister: whoever
 * has seen enough of its output knows the rest, so they are not used for ids.
 *
 * Threads: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Characters of an id, without the terminating NUL. */
#define SFU_ID_LEN 36

/* A new random UUID (RFC 4122 version 4) from the kernel's generator. Never
 * NULL. */
gchar *sfu_id_new (void);

/* TRUE for the text form of an UUID, lower case. NULL safe. */
gboolean sfu_id_is_valid (const gchar *id);

/* Fills buf from the kernel's generator; aborts the process when there is none
 * (nothing safe could follow). */
void sfu_random_bytes (void *buf, gsize len);

/* Never 0. For SSRCs: 0 stands for "unknown" on the seam. */
guint32 sfu_random_ssrc (void);

/* Equality in a time that depends on neither the content nor the place of the
 * first difference. NULL is equal to nothing. For tokens and passwords. */
gboolean sfu_secret_equal (const gchar *a, const gchar *b);

G_END_DECLS
