/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One end of a DTLS 1.2 connection for DTLS-SRTP (RFC 5764, 8827) and data
 * channels: datagrams in, datagrams out, no socket, no thread.
 *
 * The peer's certificate is compared with what was signalled while the handshake
 * runs: a stranger gets an alert and never says "connected".
 *
 * Time: OpenSSL reads the clock itself; the owner asks for the next timeout
 * after every call and calls handle_timeout then.
 *
 * Threads: of one owner. */
#pragma once

#include "sfu-srtp.h"

G_BEGIN_DECLS

/* Values and order of GstDtlsConnectionState, which webrtcbin reads. */
typedef enum {
  SFU_DTLS_CONNECTION_NEW,
  SFU_DTLS_CONNECTION_CLOSED,
  SFU_DTLS_CONNECTION_FAILED,
  SFU_DTLS_CONNECTION_CONNECTING,
  SFU_DTLS_CONNECTION_CONNECTED
} SfuDtlsConnectionState;

/* Larger than any record that OpenSSL writes. */
#define SFU_DTLS_MAX_MESSAGE 16384

typedef struct _SfuDtlsConnection SfuDtlsConnection;

/* pem: certificate and private key. fingerprints: hash and value in turns, any
 * may match (RFC 8122), NULL = whoever has a certificate; copied. GError:
 * G_IO_ERROR. */
SfuDtlsConnection *sfu_dtls_connection_new (const gchar *pem,
    gboolean is_client, const gchar *const *fingerprints, GError **error);
/* NULL is allowed. */
void sfu_dtls_connection_free (SfuDtlsConnection *self);
/* The first retransmission comes after so long, the next after twice that.
 * Before start. */
void sfu_dtls_connection_set_first_timeout (
    SfuDtlsConnection *self, guint timeout_us);

/* A client writes its ClientHello. */
void sfu_dtls_connection_start (SfuDtlsConnection *self);
void sfu_dtls_connection_receive (
    SfuDtlsConnection *self, const guint8 *data, gsize size);
void sfu_dtls_connection_handle_timeout (SfuDtlsConnection *self);
/* From now; 0 = at once, -1 = none. */
gint64 sfu_dtls_connection_get_timeout_us (SfuDtlsConnection *self);
/* Application data, one datagram. FALSE: not connected, too large. */
gboolean sfu_dtls_connection_send (
    SfuDtlsConnection *self, const guint8 *data, gsize size);
/* Writes close_notify if connected. */
void sfu_dtls_connection_close (SfuDtlsConnection *self);

/* The oldest datagram to send, or NULL; the caller's. At most
 * SFU_DATAGRAM_BIO_MAX wait. */
GBytes *sfu_dtls_connection_pop_datagram (SfuDtlsConnection *self);
/* The oldest message that came, or NULL; the caller's. All that came with one
 * datagram wait. */
GBytes *sfu_dtls_connection_pop_message (SfuDtlsConnection *self);

/* Datagrams and messages that found their queue full since the last call. */
guint sfu_dtls_connection_take_lost (SfuDtlsConnection *self);

SfuDtlsConnectionState sfu_dtls_connection_get_state (SfuDtlsConnection *self);
/* Why it failed: static string, "" while it has not. */
const gchar *sfu_dtls_connection_get_failure (SfuDtlsConnection *self);
/* The peer's certificate as soon as it was seen, refused ones as well; NULL
 * before. */
const gchar *sfu_dtls_connection_get_peer_pem (SfuDtlsConnection *self);
/* Connected: the suite and the master key of one direction. Clear the key. */
SfuSrtpSuite sfu_dtls_connection_get_srtp (
    SfuDtlsConnection *self, gboolean outbound, SfuSrtpKey *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuDtlsConnection, sfu_dtls_connection_free)

G_END_DECLS
