/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See test-plain-client.h.
 *
 * Threads: see the header. */
#include "test-plain-client.h"

#include <srtp2/srtp.h>
#include <string.h>

#define DATAGRAM_MAX 2048
/* So that a blocking iteration of the test's loop ends when nothing comes. */
#define TICK_MS 50

struct _TestPlainClient {
  GSocket *rtp, *rtcp; /* owned; the same with mux */
  GSource *rtp_source, *rtcp_source, *tick;
  GSocketAddress *to, *rtcp_to;
  srtp_t in, out; /* NULL: no SRTP */
  GQueue rtp_queue, rtcp_queue;
  guint undecrypted;
};

static gboolean
on_tick (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

static void
take_datagram (TestPlainClient *self, guint8 *data, gint len)
{
  gboolean rtcp = len >= 2 && data[1] >= 192 && data[1] <= 223;

  if (self->in &&
      (rtcp ? srtp_unprotect_rtcp (self->in, data, &len)
            : srtp_unprotect (self->in, data, &len)) != srtp_err_status_ok) {
    self->undecrypted++;
    return;
  }
  g_queue_push_tail (rtcp ? &self->rtcp_queue : &self->rtp_queue,
      g_bytes_new (data, (gsize)len));
}

static gboolean
on_readable (GSocket *socket, GIOCondition condition, gpointer data)
{
  guint32 aligned[DATAGRAM_MAX / sizeof (guint32)];
  gssize n =
      g_socket_receive (socket, (gchar *)aligned, sizeof aligned, NULL, NULL);

  /* An error is the ICMP message about a datagram sent before. */
  if (n > 0)
    take_datagram (data, (guint8 *)aligned, (gint)n);
  return G_SOURCE_CONTINUE;
}

static GSocket *
open_socket (const gchar *ip)
{
  g_autoptr (GSocketAddress) address =
      g_inet_socket_address_new_from_string (ip, 0);
  g_autoptr (GError) error = NULL;
  GSocket *socket = g_socket_new (g_socket_address_get_family (address),
      G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, &error);

  g_assert_no_error (error);
  g_assert_true (g_socket_bind (socket, address, FALSE, &error));
  g_socket_set_blocking (socket, FALSE);
  return socket;
}

static GSource *
watch (TestPlainClient *self, GSocket *socket)
{
  GSource *source = g_socket_create_source (socket, G_IO_IN, NULL);

  g_source_set_callback (source, G_SOURCE_FUNC (on_readable), self, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

TestPlainClient *
test_plain_client_new (const gchar *ip, gboolean mux)
{
  TestPlainClient *self = g_new0 (TestPlainClient, 1);

  srtp_init ();
  self->rtp = open_socket (ip);
  self->rtcp = mux ? g_object_ref (self->rtp) : open_socket (ip);
  self->rtp_source = watch (self, self->rtp);
  if (!mux)
    self->rtcp_source = watch (self, self->rtcp);
  self->tick = g_timeout_source_new (TICK_MS);
  g_source_set_callback (self->tick, on_tick, NULL, NULL);
  g_source_attach (self->tick, g_main_context_get_thread_default ());
  g_queue_init (&self->rtp_queue);
  g_queue_init (&self->rtcp_queue);
  return self;
}

static void
end_source (GSource *source)
{
  if (!source)
    return;
  g_source_destroy (source);
  g_source_unref (source);
}

void
test_plain_client_free (TestPlainClient *self)
{
  end_source (self->rtp_source);
  end_source (self->rtcp_source);
  end_source (self->tick);
  g_object_unref (self->rtp);
  g_object_unref (self->rtcp);
  g_clear_object (&self->to);
  g_clear_object (&self->rtcp_to);
  g_queue_clear_full (&self->rtp_queue, (GDestroyNotify)g_bytes_unref);
  g_queue_clear_full (&self->rtcp_queue, (GDestroyNotify)g_bytes_unref);
  if (self->in)
    srtp_dealloc (self->in);
  if (self->out)
    srtp_dealloc (self->out);
  g_free (self);
}

static guint16
port_of (GSocket *socket)
{
  g_autoptr (GSocketAddress) address =
      g_socket_get_local_address (socket, NULL);

  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
}

guint16
test_plain_client_port (TestPlainClient *self)
{
  return port_of (self->rtp);
}

guint16
test_plain_client_rtcp_port (TestPlainClient *self)
{
  return port_of (self->rtcp);
}

void
test_plain_client_aim (
    TestPlainClient *self, const gchar *ip, guint16 port, guint16 rtcp_port)
{
  g_clear_object (&self->to);
  g_clear_object (&self->rtcp_to);
  self->to = g_inet_socket_address_new_from_string (ip, port);
  self->rtcp_to =
      g_inet_socket_address_new_from_string (ip, rtcp_port ? rtcp_port : port);
}

/* ---- SRTP ---- */

static void
set_policies (const gchar *suite, srtp_policy_t *policy)
{
  srtp_crypto_policy_set_rtcp_default (&policy->rtcp);
  if (g_str_equal (suite, "AES_CM_128_HMAC_SHA1_80")) {
    srtp_crypto_policy_set_rtp_default (&policy->rtp);
  } else if (g_str_equal (suite, "AES_CM_128_HMAC_SHA1_32")) {
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32 (&policy->rtp);
  } else if (g_str_equal (suite, "AEAD_AES_128_GCM")) {
    srtp_crypto_policy_set_aes_gcm_128_16_auth (&policy->rtp);
    srtp_crypto_policy_set_aes_gcm_128_16_auth (&policy->rtcp);
  } else {
    g_assert_cmpstr (suite, ==, "AEAD_AES_256_GCM");
    srtp_crypto_policy_set_aes_gcm_256_16_auth (&policy->rtp);
    srtp_crypto_policy_set_aes_gcm_256_16_auth (&policy->rtcp);
  }
}

static srtp_t
make_session (const gchar *suite, const gchar *key_text, srtp_ssrc_type_t type)
{
  srtp_policy_t policy;
  srtp_t session;
  gsize size;
  g_autofree guchar *key = g_base64_decode (key_text, &size);

  memset (&policy, 0, sizeof policy);
  set_policies (suite, &policy);
  g_assert_cmpuint (size, ==, policy.rtp.cipher_key_len);
  policy.ssrc.type = type;
  policy.key = key;
  g_assert_cmpint (srtp_create (&session, &policy), ==, srtp_err_status_ok);
  return session;
}

void
test_plain_client_secure (TestPlainClient *self, const gchar *suite,
    const gchar *own_key, const gchar *peer_key)
{
  self->out = make_session (suite, own_key, ssrc_any_outbound);
  self->in = make_session (suite, peer_key, ssrc_any_inbound);
}

gchar *
test_plain_client_make_key (gsize n)
{
  g_autofree guchar *bytes = g_malloc (n);

  for (gsize i = 0; i < n; i++)
    bytes[i] = (guchar)g_random_int ();
  return g_base64_encode (bytes, n);
}

/* ---- packets ---- */

static void
send_to (GSocket *socket, GSocketAddress *to, const guint8 *data, gsize len)
{
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (to);
  g_socket_send_to (socket, to, (const gchar *)data, len, NULL, &error);
  /* The ICMP answer to an earlier datagram: nobody listened. */
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    g_assert_no_error (error);
}

static void
send_packet (
    TestPlainClient *self, gboolean rtcp, const guint8 *data, gsize len)
{
  guint32 aligned[DATAGRAM_MAX / sizeof (guint32)];
  gint size = (gint)len;

  g_assert_cmpuint (len + SRTP_MAX_TRAILER_LEN + 4, <=, sizeof aligned);
  memcpy (aligned, data, len);
  if (self->out)
    g_assert_cmpint (rtcp ? srtp_protect_rtcp (self->out, aligned, &size)
                          : srtp_protect (self->out, aligned, &size),
        ==, srtp_err_status_ok);
  send_to (rtcp ? self->rtcp : self->rtp, rtcp ? self->rtcp_to : self->to,
      (const guint8 *)aligned, (gsize)size);
}

void
test_plain_client_send_rtp (
    TestPlainClient *self, const guint8 *data, gsize len)
{
  send_packet (self, FALSE, data, len);
}

void
test_plain_client_send_rtcp (
    TestPlainClient *self, const guint8 *data, gsize len)
{
  send_packet (self, TRUE, data, len);
}

void
test_plain_client_send_raw (
    TestPlainClient *self, const guint8 *data, gsize len)
{
  send_to (self->rtp, self->to, data, len);
}

GQueue *
test_plain_client_rtp (TestPlainClient *self)
{
  return &self->rtp_queue;
}

GQueue *
test_plain_client_rtcp (TestPlainClient *self)
{
  return &self->rtcp_queue;
}

guint
test_plain_client_undecrypted (TestPlainClient *self)
{
  return self->undecrypted;
}
