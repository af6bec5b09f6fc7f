/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The element's parts: sfu-plain-transport.c (class, life, states) and
 * sfu-plain-transport-properties.c (properties and statistics).
 *
 * Threads: as said at the fields. */
#pragma once

#include "sfu-plain-transport.h"

G_BEGIN_DECLS

struct _SfuPlainTransport {
  SfuBaseTransport base;
  GMainContext *control; /* owned */

  /* control thread; read elsewhere under the object lock */
  SfuMediaLoop *given_loop; /* owned; property, or from a GstContext */
  SfuPlainLink *link;       /* owned; NULL while the ports are not open */
  gchar *listen_ip, *announced_address, *rtcp_cname;
  guint port, port_max;
  gboolean rtcp_mux, comedia;
  gchar *srtp_crypto_suite, *srtp_key;
  gchar *remote_ip, *remote_srtp_key;
  guint remote_port, remote_rtcp_port;
  guint64 max_incoming_bitrate;

  gint life; /* atomic: news of an earlier life are dropped */

  /* under the object lock */
  const gchar *state; /* static string */
};

/* Defined in sfu-plain-transport-properties.c. */
void sfu_plain_transport_install_properties (GObjectClass *object_class);
/* SfuBaseTransportClass.carrier_stats. Waits for the media thread. */
void sfu_plain_transport_carrier_stats (
    SfuBaseTransport *base, SfuCarrierStats *stats);

G_END_DECLS
