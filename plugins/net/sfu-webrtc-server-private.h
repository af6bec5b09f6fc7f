/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between the server and the agents on its port. The server includes nothing
 * of the agent: what it tells travels up through SfuServedInterface.
 *
 * Threads: media thread, but for sfu_webrtc_server_send_now. */
#pragma once

#include "sfu-address.h"
#include "sfu-packet.h"
#include "sfu-webrtc-server.h"

G_BEGIN_DECLS

/* Called on the media thread. */
typedef struct {
  /* The password of ufrag, NULL: not valid any more. */
  const gchar *(*password) (gpointer owner, const gchar *ufrag);
  /* The address may not be given to another agent now. */
  gboolean (*holds) (gpointer owner, const SfuAddress *address, gint64 now_us);
  /* Another agent has it, or its connection is closed. */
  void (*address_lost) (gpointer owner, const SfuAddress *address);
  /* An authenticated binding request; its address is this owner's now. */
  void (*checked) (gpointer owner, const gchar *ufrag, const SfuAddress *from,
      gboolean nominates, gint64 now_us);
  /* DTLS, RTP or RTCP from one of its addresses. */
  void (*packet) (gpointer owner, const guint8 *data, gsize size);
  /* Every now and then: look at the timeouts. */
  void (*tick) (gpointer owner, gint64 now_us);
} SfuServedInterface;

/* Embedded in its owner. */
typedef struct {
  const SfuServedInterface *interface;
  GObject *owner;    /* borrowed: it leaves the server before it dies, and the
                     server holds a reference while it calls it */
  gboolean tcp_only; /* checks over UDP are not for it; media thread */
} SfuServed;

/* What came from ufrag is for this one; also starts its ticks. */
void sfu_webrtc_server_add_ufrag (
    SfuWebRtcServer *self, const gchar *ufrag, SfuServed *served);
void sfu_webrtc_server_remove_ufrag (SfuWebRtcServer *self, const gchar *ufrag);
/* Its address is not its any more; a TCP connection is closed. */
void sfu_webrtc_server_remove_address (
    SfuWebRtcServer *self, const SfuAddress *address, SfuServed *served);
/* No call to it after this. Its ufrags are removed by itself. */
void sfu_webrtc_server_remove (SfuWebRtcServer *self, SfuServed *served);

/* Takes the packet; it leaves at the end of this turn of the loop. */
void sfu_webrtc_server_queue (
    SfuWebRtcServer *self, const SfuPacket *packet, const SfuAddress *to);
/* What is queued leaves now. */
void sfu_webrtc_server_flush (SfuWebRtcServer *self);
/* Any thread: at once. FALSE: the kernel refused it. */
gboolean sfu_webrtc_server_send_now (SfuWebRtcServer *self, const guint8 *data,
    gsize size, const SfuAddress *to);

/* The first announced address of a family; without one (names have none), the
 * first of all. Any thread. */
const gchar *sfu_webrtc_server_get_address (SfuWebRtcServer *self, gint family);

G_END_DECLS
