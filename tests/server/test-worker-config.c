/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of Start.
 *
 * Threads: main only. */
#include "sfu-error.h"
#include "sfu-worker-config.h"

static GVariant *
options (const gchar *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *variant =
      g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);
  g_assert_no_error (error);
  return variant;
}

static void
test_defaults (void)
{
  g_autoptr (GVariant) none = options ("{}");
  g_autoptr (GError) error = NULL;
  SfuWorkerConfig config;
  sfu_worker_config_init (&config);
  g_assert_true (sfu_worker_config_read (&config, none, &error));
  g_assert_no_error (error);
  g_assert_false (config.allow_impairment);
  g_assert_cmpuint (config.max_routers, >, 0);
  g_assert_cmpuint (config.max_transports_per_router, >, 0);
  g_assert_cmpuint (config.max_producers_per_transport, >, 0);
  g_assert_cmpuint (config.max_consumers_per_transport, >, 0);
  g_assert_cmpuint (config.consent_timeout_s, ==, 30);
  g_assert_cmpuint (config.media_priority, ==, 0);
}

static void
test_values (void)
{
  g_autoptr (GVariant) all =
      options ("{'allow-impairment': <true>, 'max-routers': <uint32 1>,"
               " 'max-transports-per-router': <uint32 2>,"
               " 'max-producers-per-transport': <uint32 3>,"
               " 'max-consumers-per-transport': <uint32 100000>,"
               " 'plain-port-max': <uint16 50001>,"
               " 'plain-port-min': <uint16 50000>,"
               " 'consent-timeout': <uint32 7>, 'ice-tcp': <true>,"
               " 'media-priority': <uint32 5>,"
               " 'stock-dtls': <true>}");
  g_autoptr (GError) error = NULL;
  SfuWorkerConfig config;
  sfu_worker_config_init (&config);
  g_assert_true (sfu_worker_config_read (&config, all, &error));
  g_assert_true (config.allow_impairment);
  g_assert_cmpuint (config.max_routers, ==, 1);
  g_assert_cmpuint (config.max_transports_per_router, ==, 2);
  g_assert_cmpuint (config.max_producers_per_transport, ==, 3);
  g_assert_cmpuint (config.max_consumers_per_transport, ==, 100000);
  g_assert_cmpuint (config.plain_port_min, ==, 50000);
  g_assert_true (config.ice_tcp);
  g_assert_true (config.stock_dtls);
  g_assert_cmpuint (config.consent_timeout_s, ==, 7);
  g_assert_cmpuint (config.media_priority, ==, 5);
  g_assert_cmpuint (config.plain_port_max, ==, 50001);
}

static void
test_refused (void)
{
  static const gchar *const bad[] = {
    "{'max-routers': <uint32 0>}",
    "{'max-routers': <uint32 100001>}",
    "{'max-routers': <int32 5>}",
    "{'max-routers': <'5'>}",
    "{'allow-impairment': <uint32 1>}",
    "{'max-routes': <uint32 1>}",
    "{'consent-timeout': <uint32 0>}",
    "{'': <uint32 1>}",
    "{'plain-port-min': <uint16 1>}",
    "{'plain-port-max': <uint16 1>}",
    "{'plain-port-min': <uint16 2>, 'plain-port-max': <uint16 1>}",
    "{'plain-port-min': <uint32 1>, 'plain-port-max': <uint32 1>}",
  };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GVariant) variant = options (bad[i]);
    g_autoptr (GError) error = NULL;
    SfuWorkerConfig config;
    sfu_worker_config_init (&config);
    g_assert_false (sfu_worker_config_read (&config, variant, &error));
    g_assert_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/worker/config/defaults", test_defaults);
  g_test_add_func ("/worker/config/values", test_values);
  g_test_add_func ("/worker/config/refused", test_refused);
  return g_test_run ();
}
