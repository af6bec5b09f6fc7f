/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two servers that share a Redis, and native clients of theirs.
 *
 * Threads: one; workers and Redis are other processes. */
#pragma once

#include "redis-fixture.h"

G_BEGIN_DECLS

typedef struct {
  TestRedis redis;
  Fixture a, b;
} Pair;

/* flags: of both, beside that of Redis; NULL = none. */
void pair_start (Pair *p, const gchar *const *flags);
/* The same for servers with a secret, as meetings_start makes them. */
void pair_start_meetings (Pair *p);
void pair_stop (Pair *p);
/* Into room "r", joined. */
Client *enter (Fixture *f, const gchar *peer);
/* Waits for a notification; this field of it is id. */
void wait_about (
    Client *c, const gchar *method, const gchar *field, const gchar *id);
/* It was told of nobody who came or went. */
void assert_quiet (Client *c);

G_END_DECLS
