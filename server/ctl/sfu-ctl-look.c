/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands that list rooms and participants.
 *
 * Threads: one. */
#include "sfu-ctl.h"

#include "sfu-ctl-json.h"
#include "sfu-ctl-table.h"

static void
print_table (SfuCtlTable *table)
{
  g_autofree gchar *printed = sfu_ctl_table_print (table);

  g_print ("%s", printed);
}

/* ---- rooms ---- */

SfuCtlStatus
sfu_ctl_rooms (SfuCtl *ctl, gchar **args, const SfuCtlOptions *options)
{
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GPtrArray) rooms = NULL;
  g_autoptr (SfuCtlTable) table =
      sfu_ctl_table_new ("ROOM PEERS> PRODUCERS> CONSUMERS> WORKER> LOCKED");
  SfuCtlStatus status = sfu_ctl_get (ctl, "/admin/rooms", &node);

  if (status != SFU_CTL_OK)
    return status;
  if (ctl->json) {
    sfu_ctl_print_json (node);
    return SFU_CTL_OK;
  }
  rooms = sfu_ctl_list (json_node_get_object (node), "rooms");
  for (guint i = 0; i < rooms->len; i++) {
    JsonObject *room = rooms->pdata[i];

    sfu_ctl_table_add (table, sfu_ctl_text (room, "id"));
    sfu_ctl_table_add_number (table, sfu_ctl_int (room, "peers", 0));
    sfu_ctl_table_add_number (table, sfu_ctl_int (room, "producers", 0));
    sfu_ctl_table_add_number (table, sfu_ctl_int (room, "consumers", 0));
    sfu_ctl_table_add_number (table, sfu_ctl_int (room, "workerPid", 0));
    sfu_ctl_table_add (table, sfu_ctl_flag (room, "locked") ? "yes" : "-");
  }
  print_table (table);
  return SFU_CTL_OK;
}

/* ---- peers ---- */

/* All streams of one producer, or all of a peer's. */
typedef struct {
  gint64 bps, score; /* the worst one; -1 = none */
  gdouble lost;      /* the worst one, 0..1 */
} Quality;

static void
add_reports (Quality *quality, JsonObject *producer)
{
  g_autoptr (GPtrArray) reports = sfu_ctl_list (producer, "stats");

  for (guint i = 0; i < reports->len; i++) {
    JsonObject *report = reports->pdata[i];
    gint64 score = sfu_ctl_int (report, "score", 0);

    quality->bps += sfu_ctl_int (report, "bitrate", 0);
    quality->lost = MAX (
        quality->lost, (gdouble)sfu_ctl_int (report, "fractionLost", 0) / 256);
    if (quality->score < 0 || score < quality->score)
      quality->score = score;
  }
}

static Quality
quality_of (GPtrArray *producers)
{
  Quality quality = { .score = -1 };

  for (guint i = 0; i < producers->len; i++) {
    JsonObject *producer = producers->pdata[i];

    if (!sfu_ctl_flag (producer, "paused"))
      add_reports (&quality, producer);
  }
  return quality;
}

/* What is sent to a peer. */
static gint64
received_bps (JsonObject *peer)
{
  g_autoptr (GPtrArray) transports = sfu_ctl_list (peer, "transports");
  gint64 bps = 0;

  for (guint i = 0; i < transports->len; i++) {
    g_autoptr (GPtrArray) reports =
        sfu_ctl_list (transports->pdata[i], "stats");

    for (guint j = 0; j < reports->len; j++)
      bps += sfu_ctl_int (reports->pdata[j], "sendBitrate", 0);
  }
  return bps;
}

static void
add_bps (SfuCtlTable *table, gint64 bps)
{
  g_autofree gchar *formatted = sfu_ctl_format_bps ((gdouble)bps);

  sfu_ctl_table_add (table, formatted);
}

static void
add_quality (SfuCtlTable *table, const Quality *quality)
{
  g_autofree gchar *lost = g_strdup_printf ("%.1f %%", quality->lost * 100);

  add_bps (table, quality->bps);
  sfu_ctl_table_add (table, quality->score < 0 ? NULL : lost);
  if (quality->score < 0)
    sfu_ctl_table_add (table, NULL);
  else
    sfu_ctl_table_add_number (table, quality->score);
}

static const gchar *
muted_text (JsonObject *peer)
{
  gboolean audio = sfu_ctl_flag (peer, "mutedAudio"),
           video = sfu_ctl_flag (peer, "mutedVideo");

  return audio && video ? "all" : audio ? "audio" : video ? "video" : NULL;
}

static void
print_peers (GPtrArray *peers)
{
  g_autoptr (SfuCtlTable) table = sfu_ctl_table_new (
      "PEER NAME SENDS> LOST> SCORE> RECEIVES> PRODUCERS> CONSUMERS> MUTED");

  for (guint i = 0; i < peers->len; i++) {
    JsonObject *peer = peers->pdata[i];
    g_autoptr (GPtrArray) producers = sfu_ctl_list (peer, "producers");
    g_autoptr (GPtrArray) consumers = sfu_ctl_list (peer, "consumers");
    Quality quality = quality_of (producers);

    sfu_ctl_table_add (table, sfu_ctl_text (peer, "id"));
    sfu_ctl_table_add (table, sfu_ctl_text (peer, "displayName"));
    add_quality (table, &quality);
    add_bps (table, received_bps (peer));
    sfu_ctl_table_add_number (table, producers->len);
    sfu_ctl_table_add_number (table, consumers->len);
    sfu_ctl_table_add (table, muted_text (peer));
  }
  print_table (table);
}

static void
add_stream (SfuCtlTable *table, JsonObject *peer, JsonObject *producer,
    JsonObject *report)
{
  Quality quality = { .bps = sfu_ctl_int (report, "bitrate", 0),
    .score = sfu_ctl_int (report, "score", 0),
    .lost = (gdouble)sfu_ctl_int (report, "fractionLost", 0) / 256 };

  sfu_ctl_table_add (table, sfu_ctl_text (peer, "id"));
  sfu_ctl_table_add (table, sfu_ctl_text (producer, "kind"));
  sfu_ctl_table_add (table, sfu_ctl_text (report, "mimeType"));
  sfu_ctl_table_add (table, sfu_ctl_text (report, "rid"));
  add_quality (table, &quality);
  sfu_ctl_table_add_number (table, sfu_ctl_int (report, "packetCount", 0));
  sfu_ctl_table_add_number (table, sfu_ctl_int (producer, "consumers", 0));
  sfu_ctl_table_add (table,
      sfu_ctl_flag (producer, "muted")        ? "muted"
          : sfu_ctl_flag (producer, "paused") ? "paused"
                                              : NULL);
}

static void
print_streams (GPtrArray *peers)
{
  g_autoptr (SfuCtlTable) table = sfu_ctl_table_new (
      "PEER KIND CODEC RID RATE> LOST> SCORE> PACKETS> CONSUMERS> STATE");

  for (guint i = 0; i < peers->len; i++) {
    JsonObject *peer = peers->pdata[i];
    g_autoptr (GPtrArray) producers = sfu_ctl_list (peer, "producers");

    for (guint j = 0; j < producers->len; j++) {
      JsonObject *producer = producers->pdata[j];
      g_autoptr (GPtrArray) reports = sfu_ctl_list (producer, "stats");

      for (guint k = 0; k < reports->len; k++)
        add_stream (table, peer, producer, reports->pdata[k]);
    }
  }
  print_table (table);
}

SfuCtlStatus
sfu_ctl_peers (SfuCtl *ctl, gchar **args, const SfuCtlOptions *options)
{
  g_autofree gchar *path = sfu_ctl_room_path ("/admin/rooms/", args[0], "");
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GPtrArray) peers = NULL;
  SfuCtlStatus status = sfu_ctl_get (ctl, path, &node);

  if (status != SFU_CTL_OK)
    return status;
  if (ctl->json) {
    sfu_ctl_print_json (node);
    return SFU_CTL_OK;
  }
  peers = sfu_ctl_list (json_node_get_object (node), "peers");
  if (options->streams)
    print_streams (peers);
  else
    print_peers (peers);
  return SFU_CTL_OK;
}
