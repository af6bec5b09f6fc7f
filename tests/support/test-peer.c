/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See test-peer.h: socket and ICE.
 *
 * Threads: as TestPeer. */
#include "test-peer-private.h"

#include <string.h>
#include <stun/usages/ice.h>

#define CHECK_INTERVAL_US (20 * 1000)
#define CONSENT_INTERVAL_US (200 * 1000)
#define TIMER_MS 10
#define PRIORITY 1845501695u

static const guint16 known_attributes[] = { STUN_ATTRIBUTE_USERNAME,
  STUN_ATTRIBUTE_MESSAGE_INTEGRITY, STUN_ATTRIBUTE_FINGERPRINT,
  STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, STUN_ATTRIBUTE_PRIORITY,
  STUN_ATTRIBUTE_USE_CANDIDATE, STUN_ATTRIBUTE_ICE_CONTROLLING,
  STUN_ATTRIBUTE_ICE_CONTROLLED, STUN_ATTRIBUTE_ERROR_CODE, 0 };

static void
random_text (gchar *text, gsize size)
{
  gsize i;

  for (i = 0; i + 1 < size; i++)
    text[i] = 'a' + g_random_int_range (0, 26);
  text[i] = 0;
}

void
test_peer_send_raw (TestPeer *self, const guint8 *data, gsize len)
{
  g_socket_send_to (
      self->socket, self->remote, (const gchar *)data, len, NULL, NULL);
}

/* ---- ICE ---- */

static void
send_check (TestPeer *self)
{
  g_autofree gchar *user =
      g_strdup_printf ("%s:%s", self->remote_ufrag, self->local_ufrag);
  StunMessage message;
  guint8 buffer[512];
  gsize len;

  /* Anew, or the table of open requests fills up under loss. */
  stun_agent_init (&self->stun, known_attributes, STUN_COMPATIBILITY_RFC5389,
      STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS |
          STUN_AGENT_USAGE_USE_FINGERPRINT);
  len = stun_usage_ice_conncheck_create (&self->stun, &message, buffer,
      sizeof buffer, (const guint8 *)user, strlen (user),
      (const guint8 *)self->remote_pwd, strlen (self->remote_pwd), TRUE, TRUE,
      PRIORITY, 1, NULL, STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
  g_assert_cmpuint (len, >, 0);
  test_peer_send_raw (self, buffer, len);
}

static void
handle_stun (TestPeer *self, const guint8 *data, gsize len)
{
  StunMessage message;

  if (stun_agent_validate (&self->stun, &message, data, len, NULL, NULL) !=
          STUN_VALIDATION_SUCCESS ||
      stun_message_get_class (&message) != STUN_RESPONSE)
    return;
  self->checks++;
  if (!self->dtls_started) {
    self->dtls_started = TRUE;
    test_peer_dtls_start (self);
  }
}

static gboolean
on_timer (gpointer data)
{
  TestPeer *self = data;
  gint64 now_us = g_get_monotonic_time ();

  if (self->checking && now_us >= self->next_check_us) {
    self->next_check_us =
        now_us + (self->checks ? CONSENT_INTERVAL_US : CHECK_INTERVAL_US);
    send_check (self);
  }
  if (self->dtls_started)
    test_peer_dtls_handle (self, NULL, 0);
  return G_SOURCE_CONTINUE;
}

/* ---- socket ---- */

static gboolean
on_readable (GSocket *socket, GIOCondition condition, gpointer data)
{
  TestPeer *self = data;
  guint8 buffer[2048];
  gssize len;

  while ((len = g_socket_receive_from (
              socket, NULL, (gchar *)buffer, sizeof buffer, NULL, NULL)) > 0) {
    if (buffer[0] < 2)
      handle_stun (self, buffer, len);
    else if (buffer[0] >= 20 && buffer[0] < 64)
      test_peer_dtls_handle (self, buffer, len);
    else if (buffer[0] >= 128 && buffer[0] < 192)
      test_peer_srtp_handle (self, buffer, len);
  }
  return G_SOURCE_CONTINUE;
}

static void
close_socket (TestPeer *self)
{
  g_source_destroy (self->readable);
  g_clear_pointer (&self->readable, g_source_unref);
  g_clear_object (&self->socket);
}

static void
open_socket (TestPeer *self)
{
  g_autoptr (GSocketAddress) any =
      g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GError) error = NULL;

  self->socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM,
      G_SOCKET_PROTOCOL_UDP, &error);
  g_assert_no_error (error);
  g_socket_set_blocking (self->socket, FALSE);
  g_socket_bind (self->socket, any, FALSE, &error);
  g_assert_no_error (error);
  self->readable = g_socket_create_source (self->socket, G_IO_IN, NULL);
  g_source_set_callback (
      self->readable, G_SOURCE_FUNC (on_readable), self, NULL);
  g_source_attach (self->readable, self->context);
}

/* ---- public ---- */

TestPeer *
test_peer_new (void)
{
  TestPeer *self = g_new0 (TestPeer, 1);

  self->context = g_main_context_ref_thread_default ();
  random_text (self->local_ufrag, sizeof self->local_ufrag);
  random_text (self->local_pwd, sizeof self->local_pwd);
  g_queue_init (&self->rtp);
  g_queue_init (&self->rtcp);
  open_socket (self);
  test_peer_dtls_init (self);
  self->timer = g_timeout_source_new (TIMER_MS);
  g_source_set_callback (self->timer, on_timer, self, NULL);
  g_source_attach (self->timer, self->context);
  return self;
}

void
test_peer_free (TestPeer *self)
{
  if (!self)
    return;
  g_source_destroy (self->timer);
  g_source_unref (self->timer);
  close_socket (self);
  test_peer_dtls_clear (self);
  g_clear_object (&self->remote);
  g_queue_clear_full (&self->rtp, (GDestroyNotify)g_bytes_unref);
  g_queue_clear_full (&self->rtcp, (GDestroyNotify)g_bytes_unref);
  g_free (self->remote_ufrag);
  g_free (self->remote_pwd);
  g_main_context_unref (self->context);
  g_free (self);
}

void
test_peer_start (TestPeer *self, const gchar *address, guint16 port,
    const gchar *ufrag, const gchar *pwd, gboolean dtls_client)
{
  self->remote = g_inet_socket_address_new_from_string (address, port);
  self->dtls_client = dtls_client;
  test_peer_restart_ice (self, ufrag, pwd);
}

void
test_peer_restart_ice (TestPeer *self, const gchar *ufrag, const gchar *pwd)
{
  g_free (self->remote_ufrag);
  g_free (self->remote_pwd);
  self->remote_ufrag = g_strdup (ufrag);
  self->remote_pwd = g_strdup (pwd);
  self->checks = 0;
  self->next_check_us = 0;
  self->checking = TRUE;
}

void
test_peer_move (TestPeer *self)
{
  close_socket (self);
  open_socket (self);
  self->checks = 0;
  self->next_check_us = 0;
}

void
test_peer_stop_checks (TestPeer *self)
{
  self->checking = FALSE;
}

guint
test_peer_checks (TestPeer *self)
{
  return self->checks;
}

GQueue *
test_peer_rtp (TestPeer *self)
{
  return &self->rtp;
}

GQueue *
test_peer_rtcp (TestPeer *self)
{
  return &self->rtcp;
}

guint
test_peer_dtls_datagrams (TestPeer *self)
{
  return self->dtls_datagrams;
}

guint
test_peer_srtp_datagrams (TestPeer *self)
{
  return self->srtp_datagrams;
}
