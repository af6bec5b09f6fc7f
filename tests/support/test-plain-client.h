/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A sender and receiver of plain RTP for tests: one UDP socket or two, SRTP on
 * libsrtp if wanted. RTP and RTCP go in and come out as bytes.
 *
 * Threads: one; sources of the main context that was the thread default when it
 * was made. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _TestPlainClient TestPlainClient;

/* ip: own address. mux: RTCP goes out of the port of RTP and comes to it. */
TestPlainClient *test_plain_client_new (const gchar *ip, gboolean mux);
void test_plain_client_free (TestPlainClient *self);

guint16 test_plain_client_port (TestPlainClient *self);
/* With mux the same. */
guint16 test_plain_client_rtcp_port (TestPlainClient *self);

/* Where everything is sent; rtcp_port 0 = port. */
void test_plain_client_aim (
    TestPlainClient *self, const gchar *ip, guint16 port, guint16 rtcp_port);
/* From now on; names as in SDP, keys as base64. */
void test_plain_client_secure (TestPlainClient *self, const gchar *suite,
    const gchar *own_key, const gchar *peer_key);
/* A key of n bytes as base64; g_free it. */
gchar *test_plain_client_make_key (gsize n);

void test_plain_client_send_rtp (
    TestPlainClient *self, const guint8 *data, gsize len);
void test_plain_client_send_rtcp (
    TestPlainClient *self, const guint8 *data, gsize len);
/* As it is, out of the port of RTP. */
void test_plain_client_send_raw (
    TestPlainClient *self, const guint8 *data, gsize len);

/* In the order of arrival, decrypted; the queues own GBytes. */
GQueue *test_plain_client_rtp (TestPlainClient *self);
GQueue *test_plain_client_rtcp (TestPlainClient *self);
/* What came and was no valid SRTP or SRTCP. */
guint test_plain_client_undecrypted (TestPlainClient *self);

G_END_DECLS
