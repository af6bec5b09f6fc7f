/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the packets of one producer leave a transport.
 *
 * Threads: counters and streams belong to the media thread; the `stats`
 * property asks it and waits. */
#pragma once

#include "sfu-media-loop.h"
#include "sfu-pad-caps.h"
#include "sfu-rtp-stream.h"
#include "sfu-shortcut.h"
#include "sfu-verdict.h"

G_BEGIN_DECLS

#define SFU_TYPE_TRANSPORT_SRC_PAD (sfu_transport_src_pad_get_type ())
G_DECLARE_FINAL_TYPE (
    SfuTransportSrcPad, sfu_transport_src_pad, SFU, TRANSPORT_SRC_PAD, GstPad)

struct _SfuTransportSrcPad {
  GstPad parent;
  SfuMediaLoop *loop; /* owned */
  GstCaps *base_caps; /* owned; what the producer was requested with */
  SfuPadCaps caps;    /* fixed once it is linked */
  gboolean open_caps; /* requested without: the peer's are taken */

  /* media thread */
  SfuRtpStream *media[SFU_PAD_MAX_ENCODINGS]; /* owned by the demultiplexer */
  SfuRtpStream *rtx[SFU_PAD_MAX_ENCODINGS];   /* NULL = not known yet */
  gboolean announced; /* the caps event says all that is known */
  SfuVerdictCounters drops;
  guint64 nack_messages;
  guint64 nack_count; /* packets asked for in them */
  guint64 pli_count, fir_count;
  gint64 rtt_us;        /* to the publisher and back; -1 = not known */
  SfuShortcut shortcut; /* to the producer */
};

/* caps: parsed into pad_caps, which is taken. */
GstPad *sfu_transport_src_pad_new (GstPadTemplate *templ, const gchar *name,
    const GstCaps *caps, SfuPadCaps *pad_caps, SfuMediaLoop *loop);

/* Media thread, while no stream is known: requested without caps, and now
 * linked to a peer that has some. caps: as in new. */
void sfu_transport_src_pad_set_caps (
    SfuTransportSrcPad *self, const GstCaps *caps, SfuPadCaps *pad_caps);

/* Media thread: takes buffer. stream-start, caps and segment come first, caps
 * again when a learned SSRC has been added. */
SfuVerdict sfu_transport_src_pad_push (
    SfuTransportSrcPad *self, GstBuffer *buffer);
/* Media thread: when the last packet came (g_get_monotonic_time), RTX included;
 * 0 = none has. */
gint64 sfu_transport_src_pad_last_packet_us (SfuTransportSrcPad *self);
/* Media thread: takes event, a serialized one; dropped while nobody is
 * linked. */
void sfu_transport_src_pad_push_event (
    SfuTransportSrcPad *self, GstEvent *event);

G_END_DECLS
