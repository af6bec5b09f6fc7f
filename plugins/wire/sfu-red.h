/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RED, RFC 2198: a payload that repeats earlier ones in front of its own.
 *
 * Threads: pure functions. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Of the primary block, which is the last: its payload type, where it begins and
 * that it goes to the end of payload. FALSE: the headers or the blocks in front
 * of it are cut off. */
gboolean sfu_red_find_primary (
    const guint8 *payload, gsize len, guint8 *payload_type, gsize *offset);

G_END_DECLS
