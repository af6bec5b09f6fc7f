/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-listener.h.
 *
 * Threads: the server's one thread. */
#include "sfu-listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Descriptors for other things: to start a worker takes five. */
#define RESERVE 32
/* In one turn of the loop; others want to be served, too. */
#define MAX_ACCEPTS 32
/* When not even a connection that is refused can be accepted. */
#define PAUSE_MS 100
#define BACKLOG 512
#define WARN_INTERVAL_US (10 * G_USEC_PER_SEC)
#define SOCKET_KEY "sfu-socket"

struct _SfuListener {
  SoupServer *soup;             /* borrowed */
  GSocket *socket;              /* owned */
  GTlsCertificate *certificate; /* owned; NULL = http */
  GSource *source;              /* owned; NULL = pauses */
  guint resume_id;
  gint spare_fd; /* given up to accept somebody and hang up; -1 = none */
  gint64 warned_us;
  guint64 n_refused; /* since the last warning */
};

static void start (SfuListener *self); /* a cycle: pause, start */

static gboolean
on_resume (gpointer data)
{
  SfuListener *self = data;

  self->resume_id = 0;
  start (self);
  return G_SOURCE_REMOVE;
}

static void
take_spare (SfuListener *self)
{
  if (self->spare_fd < 0)
    self->spare_fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void
warn (SfuListener *self)
{
  gint64 now_us = g_get_monotonic_time ();

  self->n_refused++;
  if (self->warned_us != 0 && now_us - self->warned_us < WARN_INTERVAL_US)
    return;
  g_warning ("port=%u connections refused=%" G_GUINT64_FORMAT
             ": too few descriptors are left; raise LimitNOFILE, or ulimit -n",
      sfu_listener_get_port (self), self->n_refused);
  self->warned_us = now_us;
  self->n_refused = 0;
}

/* Of the soft limit: descriptors are given out from the lowest one on, so one
 * with a high number says that those below are taken. */
static gboolean
is_in_reserve (gint fd)
{
  struct rlimit limit;

  return getrlimit (RLIMIT_NOFILE, &limit) == 0 &&
      limit.rlim_cur != RLIM_INFINITY && (rlim_t)fd + RESERVE >= limit.rlim_cur;
}

/* Takes socket. What the client has said is taken out of it, or closing would
 * reset the connection before the answer is read. */
static void
refuse (SfuListener *self, GSocket *socket)
{
  static const gchar text[] =
      "HTTP/1.1 503 Service Unavailable\r\n"
      "Content-Type: application/json\r\n"
      "Content-Length: 45\r\n"
      "Retry-After: 5\r\n"
      "Connection: close\r\n\r\n"
      "{\"error\":\"overloaded (server-descriptors)\"}\r\n";

  gchar said[4096];

  warn (self);
  if (self->certificate == NULL) {
    g_socket_receive_with_blocking (
        socket, said, sizeof said, FALSE, NULL, NULL);
    g_socket_send (socket, text, strlen (text), NULL, NULL);
    g_socket_shutdown (socket, FALSE, TRUE, NULL);
  }
  g_object_unref (socket);
}

static void
hand_over (SfuListener *self, GSocket *socket)
{
  g_autoptr (GSocketConnection) plain =
      g_socket_connection_factory_create_connection (socket);
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (socket, NULL);
  g_autoptr (GSocketAddress) remote =
      g_socket_get_remote_address (socket, NULL);
  g_autoptr (GIOStream) stream = G_IO_STREAM (g_object_ref (plain));
  g_autoptr (GError) error = NULL;

  if (local == NULL || remote == NULL) /* gone again */
    return;
  if (self->certificate != NULL) {
    g_object_unref (stream);
    stream = g_tls_server_connection_new (
        G_IO_STREAM (plain), self->certificate, &error);
    if (stream == NULL) {
      g_message ("https: %s", error->message);
      return;
    }
  }
  /* What libsoup says of a message that it did not accept itself is its
   * addresses. */
  g_object_set_data_full (
      G_OBJECT (remote), SOCKET_KEY, g_object_ref (socket), g_object_unref);
  if (!soup_server_accept_iostream (self->soup, stream, local, remote, &error))
    g_message ("connection not taken: %s", error->message);
}

static void
pause_accepting (SfuListener *self)
{
  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  self->resume_id = g_timeout_add (PAUSE_MS, on_resume, self);
}

/* FALSE: nothing more now. */
static gboolean
accept_one (SfuListener *self)
{
  g_autoptr (GError) error = NULL;
  GSocket *socket = g_socket_accept (self->socket, NULL, &error);

  if (socket == NULL && self->spare_fd >= 0 &&
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES)) {
    close (self->spare_fd);
    self->spare_fd = -1;
    socket = g_socket_accept (self->socket, NULL, NULL);
    if (socket != NULL)
      refuse (self, socket);
    take_spare (self);
    return socket != NULL;
  }
  if (socket == NULL) {
    if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) &&
        !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED)) {
      warn (self);
      pause_accepting (self);
    }
    return FALSE;
  }
  if (is_in_reserve (g_socket_get_fd (socket))) {
    refuse (self, socket);
    return TRUE;
  }
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
  hand_over (self, socket);
  g_object_unref (socket);
  return TRUE;
}

static gboolean
on_ready (GSocket *socket, GIOCondition condition, gpointer data)
{
  SfuListener *self = data;

  take_spare (self);
  for (guint i = 0; i < MAX_ACCEPTS && accept_one (self); i++)
    ;
  return self->source != NULL ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
start (SfuListener *self)
{
  self->source = g_socket_create_source (self->socket, G_IO_IN, NULL);
  g_source_set_callback (self->source, G_SOURCE_FUNC (on_ready), self, NULL);
  g_source_attach (self->source, NULL);
}

static GSocket *
open_socket (GSocketAddress *address, GError **error)
{
  GSocketFamily family = g_socket_address_get_family (address);
  g_autoptr (GSocket) socket = g_socket_new (
      family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, error);

  if (socket == NULL)
    return NULL;
  if (family == G_SOCKET_FAMILY_IPV6)
    g_socket_set_option (socket, IPPROTO_IPV6, IPV6_V6ONLY, TRUE, NULL);
  g_socket_set_blocking (socket, FALSE);
  g_socket_set_listen_backlog (socket, BACKLOG);
  if (!g_socket_bind (socket, address, TRUE, error) ||
      !g_socket_listen (socket, error))
    return NULL;
  return g_steal_pointer (&socket);
}

SfuListener *
sfu_listener_new (SoupServer *soup, GSocketAddress *address,
    GTlsCertificate *certificate, GError **error)
{
  GSocket *socket = open_socket (address, error);
  SfuListener *self;

  if (socket == NULL)
    return NULL;
  self = g_new0 (SfuListener, 1);
  self->soup = soup;
  self->socket = socket;
  g_set_object (&self->certificate, certificate);
  self->spare_fd = -1;
  take_spare (self);
  start (self);
  return self;
}

void
sfu_listener_free (SfuListener *self)
{
  if (self == NULL)
    return;
  g_clear_handle_id (&self->resume_id, g_source_remove);
  if (self->source != NULL) {
    g_source_destroy (self->source);
    g_source_unref (self->source);
  }
  if (self->spare_fd >= 0)
    close (self->spare_fd);
  g_socket_close (self->socket, NULL);
  g_object_unref (self->socket);
  g_clear_object (&self->certificate);
  g_free (self);
}

void
sfu_listener_set_certificate (SfuListener *self, GTlsCertificate *certificate)
{
  g_return_if_fail (self->certificate != NULL && certificate != NULL);
  g_set_object (&self->certificate, certificate);
}

guint16
sfu_listener_get_port (SfuListener *self)
{
  g_autoptr (GSocketAddress) address =
      g_socket_get_local_address (self->socket, NULL);

  return address != NULL
      ? g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address))
      : 0;
}

GSocket *
sfu_listener_socket_of (SoupServerMessage *message)
{
  GSocket *socket = soup_server_message_get_socket (message);
  GSocketAddress *remote = soup_server_message_get_remote_address (message);

  if (socket != NULL || remote == NULL)
    return socket;
  return g_object_get_data (G_OBJECT (remote), SOCKET_KEY);
}
