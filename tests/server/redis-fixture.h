/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A real redis-server as a child process of the test, which keeps nothing on
 * disk, and somebody else on its channels.
 *
 * Threads: the test's. */
#pragma once

#include "server-fixture.h"

#include <hiredis.h>

G_BEGIN_DECLS

typedef struct {
  GSubprocess *process; /* NULL while it is away */
  guint16 port;
  gchar *password; /* NULL = none */
} TestRedis;

/* Comes back when it answers. password NULL = none. */
void test_redis_start (TestRedis *redis, const gchar *password);
/* At once, as a crash. */
void test_redis_kill (TestRedis *redis);
/* After a kill: on the same port, and empty. No main context runs meanwhile. */
void test_redis_restart (TestRedis *redis);
/* Also when it was killed. */
void test_redis_stop (TestRedis *redis);

/* "--redis-url=..." */
gchar *test_redis_flag (const TestRedis *redis);

/* Waits for the answer, which must be no error; free it with freeReplyObject.
 * The servers under test do nothing meanwhile. */
redisReply *test_redis_command (
    const TestRedis *redis, const gchar *format, ...);
/* The same; the answer is a number. */
gint64 test_redis_number (const TestRedis *redis, const gchar *format, ...);

/* An independent subscriber. */
typedef struct {
  redisContext *context;
  GQueue inbox; /* "CHANNEL TEXT", owned */
} TestWatcher;

/* channels: with blanks between. Comes back when it is subscribed. */
TestWatcher *test_watcher_new (const TestRedis *redis, const gchar *channels);
void test_watcher_free (TestWatcher *watcher);
/* The next one; g_free it. */
gchar *test_watcher_wait (TestWatcher *watcher);
/* Nothing is there that was not waited for. What was published before a command
 * of ours is. */
gboolean test_watcher_is_empty (TestWatcher *watcher, const TestRedis *redis);

/* ---- servers that share it ---- */

/* more: flags beside that of Redis, or NULL. Comes back when it is connected.
 */
void cluster_start (
    Fixture *f, const TestRedis *redis, const gchar *const *more);
/* The same as a program of its own, which can be killed; f->server is NULL. */
GSubprocess *cluster_start_program (
    Fixture *f, const TestRedis *redis, const gchar *more);
/* At once, as a crash. Takes program. */
void cluster_kill_program (Fixture *f, GSubprocess *program);
/* Whether it is connected to Redis by now. */
gboolean cluster_is_connected (Fixture *f);
/* How many servers it knows, itself included. */
guint cluster_n_nodes (Fixture *f);
/* "alice bob": the ids of all participants of the room that f shows, sorted. */
gchar *cluster_participants (Fixture *f, const gchar *room);
/* Is that producer shown by f? */
gboolean cluster_has_producer (
    Fixture *f, const gchar *room, const gchar *producer_id);

/* Waits until f shows just these participants. */
#define WAIT_PARTICIPANTS(f, room, ids)                                        \
  G_STMT_START                                                                 \
  {                                                                            \
    g_autofree gchar *now_ = NULL;                                             \
    WAIT_UNTIL ((g_free (now_), now_ = cluster_participants (f, room),         \
        strcmp (now_, ids) == 0));                                             \
  }                                                                            \
  G_STMT_END

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestWatcher, test_watcher_free)

G_END_DECLS
