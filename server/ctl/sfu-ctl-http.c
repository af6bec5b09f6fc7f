/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Questions to the server, and what is said when they fail.
 *
 * Threads: one; each question waits for its answer. */
#include "sfu-ctl.h"

#include "sfu-ctl-json.h"
#include "sfu-ctl-table.h"

#include <string.h>

static gboolean
on_accept_certificate (SoupMessage *message, GTlsCertificate *certificate,
    GTlsCertificateFlags errors, gpointer data)
{
  return TRUE;
}

static SoupMessage *
make_message (
    SfuCtl *ctl, const gchar *method, const gchar *path, const gchar *body)
{
  g_autofree gchar *text = g_strconcat (ctl->url, path, NULL);
  g_autoptr (GUri) uri = g_uri_parse (
      text, G_URI_FLAGS_ENCODED_PATH | G_URI_FLAGS_ENCODED_QUERY, NULL);
  SoupMessage *message =
      uri != NULL ? soup_message_new_from_uri (method, uri) : NULL;

  if (message == NULL)
    return NULL;
  if (ctl->token != NULL) {
    g_autofree gchar *value = g_strconcat ("Bearer ", ctl->token, NULL);

    soup_message_headers_replace (
        soup_message_get_request_headers (message), "Authorization", value);
  }
  /* The token is for this server only. */
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  if (ctl->insecure)
    g_signal_connect (message, "accept-certificate",
        G_CALLBACK (on_accept_certificate), NULL);
  if (body != NULL) {
    g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

    soup_message_set_request_body_from_bytes (
        message, "application/json", bytes);
  }
  return message;
}

/* {"error":TEXT}, or the name of the status. */
static gchar *
read_reason (GBytes *bytes, guint status)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  gsize len;
  const gchar *text = g_bytes_get_data (bytes, &len);
  const gchar *reason = NULL;

  if (len > 0 && json_parser_load_from_data (parser, text, len, NULL) &&
      JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    reason = sfu_ctl_text (
        json_node_get_object (json_parser_get_root (parser)), "error");
  if (reason != NULL)
    return sfu_ctl_printable (reason);
  return g_strdup_printf (
      "HTTP %u %s", status, soup_status_get_phrase (status));
}

static SfuCtlStatus
read_status (SfuCtl *ctl, guint status, GBytes *bytes)
{
  g_autofree gchar *reason = NULL;

  if (SOUP_STATUS_IS_SUCCESSFUL (status))
    return SFU_CTL_OK;
  reason = read_reason (bytes, status);
  g_printerr ("sfuctl: %s\n", reason);
  if (status == SOUP_STATUS_NOT_FOUND)
    return SFU_CTL_NOT_FOUND;
  if (status != SOUP_STATUS_UNAUTHORIZED && status != SOUP_STATUS_FORBIDDEN)
    return SFU_CTL_FAILED;
  if (ctl->token == NULL)
    g_printerr ("sfuctl: give the admin token with --token-file FILE, or in "
                "SFU_ADMIN_TOKEN_FILE\n");
  return SFU_CTL_NOT_ALLOWED;
}

SfuCtlStatus
sfu_ctl_send (SfuCtl *ctl, const gchar *method, const gchar *path,
    const gchar *body, GBytes **answer)
{
  g_autoptr (SoupMessage) message = make_message (ctl, method, path, body);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  SfuCtlStatus status;

  if (message == NULL) {
    g_printerr ("sfuctl: --url: \"%s\" is no address\n", ctl->url);
    return SFU_CTL_USAGE;
  }
  bytes = soup_session_send_and_read (ctl->session, message, NULL, &error);
  if (bytes == NULL) {
    g_printerr ("sfuctl: %s: %s\n", ctl->url, error->message);
    if (error->domain == G_TLS_ERROR)
      g_printerr ("sfuctl: see --ca-file and --insecure\n");
    return SFU_CTL_UNREACHABLE;
  }
  status = read_status (ctl, soup_message_get_status (message), bytes);
  if (answer != NULL && status == SFU_CTL_OK)
    *answer = g_steal_pointer (&bytes);
  return status;
}

SfuCtlStatus
sfu_ctl_get (SfuCtl *ctl, const gchar *path, JsonNode **answer)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GBytes) bytes = NULL;
  SfuCtlStatus status = sfu_ctl_send (ctl, "GET", path, NULL, &bytes);
  const gchar *text;
  gsize len;

  if (status != SFU_CTL_OK)
    return status;
  text = g_bytes_get_data (bytes, &len);
  if (len == 0 || !json_parser_load_from_data (parser, text, len, NULL) ||
      !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser))) {
    g_printerr (
        "sfuctl: %s is no sfu-server, or one of another version\n", ctl->url);
    return SFU_CTL_FAILED;
  }
  *answer = json_parser_steal_root (parser);
  return SFU_CTL_OK;
}

gchar *
sfu_ctl_room_path (const gchar *before, const gchar *room, const gchar *after)
{
  g_autofree gchar *escaped = g_uri_escape_string (room, NULL, FALSE);

  return g_strconcat (before, escaped, after, NULL);
}

void
sfu_ctl_print_json (JsonNode *node)
{
  g_autofree gchar *text = json_to_string (node, TRUE);

  g_print ("%s\n", text);
}
