/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one GError domain of the server and its workers. Every dialect turns it
 * into its own reply in one place; on the seam the codes travel as D-Bus error
 * names (org.gstsfu.Error.*), so that an error that a worker returns arrives in
 * the server as the same domain and code.
 *
 * Threads: any. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  SFU_ERROR_FAILED,           /* everything without a better name */
  SFU_ERROR_NOT_FOUND,        /* no such room, peer, transport, ... */
  SFU_ERROR_EXISTS,           /* the id is taken */
  SFU_ERROR_INVALID_ARGUMENT, /* a field is missing, mistyped or wrong */
  SFU_ERROR_WRONG_STATE,      /* not now: not joined, connected twice */
  SFU_ERROR_NOT_SUPPORTED,    /* this version does not do it */
  SFU_ERROR_LIMIT_EXCEEDED,   /* a configured bound */
  SFU_ERROR_FORBIDDEN,        /* known caller, no right to this */
  SFU_ERROR_UNAUTHORIZED,     /* who is it? no or bad token */
  SFU_ERROR_TIMEOUT,          /* the other side did not answer in time */
  SFU_ERROR_DRAINING,         /* this server takes nothing new: another may */
  SFU_ERROR_N_CODES
} SfuError;

/* The first call registers the D-Bus names: call it (or make an SFU_ERROR)
 * before a reply of the seam can arrive. */
#define SFU_ERROR (sfu_error_quark ())
GQuark sfu_error_quark (void);

/* Stable, machine readable name of a code: "not-found". Never NULL. */
const gchar *sfu_error_name (SfuError code);

/* Sets SFU_ERROR_INVALID_ARGUMENT. Always FALSE: "return sfu_error_invalid
 * (error, ...);". */
gboolean sfu_error_invalid (GError **error, const gchar *format, ...)
    G_GNUC_PRINTF (2, 3);

/* Takes the "GDBus.Error:org.gstsfu.Error.X: " that GDBus puts before a remote
 * message away, in place. NULL safe. */
void sfu_error_strip_remote (GError *error);

G_END_DECLS
