/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every dialect's sessions are given: the rooms, the configuration, the
 * bounds of one connection, and who checks tokens.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-config.h"
#include "sfu-rooms.h"
#include "sfu-socket.h"
#include "sfu-token-bucket.h"

G_BEGIN_DECLS

typedef struct _SfuTokenVerifier SfuTokenVerifier;
typedef struct _SfuIceServers SfuIceServers;

typedef struct {
  SfuSocketLimits socket;
  gdouble requests_per_second; /* 0 = no limit */
  gdouble request_burst;
  guint max_pending;       /* requests of the client under way */
  guint request_timeout_s; /* of ours: how long a client may think */
} SfuSessionLimits;

/* All borrowed: they live longer than any session. */
typedef struct {
  const SfuConfig *config;
  SfuRooms *rooms;
  SfuTokenVerifier *verifier; /* NULL = there are no accounts */
  SfuIceServers *ice_servers; /* NULL = none are offered */
  SfuSessionLimits limits;
} SfuServices;

void sfu_services_init (
    SfuServices *services, const SfuConfig *config, SfuRooms *rooms);

/* Refusals for being too fast, in a row, before we hang up. */
#define SFU_SESSION_MAX_TOO_FAST 200
/* Messages that are no messages before we hang up. */
#define SFU_SESSION_MAX_MALFORMED 16

G_END_DECLS
