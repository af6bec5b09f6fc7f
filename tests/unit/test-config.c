/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* server/config: who wins, what is refused, and that every key works in all
 * three places.
 *
 * Threads: one. */
#include "sfu-config-keys.h"
#include "sfu-error.h"

#include <glib/gstdio.h>
#include <string.h>

static gchar *file_name;

typedef struct {
  SfuConfig *config;
  SfuConfigAction action;
  gchar *text;
  GError *error;
} Loaded;

/* flags and variables: NULL-terminated; file: content of --config, or NULL. */
static Loaded
load (
    const gchar *const *flags, const gchar *const *variables, const gchar *file)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autofree gchar *config_flag = g_strdup_printf ("--config=%s", file_name);
  static const gchar *const none[] = { NULL };
  Loaded l = { NULL };

  g_ptr_array_add (argv, "sfu-server");
  if (file != NULL) {
    g_file_set_contents (file_name, file, -1, NULL);
    g_ptr_array_add (argv, config_flag);
  }
  for (guint i = 0; flags != NULL && flags[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer)flags[i]);
  l.config = sfu_config_load ((gint)argv->len, (gchar **)argv->pdata,
      (gchar **)(variables != NULL ? variables : none), &l.action, &l.text,
      &l.error);
  return l;
}

static void
loaded_clear (Loaded *l)
{
  sfu_config_free (l->config);
  g_free (l->text);
  g_clear_error (&l->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Loaded, loaded_clear)

static void
test_defaults (void)
{
  g_auto (Loaded) l = load (NULL, NULL, NULL);

  g_assert_no_error (l.error);
  g_assert_cmpint (l.action, ==, SFU_CONFIG_RUN);
  g_assert_cmpuint (l.config->http_ports->len, ==, 1);
  g_assert_cmpuint (g_array_index (l.config->http_ports, guint16, 0), ==, 4443);
  g_assert_cmpstr (l.config->listen_ips[0], ==, "127.0.0.1");
  g_assert_cmpuint (l.config->rtc_port_min, ==, 40000);
  g_assert_cmpuint (l.config->rtc_port_max, ==, 40000);
  g_assert_cmpuint (l.config->workers, ==, g_get_num_processors ());
  g_assert_cmpuint (l.config->codecs->len, ==, 5);
  g_assert_null (l.config->admin_token);
  g_assert_false (l.config->admin_open);
  g_assert_cmpuint (l.config->max_message_bytes, ==, 65536);
}

static void
test_precedence (void)
{
  static const gchar *const flags[] = { "--workers", "4", NULL };
  static const gchar *const variables[] = { "SFU_WORKERS=3", "SFU_MAX_ROOMS=30",
    NULL };
  g_auto (Loaded) l = load (flags, variables,
      "[media]\nworkers=2\n[limits]\nmax-rooms=20\nmax-peers-per-room=20\n");

  g_assert_no_error (l.error);
  g_assert_cmpuint (l.config->workers, ==, 4);
  g_assert_cmpuint (l.config->max_rooms, ==, 30);
  g_assert_cmpuint (l.config->max_peers_per_room, ==, 20);
}

/* One for each core, as far as the ports reach. */
static void
test_workers (void)
{
  static const struct {
    const gchar *flags[3];
    guint at_most; /* one for each core */
  } cases[] = {
    { { "--workers=auto", NULL }, 256 },
    { { "--workers=0", NULL }, 256 },
    { { "--workers=0", "--rtc-port=0", NULL }, 256 },
    { { "--workers=auto", "--rtc-port=65535", NULL }, 1 },
    { { "--rtc-port-range=5-6", NULL }, 2 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (Loaded) l = load (cases[i].flags, NULL, NULL);

    g_assert_no_error (l.error);
    g_assert_cmpuint (
        l.config->workers, ==, MIN (cases[i].at_most, g_get_num_processors ()));
  }
}

/* Deployments of other systems set their own names. */
static void
test_aliases (void)
{
  static const gchar *const variables[] = { "PORT=8100",
    "MEDIASOUP_ANNOUNCED_IP=192.0.2.1", "RTC_MIN_PORT=2000",
    "RTC_MAX_PORT=2420", "JWT_SECRET=correct horse", "LOG_LEVEL=warn",
    "FRONTEND_URL=https://app.example", "REDIS_URL=redis://:pw@192.0.2.2",
    "SFU_LOG_LEVEL=", NULL };
  static const gchar *const ours[] = { "PORT=8100", "SFU_HTTP_PORT=8200",
    NULL };
  static const gchar *const bad[] = { "RTC_MIN_PORT=3000", "RTC_MAX_PORT=10",
    NULL };
  static const gchar *const half[] = { "RTC_MIN_PORT=3000", NULL };
  static const gchar *const print[] = { "--print-config", NULL };
  g_auto (Loaded) l = load (NULL, variables, NULL);
  g_auto (Loaded) o = load (NULL, ours, NULL);
  g_auto (Loaded) b = load (NULL, bad, NULL);
  g_auto (Loaded) h = load (NULL, half, NULL);
  g_auto (Loaded) p = load (print, variables, NULL);

  g_assert_no_error (l.error);
  g_assert_cmpuint (g_array_index (l.config->http_ports, guint16, 0), ==, 8100);
  g_assert_cmpstr (l.config->announced_addresses[0], ==, "192.0.2.1");
  g_assert_cmpuint (l.config->rtc_port_min, ==, 2000);
  g_assert_cmpuint (l.config->rtc_port_max, ==, 2420);
  g_assert_cmpstr (l.config->jwt_secret, ==, "correct horse");
  g_assert_cmpstr (l.config->log_level, ==, "warning");
  g_assert_cmpstr (l.config->allowed_origins[0], ==, "https://app.example");
  g_assert_cmpuint (g_array_index (o.config->http_ports, guint16, 0), ==, 8200);
  g_assert_error (b.error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (b.error->message, "RTC_MIN_PORT-RTC_MAX_PORT"));
  g_assert_cmpuint (h.config->rtc_port_max, ==, 40000);
  g_assert_null (strstr (p.text, "horse"));
  g_assert_null (strstr (p.text, "pw@"));
}

static void
test_lists (void)
{
  static const gchar *const flags[] = { "--http-port=1", "--http-port", "2",
    "--announced-address=a", "--announced-address=b.example, c", NULL };
  static const gchar *const variables[] = { "SFU_HTTP_PORT=7,8", NULL };
  g_auto (Loaded) l = load (flags, variables, NULL);
  g_auto (Loaded) m = load (NULL, variables, NULL);

  g_assert_no_error (l.error);
  g_assert_cmpuint (l.config->http_ports->len, ==, 2);
  g_assert_cmpuint (g_array_index (l.config->http_ports, guint16, 1), ==, 2);
  g_assert_cmpuint (g_strv_length (l.config->announced_addresses), ==, 3);
  g_assert_cmpstr (l.config->announced_addresses[2], ==, "c");
  g_assert_cmpuint (m.config->http_ports->len, ==, 2);
  g_assert_cmpuint (g_array_index (m.config->http_ports, guint16, 0), ==, 7);
}

static void
test_ports (void)
{
  static const struct {
    const gchar *flag, *variable, *file;
    guint16 min, max;
  } cases[] = {
    { "--rtc-port=0", NULL, NULL, 0, 0 },
    { "--rtc-port=65535", NULL, NULL, 65535, 65535 },
    { "--rtc-port-range=1000-2000", NULL, NULL, 1000, 2000 },
    /* The more important source decides which of the two counts. */
    { "--rtc-port=5", "SFU_RTC_PORT_RANGE=1000-2000", NULL, 5, 5 },
    { NULL, "SFU_RTC_PORT_RANGE=1000-2000", "[network]\nrtc-port=5\n", 1000,
        2000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const gchar *flags[] = { cases[i].flag, NULL };
    const gchar *variables[] = { cases[i].variable, NULL };
    g_auto (Loaded) l = load (flags, variables, cases[i].file);

    g_assert_no_error (l.error);
    g_assert_cmpuint (l.config->rtc_port_min, ==, cases[i].min);
    g_assert_cmpuint (l.config->rtc_port_max, ==, cases[i].max);
  }
}

/* What a wildcard covers could not be bound beside it. */
static void
test_listen_ips (void)
{
  static const struct {
    const gchar *flags[4];
    const gchar *ips;
  } cases[] = {
    { { "--listen-ip=127.0.0.1, ::1", NULL }, "127.0.0.1 ::1" },
    { { "--listen-ip=::1", "--listen-ip=127.0.0.1", NULL }, "::1 127.0.0.1" },
    { { "--listen-ip=0:0::1, ::1", NULL }, "::1" },
    { { "--announced-address=192.0.2.1", "--listen-ip=0.0.0.0, ::", NULL },
        "::" },
    { { "--announced-address=192.0.2.1", "--listen-ip=127.0.0.1, 0.0.0.0, ::1",
          NULL },
        "0.0.0.0 ::1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (Loaded) l = load (cases[i].flags, NULL, NULL);
    g_autofree gchar *ips = NULL;

    g_assert_no_error (l.error);
    ips = g_strjoinv (" ", l.config->listen_ips);
    g_assert_cmpstr (ips, ==, cases[i].ips);
  }
}

static const struct {
  const gchar *flags[4], *variable, *file;
  const gchar *message; /* a part of it */
} refusals[] = {
  { { "--http-port=65536", NULL }, NULL, NULL, "--http-port: must be" },
  { { "--http-port=,", NULL }, NULL, NULL, "--http-port: must be a port" },
  { { "--http-port", NULL }, NULL, NULL, "--http-port: needs a value" },
  { { "stray", NULL }, NULL, NULL, "\"stray\" is no option" },
  { { "--no-workers", NULL }, NULL, NULL, "\"--no-workers\" is no option" },
  { { "--listen-ip=localhost", NULL }, NULL, NULL, "must be an IP address" },
  { { "--listen-ip=::", NULL }, NULL, NULL, "announced-address: missing" },
  { { "--listen-ip=127.0.0.1, 0.0.0.0", NULL }, NULL, NULL,
      "listen-ip 0.0.0.0 is no" },
  { { "--listen-ip=,", NULL }, NULL, NULL, "must be an IP address" },
  { { "--announced-address=https://sfu.example", NULL }, NULL, NULL,
      "\"https://sfu.example\" is no address" },
  { { "--announced-address=10.0.0", NULL }, NULL, NULL, "no host name" },
  { { "--announced-address=::", NULL }, NULL, NULL, "no host name" },
  { { "--workers=257", NULL }, NULL, NULL, "from 1 to 256" },
  { { NULL }, "SFU_WORKERS=many", NULL, "SFU_WORKERS: must be" },
  { { NULL }, NULL, "[media]\nworkers=-1\n", "[media] workers: must be" },
  { { NULL }, NULL, "[media]\nwrokers=1\n", "has no key \"wrokers\"" },
  { { NULL }, NULL, "[network]\nworkers=1\n", "it belongs to media" },
  { { NULL }, NULL, "workers=1\n", "config" },
  { { "--rtc-port-range=5", NULL }, NULL, NULL, "must be two ports" },
  { { "--rtc-port-range=9-5", NULL }, NULL, NULL, "must be two ports" },
  { { "--rtc-port-range=0-5", NULL }, NULL, NULL, "must be two ports" },
  { { "--rtc-port=1", "--rtc-port-range=5-9", NULL }, NULL, NULL,
      "only one of them" },
  { { "--rtc-port=65535", "--workers=2", NULL }, NULL, NULL, "no ports left" },
  { { "--rtc-port-range=5-6", "--workers=3", NULL }, NULL, NULL,
      "fewer ports than workers" },
  { { "--tls-cert=/dev/null", NULL }, NULL, NULL, "without the other" },
  { { "--tls-cert=/nonexistent", NULL }, NULL, NULL, "does not exist" },
  { { "--admin-open", "--listen-ip=192.0.2.1", NULL }, NULL, NULL,
      "admin-open: only with a loopback" },
  { { "--admin-open", "--listen-ip=::1", "--listen-ip=192.0.2.1", NULL }, NULL,
      NULL, "admin-open: only with a loopback" },
  { { "--admin-open=perhaps", NULL }, NULL, NULL, "must be yes or no" },
  { { "--admin-token-file=/dev/null", NULL }, NULL, NULL, "the file is empty" },
  { { "--jwt-secret-file=/dev/null", NULL }, NULL, NULL, "the file is empty" },
  { { "--turn-secret-file=/nonexistent", NULL }, NULL, NULL, "nonexistent" },
  { { "--admin-token-file=/nonexistent", NULL }, NULL, NULL, "/nonexistent" },
  { { "--codecs=theora", NULL }, NULL, NULL, "media codec not supported" },
  { { "--codecs=", NULL }, NULL, NULL, "must name a codec" },
  { { "--log-level=loud", NULL }, NULL, NULL, "must be error, warning" },
  { { "--log-level=info,seam", NULL }, NULL, NULL, "\"seam\" is no level" },
  { { "--log-format=xml", NULL }, NULL, NULL, "must be auto, text, json" },
  { { "--webhook-url=app.example", NULL }, NULL, NULL,
      "--webhook-url: must be an address like" },
  { { "--webhook-url=https:///x", NULL }, NULL, NULL, "must be an address" },
  { { "--metrics-port=9", NULL }, NULL, NULL,
      "metrics-port: 9 is none of the http-ports" },
  { { "--ping-interval=5", "--ping-timeout=5", NULL }, NULL, NULL,
      "ping-timeout: must be longer" },
};

static void
test_refused (void)
{

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++) {
    const gchar *variables[] = { refusals[i].variable, NULL };
    g_auto (Loaded) l = load (refusals[i].flags, variables, refusals[i].file);

    g_assert_error (l.error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
    if (strstr (l.error->message, refusals[i].message) == NULL)
      g_error (
          "\"%s\" does not say \"%s\"", l.error->message, refusals[i].message);
    g_assert_null (l.config);
  }
}

static void
test_switches (void)
{
  static const struct {
    const gchar *flag, *variable;
    gboolean open;
  } cases[] = { { "--admin-open", NULL, TRUE },
    { "--admin-open=true", NULL, TRUE }, { "--no-admin-open", NULL, FALSE },
    { "--no-admin-open", "SFU_ADMIN_OPEN=1", FALSE },
    { NULL, "SFU_ADMIN_OPEN=Yes", TRUE }, { NULL, "SFU_ADMIN_OPEN=0", FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const gchar *flags[] = { cases[i].flag, NULL };
    const gchar *variables[] = { cases[i].variable, NULL };
    g_auto (Loaded) l = load (flags, variables, NULL);

    g_assert_no_error (l.error);
    g_assert_cmpint (l.config->admin_open, ==, cases[i].open);
  }
}

static void
test_dtls (void)
{
  const gchar *stock[] = { "--dtls=stock", NULL };
  const gchar *own[] = { "SFU_DTLS=own", NULL };
  const gchar *other[] = { "--dtls", "openssl", NULL };
  g_auto (Loaded) by_default = load (NULL, NULL, NULL);
  g_auto (Loaded) by_flag = load (stock, own, NULL);
  g_auto (Loaded) wrong = load (other, NULL, NULL);

  g_assert_false (by_default.config->stock_dtls);
  g_assert_true (by_flag.config->stock_dtls);
  g_assert_error (wrong.error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
}

/* The token is read, and never printed. */
static void
test_token (void)
{
  g_autofree gchar *token_file = g_strdup_printf ("%s.token", file_name);
  g_autofree gchar *flag =
      g_strdup_printf ("--admin-token-file=%s", token_file);
  const gchar *flags[] = { flag, "--print-config", NULL };
  Loaded l;

  g_file_set_contents (token_file, "  open-sesame\n", -1, NULL);
  l = load (flags, NULL, NULL);
  g_assert_no_error (l.error);
  g_assert_cmpstr (l.config->admin_token, ==, "open-sesame");
  g_assert_null (strstr (l.text, "open-sesame"));
  loaded_clear (&l);
  g_remove (token_file);
}

/* A secret that is short, or that everybody can read, is used all the same. */
static void
test_secret (void)
{
  g_autofree gchar *secret_file = g_strdup_printf ("%s.secret", file_name);
  g_autofree gchar *jwt = g_strdup_printf ("--jwt-secret-file=%s", secret_file);
  g_autofree gchar *turn =
      g_strdup_printf ("--turn-secret-file=%s", secret_file);
  g_autofree gchar *admin =
      g_strdup_printf ("--admin-token-file=%s", secret_file);
  const gchar *flags[] = { jwt, turn, admin, NULL };
  Loaded l;

  g_file_set_contents (secret_file, " s3cr3t s \n", -1, NULL);
  g_chmod (secret_file, 0600);
  l = load (flags, NULL, NULL);
  g_assert_no_error (l.error);
  g_assert_cmpstr (l.config->jwt_secret, ==, " s3cr3t s ");
  g_assert_cmpstr (l.config->turn_secret, ==, " s3cr3t s ");
  g_assert_cmpuint (l.config->warnings->len, ==, 2);
  g_assert_true (
      g_str_has_prefix (l.config->warnings->pdata[0], "jwt-secret-file: "));
  g_assert_true (
      g_str_has_prefix (l.config->warnings->pdata[1], "turn-secret-file: "));
  loaded_clear (&l);
  g_chmod (secret_file, 0644);
  l = load (flags, NULL, NULL);
  g_assert_no_error (l.error);
  g_assert_cmpuint (l.config->warnings->len, ==, 3);
  for (guint i = 0; i < 3; i++) {
    g_assert_nonnull (strstr (l.config->warnings->pdata[i], "can read it"));
    g_assert_null (strstr (l.config->warnings->pdata[i], "s3cr3t"));
  }
  loaded_clear (&l);
  g_remove (secret_file);
}

/* What is printed can be read again, and means the same. */
static void
test_print_round_trip (void)
{
  static const gchar *const flags[] = { "--print-config", "--workers=3",
    "--codecs=opus,VP8;x=1", "--rtc-port=7", NULL };
  static const gchar *const print[] = { "--print-config", NULL };
  g_auto (Loaded) l = load (flags, NULL, NULL);
  g_auto (Loaded) m = { NULL };

  g_assert_no_error (l.error);
  g_assert_cmpint (l.action, ==, SFU_CONFIG_PRINT);
  m = load (print, NULL, l.text);
  g_assert_no_error (m.error);
  g_assert_cmpstr (l.text, ==, m.text);
  g_assert_cmpuint (m.config->codecs->len, ==, 2);
}

static void
test_every_key (void)
{
  g_autofree gchar *help = sfu_config_help ();

  for (guint i = 0; i < sfu_config_n_keys; i++) {
    const SfuConfigKey *key = &sfu_config_keys[i];
    g_autofree gchar *flag =
        g_strdup_printf ("--%s=%s", key->name, key->fallback);
    g_autofree gchar *variable_name = sfu_config_environment_name (key);
    g_autofree gchar *variable =
        g_strdup_printf ("%s=%s", variable_name, key->fallback);
    g_autofree gchar *file =
        g_strdup_printf ("[%s]\n%s=%s\n", key->group, key->name, key->fallback);
    g_autofree gchar *option = g_strdup_printf ("  --%s", key->name);
    const gchar *flags[] = { flag, NULL };
    const gchar *variables[] = { variable, NULL };
    g_auto (Loaded) l = load (flags, NULL, NULL);
    g_auto (Loaded) m = load (NULL, variables, NULL);
    g_auto (Loaded) n = load (NULL, NULL, file);

    g_assert_no_error (l.error);
    g_assert_no_error (m.error);
    g_assert_no_error (n.error);
    g_assert_nonnull (strstr (help, option));
  }
}

int
main (int argc, char **argv)
{
  gint status, fd;

  g_test_init (&argc, &argv, NULL);
  fd = g_file_open_tmp ("sfu-config-XXXXXX", &file_name, NULL);
  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  g_test_add_func ("/config/defaults", test_defaults);
  g_test_add_func ("/config/precedence", test_precedence);
  g_test_add_func ("/config/workers", test_workers);
  g_test_add_func ("/config/aliases", test_aliases);
  g_test_add_func ("/config/lists", test_lists);
  g_test_add_func ("/config/ports", test_ports);
  g_test_add_func ("/config/listen-ips", test_listen_ips);
  g_test_add_func ("/config/refused", test_refused);
  g_test_add_func ("/config/switches", test_switches);
  g_test_add_func ("/config/dtls", test_dtls);
  g_test_add_func ("/config/token", test_token);
  g_test_add_func ("/config/secret", test_secret);
  g_test_add_func ("/config/print", test_print_round_trip);
  g_test_add_func ("/config/every-key", test_every_key);
  status = g_test_run ();
  g_remove (file_name);
  g_free (file_name);
  return status;
}
