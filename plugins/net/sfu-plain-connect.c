/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the peer's parameters say of its address and keys, after mediasoup's
 * PlainTransport.connect().
 *
 * Threads: control thread; apply on the media thread. */
#include "sfu-plain-link-private.h"

static gboolean
refuse (GError **error, const gchar *what)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, what);
  return FALSE;
}

static gboolean
read_address (SfuPlainLink *self, const SfuPlainPeer *peer, guint port,
    const gchar *port_name, SfuAddress *address, GError **error)
{
  if (port == 0 || port > G_MAXUINT16) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "%s must be 1..65535", port_name);
    return FALSE;
  }
  if (!sfu_address_parse (address, peer->ip, (guint16)port) ||
      sfu_address_is_wildcard (address))
    return refuse (error, "ip must be the IPv4 or IPv6 address of the peer");
  if (self->ipv6)
    *address = sfu_address_mapped (address);
  else if (address->any.sa_family == AF_INET6)
    return refuse (error, "ip is IPv6, but the transport listens on IPv4");
  return TRUE;
}

typedef struct {
  SfuPlainLink *link;
  gboolean has_address;
  SfuAddress rtp, rtcp;
  SfuSrtp *in, *out; /* taken */
} Connect;

static gboolean
read_addresses (Connect *call, const SfuPlainPeer *peer, GError **error)
{
  SfuPlainLink *self = call->link;

  if (self->comedia)
    return TRUE;
  if (!peer->ip || !peer->ip[0])
    return refuse (error, "missing ip");
  if (peer->port == 0)
    return refuse (error, "missing port");
  if (self->rtcp_mux && peer->rtcp_port)
    return refuse (error, "cannot set rtcpPort with rtcpMux enabled");
  if (!self->rtcp_mux && !peer->rtcp_port)
    return refuse (error, "missing rtcpPort (required with rtcpMux disabled)");
  call->has_address = TRUE;
  return read_address (self, peer, peer->port, "port", &call->rtp, error) &&
      (self->rtcp_mux ||
          read_address (
              self, peer, peer->rtcp_port, "rtcpPort", &call->rtcp, error));
}

/* Both directions have the suite of the peer. */
static gboolean
read_keys (Connect *call, const SfuPlainPeer *peer, GError **error)
{
  SfuPlainLink *self = call->link;
  gboolean given = peer->suite && peer->suite[0];
  SfuSrtpSuite suite = SFU_SRTP_NONE;
  SfuSrtpKey theirs = { { 0 }, 0 };

  if (self->suite == SFU_SRTP_NONE)
    return given ? refuse (error, "invalid srtpParameters (SRTP not enabled)")
                 : TRUE;
  if (!given)
    return refuse (error, "missing srtpParameters (SRTP enabled)");
  if (!sfu_srtp_suite_from_name (peer->suite, &suite))
    return refuse (error, "srtpParameters.cryptoSuite is not known");
  if (!sfu_srtp_key_from_text (&theirs, suite, peer->key))
    return refuse (error,
        "srtpParameters.keyBase64 must be the key and salt of its crypto "
        "suite");
  if (suite != self->suite) {
    self->suite = suite;
    sfu_srtp_key_generate (&self->key, suite);
  }
  call->in = sfu_srtp_new (suite, &theirs, FALSE, error);
  sfu_srtp_key_clear (&theirs);
  if (call->in)
    call->out = sfu_srtp_new (suite, &self->key, TRUE, error);
  return call->out != NULL;
}

static void
apply (gpointer data, gpointer unused)
{
  Connect *call = data;
  SfuPlainLink *self = call->link;

  self->in = g_steal_pointer (&call->in);
  self->out = g_steal_pointer (&call->out);
  if (call->has_address) {
    sfu_plain_tuple_give (&self->components[SFU_PLAIN_RTP].tuple, &call->rtp);
    if (!self->rtcp_mux)
      sfu_plain_tuple_give (
          &self->components[SFU_PLAIN_RTCP].tuple, &call->rtcp);
  }
  sfu_plain_link_maybe_connected (self);
}

gboolean
sfu_plain_link_connect (
    SfuPlainLink *self, const SfuPlainPeer *peer, GError **error)
{
  Connect call = { .link = self };
  gboolean ok = FALSE;

  if (self->closed)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "transport is closed");
  else if (self->connect_called)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, "already connected");
  else
    ok = read_addresses (&call, peer, error) && read_keys (&call, peer, error);
  if (ok) {
    self->connect_called = TRUE;
    sfu_media_loop_call (self->loop, apply, &call);
  }
  sfu_srtp_free (call.in);
  sfu_srtp_free (call.out);
  return ok;
}
