/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys: one table for flags, environment, key file and --help.
 *
 * Threads: constant data. */
#include "sfu-config-keys.h"

#include <string.h>

#define FIELD(name) G_STRUCT_OFFSET (SfuConfig, name)
#define MAX_PORT 65535
#define MIB (1024u * 1024u)

const SfuConfigKey sfu_config_keys[] = {
  { "network", "http-port", "PORT", "4443", sfu_config_read_ports,
      FIELD (http_ports), 0, MAX_PORT, TRUE,
      "Page and signalling. Several: repeat it. 0 = a free one." },
  { "network", "listen-ip", "IP", "127.0.0.1", sfu_config_read_ip,
      FIELD (listen_ip), 0, 0, FALSE,
      "Address of all sockets. 0.0.0.0 = all of this machine." },
  { "network", "announced-address", "ADDR", "", sfu_config_read_list,
      FIELD (announced_addresses), 0, 0, TRUE,
      "What clients are told to send media to, when it is not the listen-ip "
      "(behind NAT, or listening on 0.0.0.0). Several: repeat it." },
  { "network", "rtc-port", "PORT", "40000", sfu_config_read_rtc_port,
      FIELD (rtc_port_min), 0, MAX_PORT, FALSE,
      "UDP port of all media; each further worker takes the next one. 0 = a "
      "free one." },
  { "network", "rtc-port-range", "A-B", "", sfu_config_read_rtc_range,
      FIELD (rtc_port_min), 1, MAX_PORT, FALSE,
      "Instead of rtc-port: each connection takes a port of its own." },
  { "network", "tls-cert", "FILE", "", sfu_config_read_file, FIELD (tls_cert),
      0, 0, FALSE,
      "Certificate (PEM) for https. Browsers give camera and microphone only "
      "to https pages, and to localhost." },
  { "network", "tls-key", "FILE", "", sfu_config_read_file, FIELD (tls_key), 0,
      0, FALSE, "Its private key (PEM)." },

  { "media", "workers", "N", "1", sfu_config_read_number, FIELD (workers), 1,
      256, FALSE, "Media processes; rooms are spread over them." },
  { "media", "worker-program", "FILE", "", sfu_config_read_file,
      FIELD (worker_program), 0, 0, FALSE,
      "sfu-worker. Default: beside this program, or as installed." },
  { "media", "codecs", "LIST",
      "opus, VP8;x-google-start-bitrate=1000, "
      "VP9;profile-id=0;x-google-start-bitrate=1000, "
      "H264;packetization-mode=1;profile-level-id=42e01f;"
      "level-asymmetry-allowed=1;x-google-start-bitrate=1000",
      sfu_config_read_codecs, FIELD (codecs), 0, 0, FALSE,
      "Codecs of every room, best first: NAME[;KEY=VALUE]... with commas "
      "between. Known: opus, PCMU, PCMA, G722, VP8, VP9, H264." },

  { "web", "web-root", "DIR", "", sfu_config_read_file, FIELD (web_root), 0, 0,
      FALSE, "Folder of the page. Default: as built, or as installed." },
  { "web", "dot-program", "FILE", "dot", sfu_config_read_text,
      FIELD (dot_program), 0, 0, FALSE,
      "Graphviz, for /rooms/ID/graph.svg (Debian: apt install graphviz)." },

  { "access", "admin-token-file", "FILE", "", sfu_config_read_token_file,
      FIELD (admin_token), 0, 0, FALSE,
      "File with the token that opens /rooms/ID/graph.svg, graph.dot and dump "
      "(Authorization: Bearer TOKEN, or ?token=TOKEN)." },
  { "access", "admin-open", NULL, "no", sfu_config_read_switch,
      FIELD (admin_open), 0, 0, FALSE,
      "Open them without a token. Only when listen-ip is a loopback address." },
  { "access", "jwt-secret-file", "FILE", "", sfu_config_read_file,
      FIELD (jwt_secret_file), 0, 0, FALSE,
      "Secret of the tokens of accounts. The native protocol has no accounts "
      "and does not use it." },
  { "access", "allow-network-throttle", NULL, "no", sfu_config_read_switch,
      FIELD (allow_network_throttle), 0, 0, FALSE,
      "Let clients make the server lose packets. For tests." },

  { "limits", "max-rooms", "N", "1000", sfu_config_read_number,
      FIELD (max_rooms), 1, 1000000, FALSE, "Rooms at a time." },
  { "limits", "max-peers-per-room", "N", "200", sfu_config_read_number,
      FIELD (max_peers_per_room), 1, 100000, FALSE, "Participants of a room." },
  { "limits", "max-transports-per-peer", "N", "8", sfu_config_read_number,
      FIELD (max_transports_per_peer), 1, 1000, FALSE,
      "Connections for media of one participant." },
  { "limits", "max-producers-per-peer", "N", "16", sfu_config_read_number,
      FIELD (max_producers_per_peer), 1, 1000, FALSE,
      "Tracks that one participant may send." },
  { "limits", "max-message-bytes", "N", "65536", sfu_config_read_number,
      FIELD (max_message_bytes), 1024, 16 * MIB, FALSE,
      "Longest message of a client." },
  { "limits", "max-queue-bytes", "N", "4194304", sfu_config_read_number,
      FIELD (max_queue_bytes), 65536, 1024 * MIB, FALSE,
      "What may wait for a client that reads slowly." },
  { "limits", "max-pending-requests", "N", "64", sfu_config_read_number,
      FIELD (max_pending_requests), 1, 10000, FALSE,
      "Requests of a client that wait for an answer." },
  { "limits", "requests-per-second", "N", "100", sfu_config_read_number,
      FIELD (requests_per_second), 0, 1000000, FALSE,
      "Messages of a client. 0 = no limit." },
  { "limits", "request-burst", "N", "400", sfu_config_read_number,
      FIELD (request_burst), 1, 1000000, FALSE,
      "Messages that it may send at once." },
  { "limits", "request-timeout", "SECONDS", "30", sfu_config_read_number,
      FIELD (request_timeout_s), 1, 3600, FALSE,
      "How long a client may take to answer." },
  { "limits", "ping-interval", "SECONDS", "5", sfu_config_read_number,
      FIELD (ping_interval_s), 0, 3600, FALSE, "WebSocket pings. 0 = none." },
  { "limits", "ping-timeout", "SECONDS", "20", sfu_config_read_number,
      FIELD (ping_timeout_s), 1, 3600, FALSE,
      "A client that is silent for so long is gone." },

  { "log", "log-level", "LEVEL", "info", sfu_config_read_level,
      FIELD (log_level), 0, 0, FALSE,
      "error, warning, message, info or debug. The log goes to stderr." },
};
const guint sfu_config_n_keys = G_N_ELEMENTS (sfu_config_keys);

gint
sfu_config_find_key (const gchar *name)
{
  for (guint i = 0; i < sfu_config_n_keys; i++)
    if (strcmp (sfu_config_keys[i].name, name) == 0)
      return (gint)i;
  return -1;
}

gchar *
sfu_config_environment_name (const SfuConfigKey *key)
{
  g_autofree gchar *upper = g_ascii_strup (key->name, -1);

  g_strdelimit (upper, "-", '_');
  return g_strdup_printf ("SFU_%s", upper);
}
