/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Draining: the server opens no further rooms, those that are open go on until
 * they are empty. Then, or at a deadline, whoever runs the server is told, when
 * it is to end; without that it stays, and can be sent back to work.
 *
 * Threads: the server's one thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _SfuDrain SfuDrain;

typedef struct {
  gboolean exit;    /* the server ends when the last room has gone */
  guint deadline_s; /* and at the latest then; 0 = never. Only with exit. */
} SfuDrainOrder;

typedef struct {
  gboolean on, exit;
  guint n_rooms;    /* that are still open */
  guint for_s;      /* how long it has been on */
  gint remaining_s; /* to the deadline; -1 = there is none */
} SfuDrainStatus;

SfuDrain *sfu_drain_new (void);
/* NULL safe. */
void sfu_drain_free (SfuDrain *drain);

/* over: the order was to end, and there is nothing left to wait for. Called
 * once for an order, from the main loop. */
void sfu_drain_set_over (
    SfuDrain *drain, void (*over) (gpointer owner), gpointer owner);

/* A second order replaces the first; it has its own deadline. */
void sfu_drain_begin (SfuDrain *drain, const SfuDrainOrder *order);
/* Back to work. */
void sfu_drain_cancel (SfuDrain *drain);
gboolean sfu_drain_is_on (const SfuDrain *drain);
void sfu_drain_get_status (const SfuDrain *drain, SfuDrainStatus *status);

/* May another room be opened? FALSE and SFU_ERROR_DRAINING. */
gboolean sfu_drain_admit (const SfuDrain *drain, GError **error);
/* For SfuRooms: so many are open now. */
void sfu_drain_count (SfuDrain *drain, guint n_rooms);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuDrain, sfu_drain_free)

G_END_DECLS
