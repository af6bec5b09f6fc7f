/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inside of SfuWebRtcServer, for its own files; what its agents know of it
 * is sfu-webrtc-server-private.h.
 *
 * Threads: as said at the fields. */
#pragma once

#include "sfu-socket-set.h"
#include "sfu-stun.h"
#include "sfu-webrtc-server-private.h"

G_BEGIN_DECLS

struct _SfuWebRtcServer {
  GObject parent;
  SfuMediaLoop *loop;    /* owned */
  SfuSocketSet *sockets; /* owned */
  gchar **announced;     /* owned, at least one */

  /* Media thread. */
  SfuStun *stun;            /* owned */
  GHashTable *by_ufrag;     /* owned gchar * -> borrowed SfuServed */
  GHashTable *by_address;   /* owned SfuAddress * -> borrowed SfuServed */
  GPtrArray *served;        /* of borrowed SfuServed, each once */
  GSource *timer;           /* owned; runs while somebody is served */
  SfuAddress last_from;     /* bursts come from one peer: saves the lookup */
  SfuServed *last_served;   /* NULL: last_from is not valid */
  SfuVerdictCounters drops; /* sfu-counter.h */

  /* Any thread. Probability of a loss in 1/2^32; state of splitmix64. */
  guint64 lose_in, lose_out;
  guint64 impairment_state;
};

G_END_DECLS
