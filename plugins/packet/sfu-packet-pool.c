/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-packet-pool.h. GstBufferPool would do it with two atomic queues and a
 * poll descriptor, for threads that share a pool; here nobody shares.
 *
 * Threads: see sfu-packet-pool.h. */
#include "sfu-packet-pool.h"

enum { SMALL, LARGE, N_KINDS };

static const gsize sizes[N_KINDS] = { SFU_PACKET_POOL_SMALL,
  SFU_PACKET_POOL_LARGE };

typedef struct {
  GstBuffer *buffer; /* owned */
  guint8 *data;      /* its bytes: known without a look at the buffer */
} Waiting;

typedef struct {
  Waiting waiting[N_KINDS][SFU_PACKET_POOL_MAX];
  guint n[N_KINDS];
  guint64 made, reused;
} Pool;

/* Stays on a buffer for its life; not copied with it. */
typedef struct {
  GstMeta meta;
  guint kind;
  GstMemory *memory;                    /* borrowed: the buffer's */
  guint8 *data;                         /* of memory */
  GstMiniObjectDisposeFunction dispose; /* GStreamer's own */
} Mark;

static GPrivate current = G_PRIVATE_INIT (NULL);

/* ---- the mark ---- */

static gboolean
init_mark (GstMeta *meta, gpointer params, GstBuffer *buffer)
{
  return TRUE;
}

static const GstMetaInfo *
mark_info (void)
{
  static const GstMetaInfo *info = NULL;
  static const gchar *tags[] = { NULL };

  if (g_once_init_enter ((GstMetaInfo **)&info)) {
    GType api = gst_meta_api_type_register ("SfuPacketPoolMarkAPI", tags);
    const GstMetaInfo *registered = gst_meta_register (
        api, "SfuPacketPoolMark", sizeof (Mark), init_mark, NULL, NULL);

    g_once_init_leave ((GstMetaInfo **)&info, (GstMetaInfo *)registered);
  }
  return info;
}

static Mark *
get_mark (GstBuffer *buffer)
{
  return (Mark *)gst_buffer_get_meta (buffer, mark_info ()->api);
}

/* ---- coming back ---- */

static gboolean
take_off (GstBuffer *buffer, GstMeta **meta, gpointer mark)
{
  if (*meta != mark)
    *meta = NULL;
  return TRUE;
}

/* FALSE: it is no longer what it was. */
static gboolean
renew (GstBuffer *buffer, Mark *mark)
{
  gpointer state = NULL;
  gsize offset, capacity, size;

  if (gst_buffer_n_memory (buffer) != 1 ||
      gst_buffer_peek_memory (buffer, 0) != mark->memory ||
      GST_MINI_OBJECT_REFCOUNT_VALUE (mark->memory) != 1)
    return FALSE;
  gst_buffer_iterate_meta (buffer, &state);
  if (gst_buffer_iterate_meta (buffer, &state))
    gst_buffer_foreach_meta (buffer, take_off, mark);
  size = gst_buffer_get_sizes (buffer, &offset, &capacity);
  if (size != sizes[mark->kind])
    gst_buffer_resize (buffer, -(gssize)offset, (gssize)sizes[mark->kind]);
  GST_BUFFER_FLAGS (buffer) &= GST_MINI_OBJECT_FLAG_LAST - 1;
  GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) =
      GST_BUFFER_DURATION (buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_OFFSET (buffer) = GST_BUFFER_OFFSET_END (buffer) =
      GST_BUFFER_OFFSET_NONE;
  return TRUE;
}

/* The last reference is gone; FALSE: it lives on. */
static gboolean
come_back (GstMiniObject *object)
{
  GstBuffer *buffer = GST_BUFFER_CAST (object);
  Mark *mark = get_mark (buffer);
  Pool *pool = g_private_get (&current);

  /* Whoever resizes a buffer must have a reference. */
  gst_buffer_ref (buffer);
  if (!pool || pool->n[mark->kind] == SFU_PACKET_POOL_MAX ||
      !renew (buffer, mark)) {
    object->refcount = 0;
    return mark->dispose ? mark->dispose (object) : TRUE;
  }
  pool->waiting[mark->kind][pool->n[mark->kind]++] =
      (Waiting){ buffer, mark->data };
  return FALSE;
}

/* ---- going out ---- */

static Waiting
make (guint kind)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, sizes[kind], NULL);
  Mark *mark = (Mark *)gst_buffer_add_meta (buffer, mark_info (), NULL);
  GstMapInfo map;

  GST_META_FLAG_SET (&mark->meta, GST_META_FLAG_POOLED | GST_META_FLAG_LOCKED);
  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  mark->kind = kind;
  mark->memory = map.memory;
  mark->data = map.data;
  gst_buffer_unmap (buffer, &map);
  mark->dispose = GST_MINI_OBJECT_CAST (buffer)->dispose;
  GST_MINI_OBJECT_CAST (buffer)->dispose = come_back;
  return (Waiting){ buffer, map.data };
}

static GstBuffer *
make_plain (gsize size, guint8 **data)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  *data = map.data;
  gst_buffer_unmap (buffer, &map);
  return buffer;
}

GstBuffer *
sfu_packet_pool_acquire (gsize size, guint8 **data)
{
  Pool *pool = g_private_get (&current);
  guint kind = size <= SFU_PACKET_POOL_SMALL ? SMALL : LARGE;
  Waiting out;

  if (!pool || size > SFU_PACKET_POOL_LARGE)
    return make_plain (size, data);
  if (pool->n[kind] > 0) {
    out = pool->waiting[kind][--pool->n[kind]];
    pool->reused++;
  } else {
    out = make (kind);
    pool->made++;
  }
  *data = out.data;
  return out.buffer;
}

/* ---- life ---- */

void
sfu_packet_pool_open (void)
{
  if (!g_private_get (&current))
    g_private_set (&current, g_new0 (Pool, 1));
}

void
sfu_packet_pool_close (void)
{
  Pool *pool = g_private_get (&current);

  if (!pool)
    return;
  /* So that none comes back. */
  g_private_set (&current, NULL);
  for (guint kind = 0; kind < N_KINDS; kind++) {
    while (pool->n[kind] > 0)
      gst_buffer_unref (pool->waiting[kind][--pool->n[kind]].buffer);
  }
  g_free (pool);
}

void
sfu_packet_pool_get_stats (SfuPacketPoolStats *stats)
{
  Pool *pool = g_private_get (&current);

  *stats = (SfuPacketPoolStats){ 0 };
  if (!pool)
    return;
  stats->made = pool->made;
  stats->reused = pool->reused;
  stats->waiting = pool->n[SMALL] + pool->n[LARGE];
}
