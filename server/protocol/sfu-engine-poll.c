/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A GET that hangs.
 *
 * Threads: the server's one thread. */
#include "sfu-engine-poll.h"

#include "sfu-engine-http.h"
#include "sfu-listener.h"

#include <poll.h>

/* The client's FIN. G_IO_IN would do without TLS only: there the last data may
 * be an alert that nobody reads. GLib hands bits it has no name for to poll(2)
 * as they are. */
#define HUNG_UP ((GIOCondition)POLLRDHUP)

struct _SfuEnginePoll {
  SoupServerMessage *message; /* owned */
  GSource *watch;             /* owned */
  void (*gone) (gpointer owner);
  gpointer owner; /* borrowed: it frees us */
  gboolean connected;
};

static gboolean
on_hung_up (GSocket *socket, GIOCondition condition, gpointer data)
{
  SfuEnginePoll *poll = data;

  poll->gone (poll->owner);
  return G_SOURCE_REMOVE;
}

static void
on_disconnected (SoupServerMessage *message, SfuEnginePoll *poll)
{
  poll->connected = FALSE;
  poll->gone (poll->owner);
}

SfuEnginePoll *
sfu_engine_poll_new (
    SoupServerMessage *message, void (*gone) (gpointer owner), gpointer owner)
{
  SfuEnginePoll *poll = g_new0 (SfuEnginePoll, 1);
  GSocket *socket = sfu_listener_socket_of (message);

  poll->message = g_object_ref (message);
  poll->gone = gone;
  poll->owner = owner;
  poll->connected = TRUE;
  g_signal_connect (
      message, "disconnected", G_CALLBACK (on_disconnected), poll);
  /* Without a status libsoup would try a WebSocket handshake now. */
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_server_message_pause (message);
  if (socket == NULL)
    return poll;
  poll->watch = g_socket_create_source (socket, HUNG_UP, NULL);
  g_source_set_callback (poll->watch, G_SOURCE_FUNC (on_hung_up), poll, NULL);
  g_source_attach (poll->watch, g_main_context_get_thread_default ());
  return poll;
}

void
sfu_engine_poll_answer (SfuEnginePoll *poll, gchar *text)
{
  sfu_engine_reply_packets (poll->message, text);
  sfu_engine_poll_free (poll);
}

void
sfu_engine_poll_free (SfuEnginePoll *poll)
{
  if (poll == NULL)
    return;
  if (poll->watch != NULL) {
    g_source_destroy (poll->watch);
    g_source_unref (poll->watch);
  }
  g_signal_handlers_disconnect_by_data (poll->message, poll);
  /* Also when nobody is there to read: libsoup finds out, and cleans up. */
  if (poll->connected)
    soup_server_message_unpause (poll->message);
  g_object_unref (poll->message);
  g_free (poll);
}
