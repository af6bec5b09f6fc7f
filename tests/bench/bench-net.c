/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a packet costs the media thread between the socket and the two ICE
 * elements, in its own CPU time (loopback, so the kernel's part of the other
 * end's reception is in the price of sending).
 *
 *   bench-net [PACKETS]
 *
 * Threads: the main thread is the other end; the media loop is measured. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <netinet/udp.h>
#include <gst/gst.h>
#include <gst/webrtc/icestream.h>
#include <gst/webrtc/icetransport.h>
#include "sfu-ice-agent.h"
#include "test-stun-peer.h"

#define LOCALHOST "127.0.0.1"
#define RTP 0x80
#define PEERS_MAX 50
/* What the other end sends before it waits for the media thread. */
#define BURST 32
#define DEFAULT_PACKETS 200000

typedef struct {
  SfuIceAgent *agent;
  TestStunPeer *peer;
  GstWebRTCICETransport *transport;
  GstPad *fake_sink, *fake_src; /* linked to its elements */
} Party;

typedef struct {
  SfuMediaLoop *loop;
  SfuWebRtcServer *server;
  Party parties[PEERS_MAX];
  guint n_parties;
  guint packets;
  gsize size;
  guint run;    /* packets in a row to one party */
  gboolean gso; /* those that we receive come as one message */
  GstBuffer *packet;
} Bench;

static GstFlowReturn
discard (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static GstPad *
link_pad (GstElement *element, const gchar *name, GstPadDirection direction)
{
  g_autoptr (GstPad) theirs = gst_element_get_static_pad (element, name);
  GstPad *ours = gst_pad_new (NULL, direction);
  GstSegment segment;

  gst_object_ref_sink (ours);
  gst_element_set_state (element, GST_STATE_PLAYING);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  if (direction == GST_PAD_SINK) {
    gst_pad_set_chain_function (ours, discard);
    gst_pad_set_active (ours, TRUE);
    gst_pad_link (theirs, ours);
  } else {
    gst_pad_set_active (ours, TRUE);
    gst_pad_link (ours, theirs);
    gst_pad_push_event (ours, gst_event_new_stream_start ("bench"));
    gst_pad_push_event (ours, gst_event_new_segment (&segment));
  }
  return ours;
}

static void
nothing (gpointer data, gpointer unused)
{
}

static void
start_party (Bench *bench, Party *party)
{
  GstWebRTCICE *ice;
  GstWebRTCICEStream *stream;
  g_autofree gchar *ufrag = NULL, *pwd = NULL;

  party->agent = sfu_ice_agent_new (bench->server, NULL, NULL, NULL);
  party->peer = test_stun_peer_new (
      LOCALHOST, sfu_webrtc_server_get_port (bench->server));
  ice = GST_WEBRTC_ICE (party->agent);
  stream = gst_webrtc_ice_add_stream (ice, 0);
  party->transport =
      gst_webrtc_ice_find_transport (ice, stream, GST_WEBRTC_ICE_COMPONENT_RTP);
  party->fake_sink = link_pad (party->transport->src, "src", GST_PAD_SINK);
  party->fake_src = link_pad (party->transport->sink, "sink", GST_PAD_SRC);
  ufrag = sfu_ice_agent_dup_ufrag (party->agent);
  pwd = sfu_ice_agent_dup_pwd (party->agent);
  sfu_ice_agent_open (party->agent);
  g_assert_cmpint (
      test_stun_peer_check (party->peer, ufrag, pwd, TEST_CHECK_NOMINATE), ==,
      0);
  sfu_media_loop_call (bench->loop, nothing, NULL);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  sfu_media_loop_call (bench->loop, nothing, NULL);
}

static void
stop_party (Party *party)
{
  sfu_ice_agent_close (party->agent);
  gst_element_set_state (party->transport->src, GST_STATE_NULL);
  gst_element_set_state (party->transport->sink, GST_STATE_NULL);
  gst_object_unref (party->fake_sink);
  gst_object_unref (party->fake_src);
  gst_object_unref (party->transport);
  sfu_ice_agent_break_cycle (party->agent);
  gst_object_unref (party->agent);
  test_stun_peer_free (party->peer);
}

/* ---- measuring ---- */

static void
read_thread_clock (gpointer data, gpointer unused)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  *(gint64 *)data = (gint64)now.tv_sec * 1000000000 + now.tv_nsec;
}

static gint64
media_cpu_ns (Bench *bench)
{
  gint64 ns;

  sfu_media_loop_call (bench->loop, read_thread_clock, &ns);
  return ns;
}

/* n datagrams as one message (UDP GSO), which loopback does not take apart. */
static void
send_segments (TestStunPeer *peer, const guint8 *data, gsize size, guint n)
{
  union {
    gchar bytes[CMSG_SPACE (sizeof (guint16))];
    struct cmsghdr header;
  } control = { .header = {
                    CMSG_LEN (sizeof (guint16)), SOL_UDP, UDP_SEGMENT } };
  struct iovec iov[BURST];
  struct msghdr message = { .msg_name = &peer->server,
    .msg_namelen = sfu_address_length (&peer->server),
    .msg_iov = iov,
    .msg_iovlen = n,
    .msg_control = &control,
    .msg_controllen = sizeof control };
  guint16 segment = (guint16)size;

  memcpy (CMSG_DATA (&control.header), &segment, sizeof segment);
  for (guint i = 0; i < n; i++)
    iov[i] = (struct iovec){ (gpointer)data, size };
  g_assert_cmpint (sendmsg (peer->fd, &message, 0), ==, n * size);
}

/* The other end sends a burst, then waits until it was read. */
static void
receive_all (Bench *bench)
{
  g_autofree guint8 *data = g_malloc0 (bench->size);
  SfuWebRtcServerStats stats;
  guint64 start;

  data[0] = RTP;
  sfu_webrtc_server_get_stats (bench->server, &stats);
  start = stats.packets_received;
  for (guint sent = 0; sent < bench->packets; sent += BURST) {
    for (guint i = 0; i < BURST; i += bench->gso ? bench->run : 1) {
      TestStunPeer *peer =
          bench->parties[(sent + i) / bench->run % bench->n_parties].peer;

      if (bench->gso)
        send_segments (peer, data, bench->size, bench->run);
      else
        test_stun_peer_send (peer, data, bench->size);
    }
    do {
      g_thread_yield ();
      sfu_webrtc_server_get_stats (bench->server, &stats);
    } while (stats.packets_received < start + sent + BURST);
  }
}

typedef struct {
  Bench *bench;
  guint first;
} Turn;

/* As a multiplexer does at the end of a burst. Nobody reads: what is full
 * drops. */
static void
send_burst (gpointer data, gpointer unused)
{
  Turn *turn = data;
  Bench *bench = turn->bench;

  for (guint i = 0; i < BURST; i++) {
    Party *party =
        &bench->parties[(turn->first + i) / bench->run % bench->n_parties];

    gst_pad_push (party->fake_src, gst_buffer_ref (bench->packet));
  }
}

static void
send_all (Bench *bench)
{
  for (guint sent = 0; sent < bench->packets; sent += BURST) {
    Turn turn = { bench, sent };

    sfu_media_loop_call (bench->loop, send_burst, &turn);
  }
}

static void
measure (Bench *bench, const gchar *what, void (*work) (Bench *bench))
{
  SfuWebRtcServerStats before, after;
  gint64 start_ns, ns;
  guint64 calls;

  sfu_webrtc_server_get_stats (bench->server, &before);
  start_ns = media_cpu_ns (bench);
  work (bench);
  ns = media_cpu_ns (bench) - start_ns;
  sfu_webrtc_server_get_stats (bench->server, &after);
  calls = work == receive_all ? after.receive_calls - before.receive_calls
                              : after.send_calls - before.send_calls;
  g_print ("%-8s peers=%-3u size=%-5" G_GSIZE_FORMAT
           " run=%-3u gso=%d ns/packet=%-6.0f packets/call=%.1f\n",
      what, bench->n_parties, bench->size, bench->run, bench->gso,
      (double)ns / bench->packets, (double)bench->packets / MAX (calls, 1));
}

int
main (int argc, char **argv)
{
  static const struct {
    guint peers;
    gsize size;
    guint run; /* with gso: a divisor of BURST */
    gboolean gso;
  } cases[] = { { 1, 1200, 1 }, { 1, 100, 1 }, { 50, 1200, 1 }, { 50, 1200, 4 },
    { 50, 100, 1 }, { 50, 1200, 4, TRUE }, { 50, 1200, 16, TRUE } };
  Bench bench = { .packets = DEFAULT_PACKETS };

  gst_init (&argc, &argv);
  if (argc > 1)
    bench.packets = (guint)MAX (atoi (argv[1]), BURST);
  bench.packets -= bench.packets % BURST;
  bench.loop = sfu_media_loop_new ("bench");
  bench.server = sfu_webrtc_server_new (bench.loop, LOCALHOST, 0, NULL, NULL);
  g_assert_nonnull (bench.server);
  for (guint i = 0; i < PEERS_MAX; i++)
    start_party (&bench, &bench.parties[i]);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    bench.n_parties = cases[i].peers;
    bench.size = cases[i].size;
    bench.run = cases[i].run;
    bench.gso = cases[i].gso;
    bench.packet = gst_buffer_new_allocate (NULL, bench.size, NULL);
    gst_buffer_memset (bench.packet, 0, RTP, bench.size);
    measure (&bench, "receive", receive_all);
    measure (&bench, "send", send_all);
    gst_buffer_unref (bench.packet);
  }
  for (guint i = 0; i < PEERS_MAX; i++)
    stop_party (&bench.parties[i]);
  g_object_unref (bench.server);
  g_object_unref (bench.loop);
  return EXIT_SUCCESS;
}
