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
      "Page and signalling. Several: repeat it. 0 = a free one.",
      .aliases = "PORT" },
  { "network", "listen-ip", "IP", "127.0.0.1", sfu_config_read_ips,
      FIELD (listen_ips), 0, 0, TRUE,
      "Address of all sockets. Several: repeat it. 0.0.0.0 = all IPv4 "
      "addresses of this machine, :: = these and all of IPv6." },
  { "network", "announced-address", "ADDR", "", sfu_config_read_announced,
      FIELD (announced_addresses), 0, 0, TRUE,
      "What clients are told to send media to, when it is not the listen-ip "
      "(behind NAT, or listening on 0.0.0.0): addresses and host names, best "
      "first. Several: repeat it.",
      .aliases = "MEDIASOUP_ANNOUNCED_IP,ANNOUNCED_IP" },
  { "network", "rtc-port", "PORT", "40000", sfu_config_read_rtc_port,
      FIELD (rtc_port_min), 0, MAX_PORT, FALSE,
      "UDP port of all media; each further worker takes the next one. 0 = a "
      "free one." },
  { "network", "rtc-port-range", "A-B", "", sfu_config_read_rtc_range,
      FIELD (rtc_port_min), 1, MAX_PORT, FALSE,
      "Instead of rtc-port: each connection takes a port of its own.",
      .aliases = "MEDIASOUP_RTC_MIN_PORT-MEDIASOUP_RTC_MAX_PORT,"
                 "RTC_MIN_PORT-RTC_MAX_PORT" },
  { "network", "plain-port-range", "A-B", "", sfu_config_read_plain_range,
      FIELD (plain_port_min), 1, MAX_PORT, FALSE,
      "UDP ports of broadcasters without WebRTC, one or two each. Default: of "
      "the rtc-port-range, else free ones." },
  { "network", "ice-tcp", NULL, "yes", sfu_config_read_switch, FIELD (ice_tcp),
      0, 0, FALSE,
      "Media over TCP, too, on ports of the same number: for clients whose "
      "network lets no UDP out." },
  { "network", "dtls", "own|stock", "own", sfu_config_read_dtls,
      FIELD (stock_dtls), 0, 0, FALSE,
      "Who does DTLS and SRTP: gst-sfu itself (AES-GCM, no thread, a fraction "
      "of "
      "the time), or the elements that come with GStreamer." },
  { "network", "consent-timeout", "SECONDS", "30", sfu_config_read_number,
      FIELD (consent_timeout_s), 1, 3600, FALSE,
      "A client whose connectivity checks stop for so long has no connection "
      "any more: what it publishes ends. Browsers check every few seconds." },
  { "network", "tls-cert", "FILE", "", sfu_config_read_file, FIELD (tls_cert),
      0, 0, FALSE,
      "Certificate (PEM) for https. Browsers give camera and microphone only "
      "to https pages, and to localhost." },
  { "network", "tls-key", "FILE", "", sfu_config_read_file, FIELD (tls_key), 0,
      0, FALSE, "Its private key (PEM)." },

  { "media", "workers", "N", "auto", sfu_config_read_workers, FIELD (workers),
      1, 256, FALSE,
      "Media processes; rooms go to the one with the most room. auto or 0 = "
      "one "
      "for each CPU core." },
  { "media", "worker-watchdog", "MS", "600", sfu_config_read_number,
      FIELD (worker_watchdog_ms), 0, 60000, FALSE,
      "A worker that shows no life for so long is killed and replaced. 0 = "
      "never, for a debugger." },
  { "media", "media-priority", "STEPS", "5", sfu_config_read_number,
      FIELD (media_priority), 0, 19, FALSE,
      "Steps of nice that a worker's media thread goes before all else, so "
      "that packets do not wait while many join; where the system permits it "
      "(LimitNICE, CAP_SYS_NICE). 0 = as all others." },
  { "media", "spare-worker", NULL, "yes", sfu_config_read_switch,
      FIELD (spare_worker), 0, 0, FALSE,
      "One more process (24 MB, idle) that takes the place of the next worker "
      "that dies: rooms are back sooner, above all on a busy machine." },
  { "media", "worker-program", "FILE", "", sfu_config_read_file,
      FIELD (worker_program), 0, 0, FALSE,
      "sfu-worker. Default: beside this program, or as installed." },
  { "media", "codecs", "LIST",
      "opus, VP8;x-google-start-bitrate=1000, "
      "VP9;profile-id=0;x-google-start-bitrate=1000, "
      "H264;packetization-mode=1;profile-level-id=42e01f;"
      "level-asymmetry-allowed=1;x-google-start-bitrate=1000, "
      "AV1;x-google-start-bitrate=1000",
      sfu_config_read_codecs, FIELD (codecs), 0, 0, FALSE,
      "Codecs of every room, best first: NAME[;KEY=VALUE]... with commas "
      "between. Known: opus, PCMU, PCMA, G722, VP8, VP9, H264, AV1." },
  { "media", "max-incoming-bitrate", "BPS", "0", sfu_config_read_number,
      FIELD (max_incoming_bps), 0, G_MAXINT32, FALSE,
      "Browsers are told to send no more on a connection, all tracks together, "
      "in bit/s. 0 = what the network carries." },

  { "web", "web-root", "DIR", "", sfu_config_read_file, FIELD (web_root), 0, 0,
      FALSE, "Folder of the page. Default: as built, or as installed." },
  { "web", "dot-program", "FILE", "dot", sfu_config_read_text,
      FIELD (dot_program), 0, 0, FALSE,
      "Graphviz, for /rooms/ID/graph.svg (Debian: apt install graphviz)." },

  { "access", "admin-token-file", "FILE", "", sfu_config_read_token_file,
      FIELD (admin_token), 0, 0, FALSE,
      "File with the token that opens /admin and what sfuctl asks for, "
      "/rooms/ID/graph.svg, graph.dot and dump (Authorization: Bearer TOKEN, "
      "or "
      "?token=TOKEN)." },
  { "access", "admin-open", NULL, "no", sfu_config_read_switch,
      FIELD (admin_open), 0, 0, FALSE,
      "Open them without a token. Only when listen-ip is a loopback address." },
  { "access", "metrics-open", NULL, "no", sfu_config_read_switch,
      FIELD (metrics_open), 0, 0, FALSE,
      "GET /metrics without the admin token, for whoever reaches it." },
  { "access", "metrics-port", "PORT", "0", sfu_config_read_number,
      FIELD (metrics_port), 0, MAX_PORT, FALSE,
      "GET /metrics only on this one of the http-ports. 0 = on all." },
  { "access", "allowed-origins", "LIST", "*", sfu_config_read_list,
      FIELD (allowed_origins), 0, 0, TRUE,
      "Pages that may connect: https://app.example, ... or * for any. Programs "
      "that send no Origin are not asked.",
      .aliases = "FRONTEND_URL" },
  { "access", "trusted-proxies", "LIST", "", sfu_config_read_masks,
      FIELD (trusted_proxies), 0, 0, TRUE,
      "Reverse proxies whose X-Forwarded-For says who the client is: "
      "addresses, "
      "or networks like 10.0.0.0/8." },
  { "access", "jwt-secret-file", "FILE", "", sfu_config_read_secret_file,
      FIELD (jwt_secret), 0, 0, FALSE,
      "Secret of the tokens (JWT, HS256) of accounts: 32 random bytes or "
      "more." },
  { "access", "jwt-secret", "SECRET", "", sfu_config_read_secret,
      FIELD (jwt_secret), 0, 0, FALSE,
      "The secret itself; for the environment, others can see flags.",
      .aliases = "JWT_SECRET", .secret = TRUE },
  { "access", "jwt-public-key-file", "FILE", "", sfu_config_read_file,
      FIELD (jwt_public_key_file), 0, 0, FALSE,
      "Instead of a secret: public key (PEM, RSA or P-256) of RS256 or ES256 "
      "tokens." },
  { "access", "jwt-leeway", "SECONDS", "5", sfu_config_read_number,
      FIELD (jwt_leeway_s), 0, 3600, FALSE,
      "How far the clock of who makes tokens may be off." },
  { "access", "jwt-issuer", "TEXT", "", sfu_config_read_text,
      FIELD (jwt_issuer), 0, 0, FALSE,
      "What the claim iss of tokens must be. Default: it is not looked at." },
  { "access", "jwt-audience", "TEXT", "", sfu_config_read_text,
      FIELD (jwt_audience), 0, 0, FALSE,
      "What their claim aud must contain. Default: it is not looked at." },
  { "access", "require-token", NULL, "no", sfu_config_read_switch,
      FIELD (require_token), 0, 0, FALSE,
      "Nobody joins without a token, by no protocol." },
  { "access", "default-rights", "LIST",
      "publish-audio, publish-video, publish-data, subscribe",
      sfu_config_read_rights, FIELD (default_rights), 0, 0, FALSE,
      "What participants without a token may do." },
  { "access", "allow-network-throttle", NULL, "no", sfu_config_read_switch,
      FIELD (allow_network_throttle), 0, 0, FALSE,
      "Let clients make the server lose packets. For tests." },

  { "ice", "ice-servers", "LIST", "", sfu_config_read_list, FIELD (ice_servers),
      0, 0, TRUE,
      "What clients get to reach us through: stun:HOST:PORT, "
      "turn:HOST:PORT?transport=udp, turns:..." },
  { "ice", "turn-secret-file", "FILE", "", sfu_config_read_secret_file,
      FIELD (turn_secret), 0, 0, FALSE,
      "The TURN server's shared secret (coturn: static-auth-secret); each "
      "client gets credentials of its own." },
  { "ice", "turn-username", "NAME", "", sfu_config_read_text,
      FIELD (turn_username), 0, 0, FALSE,
      "Instead of a secret: a name that all clients use." },
  { "ice", "turn-credential-file", "FILE", "", sfu_config_read_token_file,
      FIELD (turn_credential), 0, 0, FALSE, "And its password." },
  { "ice", "turn-ttl", "SECONDS", "86400", sfu_config_read_number,
      FIELD (turn_ttl_s), 60, 31536000, FALSE,
      "How long credentials are good for." },

  { "protocols", "native", NULL, "yes", sfu_config_read_switch,
      FIELD (native.enabled), 0, 0, FALSE, "protoo, as mediasoup-demo's." },
  { "protocols", "native-port", "PORT", "0", sfu_config_read_number,
      FIELD (native.port), 0, MAX_PORT, FALSE,
      "Only on this one of the http-ports. 0 = on all." },
  { "protocols", "native-path", "PATH", "/", sfu_config_read_path,
      FIELD (native.path), 0, 0, FALSE, "Where it is." },
  { "protocols", "resume-grace", "SECONDS", "10", sfu_config_read_number,
      FIELD (resume_grace_s), 0, 3600, FALSE,
      "A client of the native protocol that asked for it keeps its place for "
      "so long without a connection." },
  { "protocols", "study-rooms", NULL, "yes", sfu_config_read_switch,
      FIELD (study.enabled), 0, 0, FALSE,
      "Socket.IO, a namespace /room/ID for each room." },
  { "protocols", "study-rooms-port", "PORT", "0", sfu_config_read_number,
      FIELD (study.port), 0, MAX_PORT, FALSE, "As native-port." },
  { "protocols", "study-rooms-path", "PATH", "/socket.io", sfu_config_read_path,
      FIELD (study.path), 0, 0, FALSE, "Where it is." },
  { "protocols", "study-rooms-max-peers", "N", "50", sfu_config_read_number,
      FIELD (study_max_peers), 1, 100000, FALSE,
      "Participants of a room who may join by this protocol." },
  { "protocols", "study-rooms-audio-only-above", "N", "40",
      sfu_config_read_number, FIELD (study_audio_only_above), 1, 100000, FALSE,
      "Who joins a fuller room is told to do without video." },
  { "protocols", "study-rooms-api", NULL, "yes", sfu_config_read_switch,
      FIELD (study_api), 0, 0, FALSE,
      "GET /api/rooms tells anybody which rooms there are and who is in them; "
      "with require-token, only who has one." },
  { "protocols", "meetings", NULL, "yes", sfu_config_read_switch,
      FIELD (meetings.enabled), 0, 0, FALSE,
      "Socket.IO with accounts; needs a jwt-secret-file." },
  { "protocols", "meetings-port", "PORT", "0", sfu_config_read_number,
      FIELD (meetings.port), 0, MAX_PORT, FALSE, "As native-port." },
  { "protocols", "meetings-path", "PATH", "/socket", sfu_config_read_path,
      FIELD (meetings.path), 0, 0, FALSE, "Where it is." },
  { "protocols", "meetings-grace", "SECONDS", "10", sfu_config_read_number,
      FIELD (meetings_grace_s), 0, 3600, FALSE,
      "Who loses the connection keeps the place for so long." },
  { "protocols", "calls", NULL, "yes", sfu_config_read_switch,
      FIELD (calls.enabled), 0, 0, FALSE, "Socket.IO, default namespace." },
  { "protocols", "calls-port", "PORT", "0", sfu_config_read_number,
      FIELD (calls.port), 0, MAX_PORT, FALSE, "As native-port." },
  { "protocols", "calls-path", "PATH", "/socket.io", sfu_config_read_path,
      FIELD (calls.path), 0, 0, FALSE, "Where it is." },
  { "protocols", "calls-backend-url", "URL", "", sfu_config_read_text,
      FIELD (calls_backend_url), 0, 0, FALSE,
      "Told of each new call: POST URL/calls/ID/setWebRtcRoomId.",
      .aliases = "BACKEND_URL" },
  { "protocols", "rpc", NULL, "yes", sfu_config_read_switch,
      FIELD (rpc.enabled), 0, 0, FALSE,
      "JSON-RPC for application servers: from this machine only, unless there "
      "is an rpc-token-file." },
  { "protocols", "rpc-port", "PORT", "0", sfu_config_read_number,
      FIELD (rpc.port), 0, MAX_PORT, FALSE, "As native-port." },
  { "protocols", "rpc-path", "PATH", "/rpc", sfu_config_read_path,
      FIELD (rpc.path), 0, 0, FALSE,
      "Where it is; also on / for clients without a subprotocol." },
  { "protocols", "rpc-token-file", "FILE", "", sfu_config_read_token_file,
      FIELD (rpc_token), 0, 0, FALSE,
      "Token that application servers must show (Authorization: Bearer)." },
  { "protocols", "rpc-grace", "SECONDS", "30", sfu_config_read_number,
      FIELD (rpc_grace_s), 0, 86400, FALSE,
      "Routers of an application server that went away are kept so long." },
  { "protocols", "rpc-heartbeat-interval", "MS", "10000",
      sfu_config_read_number, FIELD (rpc_heartbeat_ms), 0, 3600000, FALSE,
      "Between two heartbeats. 0 = none." },
  { "protocols", "rpc-silence-threshold", "MS", "15000", sfu_config_read_number,
      FIELD (rpc_silence_ms), 0, 3600000, FALSE,
      "A producer without packets for so long is reported. 0 = never." },
  { "protocols", "rpc-requests-per-second", "N", "1000", sfu_config_read_number,
      FIELD (rpc_requests_per_second), 0, 1000000, FALSE,
      "Messages of an application server, which speaks for many. 0 = no "
      "limit." },
  { "protocols", "rpc-max-pending", "N", "1000", sfu_config_read_number,
      FIELD (rpc_max_pending), 1, 1000000, FALSE,
      "Its requests that wait for an answer." },
  { "protocols", "broadcaster-idle", "SECONDS", "60", sfu_config_read_number,
      FIELD (broadcaster_idle_s), 1, 86400, FALSE,
      "A broadcaster that carries no media for so long is gone." },

  { "rooms", "room-linger", "SECONDS", "5", sfu_config_read_number,
      FIELD (room_linger_s), 0, 86400, FALSE,
      "An empty room is kept for so long: who reloads the page finds it as it "
      "was, locked for instance." },
  { "rooms", "duplicate-peers", "WHAT", "replace", sfu_config_read_duplicates,
      FIELD (duplicate_peers), 0, 0, FALSE,
      "A second connection with a participant's id: replace or refuse." },
  { "rooms", "kick-ban", "SECONDS", "0", sfu_config_read_number,
      FIELD (kick_ban_s), 0, 86400, FALSE,
      "Who was kicked stays out of the room for so long: the account, or the "
      "participant's id when there is none." },
  { "rooms", "loudest", "N", "0", sfu_config_read_number, FIELD (loudest), 0,
      1000, FALSE,
      "Forward the N loudest microphones of a room and not those of all; for "
      "large rooms, 3 to 5. 0 = all." },
  { "rooms", "drain-timeout", "SECONDS", "0", sfu_config_read_number,
      FIELD (drain_timeout_s), 0, 604800, FALSE,
      "After SIGTERM open no further rooms, and end when the last one is "
      "empty, "
      "or after so long. 0 = end at once, as after SIGINT (Ctrl+C)." },

  { "cluster", "redis-url", "URL", "", sfu_config_read_redis_url,
      FIELD (redis_url), 0, 0, FALSE,
      "redis://[[USER]:PASSWORD@]HOST[:PORT][/DB] shared by several servers, "
      "so that their participants know of each other.",
      .aliases = "REDIS_URL", .secret = TRUE },
  { "cluster", "cluster-liveness", "SECONDS", "12", sfu_config_read_number,
      FIELD (cluster_liveness_s), 1, 3600, FALSE,
      "A server that says nothing for so long is gone, with its participants. "
      "The same on all of them." },

  { "webhook", "webhook-url", "URL", "", sfu_config_read_http_url,
      FIELD (webhook_url), 0, 0, FALSE,
      "Told what happens: rooms and producers that start and end, participants "
      "that join and leave, workers that die. POST of JSON." },
  { "webhook", "webhook-secret-file", "FILE", "", sfu_config_read_secret_file,
      FIELD (webhook_secret), 0, 0, FALSE,
      "Secret that its events are signed with (HMAC-SHA256)." },

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
  { "limits", "max-consumers-per-peer", "N", "1000", sfu_config_read_number,
      FIELD (max_consumers_per_peer), 1, 100000, FALSE,
      "Tracks that one participant may receive." },
  { "limits", "worker-cpu-limit", "PERCENT", "90", sfu_config_read_number,
      FIELD (worker_cpu_limit), 0, 10000, FALSE,
      "A worker that uses more of a core for three seconds takes no new rooms, "
      "participants or video, until it is 10 below. 0 = no limit." },
  { "limits", "worker-stream-limit", "N", "10000", sfu_config_read_number,
      FIELD (worker_stream_limit), 0, 10000000, FALSE,
      "Tracks sent and received by the clients of a worker; a worker that has "
      "so many takes no new ones. 0 = no limit." },
  { "limits", "worker-memory-limit", "MIB", "2048", sfu_config_read_number,
      FIELD (worker_memory_limit_mib), 0, 10000000, FALSE,
      "A worker that uses so much memory takes nothing new. 0 = no limit." },
  { "limits", "audio-only-above-cpu", "PERCENT", "75", sfu_config_read_number,
      FIELD (audio_only_above_cpu), 0, 10000, FALSE,
      "Participants are told to do without video while their worker uses more "
      "of a core. 0 = never." },
  { "limits", "max-message-bytes", "N", "65536", sfu_config_read_number,
      FIELD (max_message_bytes), 1024, 16 * MIB, FALSE,
      "Longest message of a client." },
  { "limits", "max-queue-bytes", "N", "4194304", sfu_config_read_number,
      FIELD (max_queue_bytes), 65536, 1024 * MIB, FALSE,
      "What may wait for a client that reads slowly." },
  { "limits", "max-pending-requests", "N", "512", sfu_config_read_number,
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

  { "limits", "max-connections", "N", "10000", sfu_config_read_number,
      FIELD (max_connections), 0, 1000000, FALSE,
      "Signalling connections at a time. 0 = no limit." },
  { "limits", "max-connections-per-address", "N", "1000",
      sfu_config_read_number, FIELD (max_connections_per_address), 0, 1000000,
      FALSE, "Of them, from one address. 0 = no limit." },
  { "limits", "connections-per-second-per-address", "N", "100",
      sfu_config_read_number, FIELD (connections_per_second_per_address), 0,
      1000000, FALSE, "New ones, from one address. 0 = no limit." },
  { "limits", "http-requests-per-second-per-address", "N", "100",
      sfu_config_read_number, FIELD (http_requests_per_second_per_address), 0,
      1000000, FALSE,
      "REST requests, from one address; four times as many at once. 0 = no "
      "limit." },
  { "limits", "http-timeout", "SECONDS", "30", sfu_config_read_number,
      FIELD (http_timeout_s), 0, 3600, FALSE,
      "How long a connection may take to say what it wants. 0 = for ever." },

  { "log", "log-level", "LEVELS", "info", sfu_config_read_level,
      FIELD (log_level), 0, 0, FALSE,
      "error, warning, message, info or debug, and others for single parts: "
      "info,seam=debug,gst:sfuconsumer=log. The log goes to stderr.",
      .aliases = "LOG_LEVEL" },
  { "log", "log-format", "FORMAT", "auto", sfu_config_read_log_format,
      FIELD (log_format), 0, 0, FALSE,
      "text, json (an object a line) or journald; auto = journald when "
      "systemd has started it so, else text." },
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
