/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Study rooms: Socket.IO with a namespace for each room. Connecting to
 * /room/ID is joining, leaving the namespace is leaving. See
 * docs/dialects/study-rooms.md.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-event-session.h"

G_BEGIN_DECLS

/* Namespaces of rooms; what stands for the star is a room's id,
 * percent-encoded. */
#define SFU_STUDY_NAMESPACE "/room/"

/* Serves mount; services must live longer. */
void sfu_study_open (SfuSioServer *mount, const SfuServices *services);

/* The table of events, for its page and for tests. */
const SfuEventDialect *sfu_study_get_dialect (void);

G_END_DECLS
