/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Servers with accounts, and native clients with a token.
 *
 * Threads: one; the worker is another process. */
#pragma once

#include "server-fixture.h"

G_BEGIN_DECLS

#define SECRET "0123456789abcdef0123456789abcdef"

/* A file with the secret; while accounts_test_run runs. */
extern gchar *secret_file;

/* g_test_run with that file. */
gint accounts_test_run (void);

/* Of a handshake; claims NULL = without a token. */
gchar *make_query (const gchar *room, const gchar *peer, const gchar *claims);
/* Connects with that. */
Client *enter (
    Fixture *f, const gchar *room, const gchar *peer, const gchar *claims);

G_END_DECLS
