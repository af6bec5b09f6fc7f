/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-plain.h.
 *
 * Threads: control thread; sfuplaintransport tells its state there. */
#include "sfu-worker-plain.h"

#include "sfu-error.h"
#include "sfu-plain-transport.h"

/* ---- options ---- */

typedef struct {
  const gchar *name;
  gchar type; /* of GVariant: b, q or s */
  gpointer value;
} Option;

static gboolean
read_option (const Option *option, GVariant *value)
{
  const gchar type[] = { option->type, '\0' };
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE (type)))
    return FALSE;
  switch (option->type) {
    case 'b':
      *(gboolean *)option->value = g_variant_get_boolean (value);
      break;
    case 'q':
      *(guint *)option->value = g_variant_get_uint16 (value);
      break;
    default:
      *(const gchar **)option->value = g_variant_get_string (value, NULL);
  }
  return TRUE;
}

static gboolean
read_options (
    GVariant *variant, const Option *options, guint n_options, GError **error)
{
  GVariantIter iter;
  const gchar *name;
  g_variant_iter_init (&iter, variant);
  for (;;) {
    g_autoptr (GVariant) value = NULL;
    guint i;
    if (!g_variant_iter_next (&iter, "{&sv}", &name, &value))
      return TRUE;
    for (i = 0; i < n_options && !g_str_equal (name, options[i].name); i++) {
    }
    if (i == n_options || !read_option (&options[i], value)) {
      g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
          "option '%.64s' is unknown or has the wrong type", name);
      return FALSE;
    }
  }
}

gboolean
sfu_worker_plain_read_options (
    GVariant *variant, SfuPlainLinkOptions *options, GError **error)
{
  const gchar *suite = "";
  const Option known[] = { { "rtcp-mux", 'b', &options->rtcp_mux },
    { "comedia", 'b', &options->comedia },
    { "srtp-crypto-suite", 's', &suite } };
  if (!read_options (variant, known, G_N_ELEMENTS (known), error))
    return FALSE;
  if (suite[0] == '\0' || sfu_srtp_suite_from_name (suite, &options->suite))
    return TRUE;
  g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
      "srtpCryptoSuite '%.64s' is not known", suite);
  return FALSE;
}

gboolean
sfu_worker_plain_read_peer (
    GVariant *variant, SfuPlainPeer *peer, GError **error)
{
  const Option known[] = { { "ip", 's', &peer->ip },
    { "port", 'q', &peer->port }, { "rtcp-port", 'q', &peer->rtcp_port },
    { "srtp-crypto-suite", 's', &peer->suite },
    { "srtp-key", 's', &peer->key } };
  return read_options (variant, known, G_N_ELEMENTS (known), error);
}

/* ---- errors ---- */

static gboolean
fail (const SfuWorkerTransport *self, const GError *reason, GError **error)
{
  SfuError code = SFU_ERROR_FAILED;
  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT))
    code = SFU_ERROR_INVALID_ARGUMENT;
  else if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_EXISTS) ||
      g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CLOSED))
    code = SFU_ERROR_WRONG_STATE;
  else if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED))
    code = SFU_ERROR_NOT_SUPPORTED;
  g_set_error (error, SFU_ERROR, code, "transport %s: %s", self->node.id,
      reason->message);
  return FALSE;
}

/* ---- life ---- */

static void
on_state_changed (
    GstElement *element, const gchar *state, SfuWorkerTransport *self)
{
  GstStructure *stats = NULL;
  guint port = 0;
  g_object_get (element, "stats", &stats, NULL);
  const gchar *ip = gst_structure_get_string (stats, "remote-address");
  gst_structure_get_uint (stats, "remote-port", &port);
  g_info ("transport=%s plain state=%s remote=%s port=%u", self->node.id, state,
      ip ? ip : "", port);
  gst_structure_free (stats);
}

SfuWorkerTransport *
sfu_worker_plain_new (SfuWorkerRouter *router, const gchar *id,
    const SfuPlainLinkOptions *options, GError **error)
{
  g_autofree gchar *name = g_strdup_printf ("transport-%s", id);
  g_autoptr (GError) reason = NULL;
  GstElement *element = gst_element_factory_make_full ("sfuplaintransport",
      "name", name, "media-loop", router->loop, "listen-ip", options->listen_ip,
      "announced-address", options->announced, "port", (guint)options->port_min,
      "port-max", (guint)options->port_max, "rtcp-mux", options->rtcp_mux,
      "comedia", options->comedia, "srtp-crypto-suite",
      sfu_srtp_suite_name (options->suite), NULL);
  if (!element) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_FAILED,
        "no sfuplaintransport could be made");
    return NULL;
  }
  SfuWorkerTransport *self = sfu_worker_transport_wrap (router, id, element);
  self->plain = TRUE;
  /* Before its state is changed, so that we are told why it fails. */
  if (!sfu_plain_transport_open (SFU_PLAIN_TRANSPORT (element), &reason)) {
    fail (self, reason, error);
    sfu_worker_transport_free (self);
    return NULL;
  }
  if (!sfu_worker_router_add (router, element, error)) {
    sfu_worker_transport_free (self);
    return NULL;
  }
  g_signal_connect (
      element, "state-changed", G_CALLBACK (on_state_changed), self);
  return self;
}

void
sfu_worker_plain_close (SfuWorkerTransport *self)
{
  sfu_plain_transport_close (SFU_PLAIN_TRANSPORT (self->element));
}

/* ---- verbs ---- */

SfuSeamPlainInfo *
sfu_worker_plain_get_info (SfuWorkerTransport *self)
{
  SfuPlainLink *link =
      sfu_plain_transport_get_link (SFU_PLAIN_TRANSPORT (self->element));
  g_autofree gchar *key = sfu_plain_link_dup_key (link);
  return sfu_seam_plain_info_new (sfu_plain_link_get_ip (link),
      sfu_plain_link_get_port (link), sfu_plain_link_get_rtcp_port (link),
      sfu_srtp_suite_name (sfu_plain_link_get_suite (link)), key ? key : "");
}

gboolean
sfu_worker_plain_connect (
    SfuWorkerTransport *self, const SfuPlainPeer *peer, GError **error)
{
  g_autoptr (GError) reason = NULL;
  if (!self->plain) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
        "transport %s is not a plain one", self->node.id);
    return FALSE;
  }
  return sfu_plain_transport_connect (
             SFU_PLAIN_TRANSPORT (self->element), peer, &reason) ||
      fail (self, reason, error);
}

GVariant *
sfu_worker_plain_dump (const SfuWorkerTransport *self)
{
  SfuPlainLink *link =
      sfu_plain_transport_get_link (SFU_PLAIN_TRANSPORT (self->element));
  SfuPlainLinkStats stats;
  GVariantDict dict;
  sfu_plain_link_get_stats (link, &stats);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "id", "s", self->node.id);
  g_variant_dict_insert (&dict, "type", "s", "plain");
  g_variant_dict_insert (&dict, "port", "q", sfu_plain_link_get_port (link));
  g_variant_dict_insert (
      &dict, "rtcpPort", "q", sfu_plain_link_get_rtcp_port (link));
  g_variant_dict_insert (&dict, "srtpCryptoSuite", "s",
      sfu_srtp_suite_name (sfu_plain_link_get_suite (link)));
  if (stats.known) {
    g_variant_dict_insert (&dict, "remoteIp", "s", stats.remote_ip);
    g_variant_dict_insert (&dict, "remotePort", "q", stats.remote_port);
    g_variant_dict_insert (&dict, "learned", "b", stats.learned);
  }
  return g_variant_dict_end (&dict);
}
