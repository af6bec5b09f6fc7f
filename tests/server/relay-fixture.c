/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See relay-fixture.h.
 *
 * Threads: the test's. */
#include "relay-fixture.h"

#define CHUNK 16384

struct _Relay {
  GSocketService *service;
  guint16 port, server_port;
  GPtrArray *links; /* of Link, owned */
};

/* One direction of a connection. */
typedef struct {
  struct _Link *link; /* owned reference while something is under way */
  GInputStream *from;
  GOutputStream *to;
  guint8 bytes[CHUNK];
} Pump;

typedef struct _Link {
  GIOStream *client, *server; /* owned */
  GCancellable *cut;
  gboolean swallow;
  guint n_running; /* pumps */
  Pump up, down;
} Link;

static void pump_read (Pump *pump);

static void
link_clear (gpointer data)
{
  Link *link = data;

  g_object_unref (link->client);
  g_object_unref (link->server);
  g_object_unref (link->cut);
}

static void
link_unref (Link *link)
{
  g_rc_box_release_full (link, link_clear);
}

/* One end is gone: so is the other. */
static void
pump_end (Pump *pump)
{
  Link *link = pump->link;

  g_cancellable_cancel (link->cut);
  if (--link->n_running == 0) {
    g_io_stream_close (link->client, NULL, NULL);
    g_io_stream_close (link->server, NULL, NULL);
  }
  link_unref (link);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  Pump *pump = data;

  if (g_output_stream_write_all_finish (
          G_OUTPUT_STREAM (source), result, NULL, NULL))
    pump_read (pump);
  else
    pump_end (pump);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  Pump *pump = data;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);

  if (n <= 0)
    pump_end (pump);
  else if (pump->link->swallow && pump == &pump->link->down)
    pump_read (pump);
  else
    g_output_stream_write_all_async (pump->to, pump->bytes, (gsize)n,
        G_PRIORITY_DEFAULT, pump->link->cut, on_written, pump);
}

static void
pump_read (Pump *pump)
{
  g_input_stream_read_async (pump->from, pump->bytes, CHUNK, G_PRIORITY_DEFAULT,
      pump->link->cut, on_read, pump);
}

static void
pump_start (Pump *pump, Link *link, GIOStream *from, GIOStream *to)
{
  pump->link = g_rc_box_acquire (link);
  link->n_running++;
  pump->from = g_io_stream_get_input_stream (from);
  pump->to = g_io_stream_get_output_stream (to);
  pump_read (pump);
}

static gboolean
on_incoming (GSocketService *service, GSocketConnection *connection,
    GObject *source, gpointer data)
{
  Relay *relay = data;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  GSocketConnection *server = g_socket_client_connect_to_host (
      client, "127.0.0.1", relay->server_port, NULL, &error);
  Link *link;

  g_assert_no_error (error);
  link = g_rc_box_new0 (Link);
  link->client = g_object_ref (G_IO_STREAM (connection));
  link->server = G_IO_STREAM (server);
  link->cut = g_cancellable_new ();
  pump_start (&link->up, link, link->client, link->server);
  pump_start (&link->down, link, link->server, link->client);
  g_ptr_array_add (relay->links, link);
  return TRUE;
}

Relay *
relay_new (guint16 server_port)
{
  Relay *relay = g_new0 (Relay, 1);
  g_autoptr (GInetAddress) loopback =
      g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) got = NULL;
  g_autoptr (GError) error = NULL;

  relay->server_port = server_port;
  relay->links = g_ptr_array_new_with_free_func ((GDestroyNotify)link_unref);
  relay->service = g_socket_service_new ();
  g_socket_listener_add_address (G_SOCKET_LISTENER (relay->service), wanted,
      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &got, &error);
  g_assert_no_error (error);
  relay->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (got));
  g_signal_connect (
      relay->service, "incoming", G_CALLBACK (on_incoming), relay);
  return relay;
}

void
relay_free (Relay *relay)
{
  if (relay == NULL)
    return;
  relay_cut (relay);
  g_socket_service_stop (relay->service);
  g_socket_listener_close (G_SOCKET_LISTENER (relay->service));
  g_object_unref (relay->service);
  g_ptr_array_unref (relay->links);
  g_free (relay);
}

guint16
relay_get_port (Relay *relay)
{
  return relay->port;
}

void
relay_swallow (Relay *relay)
{
  for (guint i = 0; i < relay->links->len; i++)
    ((Link *)relay->links->pdata[i])->swallow = TRUE;
}

/* The streams close when what is under way has been cancelled. */
void
relay_cut (Relay *relay)
{
  for (guint i = 0; i < relay->links->len; i++)
    g_cancellable_cancel (((Link *)relay->links->pdata[i])->cut);
  g_ptr_array_set_size (relay->links, 0);
}
