/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-transport.h.
 *
 * Threads: control thread; sfutransport tells its states there. */
#include "sfu-worker-transport.h"

#include "sfu-certificate.h"
#include "sfu-error.h"
#include "sfu-transport.h"
#include "sfu-worker-plain.h"

/* A machine has half as many public addresses at most that it makes sense to
 * announce; each is one for UDP and one for TCP. */
#define MAX_CANDIDATES 32
/* One per hash function is what clients send; five are in use. */
#define MAX_FINGERPRINTS 16

static gboolean
on_idle (gpointer data)
{
  SfuWorkerTransport *self = data;
  self->news_id = 0;
  self->callbacks->state_changed (
      self->owner, self, self->ice_state, self->dtls_state, "");
  return G_SOURCE_REMOVE;
}

/* On its way up a transport has four states within milliseconds, and nobody acts
 * on any of them: when there is more to do, the last one will be told. What ends
 * or has a reason is told at once. */
static void
on_state_changed (GstElement *element, const gchar *ice_state,
    const gchar *dtls_state, const gchar *reason, SfuWorkerTransport *self)
{
  gboolean urgent = *reason != '\0' || g_str_equal (ice_state, "closed") ||
      g_str_equal (dtls_state, "closed") || g_str_equal (dtls_state, "failed");
  g_free (self->ice_state);
  g_free (self->dtls_state);
  self->ice_state = g_strdup (ice_state);
  self->dtls_state = g_strdup (dtls_state);
  if (!urgent) {
    if (self->news_id == 0)
      self->news_id = g_idle_add (on_idle, self);
    return;
  }
  g_clear_handle_id (&self->news_id, g_source_remove);
  self->callbacks->state_changed (
      self->owner, self, ice_state, dtls_state, reason);
}

SfuWorkerTransport *
sfu_worker_transport_wrap (
    SfuWorkerRouter *router, const gchar *id, GstElement *element)
{
  SfuWorkerTransport *self = g_new0 (SfuWorkerTransport, 1);
  self->node.kind = SFU_NODE_TRANSPORT;
  self->node.id = g_strdup (id);
  self->router = router;
  self->element = gst_object_ref_sink (element);
  self->ice_state = g_strdup ("new");
  self->dtls_state = g_strdup ("new");
  self->producers = g_ptr_array_new ();
  self->consumers = g_ptr_array_new ();
  g_ptr_array_add (router->transports, self);
  return self;
}

SfuWorkerTransport *
sfu_worker_transport_new (SfuWorkerRouter *router, const gchar *id,
    SfuWebRtcServer *server, gboolean force_tcp,
    const SfuWorkerTransportCallbacks *callbacks, gpointer owner,
    GError **error)
{
  g_autofree gchar *name = g_strdup_printf ("transport-%s", id);
  GstElement *element = gst_element_factory_make_full ("sfutransport", "name",
      name, "webrtc-server", server, "force-tcp", force_tcp, NULL);
  if (!element) {
    g_set_error (
        error, SFU_ERROR, SFU_ERROR_FAILED, "no sfutransport could be made");
    return NULL;
  }
  SfuWorkerTransport *self = sfu_worker_transport_wrap (router, id, element);
  self->server = g_object_ref (server);
  self->force_tcp = force_tcp;
  self->callbacks = callbacks;
  self->owner = owner;
  if (!sfu_worker_router_add (router, element, error)) {
    sfu_worker_transport_free (self);
    return NULL;
  }
  g_signal_connect (
      element, "state-changed", G_CALLBACK (on_state_changed), self);
  return self;
}

void
sfu_worker_transport_free (SfuWorkerTransport *self)
{
  if (!self)
    return;
  g_assert (self->producers->len == 0 && self->consumers->len == 0);
  /* Whoever closes a transport knows; only others are told. */
  g_signal_handlers_disconnect_by_data (self->element, self);
  g_clear_handle_id (&self->news_id, g_source_remove);
  if (self->plain)
    sfu_worker_plain_close (self);
  else
    sfu_transport_close (SFU_TRANSPORT (self->element));
  if (GST_OBJECT_PARENT (self->element))
    sfu_worker_router_remove (self->router, self->element);
  gst_object_unref (self->element);
  g_ptr_array_remove (self->router->transports, self);
  g_ptr_array_unref (self->producers);
  g_ptr_array_unref (self->consumers);
  g_clear_object (&self->server);
  g_free (self->ice_state);
  g_free (self->dtls_state);
  g_free (self->node.id);
  g_free (self);
}

/* Weakest first: clients that take one only take the last. The certificate is
 * one for all and for as long as the process lives: hashed once. */
static void
add_fingerprints (SfuSeamTransportInfo *info)
{
  static struct {
    const gchar *algorithm;
    gchar *value;
  } all[] = { { "sha-1" }, { "sha-224" }, { "sha-384" }, { "sha-512" },
    { "sha-256" } };
  g_autoptr (SfuCertificate) certificate = sfu_certificate_get_default ();
  for (guint i = 0; i < G_N_ELEMENTS (all); i++) {
    if (!all[i].value)
      all[i].value = sfu_certificate_fingerprint (
          sfu_certificate_get_pem (certificate), all[i].algorithm);
    if (all[i].value)
      g_ptr_array_add (info->fingerprints,
          sfu_seam_fingerprint_new (all[i].algorithm, all[i].value));
  }
}

SfuSeamTransportInfo *
sfu_worker_transport_get_info (SfuWorkerTransport *self)
{
  SfuSeamTransportInfo *info = sfu_seam_transport_info_new ();
  g_free (info->ufrag);
  g_free (info->pwd);
  g_object_get (
      self->element, "ice-ufrag", &info->ufrag, "ice-pwd", &info->pwd, NULL);
  SfuIceCandidate candidates[MAX_CANDIDATES];
  guint n = sfu_webrtc_server_get_candidates (
      self->server, candidates, G_N_ELEMENTS (candidates));
  for (guint i = 0; i < n; i++) {
    const SfuIceCandidate *c = &candidates[i];
    if (c->tcp || !self->force_tcp)
      g_ptr_array_add (info->candidates,
          sfu_seam_candidate_new (c->foundation, c->priority, c->address,
              c->tcp ? "tcp" : "udp", c->port, "host",
              c->tcp ? "passive" : ""));
  }
  add_fingerprints (info);
  return info;
}

static gboolean
check_webrtc (const SfuWorkerTransport *self, GError **error)
{
  if (self->plain)
    g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
        "transport %s is a plain one", self->node.id);
  return !self->plain;
}

/* Ours is the other one; who says "auto" is content to begin (RFC 8842). */
static const gchar *
opposite_role (const gchar *role, GError **error)
{
  if (g_str_equal (role, "client") || g_str_equal (role, "auto"))
    return "server";
  if (g_str_equal (role, "server"))
    return "client";
  g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
      "the DTLS role must be 'client', 'server' or 'auto'");
  return NULL;
}

/* Algorithm and value in turns, borrowed, NULL-terminated. */
static GPtrArray *
flatten (GPtrArray *fingerprints, GError **error)
{
  if (fingerprints->len == 0 || fingerprints->len > MAX_FINGERPRINTS) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
        "1 to %d DTLS fingerprints are needed", MAX_FINGERPRINTS);
    return NULL;
  }
  GPtrArray *flat = g_ptr_array_new ();
  for (guint i = 0; i < fingerprints->len; i++) {
    const SfuSeamFingerprint *f = fingerprints->pdata[i];
    g_ptr_array_add (flat, f->algorithm);
    g_ptr_array_add (flat, f->value);
  }
  g_ptr_array_add (flat, NULL);
  return flat;
}

static SfuError
error_code (const GError *error)
{
  if (error->domain == G_IO_ERROR) {
    switch (error->code) {
      case G_IO_ERROR_INVALID_ARGUMENT:
        return SFU_ERROR_INVALID_ARGUMENT;
      case G_IO_ERROR_EXISTS:
      case G_IO_ERROR_CLOSED:
        return SFU_ERROR_WRONG_STATE;
    }
  } else if (g_error_matches (
                 error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN)) {
    return SFU_ERROR_NOT_SUPPORTED;
  }
  return SFU_ERROR_FAILED;
}

gboolean
sfu_worker_transport_connect (SfuWorkerTransport *self, const gchar *role,
    GPtrArray *fingerprints, const gchar **local_role, GError **error)
{
  g_autoptr (GError) reason = NULL;
  const gchar *ours =
      check_webrtc (self, error) ? opposite_role (role, error) : NULL;
  g_autoptr (GPtrArray) flat = ours ? flatten (fingerprints, error) : NULL;
  if (!flat)
    return FALSE;
  if (!sfu_transport_connect_full (SFU_TRANSPORT (self->element), role,
          (const gchar *const *)flat->pdata, &reason)) {
    g_set_error (error, SFU_ERROR, error_code (reason), "transport %s: %s",
        self->node.id, reason->message);
    return FALSE;
  }
  *local_role = ours;
  return TRUE;
}

gboolean
sfu_worker_transport_restart_ice (
    SfuWorkerTransport *self, gchar **ufrag, gchar **pwd, GError **error)
{
  if (!check_webrtc (self, error))
    return FALSE;
  if (g_str_equal (self->ice_state, "closed")) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_WRONG_STATE,
        "transport %s is closed", self->node.id);
    return FALSE;
  }
  sfu_transport_restart_ice (SFU_TRANSPORT (self->element));
  g_object_get (self->element, "ice-ufrag", ufrag, "ice-pwd", pwd, NULL);
  return TRUE;
}
