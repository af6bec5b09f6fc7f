/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sfuctl: looks at a running sfu-server and changes it, over its admin API.
 *
 * Threads: one. */
#include "sfu-ctl.h"

#include <locale.h>
#include <string.h>

#define DEFAULT_URL "http://127.0.0.1:4443"
/* A room's graph may take Graphviz some time. */
#define TIMEOUT_S 30
#define DEFAULT_INTERVAL_S 2
#define NAME_COLUMNS 28

static SfuCtlOptions options = { .interval = DEFAULT_INTERVAL_S };
static gchar *url, *token_file, *ca_file;
static gboolean json, insecure, version;

static const GOptionEntry global_entries[] = {
  { "url", 0, 0, G_OPTION_ARG_STRING, &url,
      "Of the server [SFU_URL, else " DEFAULT_URL "]", "URL" },
  { "token-file", 0, 0, G_OPTION_ARG_FILENAME, &token_file,
      "File with its admin token [SFU_ADMIN_TOKEN_FILE]", "FILE" },
  { "json", 0, 0, G_OPTION_ARG_NONE, &json,
      "Print what the server says, for programs", NULL },
  { "ca-file", 0, 0, G_OPTION_ARG_FILENAME, &ca_file,
      "Certificates to trust for https [the system's]", "FILE" },
  { "insecure", 0, 0, G_OPTION_ARG_NONE, &insecure,
      "Take any certificate: somebody between may read the token", NULL },
  { "version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version", NULL },
  { NULL }
};

static const GOptionEntry peers_entries[] = {
  { "streams", 0, 0, G_OPTION_ARG_NONE, &options.streams,
      "A line for each stream that is sent", NULL },
  { NULL }
};

static const GOptionEntry stats_entries[] = {
  { "once", 0, 0, G_OPTION_ARG_NONE, &options.once, "Print it once, and exit",
      NULL },
  { "interval", 0, 0, G_OPTION_ARG_INT, &options.interval,
      "Between two looks [2]", "SECONDS" },
  { NULL }
};

static const GOptionEntry mute_entries[] = {
  { "audio", 0, 0, G_OPTION_ARG_NONE, &options.audio, "Only sound", NULL },
  { "video", 0, 0, G_OPTION_ARG_NONE, &options.video, "Only pictures", NULL },
  { NULL }
};

static const GOptionEntry drain_entries[] = {
  { "exit", 0, 0, G_OPTION_ARG_NONE, &options.exit,
      "The server ends when its rooms are empty", NULL },
  { "deadline", 0, 0, G_OPTION_ARG_INT, &options.deadline,
      "With --exit: and at the latest then [never]", "SECONDS" },
  { "wait", 0, 0, G_OPTION_ARG_NONE, &options.wait,
      "Come back when no room is open any more", NULL },
  { "off", 0, 0, G_OPTION_ARG_NONE, &options.off, "Open rooms again", NULL },
  { NULL }
};

static const GOptionEntry graph_entries[] = {
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
      "Write it there [stdout]", "FILE" },
  { "dot", 0, 0, G_OPTION_ARG_NONE, &options.dot,
      "As text of Graphviz instead of SVG; also when FILE ends with .dot",
      NULL },
  { NULL }
};

static const GOptionEntry no_entries[] = { { NULL } };

typedef struct {
  const gchar *name, *args, *summary;
  guint min_args, max_args;
  const GOptionEntry *entries;
  SfuCtlCommand run;
} Command;

static const Command commands[] = {
  { "rooms", "", "List the rooms", 0, 0, no_entries, sfu_ctl_rooms },
  { "peers", "ROOM", "Who is in a room, and how well that goes", 1, 1,
      peers_entries, sfu_ctl_peers },
  { "stats", "", "Server and workers, live", 0, 0, stats_entries,
      sfu_ctl_stats },
  { "kick", "ROOM PEER", "Put somebody out", 2, 2, no_entries, sfu_ctl_kick },
  { "mute", "ROOM PEER", "Forward nothing of somebody", 2, 2, mute_entries,
      sfu_ctl_mute },
  { "unmute", "ROOM PEER", "Take that back", 2, 2, mute_entries,
      sfu_ctl_unmute },
  { "lock", "ROOM", "Let nobody new in but moderators", 1, 1, no_entries,
      sfu_ctl_lock },
  { "unlock", "ROOM", "Take that back", 1, 1, no_entries, sfu_ctl_unlock },
  { "close", "ROOM", "Put everybody out", 1, 1, no_entries, sfu_ctl_close },
  { "drain", "", "Open no further rooms", 0, 0, drain_entries, sfu_ctl_drain },
  { "log-level", "[LEVELS]", "Print what is logged, or set it: info,seam=debug",
      0, 1, no_entries, sfu_ctl_log_level },
  { "graph", "ROOM", "The room's graph, as SVG", 1, 1, graph_entries,
      sfu_ctl_graph },
};

static const gchar examples[] =
    "Examples:\n"
    "  sfuctl rooms\n"
    "  sfuctl peers --streams standup\n"
    "  sfuctl graph standup -o standup.svg\n"
    "  sfuctl drain --exit --deadline 600 --wait\n"
    "  sfuctl --url https://sfu.example --token-file token stats --once "
    "--json\n"
    "\n"
    "\"sfuctl COMMAND --help\" says more of each. PEER is a participant's id, "
    "as\n\"peers\" lists it.\n"
    "\n"
    "Exit status: 0 done; 1 the server has refused; 2 wrong options; 3 no "
    "server\nanswers; 4 the token is wrong or missing; 5 no such room or "
    "participant.\n";

static const Command *
find_command (const gchar *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (commands[i].name, name) == 0)
      return &commands[i];
  return NULL;
}

static gchar *
list_commands (void)
{
  GString *text = g_string_new ("Commands:\n");

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++) {
    g_autofree gchar *call =
        g_strdup_printf ("%s %s", commands[i].name, commands[i].args);

    g_string_append_printf (
        text, "  %-*s%s\n", NAME_COLUMNS, call, commands[i].summary);
  }
  return g_string_free (text, FALSE);
}

/* The options before the command; the rest stays in argv. */
static gboolean
read_globals (gint *argc, gchar ***argv)
{
  g_autoptr (GOptionContext) context =
      g_option_context_new ("COMMAND [ARGUMENT]...");
  g_autofree gchar *summary = list_commands ();
  g_autofree gchar *head = g_strconcat (
      "Looks at a running sfu-server, and changes it.\n\n", summary, NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (context, g_strchomp (head));
  g_option_context_set_description (context, examples);
  g_option_context_add_main_entries (context, global_entries, NULL);
  g_option_context_set_strict_posix (context, TRUE);
  if (g_option_context_parse (context, argc, argv, &error)) {
    if (*argc >= 2 || version)
      return TRUE;
    g_printerr ("sfuctl: no command; see sfuctl --help\n");
    return FALSE;
  }
  g_printerr ("sfuctl: %s; see sfuctl --help\n", error->message);
  return FALSE;
}

/* What stands behind the command; the same options are good there. */
static gboolean
read_command (const Command *command, gint *argc, gchar ***argv)
{
  g_autofree gchar *line =
      g_strdup_printf ("%s %s", command->name, command->args);
  g_autoptr (GOptionContext) context = g_option_context_new (line);
  g_autofree gchar *summary = g_strconcat (command->summary, ".", NULL);
  g_autoptr (GError) error = NULL;
  guint n;

  g_option_context_set_summary (context, summary);
  g_option_context_add_main_entries (context, command->entries, NULL);
  g_option_context_add_main_entries (context, global_entries, NULL);
  if (!g_option_context_parse (context, argc, argv, &error)) {
    g_printerr ("sfuctl: %s: %s; see sfuctl %s --help\n", command->name,
        error->message, command->name);
    return FALSE;
  }
  /* GOption leaves it where the next word looks like an option: a name. */
  if (*argc > 1 && strcmp ((*argv)[1], "--") == 0) {
    ++*argv;
    --*argc;
  }
  n = (guint)*argc - 1;
  if (n >= command->min_args && n <= command->max_args)
    return TRUE;
  g_printerr ("sfuctl: usage: sfuctl %s\n", line);
  return FALSE;
}

/* ---- the connection ---- */

static gchar *
choose (gchar *flag, const gchar *variable)
{
  const gchar *value = g_getenv (variable);

  if (flag != NULL)
    return g_strdup (flag);
  return value != NULL && *value != '\0' ? g_strdup (value) : NULL;
}

/* TRUE = there is none, or it has been read. */
static gboolean
read_token (SfuCtl *ctl)
{
  g_autofree gchar *path = choose (token_file, "SFU_ADMIN_TOKEN_FILE");
  g_autoptr (GError) error = NULL;

  if (path == NULL)
    return TRUE;
  if (!g_file_get_contents (path, &ctl->token, NULL, &error)) {
    g_printerr ("sfuctl: %s\n", error->message);
    return FALSE;
  }
  g_strstrip (ctl->token);
  /* It becomes a line of a request. */
  if (*ctl->token != '\0' && strpbrk (ctl->token, "\r\n") == NULL)
    return TRUE;
  g_printerr ("sfuctl: %s: is to have one line\n", path);
  return FALSE;
}

static void
warn_of_plain_http (const SfuCtl *ctl)
{
  g_autoptr (GUri) uri = g_uri_parse (ctl->url, G_URI_FLAGS_NONE, NULL);
  const gchar *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  g_autoptr (GInetAddress) address =
      host != NULL ? g_inet_address_new_from_string (host) : NULL;

  if (host == NULL || ctl->token == NULL ||
      strcmp (g_uri_get_scheme (uri), "https") == 0 ||
      strcmp (host, "localhost") == 0 ||
      (address != NULL && g_inet_address_get_is_loopback (address)))
    return;
  g_printerr (
      "sfuctl: warning: the token goes to %s in clear: use https\n", host);
}

static SfuCtlStatus
ctl_init (SfuCtl *ctl)
{
  g_autoptr (GTlsDatabase) database = NULL;
  g_autoptr (GError) error = NULL;

  *ctl = (SfuCtl){ .json = json, .insecure = insecure };
  ctl->url = choose (url, "SFU_URL");
  if (ctl->url == NULL)
    ctl->url = g_strdup (DEFAULT_URL);
  while (g_str_has_suffix (ctl->url, "/"))
    ctl->url[strlen (ctl->url) - 1] = '\0';
  if (!read_token (ctl))
    return SFU_CTL_USAGE;
  warn_of_plain_http (ctl);
  /* A proxy is for the web, not for a machine of one's own. */
  ctl->session = soup_session_new_with_options (
      "timeout", TIMEOUT_S, "proxy-resolver", NULL, NULL);
  if (ca_file == NULL)
    return SFU_CTL_OK;
  database = g_tls_file_database_new (ca_file, &error);
  if (database == NULL) {
    g_printerr ("sfuctl: %s: %s\n", ca_file, error->message);
    return SFU_CTL_USAGE;
  }
  soup_session_set_tls_database (ctl->session, database);
  return SFU_CTL_OK;
}

static void
ctl_clear (SfuCtl *ctl)
{
  g_free (ctl->url);
  g_free (ctl->token);
  g_clear_object (&ctl->session);
}

int
main (int argc, char **argv)
{
  g_auto (GStrv) rest = NULL;
  gchar **args;
  const Command *command;
  SfuCtlStatus status;
  SfuCtl ctl;

  setlocale (LC_ALL, "");
  if (!read_globals (&argc, &argv))
    return SFU_CTL_USAGE;
  command = argc >= 2 ? find_command (argv[1]) : NULL;
  if (version) {
    g_print ("sfuctl " SFU_VERSION "\n");
    return SFU_CTL_OK;
  }
  if (command == NULL) {
    g_printerr ("sfuctl: \"%s\" is no command; see sfuctl --help\n", argv[1]);
    return SFU_CTL_USAGE;
  }
  argc--;
  argv++;
  if (!read_command (command, &argc, &argv))
    return SFU_CTL_USAGE;
  rest = g_strdupv (argv);
  args = rest + 1;
  status = ctl_init (&ctl);
  if (status == SFU_CTL_OK)
    status = command->run (&ctl, args, &options);
  ctl_clear (&ctl);
  return status;
}
