/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A whole WebRTC peer for tests, independent of what it tests: full ICE
 * (controlling, one candidate pair), DTLS on OpenSSL in either role, SRTP on
 * libsrtp. It has no media of its own: RTP and RTCP go in and come out as
 * bytes.
 *
 * Threads: one; sources of the main context that was the thread default when it
 * was made. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TestPeer TestPeer;

TestPeer *test_peer_new (void);
void test_peer_free (TestPeer *self);

/* SHA-256 of its certificate. */
const gchar *test_peer_fingerprint (TestPeer *self);

/* SRTP profiles that it offers, OpenSSL's names with colons between. Before
 * start, as the next two. */
void test_peer_set_srtp_profiles (TestPeer *self, const gchar *profiles);
/* Datagrams of the handshake are no larger; the default is 1200 bytes. */
void test_peer_set_mtu (TestPeer *self, guint mtu);

/* What becomes of the datagrams of a client's first flight. */
typedef enum {
  TEST_HELLO_AS_IT_IS,
  TEST_HELLO_REVERSED,
  TEST_HELLO_DOUBLED,
  TEST_HELLO_FIRST_LOST,
  TEST_HELLO_LAST_LOST
} TestHelloFault;
/* An extension of so many bytes makes its ClientHello as large as a post-quantum
 * key share does. */
void test_peer_set_hello (TestPeer *self, guint extra, TestHelloFault fault);
/* Datagrams of the first flight. */
guint test_peer_hello_datagrams (TestPeer *self);
/* NULL before the handshake is over, and when no profile was agreed on. */
const gchar *test_peer_srtp_profile (TestPeer *self);

/* Begins to check and, when a check has succeeded, the handshake. */
void test_peer_start (TestPeer *self, const gchar *address, guint16 port,
    const gchar *ufrag, const gchar *pwd, gboolean dtls_client);
/* New remote credentials: checks go on with those. */
void test_peer_restart_ice (
    TestPeer *self, const gchar *ufrag, const gchar *pwd);
/* From a new socket from now on, as after a change of network. */
void test_peer_move (TestPeer *self);
/* No more checks: consent runs out. */
void test_peer_stop_checks (TestPeer *self);

/* Checks answered with success since the last (re)start. */
guint test_peer_checks (TestPeer *self);
gboolean test_peer_dtls_connected (TestPeer *self);
/* The other side has sent a fatal alert, or made no sense. */
gboolean test_peer_dtls_failed (TestPeer *self);
/* SHA-256 of what the other side showed, or NULL. */
const gchar *test_peer_remote_fingerprint (TestPeer *self);
gboolean test_peer_got_close_notify (TestPeer *self);
void test_peer_send_close_notify (TestPeer *self);

/* FALSE before the handshake is over. */
gboolean test_peer_send_rtp (TestPeer *self, const guint8 *data, gsize len);
gboolean test_peer_send_rtcp (TestPeer *self, const guint8 *data, gsize len);
/* Bytes that are no SRTP of ours, as they are. */
void test_peer_send_raw (TestPeer *self, const guint8 *data, gsize len);

/* Decrypted packets in the order of arrival; the queues own GBytes. */
GQueue *test_peer_rtp (TestPeer *self);
GQueue *test_peer_rtcp (TestPeer *self);
/* Bytes of DTLS application data (SCTP) that came. */
gsize test_peer_dtls_bytes (TestPeer *self);
/* Datagrams of DTLS that came, of the handshake and later. */
guint test_peer_dtls_datagrams (TestPeer *self);
/* Sends DTLS application data. */
void test_peer_send_dtls (TestPeer *self, const guint8 *data, gsize len);
/* SRTP or SRTCP datagrams that came, whether or not they could be decrypted. */
guint test_peer_srtp_datagrams (TestPeer *self);

G_END_DECLS
