/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* States of an ICE-lite agent as its owner sees them.
 *
 * Threads: pure data. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  SFU_ICE_NEW,
  SFU_ICE_CONNECTED,    /* a check arrived */
  SFU_ICE_COMPLETED,    /* the peer nominated */
  SFU_ICE_DISCONNECTED, /* no check for disconnect_timeout */
  SFU_ICE_CLOSED        /* consent expired, or nobody ever came */
} SfuIceState;

/* "new", "connected", … Never NULL. */
const gchar *sfu_ice_state_name (SfuIceState state);

G_END_DECLS
