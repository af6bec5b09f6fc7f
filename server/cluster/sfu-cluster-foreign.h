/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Participants whom another implementation of the meetings system told of on
 * its channels. It says who comes, goes and produces, and nothing else: not
 * whether its server still lives. So who is not said to have left, and is not
 * heard of for hours, is forgotten.
 *
 * Servers of ours publish on these channels, too. They say the same on our own
 * channel first, so that a connection that is known already is theirs.
 *
 * Threads: one owner; time is an argument. */
#pragma once

#include "sfu-cluster-meetings.h"
#include "sfu-presence.h"

G_BEGIN_DECLS

typedef struct _SfuClusterForeign SfuClusterForeign;

/* Longer than a meeting lasts. */
#define SFU_CLUSTER_FOREIGN_EXPIRY_US (4 * G_TIME_SPAN_HOUR)
/* Their node, in SfuPeer and in errors. No id of ours looks like that. */
#define SFU_CLUSTER_FOREIGN_NODE "of-another-system"

/* presence is borrowed. */
SfuClusterForeign *sfu_cluster_foreign_new (SfuPresence *presence);
/* Leaves the presence as it is. NULL safe. */
void sfu_cluster_foreign_free (SfuClusterForeign *foreign);

void sfu_cluster_foreign_message (SfuClusterForeign *foreign,
    const SfuClusterMeetings *message, gint64 now_us);
void sfu_cluster_foreign_expire (SfuClusterForeign *foreign, gint64 now_us);

guint sfu_cluster_foreign_n_peers (SfuClusterForeign *foreign);
/* What had to be left out, for it would have passed a bound. */
guint64 sfu_cluster_foreign_n_left_out (SfuClusterForeign *foreign);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuClusterForeign, sfu_cluster_foreign_free)

G_END_DECLS
