/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names that people and applications give: of rooms, peers, users.
 *
 * Threads: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SFU_NAME_MAX_BYTES 128

/* 1 to SFU_NAME_MAX_BYTES bytes of UTF-8 without control characters: one line,
 * in a log too. NULL safe. */
gboolean sfu_name_is_valid (const gchar *name);

G_END_DECLS
