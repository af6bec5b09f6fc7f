/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands that change something, and the graph.
 *
 * Threads: one. */
#include "sfu-ctl.h"

#include "sfu-ctl-json.h"

#include <stdio.h>
#include <string.h>

#define POLL_US (500 * 1000)

/* {"peerId":...} and up to one further member. Takes more. */
static gchar *
peer_body (const gchar *peer, JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_object_set_string_member (object, "peerId", peer);
  json_node_take_object (node, object);
  return json_to_string (node, FALSE);
}

SfuCtlStatus
sfu_ctl_kick (SfuCtl *ctl, gchar **args, const SfuCtlOptions *options)
{
  g_autofree gchar *path = sfu_ctl_room_path ("/rooms/", args[0], "/kick");
  g_autofree gchar *body = peer_body (args[1], json_object_new ());

  return sfu_ctl_send (ctl, "POST", path, body, NULL);
}

static SfuCtlStatus
set_muted (
    SfuCtl *ctl, gchar **args, const SfuCtlOptions *options, gboolean muted)
{
  g_autofree gchar *path = sfu_ctl_room_path ("/rooms/", args[0], "/mute");
  JsonObject *object = json_object_new ();
  g_autofree gchar *body = NULL;

  json_object_set_boolean_member (object, "muted", muted);
  /* Neither or both = everything. */
  if (options->audio != options->video)
    json_object_set_string_member (
        object, "kind", options->audio ? "audio" : "video");
  body = peer_body (args[1], object);
  return sfu_ctl_send (ctl, "POST", path, body, NULL);
}

SfuCtlStatus
sfu_ctl_mute (SfuCtl *ctl, gchar **args, const SfuCtlOptions *options)
{
  return set_muted (ctl, args, options, TRUE);
}

SfuCtlStatus
sfu_ctl_unmute (SfuCtl *ctl, gchar **args, const SfuCtlOptions *options)
{
  return set_muted (ctl, args, options, FALSE);
}

SfuCtlStatus
sfu_ctl_lock (SfuCtl *ctl, gchar **args, const SfuCtlOptions *options)
{
  g_autofree gchar *path = sfu_ctl_room_path ("/rooms/", args[0], "/lock");

  return sfu_ctl_send (ctl, "POST", path, "{\"locked\":true}", NULL);
}

SfuCtlStatus
sfu_ctl_unlock (SfuCtl *ctl, gchar **args, const SfuCtlOptions *options)
{
  g_autofree gchar *path = sfu_ctl_room_path ("/rooms/", args[0], "/lock");

  return sfu_ctl_send (ctl, "POST", path, "{\"locked\":false}", NULL);
}

SfuCtlStatus
sfu_ctl_close (SfuCtl *ctl, gchar **args, const SfuCtlOptions *options)
{
  g_autofree gchar *path = sfu_ctl_room_path ("/rooms/", args[0], "");

  return sfu_ctl_send (ctl, "DELETE", path, NULL, NULL);
}

/* ---- drain ---- */

static void
print_drain (JsonNode *node)
{
  JsonObject *object = json_node_get_object (node);
  gint64 rooms = sfu_ctl_int (object, "rooms", 0);
  gint64 left = sfu_ctl_int (object, "remainingSeconds", -1);

  if (!sfu_ctl_flag (object, "draining")) {
    g_print ("not draining: new rooms are opened\n");
    return;
  }
  g_print ("draining: %" G_GINT64_FORMAT " rooms are open%s", rooms,
      sfu_ctl_flag (object, "exit") ? ", the server ends when they are empty"
                                    : "");
  if (left >= 0)
    g_print (", at the latest in %" G_GINT64_FORMAT " s", left);
  g_print ("\n");
}

/* Until no room is open, or the server has gone. */
static SfuCtlStatus
wait_until_empty (SfuCtl *ctl)
{
  for (;;) {
    g_autoptr (JsonNode) node = NULL;
    SfuCtlStatus status = sfu_ctl_get (ctl, "/admin/drain", &node);

    if (status != SFU_CTL_OK)
      return status == SFU_CTL_UNREACHABLE ? SFU_CTL_OK : status;
    if (sfu_ctl_int (json_node_get_object (node), "rooms", 0) == 0)
      return SFU_CTL_OK;
    g_usleep (POLL_US);
  }
}

static SfuCtlStatus
order_drain (SfuCtl *ctl, const SfuCtlOptions *options)
{
  g_autofree gchar *body = options->off
      ? g_strdup ("{\"draining\":false}")
      : g_strdup_printf (
            "{\"draining\":true,\"exit\":%s,\"deadlineSeconds\":%d}",
            options->exit ? "true" : "false", options->deadline);

  return sfu_ctl_send (ctl, "PUT", "/admin/drain", body, NULL);
}

SfuCtlStatus
sfu_ctl_drain (SfuCtl *ctl, gchar **args, const SfuCtlOptions *options)
{
  g_autoptr (JsonNode) node = NULL;
  SfuCtlStatus status;

  if (options->off && (options->exit || options->wait)) {
    g_printerr ("sfuctl: drain: --off goes with neither --exit nor --wait\n");
    return SFU_CTL_USAGE;
  }
  if (options->deadline < 0 || (options->deadline > 0 && !options->exit)) {
    g_printerr ("sfuctl: drain: --deadline goes with --exit, and is not "
                "negative\n");
    return SFU_CTL_USAGE;
  }
  status = order_drain (ctl, options);
  if (status != SFU_CTL_OK)
    return status;
  /* An empty server that is to end may be gone by now. */
  if (!options->exit || options->wait) {
    status = options->wait ? wait_until_empty (ctl)
                           : sfu_ctl_get (ctl, "/admin/drain", &node);
    if (status != SFU_CTL_OK)
      return status;
  }
  if (node != NULL && ctl->json)
    sfu_ctl_print_json (node);
  else if (node != NULL)
    print_drain (node);
  else
    g_print ("%s\n",
        options->wait ? "no room is open any more"
                      : "draining; the server ends when its rooms are empty");
  return SFU_CTL_OK;
}

/* ---- log level ---- */

static SfuCtlStatus
set_log_level (SfuCtl *ctl, const gchar *levels)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  g_autofree gchar *body = NULL;

  json_object_set_string_member (object, "levels", levels);
  json_node_take_object (node, object);
  body = json_to_string (node, FALSE);
  return sfu_ctl_send (ctl, "PUT", "/admin/log-level", body, NULL);
}

SfuCtlStatus
sfu_ctl_log_level (SfuCtl *ctl, gchar **args, const SfuCtlOptions *options)
{
  g_autoptr (JsonNode) node = NULL;
  SfuCtlStatus status;

  if (args[0] != NULL)
    return set_log_level (ctl, args[0]);
  status = sfu_ctl_get (ctl, "/admin/log-level", &node);
  if (status != SFU_CTL_OK)
    return status;
  if (ctl->json)
    sfu_ctl_print_json (node);
  else
    g_print ("%s\n", sfu_ctl_text (json_node_get_object (node), "levels"));
  return SFU_CTL_OK;
}

/* ---- graph ---- */

SfuCtlStatus
sfu_ctl_graph (SfuCtl *ctl, gchar **args, const SfuCtlOptions *options)
{
  gboolean dot = options->dot ||
      (options->output != NULL && g_str_has_suffix (options->output, ".dot"));
  g_autofree gchar *path =
      sfu_ctl_room_path ("/rooms/", args[0], dot ? "/graph.dot" : "/graph.svg");
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  SfuCtlStatus status = sfu_ctl_send (ctl, "GET", path, NULL, &bytes);
  gconstpointer data;
  gsize len;

  if (status != SFU_CTL_OK)
    return status;
  data = g_bytes_get_data (bytes, &len);
  if (options->output == NULL || strcmp (options->output, "-") == 0) {
    if (fwrite (data, 1, len, stdout) == len && fflush (stdout) == 0)
      return SFU_CTL_OK;
    g_printerr ("sfuctl: cannot write\n");
    return SFU_CTL_FAILED;
  }
  if (g_file_set_contents (options->output, data, (gssize)len, &error))
    return SFU_CTL_OK;
  g_printerr ("sfuctl: %s\n", error->message);
  return SFU_CTL_FAILED;
}
