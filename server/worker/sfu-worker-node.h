/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a worker has, each under an id of the server's choice:
 *
 *   router ─┬─ transport ─┬─ producer ◄──follows── consumer ─┐
 *           │             └─ consumer                        │
 *           └─ transport ────────────────────────────────────┘
 *
 * Every node knows those above it and lists those below; whoever closes one
 * (sfu-worker.c) closes what hangs on it first. The table finds nodes by id;
 * an id is unique over all kinds.
 *
 * Threads: control thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  SFU_NODE_ROUTER,
  SFU_NODE_TRANSPORT,
  SFU_NODE_PRODUCER,
  SFU_NODE_CONSUMER,
  SFU_NODE_N_KINDS
} SfuNodeKind;

/* First member of every node. */
typedef struct {
  SfuNodeKind kind;
  gchar *id; /* owned */
} SfuNode;

typedef struct _SfuNodeTable SfuNodeTable;

SfuNodeTable *sfu_node_table_new (void);
/* The table is empty by then: nodes are not its own. */
void sfu_node_table_free (SfuNodeTable *self);

/* SFU_ERROR_INVALID_ARGUMENT for the empty and the too long (128 bytes are
 * allowed), SFU_ERROR_EXISTS. */
gboolean sfu_node_table_check_new (
    SfuNodeTable *self, const gchar *id, GError **error);
/* After check_new; borrowed until removed. */
void sfu_node_table_add (SfuNodeTable *self, gpointer node);
void sfu_node_table_remove (SfuNodeTable *self, gpointer node);

/* NULL: there is none. */
SfuNode *sfu_node_table_lookup (SfuNodeTable *self, const gchar *id);
/* SFU_ERROR_NOT_FOUND also for a node of another kind. */
gpointer sfu_node_table_find (
    SfuNodeTable *self, SfuNodeKind kind, const gchar *id, GError **error);
guint sfu_node_table_count (SfuNodeTable *self, SfuNodeKind kind);
/* A list of borrowed nodes, in no order. */
GPtrArray *sfu_node_table_list (SfuNodeTable *self, SfuNodeKind kind);

G_END_DECLS
