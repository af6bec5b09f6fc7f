/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A server with a network that fails, and clients of the native protocol whose
 * sessions outlive it.
 *
 * Threads: one; the worker is another process. */
#pragma once

#include "relay-fixture.h"
#include "server-fixture.h"

#include "sfu-native-session-private.h"

G_BEGIN_DECLS

#define SECRET "abcdefgh-ABCDEFGH_0123456789"
#define OTHER_SECRET "abcdefgh-ABCDEFGH_0123456780"

/* A server with a network that fails, and a witness on a good one. */
typedef struct {
  Fixture f, via; /* via: the same server through the relay */
  Relay *relay;
  Client *witness;
} World;

void world_start (World *w, const gchar *const *flags);
void world_stop (World *w);
SfuRooms *rooms_of (World *w);
/* In room "r"; NULL = nobody. */
SfuPeer *peer_of (World *w, const gchar *id);
/* That of "a". */
SfuNativeSession *session_of (World *w);
/* "a" is without a connection. */
gboolean is_waiting (World *w);

/* Through the relay, as "a". secret NULL = none. */
Client *connect_a (World *w, const gchar *secret);
/* The connection of c breaks, and the server has seen it. */
void cut (World *w, Client **c);
/* The first thing that it hears says what it is. */
void assert_first (Client *c, const gchar *method);
/* Another "a" is told to go. */
void assert_refused (World *w, const gchar *secret);
/* Whatever happened, "a" is alive and its transport too. */
void assert_works (World *w, Client *c, const gchar *transport);

G_END_DECLS
