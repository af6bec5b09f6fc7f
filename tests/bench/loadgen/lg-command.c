/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A table of commands. Each returns NULL or why it was refused, and may add
 * members to the answer.
 *
 * Threads: the program has one. */
#include "lg-command.h"

#include "lg-dtls.h"
#include "lg-endpoint.h"
#include "lg-receiver.h"
#include "lg-sender.h"
#include "lg-stats.h"

#include <arpa/inet.h>
#include <json-glib/json-glib.h>
#include <string.h>

#define MS_TO_NS(ms) ((uint64_t)((ms)*1e6))

#define VIDEO_PAYLOAD_TYPE 96
#define VIDEO_FPS 30
#define VIDEO_PACKETS 4
#define VIDEO_SIZE 1180
#define AUDIO_PAYLOAD_TYPE 111
#define AUDIO_FPS 50
#define AUDIO_SIZE 120
#define KEY_EVERY_MS 3000

bool lg_command_closed;

typedef struct {
  JsonObject *args;
  LgEndpoint *endpoint; /* that `id` names, or NULL */
  JsonObject *answer;
} Call;

static const char *
text (const Call *call, const char *name, const char *fallback)
{
  return json_object_get_string_member_with_default (
      call->args, name, fallback);
}

static double
number (const Call *call, const char *name, double fallback)
{
  return json_object_get_double_member_with_default (
      call->args, name, fallback);
}

static bool
flag (const Call *call, const char *name, bool fallback)
{
  return json_object_get_boolean_member_with_default (
      call->args, name, fallback);
}

static const char *
run_create (Call *call)
{
  static int count;
  int every = lg_options.decrypt_every;
  bool decrypt = every > 0 && count++ % every == 0;
  const char *id = text (call, "id", "");
  LgEndpoint *e;

  if (call->endpoint != NULL || *id == '\0' || strlen (id) >= LG_ID_MAX)
    return "bad id";
  e = lg_endpoint_new (id, flag (call, "decrypt", decrypt));
  if (e == NULL)
    return "no socket";
  json_object_set_string_member (call->answer, "ip", lg_options.ip);
  json_object_set_int_member (call->answer, "port", e->port);
  json_object_set_string_member (call->answer, "ufrag", e->ufrag);
  json_object_set_string_member (call->answer, "pwd", e->password);
  json_object_set_string_member (
      call->answer, "fingerprint", lg_dtls_fingerprint ());
  return NULL;
}

static const char *
run_connect (Call *call)
{
  LgEndpoint *e = call->endpoint;
  const char *fingerprint = text (call, "fingerprint", "");

  if (g_ascii_strncasecmp (fingerprint, "sha-256 ", 8) == 0)
    fingerprint += 8;
  g_strlcpy (e->remote_fingerprint, fingerprint, sizeof e->remote_fingerprint);
  g_strlcpy (e->remote_ufrag, text (call, "ufrag", ""), sizeof e->remote_ufrag);
  g_strlcpy (
      e->remote_password, text (call, "pwd", ""), sizeof e->remote_password);
  e->dtls_client = strcmp (text (call, "role", "client"), "server") != 0;
  e->controlling =
      strcmp (text (call, "ice", "controlling"), "controlled") != 0;
  e->remote.sin_family = AF_INET;
  e->remote.sin_port = htons ((uint16_t)number (call, "port", 0));
  if (inet_pton (
          AF_INET, text (call, "ip", "127.0.0.1"), &e->remote.sin_addr) != 1 ||
      e->remote.sin_port == 0 || !lg_endpoint_connect (e))
    return "bad remote address";
  return NULL;
}

static LgSenderOptions
defaults_of (LgKind kind)
{
  bool video = kind == LG_VIDEO;

  return (LgSenderOptions){
    .kind = kind,
    .payload_type = video ? VIDEO_PAYLOAD_TYPE : AUDIO_PAYLOAD_TYPE,
    .fps = video ? VIDEO_FPS : AUDIO_FPS,
    .packets = video ? VIDEO_PACKETS : 1,
    .size = video ? VIDEO_SIZE : AUDIO_SIZE,
    .key_every_ns = MS_TO_NS (KEY_EVERY_MS),
  };
}

/* What the command says over what is set already. */
static LgSenderOptions
rates_over (const Call *call, LgSenderOptions o)
{
  o.fps = number (call, "fps", o.fps);
  o.packets = (int)number (call, "pkts", o.packets);
  o.key_packets = (int)number (call, "kfPkts", o.packets);
  o.size = (int)number (call, "size", o.size);
  o.spread = flag (call, "spread", o.spread);
  return o;
}

static const char *
run_send (Call *call)
{
  LgKind kind = lg_kind_from_name (text (call, "kind", "video"));
  LgSenderOptions o = rates_over (call, defaults_of (kind));
  LgSender *sender;

  if (kind == LG_OTHER)
    return "bad kind";
  if (o.fps <= 0 || o.packets < 1 || o.key_packets < 1)
    return "bad rate";
  o.ssrc = (uint32_t)number (call, "ssrc", 0);
  o.payload_type = (uint8_t)number (call, "pt", o.payload_type);
  o.key_every_ns = MS_TO_NS (number (call, "kfMs", KEY_EVERY_MS));
  o.key_pause_ns = MS_TO_NS (number (call, "pliMinMs", 0));
  sender = lg_sender_new (call->endpoint, &o, text (call, "ext", ""));
  json_object_set_int_member (call->answer, "ssrc", sender->options.ssrc);
  if (flag (call, "start", false))
    lg_sender_run (sender, true);
  return NULL;
}

static const char *
run_recv (Call *call)
{
  LgReceiver *r = lg_receiver_find (
      call->endpoint, (uint32_t)number (call, "ssrc", 0), true);

  r->expected = true;
  r->kind = lg_kind_from_name (text (call, "kind", ""));
  call->endpoint->announced = true;
  return NULL;
}

typedef void (*OnSender) (Call *call, LgSender *sender);

/* The senders of one endpoint, or of all when none is named. */
static void
each_sender (Call *call, OnSender visit)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, lg_endpoints);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LgEndpoint *e = value;

    if (call->endpoint != NULL && call->endpoint != e)
      continue;
    for (LgSender *s = e->senders; s != NULL; s = s->next)
      visit (call, s);
  }
}

static void
start_one (Call *call, LgSender *sender)
{
  lg_sender_run (sender, true);
}

static void
stop_one (Call *call, LgSender *sender)
{
  lg_sender_run (sender, false);
}

static void
change_one (Call *call, LgSender *sender)
{
  LgSenderOptions o = rates_over (call, sender->options);

  if (sender->options.kind ==
          lg_kind_from_name (text (call, "kind", "video")) &&
      o.fps > 0 && o.packets >= 1 && o.key_packets >= 1)
    lg_sender_change (sender, &o);
}

static const char *
run_start (Call *call)
{
  each_sender (call, start_one);
  return NULL;
}

static const char *
run_stop (Call *call)
{
  each_sender (call, stop_one);
  return NULL;
}

static const char *
run_set (Call *call)
{
  each_sender (call, change_one);
  return NULL;
}

static const char *
run_reset (Call *call)
{
  lg_stats_reset ();
  return NULL;
}

static const char *
run_close (Call *call)
{
  g_hash_table_remove (lg_endpoints, call->endpoint->id);
  lg_command_closed = true;
  return NULL;
}

static const struct {
  const char *name;
  bool needs_endpoint;
  const char *(*run) (Call *call);
} commands[] = {
  { "create", false, run_create },
  { "connect", true, run_connect },
  { "send", true, run_send },
  { "recv", true, run_recv },
  { "start", false, run_start },
  { "stop", false, run_stop },
  { "set", false, run_set },
  { "reset", false, run_reset },
  { "close", true, run_close },
};

static const char *
dispatch (Call *call, const char *name)
{
  const char *id = text (call, "id", "");

  call->endpoint = g_hash_table_lookup (lg_endpoints, id);
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++) {
    if (strcmp (commands[i].name, name) != 0)
      continue;
    /* An unknown id must not mean everybody. */
    if (call->endpoint == NULL &&
        (commands[i].needs_endpoint ||
            (*id != '\0' && commands[i].run != run_create)))
      return "no such endpoint";
    return commands[i].run (call);
  }
  return "unknown command";
}

static void
say_answer (JsonObject *answer)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *line = NULL;

  json_node_set_object (node, answer);
  line = json_to_string (node, FALSE);
  lg_say ("%s", line);
}

bool
lg_command_run (const char *line)
{
  g_autoptr (JsonNode) root = json_from_string (line, NULL);
  g_autoptr (JsonObject) answer = json_object_new ();
  Call call = { .answer = answer };
  const char *name, *seq, *error;

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root)) {
    lg_say ("{\"re\":\"?\",\"ok\":false,\"error\":\"not a JSON object\"}");
    return true;
  }
  call.args = json_node_get_object (root);
  name = text (&call, "cmd", "");
  seq = text (&call, "seq", "");
  if (strcmp (name, "stats") == 0) {
    lg_stats_say (seq, flag (&call, "detail", false));
    if (flag (&call, "reset", false))
      lg_stats_reset ();
    return true;
  }
  error = strcmp (name, "quit") == 0 ? NULL : dispatch (&call, name);
  json_object_set_string_member (answer, "re", name);
  json_object_set_string_member (answer, "seq", seq);
  json_object_set_string_member (answer, "id", text (&call, "id", ""));
  json_object_set_boolean_member (answer, "ok", error == NULL);
  if (error != NULL)
    json_object_set_string_member (answer, "error", error);
  say_answer (answer);
  return strcmp (name, "quit") != 0;
}
