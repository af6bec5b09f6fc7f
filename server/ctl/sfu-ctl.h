/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sfuctl: what its files share. A command is a function over a connection to
 * one server; it prints, and returns what the program exits with.
 *
 * Threads: one. */
#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

/* As --help says. */
typedef enum {
  SFU_CTL_OK,
  SFU_CTL_FAILED,      /* the server has refused, or something else */
  SFU_CTL_USAGE,       /* wrong options */
  SFU_CTL_UNREACHABLE, /* no server answers there */
  SFU_CTL_NOT_ALLOWED, /* the token is wrong, or missing */
  SFU_CTL_NOT_FOUND    /* no such room or participant */
} SfuCtlStatus;

typedef struct {
  gchar *url;   /* without a slash at its end */
  gchar *token; /* NULL = none */
  SoupSession *session;
  gboolean json;     /* print what the server says */
  gboolean insecure; /* take any certificate */
} SfuCtl;

/* Options of commands; each command has its part of them. */
typedef struct {
  gboolean once, streams, exit, off, wait, audio, video, dot;
  gint interval, deadline;
  gchar *output;
} SfuCtlOptions;

/* ---- sfu-ctl-http.c ---- */

/* path: with its parts escaped. body: JSON text or NULL. *answer: g_bytes_unref
 * it; may be NULL. Says what is wrong on stderr. */
SfuCtlStatus sfu_ctl_send (SfuCtl *ctl, const gchar *method, const gchar *path,
    const gchar *body, GBytes **answer);
/* The same, for an object. */
SfuCtlStatus sfu_ctl_get (SfuCtl *ctl, const gchar *path, JsonNode **answer);
/* "/rooms/%s/kick" with room in the place of %s, escaped. g_free it. */
gchar *sfu_ctl_room_path (
    const gchar *before, const gchar *room, const gchar *after);
void sfu_ctl_print_json (JsonNode *node);

/* ---- commands; args: NULL-terminated ---- */

typedef SfuCtlStatus (*SfuCtlCommand) (
    SfuCtl *ctl, gchar **args, const SfuCtlOptions *options);

/* sfu-ctl-look.c */
SfuCtlStatus sfu_ctl_rooms (
    SfuCtl *ctl, gchar **args, const SfuCtlOptions *options);
SfuCtlStatus sfu_ctl_peers (
    SfuCtl *ctl, gchar **args, const SfuCtlOptions *options);
/* sfu-ctl-stats.c */
SfuCtlStatus sfu_ctl_stats (
    SfuCtl *ctl, gchar **args, const SfuCtlOptions *options);
/* sfu-ctl-act.c */
SfuCtlStatus sfu_ctl_kick (
    SfuCtl *ctl, gchar **args, const SfuCtlOptions *options);
SfuCtlStatus sfu_ctl_mute (
    SfuCtl *ctl, gchar **args, const SfuCtlOptions *options);
SfuCtlStatus sfu_ctl_unmute (
    SfuCtl *ctl, gchar **args, const SfuCtlOptions *options);
SfuCtlStatus sfu_ctl_lock (
    SfuCtl *ctl, gchar **args, const SfuCtlOptions *options);
SfuCtlStatus sfu_ctl_unlock (
    SfuCtl *ctl, gchar **args, const SfuCtlOptions *options);
SfuCtlStatus sfu_ctl_close (
    SfuCtl *ctl, gchar **args, const SfuCtlOptions *options);
SfuCtlStatus sfu_ctl_drain (
    SfuCtl *ctl, gchar **args, const SfuCtlOptions *options);
SfuCtlStatus sfu_ctl_log_level (
    SfuCtl *ctl, gchar **args, const SfuCtlOptions *options);
SfuCtlStatus sfu_ctl_graph (
    SfuCtl *ctl, gchar **args, const SfuCtlOptions *options);

G_END_DECLS
