/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by sfu-dtls-link.c (life, DTLS) and sfu-dtls-link-packets.c (SRTP,
 * questions).
 *
 * Threads: as said at the fields. */
#pragma once

#include "sfu-deadline.h"
#include "sfu-dtls-link.h"
#include "sfu-srtp-context.h"

G_BEGIN_DECLS

struct _SfuDtlsLink {
  gint refs; /* under links_lock */
  gchar *id;
  /* Set at the first start, freed with us. */
  SfuMediaLoop *loop;    /* owned; of whoever starts */
  SfuDeadline *deadline; /* owned; atomic */

  GMutex lock; /* guards what follows */
  GWeakRef dec, enc;
  const SfuDtlsDecCallbacks *dec_callbacks; /* static */
  const SfuDtlsEncCallbacks *enc_callbacks; /* static */
  gchar *pem;                               /* owned */
  gchar **fingerprints;                     /* owned */
  gchar *peer_pem;                          /* owned */
  SfuDtlsConnection *connection;            /* owned; NULL unless started */
  GQueue early;                             /* owned GBytes */
  gboolean running, is_client;
  SfuDtlsConnectionState state; /* as last told */
  const gchar *failure;         /* static */
  SfuSrtpSuite suite;
  SfuSrtpContext *in, *out; /* owned; NULL before there are keys */
  SfuVerdictCounters drops;
};

G_END_DECLS
