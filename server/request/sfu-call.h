/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One request on its way: who asked, what, and where the answer goes. It is
 * answered exactly once, now or when the worker has answered.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-request.h"
#include "sfu-room.h"

G_BEGIN_DECLS

typedef struct _SfuCall SfuCall;

/* reply NULL = failed with error. Both are borrowed. */
typedef void (*SfuCallDone) (
    gpointer owner, SfuCall *call, const SfuReply *reply, const GError *error);

struct _SfuCall {
  SfuPeer *peer;       /* owned; may be closed by the time of the answer */
  SfuRequest *request; /* owned */
  gint64 tag;          /* the dialect's own number for the request */
  SfuMetrics *metrics; /* owned; NULL = nobody counts */
  gint64 started_us;   /* monotonic */
  SfuCallDone done;
  gpointer owner; /* must live until done was called */
  gpointer thing; /* owned by free_thing: what a handler works on */
  GDestroyNotify free_thing;
};

/* Takes request. */
SfuCall *sfu_call_new (SfuPeer *peer, SfuRequest *request, gint64 tag,
    SfuCallDone done, gpointer owner);

/* Each of these answers and frees the call. */
void sfu_call_reply (SfuCall *call, const SfuReply *reply);
void sfu_call_reply_empty (SfuCall *call);
/* Takes error. */
void sfu_call_fail (SfuCall *call, GError *error);
void sfu_call_fail_literal (SfuCall *call, gint code, const gchar *message);

/* The worker of the peer's room. */
SfuWorkerClient *sfu_call_worker (SfuCall *call);

/* The peer's own transport, producer or consumer that the request names; NULL
 * = there is none, and the call has failed and is gone. Somebody else's id is
 * as unknown as one that never was. Borrowed. */
SfuRoomTransport *sfu_call_find_transport (SfuCall *call);
SfuRoomProducer *sfu_call_find_producer (SfuCall *call);
SfuRoomConsumer *sfu_call_find_consumer (SfuCall *call);

G_END_DECLS
