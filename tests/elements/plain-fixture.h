/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A sfuplaintransport in a PLAYING pipeline and a client for it, on loopback.
 *
 * Threads: the test's, which is the control thread. */
#pragma once

#include "sfu-plain-transport.h"
#include "test-plain-client.h"
#include "transport-ends.h"

G_BEGIN_DECLS

#define VIDEO                                                                  \
  "application/x-rtp, media=(string)video, payload=(int)96, "                  \
  "clock-rate=(int)90000, cname=(string)alice, rtcp-fb-nack-pli=(boolean)true"
#define IN_SSRC 1111u
#define OUT_SSRC 2222u
#define IN VIDEO ", ssrc=(uint)1111"
#define OUT VIDEO ", ssrc=(uint)2222"
#define CLIENT_SSRC 77u
#define N_PACKETS 20

typedef struct {
  GstElement *pipeline;
  SfuPlainTransport *transport; /* in pipeline */
  TestPlainClient *client;
  const gchar *ip;
  gchar state[16]; /* as last told */
} Fixture;

/* The client knows where the transport is; the transport knows nothing. */
void fixture_init (Fixture *f, const gchar *ip, gboolean mux, gboolean comedia,
    const gchar *suite);
void fixture_clear (Fixture *f);
/* To the client's address. */
void connect_to_client (Fixture *f, gboolean mux);
/* "local-port" or "local-rtcp-port". */
guint port_of (Fixture *f, const gchar *property);
/* Of the transport's or a pad's stats. */
const gchar *stat_text (
    gpointer object, const gchar *field, gchar *text, gsize size);
guint stat_uint (gpointer object, const gchar *field);

/* ---- RTP and RTCP ---- */

/* n packets of IN_SSRC, numbered from first on; and what comes of them. */
void send_rtp (TestPlainClient *client, guint16 first, guint n);
void send_sender_report (TestPlainClient *client, guint32 ssrc);
void expect_rtp (End *end, guint16 first, guint n);
/* n packets of OUT_SSRC to the client, numbered from 65530 on; and what comes of
 * them. */
void push_rtp (Fixture *f, End *end, guint n);
void expect_at_client (TestPlainClient *client, guint n);
/* Wishes and reports, of a producer and of a consumer. */
void check_rtcp (Fixture *f);

G_END_DECLS
