/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages that may have to be sent again: what was sent over a connection and
 * is not known to have arrived, and what waits for the next connection.
 *
 *   oldest                                   newest
 *   [ arrived: forgotten | kept ........................ ] <- add
 *                        ^ as far as the other side has confirmed
 *
 * It has a bound; when that is reached the oldest are dropped, and until the
 * other side confirms those after all there is a hole: sending again what is
 * kept would not give the other side everything (is_complete).
 *
 * Threads: those of its owner, one at a time. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _SfuOutbox SfuOutbox;

typedef struct {
  gchar *text; /* owned */
  gint64 tag;  /* the owner's; below 0 = none */
} SfuOutboxItem;

SfuOutbox *sfu_outbox_new (gsize max_bytes);
/* NULL safe. */
void sfu_outbox_free (SfuOutbox *outbox);

/* Copies text. tag: from 0 on, unique and growing; what is below 0 comes back
 * from take and means nothing else. */
void sfu_outbox_add (SfuOutbox *outbox, const gchar *text, gint64 tag);

/* The first n messages that were added since the last take have arrived. */
void sfu_outbox_arrived (SfuOutbox *outbox, guint64 n);
/* The message with this tag has arrived, and with it all before. Nothing
 * happens when there is none. */
void sfu_outbox_tag_arrived (SfuOutbox *outbox, gint64 tag);

/* Has everything that is not kept arrived? */
gboolean sfu_outbox_is_complete (const SfuOutbox *outbox);

guint sfu_outbox_get_length (const SfuOutbox *outbox);

/* Takes all that is kept, oldest first; the outbox is as new. Of SfuOutboxItem,
 * which the array frees. */
GPtrArray *sfu_outbox_take (SfuOutbox *outbox);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuOutbox, sfu_outbox_free)

G_END_DECLS
