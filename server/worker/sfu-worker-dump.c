/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-dump.h.
 *
 * Threads: control thread. */
#include "sfu-worker-dump.h"

#include <stdio.h>
#include <unistd.h>

#include "sfu-worker-consumer.h"
#include "sfu-worker-plain.h"
#include "sfu-worker-producer.h"
#include "sfu-worker-router.h"
#include "sfu-worker-transport.h"

static GVariant *
dump_transport (const SfuWorkerTransport *transport)
{
  GVariantDict dict;
  if (transport->plain)
    return sfu_worker_plain_dump (transport);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "id", "s", transport->node.id);
  g_variant_dict_insert (&dict, "type", "s", "webrtc");
  g_variant_dict_insert (&dict, "iceState", "s", transport->ice_state);
  g_variant_dict_insert (&dict, "dtlsState", "s", transport->dtls_state);
  g_variant_dict_insert (
      &dict, "port", "q", sfu_webrtc_server_get_port (transport->server));
  return g_variant_dict_end (&dict);
}

static GVariant *
dump_producer (const SfuWorkerProducer *producer)
{
  GVariantDict dict;
  GVariantBuilder ids;
  g_variant_builder_init (&ids, G_VARIANT_TYPE ("as"));
  for (guint i = 0; i < producer->consumers->len; i++) {
    const SfuWorkerConsumer *consumer = producer->consumers->pdata[i];
    g_variant_builder_add (&ids, "s", consumer->node.id);
  }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "id", "s", producer->node.id);
  g_variant_dict_insert (
      &dict, "transportId", "s", producer->transport->node.id);
  g_variant_dict_insert (
      &dict, "kind", "s", sfu_media_kind_name (producer->kind));
  g_variant_dict_insert (&dict, "mimeType", "s", producer->mime_type);
  g_variant_dict_insert (&dict, "paused", "b", producer->paused);
  g_variant_dict_insert_value (
      &dict, "consumerIds", g_variant_builder_end (&ids));
  return g_variant_dict_end (&dict);
}

static GVariant *
dump_consumer (const SfuWorkerConsumer *consumer)
{
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "id", "s", consumer->node.id);
  g_variant_dict_insert (
      &dict, "transportId", "s", consumer->transport->node.id);
  g_variant_dict_insert (&dict, "producerId", "s", consumer->producer->node.id);
  g_variant_dict_insert (
      &dict, "kind", "s", sfu_media_kind_name (consumer->producer->kind));
  g_variant_dict_insert (&dict, "mimeType", "s", consumer->mime_type);
  g_variant_dict_insert (&dict, "paused", "b", consumer->paused);
  return g_variant_dict_end (&dict);
}

static GVariant *
dump_router (const SfuWorkerRouter *router)
{
  GVariantBuilder transports, producers, consumers;
  GVariantDict dict;
  guint loudest = 0;
  g_variant_builder_init (&transports, G_VARIANT_TYPE ("aa{sv}"));
  g_variant_builder_init (&producers, G_VARIANT_TYPE ("aa{sv}"));
  g_variant_builder_init (&consumers, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < router->transports->len; i++) {
    const SfuWorkerTransport *t = router->transports->pdata[i];
    g_variant_builder_add_value (&transports, dump_transport (t));
    for (guint j = 0; j < t->producers->len; j++)
      g_variant_builder_add_value (
          &producers, dump_producer (t->producers->pdata[j]));
    for (guint j = 0; j < t->consumers->len; j++)
      g_variant_builder_add_value (
          &consumers, dump_consumer (t->consumers->pdata[j]));
  }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "id", "s", router->node.id);
  g_object_get (router->element, "loudest", &loudest, NULL);
  g_variant_dict_insert (&dict, "loudest", "u", loudest);
  g_variant_dict_insert_value (
      &dict, "transports", g_variant_builder_end (&transports));
  g_variant_dict_insert_value (
      &dict, "producers", g_variant_builder_end (&producers));
  g_variant_dict_insert_value (
      &dict, "consumers", g_variant_builder_end (&consumers));
  return g_variant_dict_end (&dict);
}

/* ---- the process, see proc(5) ---- */

static guint64
resident_bytes (void)
{
  g_autofree gchar *text = NULL;
  guint64 total = 0, resident = 0;
  if (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL) &&
      sscanf (text, "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, &total,
          &resident) == 2)
    return resident * (guint64)sysconf (_SC_PAGESIZE);
  return 0;
}

static guint
count_entries (const gchar *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;
  while (dir && g_dir_read_name (dir))
    n++;
  return n;
}

GVariant *
sfu_worker_dump_routers (GPtrArray *routers)
{
  GVariantBuilder list;
  GVariantDict dict;
  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < routers->len; i++)
    g_variant_builder_add_value (&list, dump_router (routers->pdata[i]));
  guint fds = count_entries ("/proc/self/fd");
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "routers", g_variant_builder_end (&list));
  g_variant_dict_insert (&dict, "pid", "i", (gint)getpid ());
  g_variant_dict_insert (&dict, "rss", "t", resident_bytes ());
  g_variant_dict_insert (
      &dict, "threads", "u", count_entries ("/proc/self/task"));
  /* One of them is the directory just read. */
  g_variant_dict_insert (&dict, "fds", "u", fds ? fds - 1 : 0);
  return g_variant_dict_end (&dict);
}
