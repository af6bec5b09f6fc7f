/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A session of the native protocol that outlives its connection.
 *
 *   connection breaks ──► waits (at most resume_grace_s), keeps what is said
 *     ──► next connection: "resumed", what may not have arrived, what was kept
 *
 * What may not have arrived is sent again, in order. A client that had got it
 * after all gets it twice; there is nothing among it that does not stand that:
 * notifications say how something is now, answers are known by their ids, and
 * offers are not repeated but made anew.
 *
 * Threads: the server's one thread. */
#include "sfu-native-session-private.h"

#include <string.h>

#define MIN_SECRET 16
#define MAX_SECRET 128

gboolean
sfu_native_is_secret (const gchar *text)
{
  gsize len = text != NULL ? strnlen (text, MAX_SECRET + 1) : 0;

  if (len < MIN_SECRET || len > MAX_SECRET)
    return FALSE;
  for (const gchar *p = text; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && *p != '-' && *p != '_')
      return FALSE;
  return TRUE;
}

void
sfu_native_entry_clear (SfuNativeEntry *entry)
{
  g_clear_pointer (&entry->room_id, g_free);
  g_clear_pointer (&entry->peer_id, g_free);
  g_clear_pointer (&entry->resume, g_free);
}

static gboolean
on_grace_over (gpointer data)
{
  SfuNativeSession *session = data;

  session->grace_id = 0;
  g_info ("%s did not come back", session->label);
  sfu_native_session_leave (session);
  return G_SOURCE_REMOVE;
}

gboolean
sfu_native_session_wait (SfuNativeSession *session)
{
  guint grace_s;

  /* Without a peer the room has let go, and the server may have gone since. */
  if (session->outbox == NULL || session->peer == NULL ||
      !sfu_socket_is_broken (session->socket))
    return FALSE;
  grace_s = session->services->config->resume_grace_s;
  if (grace_s == 0)
    return FALSE;
  if (!sfu_outbox_is_complete (session->outbox)) {
    g_message (
        "%s cannot be resumed: too much has not arrived", session->label);
    return FALSE;
  }
  g_info ("%s lost its connection: waits %u s", session->label, grace_s);
  g_clear_pointer (&session->socket, sfu_socket_free);
  sfu_native_offers_wait (session);
  session->grace_id = g_timeout_add_seconds (grace_s, on_grace_over, session);
  return TRUE;
}

static gboolean
on_overflow (gpointer data)
{
  SfuNativeSession *session = data;

  session->overflow_id = 0;
  g_message ("%s too much waits for it: gone", session->label);
  sfu_native_session_leave (session);
  return G_SOURCE_REMOVE;
}

/* Later: the room may be telling all its peers something. Soon: on a busy server
 * there is no idle time. */
void
sfu_native_session_check_outbox (SfuNativeSession *session)
{
  if (session->socket == NULL && session->overflow_id == 0 &&
      session->grace_id != 0 && !sfu_outbox_is_complete (session->outbox))
    session->overflow_id =
        g_idle_add_full (G_PRIORITY_DEFAULT, on_overflow, session, NULL);
}

static void
send_again (SfuNativeSession *session, SfuOutboxItem *item)
{
  /* Other offers were answered, given up, or will be made anew. */
  if (item->tag == SFU_NATIVE_ONCE ||
      (item->tag >= 0 && !sfu_native_offer_is_unsent (session, item->tag)))
    return;
  sfu_native_session_send_tagged (
      session, g_steal_pointer (&item->text), item->tag);
}

gboolean
sfu_native_session_resume (
    SfuNativeSession *session, SoupWebsocketConnection *connection)
{
  g_autoptr (GPtrArray) items = NULL;

  /* Too much is lost, or it is being thrown out. */
  if (!sfu_outbox_is_complete (session->outbox) ||
      (session->socket != NULL && sfu_socket_is_closing (session->socket))) {
    sfu_native_session_leave (session);
    return FALSE;
  }
  items = sfu_outbox_take (session->outbox);
  g_info ("%s resumed, %u messages kept", session->label, items->len);
  g_clear_handle_id (&session->grace_id, g_source_remove);
  g_clear_handle_id (&session->overflow_id, g_source_remove);
  /* One that is not dead is another window with the same address; it must not
   * come back by itself. */
  if (session->socket != NULL)
    sfu_socket_abandon (session->socket, SFU_PROTOO_CLOSE,
        "the session went on over another connection");
  session->socket = sfu_socket_new (connection,
      &session->services->limits.socket, &sfu_native_socket_callbacks, session);
  sfu_native_session_send_tagged (
      session, sfu_protoo_notification ("resumed", NULL), SFU_NATIVE_ONCE);
  for (guint i = 0; i < items->len; i++)
    send_again (session, items->pdata[i]);
  sfu_native_offers_renew (session);
  sfu_native_offers_go_on (session);
  return TRUE;
}
