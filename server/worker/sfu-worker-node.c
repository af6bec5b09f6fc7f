/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-node.h.
 *
 * Threads: control thread. */
#include "sfu-worker-node.h"

#include <string.h>

#include "sfu-error.h"
#include "sfu-seam.h"

struct _SfuNodeTable {
  GHashTable *nodes; /* id (the node's own) -> SfuNode */
  guint count[SFU_NODE_N_KINDS];
};

static const gchar *const kind_names[] = {
  [SFU_NODE_ROUTER] = "router",
  [SFU_NODE_TRANSPORT] = "transport",
  [SFU_NODE_PRODUCER] = "producer",
  [SFU_NODE_CONSUMER] = "consumer",
};
G_STATIC_ASSERT (G_N_ELEMENTS (kind_names) == SFU_NODE_N_KINDS);

SfuNodeTable *
sfu_node_table_new (void)
{
  SfuNodeTable *self = g_new0 (SfuNodeTable, 1);
  self->nodes = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

void
sfu_node_table_free (SfuNodeTable *self)
{
  if (!self)
    return;
  g_assert (g_hash_table_size (self->nodes) == 0);
  g_hash_table_unref (self->nodes);
  g_free (self);
}

gboolean
sfu_node_table_check_new (SfuNodeTable *self, const gchar *id, GError **error)
{
  if (id[0] == '\0' || strlen (id) > SFU_SEAM_MAX_ID) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
        "an id has 1 to %d bytes", SFU_SEAM_MAX_ID);
    return FALSE;
  }
  if (g_hash_table_contains (self->nodes, id)) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_EXISTS, "id '%s' is taken", id);
    return FALSE;
  }
  return TRUE;
}

void
sfu_node_table_add (SfuNodeTable *self, gpointer node)
{
  SfuNode *n = node;
  if (g_hash_table_insert (self->nodes, n->id, n))
    self->count[n->kind]++;
}

void
sfu_node_table_remove (SfuNodeTable *self, gpointer node)
{
  SfuNode *n = node;
  if (g_hash_table_remove (self->nodes, n->id))
    self->count[n->kind]--;
}

SfuNode *
sfu_node_table_lookup (SfuNodeTable *self, const gchar *id)
{
  return g_hash_table_lookup (self->nodes, id);
}

gpointer
sfu_node_table_find (
    SfuNodeTable *self, SfuNodeKind kind, const gchar *id, GError **error)
{
  SfuNode *node = g_hash_table_lookup (self->nodes, id);
  if (node && node->kind == kind)
    return node;
  g_set_error (error, SFU_ERROR, SFU_ERROR_NOT_FOUND, "no %s '%s'",
      kind_names[kind],
      strlen (id) <= SFU_SEAM_MAX_ID ? id : "(an id that is too long)");
  return NULL;
}

guint
sfu_node_table_count (SfuNodeTable *self, SfuNodeKind kind)
{
  return self->count[kind];
}

GPtrArray *
sfu_node_table_list (SfuNodeTable *self, SfuNodeKind kind)
{
  GPtrArray *list = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer node;
  g_hash_table_iter_init (&iter, self->nodes);
  while (g_hash_table_iter_next (&iter, NULL, &node)) {
    if (((SfuNode *)node)->kind == kind)
      g_ptr_array_add (list, node);
  }
  return list;
}
