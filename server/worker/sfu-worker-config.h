/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of Start, with their defaults and bounds.
 *
 * Threads: plain data. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  /* Whether SetImpairment works ("allow-impairment", b, FALSE). */
  gboolean allow_impairment;
  /* Whether TCP connections are accepted, too ("ice-tcp", b, FALSE). */
  gboolean ice_tcp;
  /* DTLS and SRTP by GStreamer's elements instead of our own ("stock-dtls", b,
   * FALSE). */
  gboolean stock_dtls;
  /* Bounds of what a worker holds; each an u of 1..100000. */
  guint max_routers;                 /* "max-routers" */
  guint max_transports_per_router;   /* "max-transports-per-router" */
  guint max_producers_per_transport; /* "max-producers-per-transport" */
  guint max_consumers_per_transport; /* "max-consumers-per-transport" */
  /* Seconds without a check until a transport is closed ("consent-timeout", u of
   * 1..100000, 30: RFC 7675 5.1). */
  guint consent_timeout_s;
  /* Steps of nice of the media thread ("media-priority", u, 0). */
  guint media_priority;
  /* UDP ports of plain transports; 0, 0 = of the range of Start, or free ones
   * ("plain-port-min" and "plain-port-max", q) */
  guint16 plain_port_min, plain_port_max;
} SfuWorkerConfig;

void sfu_worker_config_init (SfuWorkerConfig *config);
/* options: a{sv}. SFU_ERROR_INVALID_ARGUMENT names the first option that is
 * unknown, mistyped or out of range; config is then undefined. */
gboolean sfu_worker_config_read (
    SfuWorkerConfig *config, GVariant *options, GError **error);

G_END_DECLS
