/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of SfuPlainLink: sfu-plain-link.c (life and packets) and
 * sfu-plain-connect.c (what the peer's parameters say).
 *
 * Threads: as said at the fields. */
#pragma once

#include <gio/gio.h>
#include "sfu-plain-link.h"
#include "sfu-plain-ports.h"
#include "sfu-plain-tuple.h"

G_BEGIN_DECLS

typedef struct {
  SfuPlainLink *link;   /* borrowed: it contains us */
  SfuUdpSocket *socket; /* owned; NULL for RTCP with rtcp_mux */
  SfuPlainTuple tuple;
} SfuPlainComponent;

struct _SfuPlainLink {
  SfuMediaLoop *loop;                     /* owned */
  const SfuPlainLinkCallbacks *callbacks; /* static */
  gpointer owner;                         /* borrowed until closed */
  gchar *ip;                              /* owned; what others are told */
  gboolean rtcp_mux, comedia, ipv6;
  guint16 port, rtcp_port;

  /* control thread */
  SfuSrtpSuite suite;
  SfuSrtpKey key; /* ours */
  gboolean connect_called, closed;

  /* media thread */
  SfuPlainComponent components[SFU_PLAIN_N_PORTS];
  SfuSrtp *in, *out; /* owned; NULL before connect, and without SRTP */
  gboolean secure;   /* nothing passes without them */
  gboolean connected;
  guint64 packets_received, bytes_received, packets_sent, bytes_sent;
  SfuVerdictCounters drops;
};

/* Media thread: an address or the keys have come. */
void sfu_plain_link_maybe_connected (SfuPlainLink *self);

G_END_DECLS
