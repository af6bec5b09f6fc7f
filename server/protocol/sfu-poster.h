/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sends JSON to somebody else's HTTP server, and says what became of it: one
 * try, with a bound for how long it may take. Redirects are not followed, and
 * what is answered beyond the status is not read.
 *
 * Threads: the server's one thread. */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct _SfuPoster SfuPoster;

/* status: of the answer; 0 = there was none. why: NULL = it was taken (2xx). */
typedef void (*SfuPosterDone) (gpointer data, guint status, const gchar *why);

/* timeout_s: one that answers later does not answer. parallel: connections at
 * a time. */
SfuPoster *sfu_poster_new (guint timeout_s, guint parallel);
/* What is under way is given up; done is not called any more. NULL safe. */
void sfu_poster_free (SfuPoster *self);

/* url: of which sfu_poster_is_url is true, with any path. headers: name and
 * value in turn, NULL-terminated; NULL = none. done is called once, later. */
void sfu_poster_send (SfuPoster *self, const gchar *url, const gchar *body,
    const gchar *const *headers, SfuPosterDone done, gpointer data);

/* http or https, with a host and without a fragment. */
gboolean sfu_poster_is_url (const gchar *url);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuPoster, sfu_poster_free)

G_END_DECLS
