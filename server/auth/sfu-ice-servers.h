/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The STUN and TURN servers that clients are told of, with credentials of their
 * own: those of "TURN REST" (draft-uberti-behave-turn-rest-00), which a TURN
 * server checks with nothing but a secret that it shares with us (coturn:
 * use-auth-secret, static-auth-secret).
 *
 * Threads: immutable; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SFU_ICE_SERVERS_MAX_URLS 32

typedef struct _SfuIceServers SfuIceServers;

/* What WebRTC calls an RTCIceServer. */
typedef struct {
  GStrv urls;
  gchar *username, *credential; /* NULL for STUN */
} SfuIceServer;

typedef struct {
  /* stun:HOST[:PORT], stuns:, turn:HOST[:PORT][?transport=udp|tcp], turns:
   * (RFC 7064, RFC 7065). NULL or empty = none. */
  const gchar *const *urls;
  /* Of the TURN servers: either a shared secret, and how long what is made of
   * it is good; or one name and password for all clients. */
  GBytes *secret;
  guint ttl_s;
  const gchar *username, *credential;
} SfuIceServersOptions;

/* Copies. NULL and SFU_ERROR_INVALID_ARGUMENT for what no browser would take:
 * a wrong address, a TURN server without credentials. */
SfuIceServers *sfu_ice_servers_new (
    const SfuIceServersOptions *options, GError **error);
void sfu_ice_servers_free (SfuIceServers *servers);

/* For one client: of SfuIceServer, STUN before TURN, good until now_s + ttl_s.
 * now_s: Unix time. user_id: in the name that the TURN server logs; NULL or
 * empty = none. NULL when no server is configured, also for servers NULL. */
GPtrArray *sfu_ice_servers_mint (
    const SfuIceServers *servers, const gchar *user_id, gint64 now_s);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuIceServers, sfu_ice_servers_free)

G_END_DECLS
