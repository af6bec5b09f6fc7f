/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where Socket.IO is spoken. Protocols that share a path share a mount: one
 * connection of a client may hold namespaces of several of them. A protocol
 * that is bound to one port has a mount of its own there; those that are not
 * are found on that port, too.
 *
 * Threads: the server's one thread. */
#include "sfu-http-private.h"

#include "sfu-calls.h"
#include "sfu-error.h"
#include "sfu-meetings.h"
#include "sfu-study.h"

#include <string.h>

struct _SfuHttpMount {
  const gchar *path;       /* borrowed from the configuration */
  guint port;              /* 0 = all that no other mount of this path is for */
  SfuSioServer *sio;       /* owned */
  const gchar *default_of; /* who has the default namespace; NULL = nobody */
};

typedef struct {
  const gchar *name;
  gsize config;           /* offset of its SfuDoorConfig in SfuConfig */
  gboolean wants_default; /* the namespace "/" */
  void (*open) (SfuSioServer *mount, const SfuServices *services);
} Protocol;

static const Protocol protocols[] = {
  { "study-rooms", G_STRUCT_OFFSET (SfuConfig, study), FALSE, sfu_study_open },
  { "meetings", G_STRUCT_OFFSET (SfuConfig, meetings), TRUE,
      sfu_meetings_open },
  { "calls", G_STRUCT_OFFSET (SfuConfig, calls), TRUE, sfu_calls_open },
};

static const SfuDoorConfig *
door_of (SfuHttpServer *server, const Protocol *protocol)
{
  return G_STRUCT_MEMBER_P (server->config, protocol->config);
}

static void
mount_free (gpointer data)
{
  SfuHttpMount *mount = data;

  sfu_sio_server_free (mount->sio);
  g_free (mount);
}

static SfuSioServer *
make_sio (const SfuConfig *config, const gchar *path)
{
  const gchar *const *origins = (const gchar *const *)config->allowed_origins;
  SfuSioOptions options = {
    .path = path,
    .max_payload_bytes = config->max_message_bytes,
    .max_queue_bytes = config->max_queue_bytes,
    .max_sessions =
        config->max_connections > 0 ? config->max_connections : G_MAXUINT,
    .allowed_origins = origins,
    /* Cookies only of pages that somebody has named. */
    .allow_credentials = !g_strv_contains (origins, "*"),
  };

  return sfu_sio_server_new (&options);
}

static SfuHttpMount *
find (SfuHttpServer *server, const gchar *path, guint port)
{
  for (guint i = 0; i < server->mounts->len; i++) {
    SfuHttpMount *mount = server->mounts->pdata[i];

    if (mount->port == port && strcmp (mount->path, path) == 0)
      return mount;
  }
  return NULL;
}

static void
add_mount (SfuHttpServer *server, const SfuDoorConfig *door)
{
  SfuHttpMount *mount;

  if (!door->enabled || find (server, door->path, door->port) != NULL)
    return;
  mount = g_new0 (SfuHttpMount, 1);
  mount->path = door->path;
  mount->port = door->port;
  mount->sio = make_sio (server->config, door->path);
  g_ptr_array_add (server->mounts, mount);
}

static gboolean
open_protocol (SfuHttpServer *server, SfuHttpMount *mount,
    const Protocol *protocol, GError **error)
{
  const SfuDoorConfig *door = door_of (server, protocol);

  if (!door->enabled || strcmp (door->path, mount->path) != 0 ||
      (door->port != 0 && door->port != mount->port))
    return TRUE;
  if (protocol->wants_default && mount->default_of != NULL)
    return sfu_error_invalid (error,
        "%s-path and %s-path are both %s: give one of them another path, or a "
        "port of its own",
        mount->default_of, protocol->name, mount->path);
  if (protocol->wants_default)
    mount->default_of = protocol->name;
  protocol->open (mount->sio, &server->services);
  return TRUE;
}

gboolean
sfu_http_mounts_open (SfuHttpServer *server, GError **error)
{
  server->mounts = g_ptr_array_new_with_free_func (mount_free);
  for (guint i = 0; i < G_N_ELEMENTS (protocols); i++)
    add_mount (server, door_of (server, &protocols[i]));
  for (guint i = 0; i < server->mounts->len; i++)
    for (guint j = 0; j < G_N_ELEMENTS (protocols); j++)
      if (!open_protocol (
              server, server->mounts->pdata[i], &protocols[j], error))
        return FALSE;
  return TRUE;
}

SfuSioServer *
sfu_http_mounts_find (SfuHttpServer *server, const gchar *path, guint port)
{
  SfuHttpMount *mount = find (server, path, port);

  if (mount == NULL)
    mount = find (server, path, 0);
  return mount != NULL ? mount->sio : NULL;
}

gboolean
sfu_http_mounts_are_empty (SfuHttpServer *server)
{
  for (guint i = 0; i < server->mounts->len; i++)
    if (sfu_sio_server_n_sessions (
            ((SfuHttpMount *)server->mounts->pdata[i])->sio) > 0)
      return FALSE;
  return TRUE;
}

void
sfu_http_mounts_close_all (SfuHttpServer *server)
{
  for (guint i = 0; i < server->mounts->len; i++)
    sfu_sio_server_close_all (((SfuHttpMount *)server->mounts->pdata[i])->sio);
}
