/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A GET that hangs until there is something to say.
 *
 * libsoup does not read from a connection whose request is being answered, so
 * it would not notice that the client is gone; this watches the socket itself.
 *
 * Threads: the server's one thread. */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct _SfuEnginePoll SfuEnginePoll;

/* Call it in the request's handler. gone: at most once, from the main loop or
 * while the HTTP server is being stopped: the client is not there any more;
 * free the poll. */
SfuEnginePoll *sfu_engine_poll_new (
    SoupServerMessage *message, void (*gone) (gpointer owner), gpointer owner);
/* Sends packets, and frees poll. text: taken. */
void sfu_engine_poll_answer (SfuEnginePoll *poll, gchar *text);
/* For a client that is gone. NULL safe. */
void sfu_engine_poll_free (SfuEnginePoll *poll);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuEnginePoll, sfu_engine_poll_free)

G_END_DECLS
