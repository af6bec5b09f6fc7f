/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What all transports have in common whatever carries their packets: request
 * pads, one `src_%u` for each producer and one `sink_%u` for each consumer, and
 * the media side behind them.
 *
 * Threads: pads are requested and released on the control thread, packets pass
 * on the media thread. */
#pragma once

#include <gst/gst.h>
#include "sfu-transport-media.h"

G_BEGIN_DECLS

#define SFU_TYPE_BASE_TRANSPORT (sfu_base_transport_get_type ())
#define SFU_BASE_TRANSPORT(o)                                                  \
  (G_TYPE_CHECK_INSTANCE_CAST ((o), SFU_TYPE_BASE_TRANSPORT, SfuBaseTransport))
#define SFU_BASE_TRANSPORT_CLASS(c)                                            \
  (G_TYPE_CHECK_CLASS_CAST (                                                   \
      (c), SFU_TYPE_BASE_TRANSPORT, SfuBaseTransportClass))
#define SFU_BASE_TRANSPORT_GET_CLASS(o)                                        \
  (G_TYPE_INSTANCE_GET_CLASS (                                                 \
      (o), SFU_TYPE_BASE_TRANSPORT, SfuBaseTransportClass))

typedef struct {
  GstBin parent;
  /* owned, NULL before there is a loop; written on the control thread, read
   * elsewhere under the object lock */
  SfuTransportMedia *media;
  guint next_src, next_sink; /* control thread */
} SfuBaseTransport;

/* What went through the socket for this transport, of all kinds. */
typedef struct {
  guint64 packets_received, bytes_received, packets_sent, bytes_sent;
  SfuVerdictCounters drops;
} SfuCarrierStats;

typedef struct {
  GstBinClass parent_class;
  /* Before a pad is made: makes media unless it is there. */
  gboolean (*prepare) (SfuBaseTransport *self, GError **error);
  /* Control thread. Leaves stats alone while there is no socket. */
  void (*carrier_stats) (SfuBaseTransport *self, SfuCarrierStats *stats);
} SfuBaseTransportClass;

GType sfu_base_transport_get_type (void);

/* Control thread. Zeroes while there is no socket. */
void sfu_base_transport_get_carrier_stats (
    SfuBaseTransport *self, SfuCarrierStats *stats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuBaseTransport, gst_object_unref)

G_END_DECLS
