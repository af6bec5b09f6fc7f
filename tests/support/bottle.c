/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sfu-bottle: a network in a bottle. A UDP forwarder that does to packets what
 * real networks do, for tests and for trying out by hand:
 *
 *   sfu-bottle --listen 127.0.0.1:0 --to 127.0.0.1:40000 --seed 1 \
 *     --up loss=5 --down delay=100,jitter=30,reorder
 *
 * prints "sfu-bottle ready port=PORT". Up is from the client to --to. Each
 * client address has a socket of its own towards --to, which so sees as many
 * peers as there are. Then it reads commands, and answers each with one line:
 *
 *   up SETTINGS | down SETTINGS | both SETTINGS   ok | error ...
 *   rebind                                        ok
 *   stats                                         {"clients":1,"up":{...},...}
 *
 * rebind: every client has another port towards --to from now on, as behind a
 * NAT that has forgotten it; what is on its way to the old one is lost.
 *
 * SETTINGS: see bottle-settings.h. It ends when its standard input does.
 *
 * Threads: one, the main loop. */
#include "bottle-core.h"

#include <gio/gio.h>
#include <gio/gnetworking.h>
#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <string.h>

/* Clients are never forgotten: a test has a few. */
#define MAX_CLIENTS 256
#define MAX_DATAGRAM 65536
#define SOCKET_BUFFER (1024 * 1024)

typedef struct {
  SfuBottleLine *up, *down; /* owned */
  GSocket *listening;       /* owned */
  GSocketAddress *to;       /* owned */
  GHashTable *clients;      /* "host:port" -> Client; both owned */
  GSource *timer;           /* owned */
  GMainLoop *main;          /* owned */
  guint64 refused;          /* packets of clients beyond MAX_CLIENTS */
  guint64 send_errors;
  guint8 buffer[MAX_DATAGRAM];
} Bottle;

/* The route of a packet, up or down. */
typedef struct {
  Bottle *bottle;       /* borrowed: outlives it */
  GSocketAddress *from; /* owned */
  GSocket *socket;      /* owned, connected to bottle->to */
  GSource *source;      /* owned */
} Client;

static void
close_socket (Client *client)
{
  if (client->source) {
    g_source_destroy (client->source);
    g_clear_pointer (&client->source, g_source_unref);
  }
  g_clear_object (&client->socket);
}

static void
free_client (gpointer data)
{
  Client *client = data;

  close_socket (client);
  g_clear_object (&client->from);
  g_free (client);
}

/* ---- out ---- */

static void
send_one (
    Bottle *bottle, GSocket *socket, GSocketAddress *address, GBytes *packet)
{
  gsize size;
  const gchar *data = g_bytes_get_data (packet, &size);

  /* A receiver that is not there (yet) is the network's business. */
  if (g_socket_send_to (socket, address, data, size, NULL, NULL) < 0)
    bottle->send_errors++;
}

static void
deliver (Bottle *bottle)
{
  gint64 now_us = g_get_monotonic_time ();
  gint64 up_us, down_us;
  gpointer route;
  GBytes *packet;

  while ((packet = sfu_bottle_line_pop (bottle->up, now_us, &route))) {
    send_one (bottle, ((Client *)route)->socket, NULL, packet);
    g_bytes_unref (packet);
  }
  while ((packet = sfu_bottle_line_pop (bottle->down, now_us, &route))) {
    send_one (bottle, bottle->listening, ((Client *)route)->from, packet);
    g_bytes_unref (packet);
  }
  up_us = sfu_bottle_line_next_us (bottle->up);
  down_us = sfu_bottle_line_next_us (bottle->down);
  if (up_us < 0 || (down_us >= 0 && down_us < up_us))
    up_us = down_us;
  g_source_set_ready_time (bottle->timer, up_us);
}

static gboolean
on_timer (gpointer data)
{
  deliver (data);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_timer (GSource *source, GSourceFunc func, gpointer data)
{
  return func (data);
}

static GSourceFuncs timer_funcs = { .dispatch = dispatch_timer };

/* ---- in ---- */

/* One datagram as bytes, or NULL when there is none now. */
static GBytes *
receive_one (Bottle *bottle, GSocket *socket, GSocketAddress **from)
{
  gssize n = g_socket_receive_from (
      socket, from, (gchar *)bottle->buffer, sizeof bottle->buffer, NULL, NULL);

  return n < 0 ? NULL : g_bytes_new (bottle->buffer, (gsize)n);
}

static gboolean
on_answer (GSocket *socket, GIOCondition condition, gpointer data)
{
  Client *client = data;
  Bottle *bottle = client->bottle;
  gint64 now_us = g_get_monotonic_time ();
  GBytes *packet;

  while ((packet = receive_one (bottle, socket, NULL))) {
    sfu_bottle_line_push (bottle->down, packet, client, now_us);
    g_bytes_unref (packet);
  }
  deliver (bottle);
  return G_SOURCE_CONTINUE;
}

static GSocket *
open_socket (GSocketAddress *near, GSocketAddress *far, GError **error)
{
  g_autoptr (GSocket) socket =
      g_socket_new (g_socket_address_get_family (near ? near : far),
          G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, error);

  if (!socket)
    return NULL;
  g_socket_set_blocking (socket, FALSE);
  /* A smaller buffer than asked for drops more, that is all. */
  g_socket_set_option (socket, SOL_SOCKET, SO_RCVBUF, SOCKET_BUFFER, NULL);
  if (near && !g_socket_bind (socket, near, FALSE, error))
    return NULL;
  if (far && !g_socket_connect (socket, far, NULL, error))
    return NULL;
  return g_steal_pointer (&socket);
}

static GSource *
watch_socket (GSocket *socket, GSocketSourceFunc func, gpointer data)
{
  GSource *source = g_socket_create_source (socket, G_IO_IN, NULL);

  g_source_set_callback (source, G_SOURCE_FUNC (func), data, NULL);
  g_source_attach (source, NULL);
  return source;
}

/* As it was when there is no socket for it. The old one is closed behind it, so
 * that the port is another one. */
static gboolean
bind_client (Client *client)
{
  g_autoptr (GSocket) socket = open_socket (NULL, client->bottle->to, NULL);

  if (!socket)
    return FALSE;
  close_socket (client);
  client->source = watch_socket (socket, on_answer, client);
  client->socket = g_steal_pointer (&socket);
  return TRUE;
}

static gboolean
rebind (Bottle *bottle)
{
  GHashTableIter iter;
  gpointer client;

  g_hash_table_iter_init (&iter, bottle->clients);
  while (g_hash_table_iter_next (&iter, NULL, &client)) {
    if (!bind_client (client))
      return FALSE;
  }
  return TRUE;
}

/* NULL: there are too many, or no socket for it. */
static Client *
find_client (Bottle *bottle, GSocketAddress *from)
{
  g_autofree gchar *key =
      g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (from));
  Client *client = g_hash_table_lookup (bottle->clients, key);

  if (client || g_hash_table_size (bottle->clients) >= MAX_CLIENTS)
    return client;
  client = g_new0 (Client, 1);
  client->bottle = bottle;
  client->from = g_object_ref (from);
  if (!bind_client (client)) {
    free_client (client);
    return NULL;
  }
  g_hash_table_insert (bottle->clients, g_steal_pointer (&key), client);
  return client;
}

static gboolean
on_packet (GSocket *socket, GIOCondition condition, gpointer data)
{
  Bottle *bottle = data;
  gint64 now_us = g_get_monotonic_time ();

  for (;;) {
    g_autoptr (GSocketAddress) from = NULL;
    g_autoptr (GBytes) packet = receive_one (bottle, socket, &from);
    Client *client = packet ? find_client (bottle, from) : NULL;

    if (!packet)
      break;
    if (client)
      sfu_bottle_line_push (bottle->up, packet, client, now_us);
    else
      bottle->refused++;
  }
  deliver (bottle);
  return G_SOURCE_CONTINUE;
}

/* ---- commands ---- */

static void
print_line (const gchar *name, const SfuBottleLine *line)
{
  SfuBottleStats s;

  sfu_bottle_line_get_stats (line, &s);
  printf (",\"%s\":{", name);
#define COUNTER(field) printf ("\"" #field "\":%" G_GUINT64_FORMAT ",", s.field)
  COUNTER (received);
  COUNTER (sent);
  COUNTER (received_bytes);
  COUNTER (sent_bytes);
  COUNTER (lost);
  COUNTER (burst);
  COUNTER (bursts);
  COUNTER (blackout);
  COUNTER (tail);
  COUNTER (duplicated);
  COUNTER (reordered);
#undef COUNTER
  printf ("\"waiting\":%u}", s.waiting);
}

static void
print_stats (Bottle *bottle)
{
  printf ("{\"clients\":%u,\"refused\":%" G_GUINT64_FORMAT
          ",\"send_errors\":%" G_GUINT64_FORMAT,
      g_hash_table_size (bottle->clients), bottle->refused,
      bottle->send_errors);
  print_line ("up", bottle->up);
  print_line ("down", bottle->down);
  printf ("}\n");
}

static gboolean
set_lines (
    Bottle *bottle, const gchar *which, const gchar *text, GError **error)
{
  gint64 now_us = g_get_monotonic_time ();
  gboolean both = g_str_equal (which, "both");
  gboolean up = both || g_str_equal (which, "up");
  gboolean down = both || g_str_equal (which, "down");

  if (!up && !down) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
        "no such command: %s", which);
    return FALSE;
  }
  return (!up || sfu_bottle_line_set (bottle->up, text, now_us, error)) &&
      (!down || sfu_bottle_line_set (bottle->down, text, now_us, error));
}

static void
obey (Bottle *bottle, const gchar *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 2);
  g_autoptr (GError) error = NULL;

  if (!words[0] || words[0][0] == '\0')
    return;
  if (g_str_equal (words[0], "stats"))
    print_stats (bottle);
  else if (g_str_equal (words[0], "rebind"))
    printf (rebind (bottle) ? "ok\n" : "error no socket\n");
  else if (set_lines (bottle, words[0], words[1] ? words[1] : "", &error))
    printf ("ok\n");
  else
    printf ("error %s\n", error->message);
  fflush (stdout);
}

static void
on_line (GObject *stream, GAsyncResult *result, gpointer data)
{
  Bottle *bottle = data;
  g_autofree gchar *line = g_data_input_stream_read_line_finish_utf8 (
      G_DATA_INPUT_STREAM (stream), result, NULL, NULL);

  if (!line) {
    g_main_loop_quit (bottle->main);
    return;
  }
  obey (bottle, line);
  g_data_input_stream_read_line_async (
      G_DATA_INPUT_STREAM (stream), G_PRIORITY_DEFAULT, NULL, on_line, bottle);
}

/* ---- life ---- */

static GSocketAddress *
parse_address (const gchar *text, GError **error)
{
  g_autoptr (GSocketConnectable) network =
      g_network_address_parse (text, 0, error);
  GSocketAddress *address;

  if (!network)
    return NULL;
  address = g_inet_socket_address_new_from_string (
      g_network_address_get_hostname (G_NETWORK_ADDRESS (network)),
      g_network_address_get_port (G_NETWORK_ADDRESS (network)));
  if (!address)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "%s is no IP address and port", text);
  return address;
}

typedef struct {
  const gchar *listen, *to, *up, *down; /* owned by GOption, never freed */
  gint seed;
} Options;

static gboolean
open_bottle (Bottle *bottle, const Options *options, GError **error)
{
  g_autoptr (GSocketAddress) near = parse_address (options->listen, error);

  if (!near)
    return FALSE;
  bottle->to = parse_address (options->to, error);
  if (!bottle->to)
    return FALSE;
  bottle->listening = open_socket (near, NULL, error);
  if (!bottle->listening)
    return FALSE;
  /* Two lines that lose the same packets would hide half of the cases. */
  bottle->up = sfu_bottle_line_new ((guint32)options->seed);
  bottle->down = sfu_bottle_line_new (~(guint32)options->seed);
  return set_lines (bottle, "up", options->up, error) &&
      set_lines (bottle, "down", options->down, error);
}

static void
run (Bottle *bottle)
{
  g_autoptr (GInputStream) input = g_unix_input_stream_new (0, FALSE);
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (input);
  g_autoptr (GSocketAddress) near =
      g_socket_get_local_address (bottle->listening, NULL);
  GSource *source;

  bottle->clients =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_client);
  bottle->main = g_main_loop_new (NULL, FALSE);
  bottle->timer = g_source_new (&timer_funcs, sizeof (GSource));
  g_source_set_callback (bottle->timer, on_timer, bottle, NULL);
  g_source_attach (bottle->timer, NULL);
  source = watch_socket (bottle->listening, on_packet, bottle);
  g_data_input_stream_read_line_async (
      lines, G_PRIORITY_DEFAULT, NULL, on_line, bottle);
  printf ("sfu-bottle ready port=%u\n",
      g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (near)));
  fflush (stdout);
  g_main_loop_run (bottle->main);

  g_source_destroy (source);
  g_source_unref (source);
  g_source_destroy (bottle->timer);
  g_source_unref (bottle->timer);
  g_hash_table_unref (bottle->clients);
  g_main_loop_unref (bottle->main);
}

static void
free_bottle (Bottle *bottle)
{
  sfu_bottle_line_free (bottle->up);
  sfu_bottle_line_free (bottle->down);
  g_clear_object (&bottle->listening);
  g_clear_object (&bottle->to);
  g_free (bottle);
}

int
main (int argc, char **argv)
{
  Options options = { "127.0.0.1:0", NULL, "", "", 1 };
  const GOptionEntry entries[] = {
    { "listen", 0, 0, G_OPTION_ARG_STRING, &options.listen,
        "Where clients send to (127.0.0.1:0)", "IP:PORT" },
    { "to", 0, 0, G_OPTION_ARG_STRING, &options.to, "Where it goes",
        "IP:PORT" },
    { "seed", 0, 0, G_OPTION_ARG_INT, &options.seed, "Of all chance (1)", "N" },
    { "up", 0, 0, G_OPTION_ARG_STRING, &options.up, "Towards --to",
        "SETTINGS" },
    { "down", 0, 0, G_OPTION_ARG_STRING, &options.down, "Towards clients",
        "SETTINGS" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  Bottle *bottle = g_new0 (Bottle, 1);
  gboolean good;

  g_option_context_add_main_entries (context, entries, NULL);
  good = g_option_context_parse (context, &argc, &argv, &error);
  if (good && !options.to) {
    g_set_error (
        &error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "--to is missing");
    good = FALSE;
  }
  good = good && open_bottle (bottle, &options, &error);
  if (good)
    run (bottle);
  else
    g_printerr ("sfu-bottle: %s\n", error->message);
  free_bottle (bottle);
  return good ? 0 : 1;
}
