/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-config.h.
 *
 * Threads: pure functions. */
#include "sfu-worker-config.h"

#include "sfu-error.h"

#define MAX_LIMIT 100000

/* An order of magnitude above the largest conference one worker can carry:
 * they keep a runaway client from eating the machine, nothing else. */
#define DEFAULT_ROUTERS 1000
#define DEFAULT_TRANSPORTS_PER_ROUTER 1000
#define DEFAULT_PRODUCERS_PER_TRANSPORT 64
#define DEFAULT_CONSUMERS_PER_TRANSPORT 1000
#define DEFAULT_CONSENT_TIMEOUT_S 30

void
sfu_worker_config_init (SfuWorkerConfig *config)
{
  config->allow_impairment = FALSE;
  config->ice_tcp = FALSE;
  config->stock_dtls = FALSE;
  config->consent_timeout_s = DEFAULT_CONSENT_TIMEOUT_S;
  config->media_priority = 0;
  config->plain_port_min = config->plain_port_max = 0;
  config->max_routers = DEFAULT_ROUTERS;
  config->max_transports_per_router = DEFAULT_TRANSPORTS_PER_ROUTER;
  config->max_producers_per_transport = DEFAULT_PRODUCERS_PER_TRANSPORT;
  config->max_consumers_per_transport = DEFAULT_CONSUMERS_PER_TRANSPORT;
}

static gboolean
read_limit (const gchar *name, GVariant *value, guint *limit, GError **error)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32)) {
    *limit = g_variant_get_uint32 (value);
    if (*limit >= 1 && *limit <= MAX_LIMIT)
      return TRUE;
  }
  g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
      "option '%s' must be a number of 1 to %d", name, MAX_LIMIT);
  return FALSE;
}

/* FALSE: it is none of them. */
static gboolean
read_switch (SfuWorkerConfig *config, const gchar *name, GVariant *value)
{
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return FALSE;
  if (g_str_equal (name, "allow-impairment"))
    config->allow_impairment = g_variant_get_boolean (value);
  else if (g_str_equal (name, "ice-tcp"))
    config->ice_tcp = g_variant_get_boolean (value);
  else if (g_str_equal (name, "stock-dtls"))
    config->stock_dtls = g_variant_get_boolean (value);
  else
    return FALSE;
  return TRUE;
}

/* FALSE: it is none of the two. */
static gboolean
read_port (SfuWorkerConfig *config, const gchar *name, GVariant *value)
{
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_UINT16))
    return FALSE;
  if (g_str_equal (name, "plain-port-min"))
    config->plain_port_min = g_variant_get_uint16 (value);
  else if (g_str_equal (name, "plain-port-max"))
    config->plain_port_max = g_variant_get_uint16 (value);
  else
    return FALSE;
  return TRUE;
}

static gboolean
check_ports (const SfuWorkerConfig *config, GError **error)
{
  if (config->plain_port_min <= config->plain_port_max &&
      !config->plain_port_min == !config->plain_port_max)
    return TRUE;
  g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
      "the range of ports for plain transports %u-%u is empty",
      config->plain_port_min, config->plain_port_max);
  return FALSE;
}

gboolean
sfu_worker_config_read (
    SfuWorkerConfig *config, GVariant *options, GError **error)
{
  const struct {
    const gchar *name;
    guint *limit;
  } limits[] = {
    { "max-routers", &config->max_routers },
    { "max-transports-per-router", &config->max_transports_per_router },
    { "max-producers-per-transport", &config->max_producers_per_transport },
    { "max-consumers-per-transport", &config->max_consumers_per_transport },
    { "consent-timeout", &config->consent_timeout_s },
    { "media-priority", &config->media_priority },
  };
  GVariantIter iter;
  const gchar *name;
  g_variant_iter_init (&iter, options);
  for (;;) {
    g_autoptr (GVariant) value = NULL;
    if (!g_variant_iter_next (&iter, "{&sv}", &name, &value))
      return check_ports (config, error);
    guint i;
    for (i = 0; i < G_N_ELEMENTS (limits); i++) {
      if (g_str_equal (name, limits[i].name))
        break;
    }
    if (i < G_N_ELEMENTS (limits)) {
      if (!read_limit (name, value, limits[i].limit, error))
        return FALSE;
    } else if (!read_port (config, name, value) &&
        !read_switch (config, name, value)) {
      g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
          "option '%.64s' is unknown or has the wrong type", name);
      return FALSE;
    }
  }
}
