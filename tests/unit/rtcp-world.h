/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A SfuRtcpSession between a demultiplexer and a multiplexer, with the test owning
 * the clock.
 *
 * Threads: the media thread, where every test runs; the session's own timer
 * never comes, because the test's time lies in the far future. */
#pragma once

#include "sfu-bytes.h"
#include "sfu-rtcp-session.h"

G_BEGIN_DECLS

#define AUDIO                                                                  \
  "application/x-rtp, media=(string)audio, clock-rate=(int)48000, "            \
  "ssrc=(uint)1"
#define VIDEO                                                                  \
  "application/x-rtp, media=(string)video, clock-rate=(int)90000, "            \
  "ssrc=(uint)2"
#define MS G_GINT64_CONSTANT (1000)
#define YEAR_US (G_GINT64_CONSTANT (365) * 24 * 3600 * G_USEC_PER_SEC)

typedef struct {
  SfuMediaLoop *loop;
  GstElement *bin;
  SfuRtpDemux *demux;
  SfuRtpMux *mux;
  SfuRtcpSession *rtcp;
  GQueue sent; /* GstBuffer */
  gint64 now_us;
  guint16 seq;
} World;

void world_init (World *w);
void world_clear (World *w);

/* g_test_add_func for one that runs on the media thread. */
void world_test_add (const gchar *path, void (*func) (void));

void add_producer (World *w, const gchar *name, const gchar *text);
SfuTransportSinkPad *add_consumer (World *w, guint32 ssrc);
/* A packet from the network. */
void receive (World *w, guint32 ssrc);
/* Lets time pass in steps of what poll asks for, with a packet of ssrc (0 =
 * none) every 20 ms. Returns how many datagrams went out. */
guint run (World *w, gint64 for_us, guint32 ssrc);

G_END_DECLS
