/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration of sfu-server: every key as flag (--http-port), environment
 * variable (SFU_HTTP_PORT) and entry of a key file (http-port= in its group).
 * A flag wins over the environment, that over the file, that over the default.
 *
 * Threads: read once at the start, then constant. */
#pragma once

#include "sfu-rights.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a new connection with the id of a peer that is there already does. */
typedef enum { SFU_DUPLICATE_REPLACE, SFU_DUPLICATE_REFUSE } SfuDuplicate;

/* A protocol's door. */
typedef struct {
  gboolean enabled;
  guint port;  /* 0 = on every HTTP port; else this one only */
  gchar *path; /* starts with "/" and does not end with one, but for "/" */
} SfuDoorConfig;

typedef struct {
  /* network */
  GArray *http_ports;                 /* of guint16; 0 = a free one */
  GStrv listen_ips;                   /* at least one; none covers another */
  GStrv announced_addresses;          /* empty = listen_ips */
  guint16 rtc_port_min, rtc_port_max; /* 0, 0 = a free one */
  guint16 plain_port_min, plain_port_max; /* 0, 0 = of these, or free ones */
  gboolean ice_tcp;
  gboolean stock_dtls; /* FALSE = our own */
  guint consent_timeout_s;
  gchar *tls_cert, *tls_key; /* PEM files; NULL = plain http */
  /* media */
  guint workers; /* at least 1: "auto" is counted when it is read */
  gboolean workers_auto;
  gboolean spare_worker;
  guint worker_watchdog_ms; /* 0 = never */
  guint media_priority;     /* steps of nice; 0 = none */
  gchar *worker_program;    /* NULL = look for it */
  GPtrArray *codecs;        /* of SfuRtpCodec */
  guint max_incoming_bps;   /* of a transport; 0 = no bound */
  /* web */
  gchar *web_root; /* NULL = look for it */
  gchar *dot_program;
  /* access; secrets are NULL when not configured, and never logged */
  GStrv allowed_origins;      /* "*" among them = any */
  GPtrArray *trusted_proxies; /* of GInetAddressMask */
  gchar *admin_token;
  gboolean admin_open;
  gboolean metrics_open;
  guint metrics_port; /* 0 = on every HTTP port */
  gchar *jwt_secret;
  gchar *jwt_public_key_file;
  guint jwt_leeway_s;
  gchar *jwt_issuer, *jwt_audience; /* NULL = any */
  gboolean require_token;
  SfuRights default_rights; /* of who has no token */
  gboolean allow_network_throttle;
  /* ice */
  GStrv ice_servers; /* URLs for clients; empty = none */
  gchar *turn_secret, *turn_username, *turn_credential;
  guint turn_ttl_s;
  /* protocols */
  SfuDoorConfig native, study, meetings, calls, rpc;
  guint resume_grace_s;
  guint study_max_peers, study_audio_only_above;
  gboolean study_api;
  guint meetings_grace_s;
  gchar *calls_backend_url; /* NULL = no webhook */
  gchar *rpc_token;
  guint rpc_grace_s, rpc_heartbeat_ms, rpc_silence_ms;
  guint rpc_requests_per_second, rpc_max_pending;
  guint broadcaster_idle_s;
  /* rooms */
  guint room_linger_s, kick_ban_s;
  guint loudest; /* audio streams that a room forwards; 0 = all */
  SfuDuplicate duplicate_peers;
  guint drain_timeout_s; /* 0 = SIGTERM stops at once */
  /* cluster */
  gchar *redis_url; /* NULL = alone */
  guint cluster_liveness_s;
  /* webhook */
  gchar *webhook_url; /* NULL = nobody is told */
  gchar *webhook_secret;
  /* limits */
  guint max_rooms, max_peers_per_room;
  guint worker_cpu_limit; /* percent of a core; this and the next: 0 = none */
  guint worker_stream_limit, worker_memory_limit_mib;
  guint audio_only_above_cpu;
  guint max_transports_per_peer, max_producers_per_peer;
  guint max_consumers_per_peer;
  guint max_message_bytes, max_queue_bytes, max_pending_requests;
  guint requests_per_second, request_burst;
  guint request_timeout_s, ping_interval_s, ping_timeout_s;
  /* of one address; 0 = no limit */
  guint max_connections, max_connections_per_address;
  guint connections_per_second_per_address;
  guint http_requests_per_second_per_address;
  guint http_timeout_s;
  /* log */
  gchar *log_level; /* for sfu_log_levels_parse, which takes it */
  guint log_format; /* SfuLogFormat */

  GStrv texts; /* of each key, as it was given; for sfu-config-reload.c */
  GPtrArray
      *warnings; /* of text: good enough to run, for an operator to mend */
} SfuConfig;

typedef enum {
  SFU_CONFIG_RUN,   /* start the server */
  SFU_CONFIG_CHECK, /* --check-config: it is good */
  SFU_CONFIG_PRINT, /* --print-config: print *text */
  SFU_CONFIG_HELP,  /* --help: print *text */
  SFU_CONFIG_VERSION
} SfuConfigAction;

/* argv: as main gets it. environment: as g_get_environ. *text: what is to be
 * printed (g_free it), NULL when nothing. NULL and an error whose text names
 * the key and where it came from. For HELP and VERSION the configuration is not
 * read, and an empty one returned. */
SfuConfig *sfu_config_load (gint argc, gchar **argv, gchar **environment,
    SfuConfigAction *action, gchar **text, GError **error);
void sfu_config_free (SfuConfig *config);

/* A configuration that was read anew: what of it can be taken without a restart
 * goes into config, whose address stays and whose old values go into fresh.
 * taken, left: get the names of the keys whose values were other ones (static
 * strings): taken over, and waiting for a restart. */
void sfu_config_take_over (
    SfuConfig *config, SfuConfig *fresh, GPtrArray *taken, GPtrArray *left);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuConfig, sfu_config_free)

G_END_DECLS
