/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A configuration read anew, as far as HTTP and the protocols are concerned.
 *
 * Threads: the server's one thread. */
#include "sfu-http-private.h"

struct _SfuHttpReload {
  SfuServices services;
  GTlsCertificate *certificate; /* owned; NULL = plain http */
};

SfuHttpReload *
sfu_http_reload_new (const SfuConfig *fresh, GError **error)
{
  g_autoptr (SfuHttpReload) reload = g_new0 (SfuHttpReload, 1);

  if (!sfu_services_init (&reload->services, fresh, NULL, error))
    return NULL;
  if (fresh->tls_cert != NULL) {
    reload->certificate = sfu_http_load_certificate (fresh, error);
    if (reload->certificate == NULL)
      return NULL;
  }
  return g_steal_pointer (&reload);
}

void
sfu_http_reload_free (SfuHttpReload *reload)
{
  if (reload == NULL)
    return;
  sfu_services_clear (&reload->services);
  g_clear_object (&reload->certificate);
  g_free (reload);
}

/* Connections that are open keep theirs. */
static void
reload_certificate (
    SfuHttpServer *server, SfuHttpReload *reload, GPtrArray *taken)
{
  if (server->certificate == NULL || reload->certificate == NULL ||
      g_tls_certificate_is_same (server->certificate, reload->certificate))
    return;
  g_set_object (&server->certificate, reload->certificate);
  for (guint i = 0; i < server->listeners->len; i++)
    sfu_listener_set_certificate (
        server->listeners->pdata[i], server->certificate);
  g_ptr_array_add (taken, "certificate");
}

void
sfu_http_server_reload (
    SfuHttpServer *server, SfuHttpReload *reload, GPtrArray *taken)
{
  SfuAddressLimitsOptions limits = sfu_http_address_limits (server->config);

  sfu_services_take_over (&server->services, &reload->services);
  sfu_address_limits_set_options (
      server->limits, &limits, g_get_monotonic_time ());
  sfu_http_mounts_reload (server);
  reload_certificate (server, reload, taken);
}
