/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One connection to a Redis: hiredis writes and reads the protocol, GIO does
 * the rest. (hiredis' own asynchronous side resolves names while everything
 * waits, its GLib adapter in Debian 12 uses a connection after it was freed and
 * spins when the other side hangs up, and neither bounds what it keeps.)
 *
 * It is made, becomes ready, and is closed once; who wants another one makes
 * another one. Any error reply closes it, for none of ours should fail: what it
 * says is the reason.
 *
 * Threads: one owner, whose main context runs. */
#pragma once

#include "sfu-redis-url.h"

#include <hiredis.h>

G_BEGIN_DECLS

typedef struct _SfuRedis SfuRedis;

/* Without an answer for so long the connection is given up; also of connecting.
 */
#define SFU_REDIS_TIMEOUT_MS 5000
/* What may wait to be sent, and the longest reply. */
#define SFU_REDIS_MAX_BYTES (64 * 1024 * 1024)

/* The owner may free the connection in any of these. */
typedef struct {
  /* Commands may be sent: password and database are right. */
  void (*ready) (gpointer owner);
  /* On a channel that was subscribed to. text has len bytes, and a NUL. */
  void (*message) (
      gpointer owner, const gchar *channel, const gchar *text, gsize len);
  /* Last call. reason is for the log. */
  void (*closed) (gpointer owner, const gchar *reason);
} SfuRedisCallbacks;

/* The reply to a command; never one of type error. Borrowed. */
typedef void (*SfuRedisReply) (
    gpointer owner, const redisReply *reply, gpointer data);

/* url is read during the call. */
SfuRedis *sfu_redis_new (
    const SfuRedisUrl *url, const SfuRedisCallbacks *callbacks, gpointer owner);
/* At once: nobody is called any more. NULL safe. */
void sfu_redis_free (SfuRedis *redis);

/* A command of texts, NULL-terminated. on_reply (may be NULL) gets data, which
 * is freed by free_data (may be NULL) in any case. */
void sfu_redis_send (SfuRedis *redis, SfuRedisReply on_reply, gpointer data,
    GDestroyNotify free_data, const gchar *const *args);
/* Subscribes; on_reply is called once, when all are subscribed. From now on
 * nothing else can be sent. */
void sfu_redis_subscribe (
    SfuRedis *redis, SfuRedisReply on_reply, const gchar *const *channels);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuRedis, sfu_redis_free)

G_END_DECLS
