/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by test-peer.c (socket, ICE) and test-peer-dtls.c (DTLS, SRTP).
 *
 * Threads: as TestPeer. */
#pragma once

#include "test-peer.h"

#include <gio/gio.h>
#include <nice/nice.h>
#include <openssl/ssl.h>
#include <srtp2/srtp.h>
#include <stun/stunagent.h>

G_BEGIN_DECLS

struct _TestPeer {
  GMainContext *context;     /* owned */
  GSocket *socket;           /* owned */
  GSocketAddress *remote;    /* owned */
  GSource *readable, *timer; /* owned */

  StunAgent stun;
  gchar *remote_ufrag, *remote_pwd, local_ufrag[9], local_pwd[25];
  gint64 next_check_us;
  guint checks;
  gboolean checking;

  SSL_CTX *ctx;                            /* owned */
  SSL *ssl;                                /* owned */
  X509 *cert;                              /* owned */
  EVP_PKEY *key;                           /* owned */
  gchar *fingerprint, *remote_fingerprint; /* owned */
  gsize dtls_bytes;
  guint dtls_datagrams;
  guint mtu;
  guint8 *hello_extra; /* owned */
  gsize hello_extra_size;
  TestHelloFault hello_fault;
  guint hello_datagrams; /* 0 = no flight yet */
  gboolean dtls_client, dtls_started, connected, failed, got_close_notify;

  srtp_t inbound, outbound; /* owned */
  GQueue rtp, rtcp;
  guint srtp_datagrams;
};

void test_peer_send_raw (TestPeer *self, const guint8 *data, gsize len);

void test_peer_dtls_init (TestPeer *self);
void test_peer_dtls_clear (TestPeer *self);
void test_peer_dtls_start (TestPeer *self);
/* data NULL: only timers. */
void test_peer_dtls_handle (TestPeer *self, const guint8 *data, gsize len);
void test_peer_srtp_handle (TestPeer *self, const guint8 *data, gsize len);

G_END_DECLS
