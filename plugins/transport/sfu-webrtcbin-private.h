/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by sfu-webrtcbin.c (life, DTLS) and sfu-webrtcbin-media.c (packets).
 *
 * Threads: as said at the fields. */
#pragma once

#include "sfu-relink.h"
#include "sfu-webrtcbin.h"

G_BEGIN_DECLS

struct _SfuWebrtcbin {
  GstBin *bin;        /* borrowed until stop */
  SfuIceAgent *agent; /* owned */
  SfuDtlsPair pair;
  SfuMediaLoop *loop;                     /* owned */
  const SfuWebrtcbinCallbacks *callbacks; /* static */
  GWeakRef owner;
  gpointer media_owner;    /* borrowed; NULL when detached; media thread */
  GPtrArray *fingerprints; /* owned; SfuFingerprint; fixed at start */
  gchar *pem;              /* owned */

  GstElement *webrtc;           /* borrowed: in bin until stop */
  GstElement *inward, *outward; /* borrowed: in bin until stop */
  /* owned; NULL while not found */
  SfuWebrtcbinParts parts;

  gint authenticated; /* atomic: certificate matched */
  gint ready;         /* atomic: and DTLS connected */
  gint state;         /* atomic: SfuDtlsState as last told */
};

G_END_DECLS
