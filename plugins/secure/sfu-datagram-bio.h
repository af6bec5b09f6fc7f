/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Datagrams in memory as a BIO: what OpenSSL's own memory BIO is for streams.
 * One is lent for reading, those that were written stand in a queue.
 *
 * Threads: of one owner. */
#pragma once

#include <glib.h>
#include <openssl/bio.h>

G_BEGIN_DECLS

/* Datagrams that wait; a flight of a handshake is some five. */
#define SFU_DATAGRAM_BIO_MAX 64

typedef struct {
  const guint8 *in; /* borrowed while OpenSSL runs; NULL = read already */
  gsize in_size;
  GQueue out;   /* owned GBytes */
  guint n_lost; /* written when the queue was full */
} SfuDatagrams;

/* datagrams: all zero, borrowed while the BIO lives. NULL: out of memory. */
BIO *sfu_datagram_bio_new (SfuDatagrams *datagrams);
void sfu_datagrams_clear (SfuDatagrams *datagrams);

G_END_DECLS
