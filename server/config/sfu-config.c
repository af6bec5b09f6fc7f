/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration of sfu-server.
 *
 * Threads: once at the start. */
#include "sfu-config-keys.h"

#include "sfu-error.h"

#include <string.h>

typedef enum { FROM_DEFAULT, FROM_FILE, FROM_ENVIRONMENT, FROM_FLAG } Source;

typedef struct {
  gchar *text; /* owned; never NULL once the defaults are in */
  Source source;
  gchar *alias; /* owned; the variable it came from, when not our own name */
} Value;

typedef struct {
  Value *values; /* one for each key */
  gchar *file;   /* NULL = none */
  gboolean check, print, help, version;
} Loader;

/* The most important source counts; in a list, all its values. */
static void
set_value (Loader *loader, guint i, Source source, const gchar *text)
{
  Value *value = &loader->values[i];
  gchar *joined;

  if (value->text != NULL && source < value->source)
    return;
  if (value->text != NULL && source == value->source && sfu_config_keys[i].list)
    joined = g_strdup_printf ("%s,%s", value->text, text);
  else
    joined = g_strdup (text);
  g_free (value->text);
  value->text = joined;
  value->source = source;
}

static gchar *
describe_source (const Loader *loader, guint i)
{
  const SfuConfigKey *key = &sfu_config_keys[i];
  g_autofree gchar *variable = sfu_config_environment_name (key);

  switch (loader->values[i].source) {
    case FROM_FLAG:
      return g_strdup_printf ("--%s", key->name);
    case FROM_ENVIRONMENT:
      if (loader->values[i].alias != NULL)
        return g_strdup (loader->values[i].alias);
      return g_steal_pointer (&variable);
    case FROM_FILE:
      return g_strdup_printf (
          "%s: [%s] %s", loader->file, key->group, key->name);
    default:
      return g_strdup_printf ("default of %s", key->name);
  }
}

/* Flags of our own that are no keys. FALSE = it is none of them. */
static gboolean
read_special (Loader *loader, const gchar *name)
{
  if (strcmp (name, "check-config") == 0)
    loader->check = TRUE;
  else if (strcmp (name, "print-config") == 0)
    loader->print = TRUE;
  else if (strcmp (name, "help") == 0)
    loader->help = TRUE;
  else if (strcmp (name, "version") == 0)
    loader->version = TRUE;
  else
    return FALSE;
  return TRUE;
}

/* --name, --name=value, --name value, --no-name for switches. */
static gboolean
read_flag (Loader *loader, gint argc, gchar **argv, gint *i, GError **error)
{
  const gchar *flag = argv[*i];
  g_autofree gchar *name = NULL;
  const gchar *equals, *value = NULL;
  gboolean config;
  gint key;

  if (strcmp (flag, "-h") == 0)
    flag = "--help";
  if (!g_str_has_prefix (flag, "--"))
    return sfu_error_invalid (error, "\"%s\" is no option; see --help", flag);
  equals = strchr (flag, '=');
  name = equals != NULL ? g_strndup (flag + 2, (gsize)(equals - flag) - 2)
                        : g_strdup (flag + 2);
  if (equals == NULL && read_special (loader, name))
    return TRUE;
  config = strcmp (name, "config") == 0;
  key = sfu_config_find_key (name);
  if (key < 0 && g_str_has_prefix (name, "no-") && equals == NULL) {
    key = sfu_config_find_key (name + 3);
    if (key >= 0 && sfu_config_keys[key].argument == NULL) {
      set_value (loader, (guint)key, FROM_FLAG, "no");
      return TRUE;
    }
    key = -1;
  }
  if (key < 0 && !config)
    return sfu_error_invalid (error, "\"--%s\" is no option; see --help", name);
  if (equals != NULL)
    value = equals + 1;
  else if (!config && sfu_config_keys[key].argument == NULL)
    value = "yes";
  else if (*i + 1 < argc)
    value = argv[++*i];
  else
    return sfu_error_invalid (error, "--%s: needs a value", name);
  if (config) {
    g_free (loader->file);
    loader->file = g_strdup (value);
  } else {
    set_value (loader, (guint)key, FROM_FLAG, value);
  }
  return TRUE;
}

/* "NAME", or "MIN-MAX" for a range that stands in two variables. NULL = not
 * set. */
static gchar *
read_alias (gchar **environment, const gchar *alias)
{
  g_auto (GStrv) ends = g_strsplit (alias, "-", 2);
  const gchar *min = g_environ_getenv (environment, ends[0]), *max;

  if (min == NULL || *min == '\0')
    return NULL;
  if (ends[1] == NULL)
    return g_strdup (min);
  max = g_environ_getenv (environment, ends[1]);
  if (max == NULL || *max == '\0')
    return NULL;
  return g_strdup_printf ("%s-%s", min, max);
}

static void
read_aliases (Loader *loader, gchar **environment, guint i)
{
  const gchar *aliases = sfu_config_keys[i].aliases;
  g_auto (GStrv) names = g_strsplit (aliases != NULL ? aliases : "", ",", -1);
  Value *value = &loader->values[i];

  for (guint j = 0; names[j] != NULL; j++) {
    g_autofree gchar *text = read_alias (environment, names[j]);

    if (text == NULL || value->text != NULL)
      continue;
    set_value (loader, i, FROM_ENVIRONMENT, text);
    value->alias = g_strdup (names[j]);
  }
}

static void
read_environment (Loader *loader, gchar **environment)
{
  const gchar *file = g_environ_getenv (environment, "SFU_CONFIG");

  if (loader->file == NULL && file != NULL && *file != '\0')
    loader->file = g_strdup (file);
  for (guint i = 0; i < sfu_config_n_keys; i++) {
    g_autofree gchar *name = sfu_config_environment_name (&sfu_config_keys[i]);
    const gchar *value = g_environ_getenv (environment, name);

    if (value != NULL && *value != '\0')
      set_value (loader, i, FROM_ENVIRONMENT, value);
    else
      read_aliases (loader, environment, i);
  }
}

static gboolean
read_group (Loader *loader, GKeyFile *file, const gchar *group, GError **error)
{
  g_auto (GStrv) names = g_key_file_get_keys (file, group, NULL, NULL);

  for (guint j = 0; names != NULL && names[j] != NULL; j++) {
    g_autofree gchar *value = NULL;
    gint key = sfu_config_find_key (names[j]);

    if (key < 0 || strcmp (sfu_config_keys[key].group, group) != 0)
      return sfu_error_invalid (error, "%s: [%s] has no key \"%s\"%s%s",
          loader->file, group, names[j], key >= 0 ? "; it belongs to " : "",
          key >= 0 ? sfu_config_keys[key].group : "");
    value = g_key_file_get_string (file, group, names[j], NULL);
    set_value (loader, (guint)key, FROM_FILE, value != NULL ? value : "");
  }
  return TRUE;
}

static gboolean
read_key_file (Loader *loader, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) local = NULL;
  g_auto (GStrv) groups = NULL;

  if (loader->file == NULL)
    return TRUE;
  if (!g_key_file_load_from_file (file, loader->file, G_KEY_FILE_NONE, &local))
    return sfu_error_invalid (error, "%s: %s", loader->file, local->message);
  groups = g_key_file_get_groups (file, NULL);
  for (guint i = 0; groups[i] != NULL; i++)
    if (!read_group (loader, file, groups[i], error))
      return FALSE;
  return TRUE;
}

/* All of them. */
static gboolean
are_loopback (const SfuConfig *config)
{
  for (guint i = 0; config->listen_ips[i] != NULL; i++) {
    g_autoptr (GInetAddress) address =
        g_inet_address_new_from_string (config->listen_ips[i]);

    if (!g_inet_address_get_is_loopback (address))
      return FALSE;
  }
  return TRUE;
}

/* NULL: none of them is every address of the machine. */
static const gchar *
find_wildcard (const SfuConfig *config)
{
  for (guint i = 0; config->listen_ips[i] != NULL; i++) {
    g_autoptr (GInetAddress) address =
        g_inet_address_new_from_string (config->listen_ips[i]);

    if (g_inet_address_get_is_any (address))
      return config->listen_ips[i];
  }
  return NULL;
}

static gboolean
check_door (const SfuConfig *config, const SfuDoorConfig *door,
    const gchar *name, GError **error)
{
  if (door->port == 0)
    return TRUE;
  for (guint i = 0; i < config->http_ports->len; i++)
    if (g_array_index (config->http_ports, guint16, i) == door->port)
      return TRUE;
  return sfu_error_invalid (error,
      "%s-port: %u is none of the http-ports; add --http-port %u", name,
      door->port, door->port);
}

static gboolean
check_doors (const SfuConfig *config, GError **error)
{
  SfuDoorConfig metrics = { .port = config->metrics_port };

  if (config->meetings.enabled && config->calls.enabled &&
      config->meetings.port == config->calls.port &&
      strcmp (config->meetings.path, config->calls.path) == 0)
    return sfu_error_invalid (error,
        "meetings-path and calls-path: both are the default namespace of "
        "Socket.IO at \"%s\"; give them different paths or ports",
        config->calls.path);
  return check_door (config, &config->native, "native", error) &&
      check_door (config, &config->study, "study-rooms", error) &&
      check_door (config, &config->meetings, "meetings", error) &&
      check_door (config, &config->calls, "calls", error) &&
      check_door (config, &config->rpc, "rpc", error) &&
      check_door (config, &metrics, "metrics", error);
}

/* As many workers as the machine has cores, when nobody said how many: but each
 * needs a port. */
static void
fit_workers (SfuConfig *config)
{
  guint n_ports = config->rtc_port_min == config->rtc_port_max
      ? G_MAXUINT16 - config->rtc_port_min + 1u
      : config->rtc_port_max - config->rtc_port_min + 1u;

  if (config->workers_auto && config->rtc_port_min != 0)
    config->workers = MIN (config->workers, n_ports);
}

/* What no single key can see. */
static gboolean
check_together (const Loader *loader, const SfuConfig *config, GError **error)
{
  const gchar *wildcard = find_wildcard (config);
  guint n_ports = config->rtc_port_max - config->rtc_port_min + 1u;

  if ((config->tls_cert == NULL) != (config->tls_key == NULL))
    return sfu_error_invalid (error,
        "tls-cert and tls-key: one does not work without the "
        "other");
  if (config->admin_open && !are_loopback (config))
    return sfu_error_invalid (error,
        "admin-open: only with a loopback listen-ip; use "
        "admin-token-file");
  if (wildcard != NULL && g_strv_length (config->announced_addresses) == 0)
    return sfu_error_invalid (error,
        "announced-address: missing, and listen-ip %s is no "
        "address that a client can send to",
        wildcard);
  if (config->rtc_port_min != 0 &&
      config->rtc_port_min == config->rtc_port_max &&
      config->rtc_port_min + config->workers - 1 > G_MAXUINT16)
    return sfu_error_invalid (
        error, "rtc-port: no ports left for %u workers", config->workers);
  if (config->rtc_port_min != config->rtc_port_max && n_ports < config->workers)
    return sfu_error_invalid (
        error, "rtc-port-range: fewer ports than workers");
  if (config->ping_interval_s > 0 &&
      config->ping_timeout_s <= config->ping_interval_s)
    return sfu_error_invalid (
        error, "ping-timeout: must be longer than ping-interval");
  if (config->jwt_secret != NULL && config->jwt_public_key_file != NULL)
    return sfu_error_invalid (
        error, "jwt-secret-file and jwt-public-key-file: only one of them");
  if (config->require_token && config->jwt_secret == NULL &&
      config->jwt_public_key_file == NULL)
    return sfu_error_invalid (error,
        "require-token: needs a jwt-secret-file or a jwt-public-key-file");
  return check_doors (config, error);
}

static gboolean
interpret (Loader *loader, SfuConfig *config, GError **error)
{
  gint port = sfu_config_find_key ("rtc-port");
  gint range = sfu_config_find_key ("rtc-port-range");
  gboolean has_range = *loader->values[range].text != '\0';

  if (has_range && loader->values[port].source == loader->values[range].source)
    return sfu_error_invalid (
        error, "rtc-port and rtc-port-range: only one of them");
  for (guint i = 0; i < sfu_config_n_keys; i++) {
    const SfuConfigKey *key = &sfu_config_keys[i];
    g_autoptr (GError) local = NULL;
    g_autofree gchar *from = NULL;

    /* They share a field: the one from the more important source counts. */
    if ((gint)i == range && has_range &&
        loader->values[port].source > loader->values[range].source)
      continue;
    if (key->read (key, config, loader->values[i].text, &local))
      continue;
    from = describe_source (loader, i);
    if (key->secret)
      return sfu_error_invalid (error, "%s: %s", from, local->message);
    return sfu_error_invalid (error, "%s: %s (is \"%s\")", from, local->message,
        loader->values[i].text);
  }
  fit_workers (config);
  return check_together (loader, config, error);
}

static gchar *
print_values (const Loader *loader)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  for (guint i = 0; i < sfu_config_n_keys; i++)
    g_key_file_set_string (file, sfu_config_keys[i].group,
        sfu_config_keys[i].name,
        sfu_config_keys[i].secret && *loader->values[i].text != '\0'
            ? "(secret)"
            : loader->values[i].text);
  return g_key_file_to_data (file, NULL, NULL);
}

static gboolean
load (Loader *loader, gint argc, gchar **argv, gchar **environment,
    SfuConfig *config, GError **error)
{
  for (gint i = 1; i < argc; i++)
    if (!read_flag (loader, argc, argv, &i, error))
      return FALSE;
  if (loader->help || loader->version)
    return TRUE;
  read_environment (loader, environment);
  if (!read_key_file (loader, error))
    return FALSE;
  for (guint i = 0; i < sfu_config_n_keys; i++)
    if (loader->values[i].text == NULL)
      set_value (loader, i, FROM_DEFAULT, sfu_config_keys[i].fallback);
  config->texts = g_new0 (gchar *, sfu_config_n_keys + 1);
  for (guint i = 0; i < sfu_config_n_keys; i++)
    config->texts[i] = g_strdup (loader->values[i].text);
  return interpret (loader, config, error);
}

static SfuConfigAction
choose_action (const Loader *loader, gchar **text)
{
  if (loader->help) {
    *text = sfu_config_help ();
    return SFU_CONFIG_HELP;
  }
  if (loader->version) {
    *text = g_strdup ("sfu-server " SFU_VERSION "\n");
    return SFU_CONFIG_VERSION;
  }
  if (loader->print) {
    *text = print_values (loader);
    return SFU_CONFIG_PRINT;
  }
  return loader->check ? SFU_CONFIG_CHECK : SFU_CONFIG_RUN;
}

SfuConfig *
sfu_config_load (gint argc, gchar **argv, gchar **environment,
    SfuConfigAction *action, gchar **text, GError **error)
{
  g_autoptr (SfuConfig) config = g_new0 (SfuConfig, 1);
  Loader loader = { .values = g_new0 (Value, sfu_config_n_keys) };
  gboolean ok;

  *text = NULL;
  config->warnings = g_ptr_array_new_with_free_func (g_free);
  ok = load (&loader, argc, argv, environment, config, error);
  if (ok)
    *action = choose_action (&loader, text);
  for (guint i = 0; i < sfu_config_n_keys; i++) {
    g_free (loader.values[i].text);
    g_free (loader.values[i].alias);
  }
  g_free (loader.values);
  g_free (loader.file);
  return ok ? g_steal_pointer (&config) : NULL;
}

void
sfu_config_free (SfuConfig *config)
{
  if (config == NULL)
    return;
  g_clear_pointer (&config->warnings, g_ptr_array_unref);
  g_strfreev (config->texts);
  g_clear_pointer (&config->http_ports, g_array_unref);
  g_clear_pointer (&config->codecs, g_ptr_array_unref);
  g_strfreev (config->announced_addresses);
  g_strfreev (config->listen_ips);
  g_free (config->tls_cert);
  g_free (config->tls_key);
  g_free (config->worker_program);
  g_free (config->web_root);
  g_free (config->dot_program);
  g_strfreev (config->allowed_origins);
  g_clear_pointer (&config->trusted_proxies, g_ptr_array_unref);
  g_free (config->admin_token);
  g_free (config->jwt_secret);
  g_free (config->jwt_public_key_file);
  g_free (config->jwt_issuer);
  g_free (config->jwt_audience);
  g_strfreev (config->ice_servers);
  g_free (config->turn_secret);
  g_free (config->turn_username);
  g_free (config->turn_credential);
  g_free (config->native.path);
  g_free (config->study.path);
  g_free (config->meetings.path);
  g_free (config->calls.path);
  g_free (config->rpc.path);
  g_free (config->calls_backend_url);
  g_free (config->rpc_token);
  g_free (config->redis_url);
  g_free (config->webhook_url);
  g_free (config->webhook_secret);
  g_free (config->log_level);
  g_free (config);
}
