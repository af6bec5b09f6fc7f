/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The element's parts: sfu-transport.c (class, properties, pads) and
 * sfu-transport-control.c (connection and states).
 *
 * Threads: as said at the fields. */
#pragma once

#include "sfu-ice-agent.h"
#include "sfu-transport.h"
#include "sfu-webrtcbin.h"

G_BEGIN_DECLS

struct _SfuTransport {
  SfuBaseTransport base;
  GMainContext *control; /* owned */

  /* control thread; read elsewhere under the object lock */
  SfuWebRtcServer *server; /* owned; NULL until the transport needs one */
  SfuIceAgent *agent;      /* owned; NULL before there is a server */
  gchar *listen_ip, *announced_address;
  guint port;
  gboolean sctp;
  gboolean tcp, force_tcp;
  SfuDtlsPair dtls_pair;
  guint64 max_incoming_bitrate;
  gchar *rtcp_cname;
  guint first_check_timeout, disconnect_timeout, consent_timeout;
  guint dtls_timeout; /* ms all */

  /* control thread */
  SfuWebrtcbin *webrtcbin; /* owned; NULL before connect */
  gboolean connect_called;
  gboolean closed;
  GSource *dtls_timer;      /* owned */
  SfuMediaLoop *given_loop; /* owned; from a GstContext */
  gint life;                /* atomic: news of an earlier life are dropped */

  /* under the object lock */
  SfuIceState ice_state;
  SfuDtlsState dtls_state;
  gchar *reason;      /* owned */
  gboolean is_client; /* our DTLS role; valid once connect was called */
};

extern guint sfu_transport_state_changed_signal;

/* Makes server (unless given), agent and media side. After a close: anew. */
gboolean sfu_transport_ensure_agent (SfuTransport *self, GError **error);
/* emit FALSE: on the way out. */
void sfu_transport_shut (
    SfuTransport *self, SfuDtlsState state, const gchar *reason, gboolean emit);
void sfu_transport_apply_timeouts (SfuTransport *self);
/* An element inside has posted an error. Any thread. */
void sfu_transport_element_failed (
    SfuTransport *self, GstObject *element, const gchar *debug);

/* New structure. Waits for the media thread. */
GstStructure *sfu_transport_collect_stats (SfuTransport *self);
/* SfuBaseTransportClass.carrier_stats. */
void sfu_transport_carrier_stats (
    SfuBaseTransport *self, SfuCarrierStats *stats);
/* array: a GST_TYPE_ARRAY, filled with structures. */
void sfu_transport_collect_candidates (SfuTransport *self, GValue *array);

/* Defined in sfu-transport-properties.c. */
void sfu_transport_install_properties (GObjectClass *object_class);

G_END_DECLS
