/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where Socket.IO is spoken. Protocols that share a path share a mount: one
 * connection of a client may hold namespaces of several of them. A protocol
 * that is bound to one port has a mount of its own there; those that are not
 * are found on that port, too, but for what the bound one takes (the
 * configuration sees to it that no two want the same namespace otherwise).
 *
 * Threads: the server's one thread. */
#include "sfu-http-private.h"

#include "sfu-calls.h"
#include "sfu-meetings.h"
#include "sfu-study.h"

#include <string.h>

struct _SfuHttpMount {
  const gchar *path; /* borrowed from the configuration */
  guint port;        /* 0 = all that no other mount of this path is for */
  SfuSioServer *sio; /* owned */
};

typedef struct {
  gsize config; /* offset of its SfuDoorConfig in SfuConfig */
  void (*open) (SfuSioServer *mount, const SfuServices *services);
} Protocol;

static const Protocol protocols[] = {
  { G_STRUCT_OFFSET (SfuConfig, study), sfu_study_open },
  { G_STRUCT_OFFSET (SfuConfig, meetings), sfu_meetings_open },
  { G_STRUCT_OFFSET (SfuConfig, calls), sfu_calls_open },
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

static SfuSioOptions
sio_options (const SfuConfig *config, const gchar *path)
{
  const gchar *const *origins = (const gchar *const *)config->allowed_origins;

  return (SfuSioOptions){
    .path = path,
    .max_payload_bytes = config->max_message_bytes,
    .max_queue_bytes = config->max_queue_bytes,
    .max_sessions =
        config->max_connections > 0 ? config->max_connections : G_MAXUINT,
    .allowed_origins = origins,
    /* Cookies only of pages that somebody has named. */
    .allow_credentials = !g_strv_contains (origins, "*"),
  };
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
  SfuSioOptions options = sio_options (server->config, door->path);
  SfuHttpMount *mount;

  if (!door->enabled || find (server, door->path, door->port) != NULL)
    return;
  mount = g_new0 (SfuHttpMount, 1);
  mount->path = door->path;
  mount->port = door->port;
  mount->sio = sfu_sio_server_new (&options);
  g_ptr_array_add (server->mounts, mount);
}

/* The first one that takes a namespace has it. */
static void
open_bound_to (SfuHttpServer *server, SfuHttpMount *mount, guint port)
{
  for (guint i = 0; i < G_N_ELEMENTS (protocols); i++) {
    const SfuDoorConfig *door = door_of (server, &protocols[i]);

    if (door->enabled && door->port == port &&
        strcmp (door->path, mount->path) == 0)
      protocols[i].open (mount->sio, &server->services);
  }
}

void
sfu_http_mounts_open (SfuHttpServer *server)
{
  server->mounts = g_ptr_array_new_with_free_func (mount_free);
  for (guint i = 0; i < G_N_ELEMENTS (protocols); i++)
    add_mount (server, door_of (server, &protocols[i]));
  for (guint i = 0; i < server->mounts->len; i++) {
    SfuHttpMount *mount = server->mounts->pdata[i];

    open_bound_to (server, mount, mount->port);
    if (mount->port != 0)
      open_bound_to (server, mount, 0);
  }
}

SfuSioServer *
sfu_http_mounts_find (SfuHttpServer *server, const gchar *path, guint port)
{
  SfuHttpMount *mount = find (server, path, port);

  if (mount == NULL)
    mount = find (server, path, 0);
  return mount != NULL ? mount->sio : NULL;
}

void
sfu_http_mounts_reload (SfuHttpServer *server)
{
  for (guint i = 0; i < server->mounts->len; i++) {
    SfuHttpMount *mount = server->mounts->pdata[i];
    SfuSioOptions options = sio_options (server->config, mount->path);

    sfu_sio_server_set_options (mount->sio, &options);
  }
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
