/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a typed request to its handler: one table of method, the state that it
 * needs, the handler, and the right that the peer must have.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-call.h"

G_BEGIN_DECLS

typedef enum {
  SFU_NEEDS_NOTHING,
  SFU_NEEDS_NOT_JOINED,
  SFU_NEEDS_JOINED
} SfuNeeds;

typedef struct {
  const gchar *name; /* for logs; the native dialect's word */
  SfuNeeds needs;
  void (*handler) (SfuCall *call);
  SfuRights right;    /* that the peer must have; PRODUCE: that of its kind */
  gboolean moderator; /* the peer must be one */
} SfuDispatchEntry;

/* Never NULL for a method of the enumeration. */
const SfuDispatchEntry *sfu_dispatch_lookup (SfuMethod method);

/* The name of the table that this is; NULL = there is none. For counting. */
const gchar *sfu_dispatch_known_name (const gchar *name);

/* Checks the state and the rights and calls the handler, or fails the call.
 * Takes call. */
void sfu_dispatch (SfuCall *call);

G_END_DECLS
