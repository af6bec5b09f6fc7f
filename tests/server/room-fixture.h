/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A room in a real worker, without peers: nodes with parameters that are right,
 * and assertions about calls.
 *
 * Threads: the test's. */
#pragma once

#include "sfu-error.h"
#include "worker-fixture.h"

G_BEGIN_DECLS

/* A well-formed sha-256 value; no peer has this certificate. */
#define FINGERPRINT                                                            \
  "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:"   \
  "88:99:AA:BB:CC:DD:EE:FF"

#define assert_fails(expression, error_code)                                   \
  G_STMT_START                                                                 \
  {                                                                            \
    g_autoptr (GError) error = NULL;                                           \
    g_assert_false (expression);                                               \
    g_assert_error (error, SFU_ERROR, error_code);                             \
  }                                                                            \
  G_STMT_END
#define assert_works(expression)                                               \
  G_STMT_START                                                                 \
  {                                                                            \
    g_autoptr (GError) error = NULL;                                           \
    gboolean worked_ = !!(expression);                                         \
    g_assert_no_error (error);                                                 \
    g_assert_true (worked_);                                                   \
  }                                                                            \
  G_STMT_END

/* VP8, payload type 96; ssrc 0 = none. */
SfuRtpParameters *room_vp8 (const gchar *mid, guint32 ssrc);
/* All three or abort. A consumer is paused, and its mid is its id. */
void room_add_transport (
    SfuWorkerClient *client, const gchar *router, const gchar *id);
void room_add_producer (SfuWorkerClient *client, const gchar *transport,
    const gchar *id, guint32 ssrc);
void room_add_consumer (SfuWorkerClient *client, const gchar *transport,
    const gchar *id, const gchar *producer, guint32 ssrc);

/* A worker with router "r" of two peers a and b: transports a-send, a-recv,
 * b-send, b-recv; producers a-video, a-screen, b-video; consumers b1 (of
 * a-video), b2 (of a-screen), a1 (of b-video), a2 (of a-video). */
SfuWorkerClient *room_new (void);

G_END_DECLS
