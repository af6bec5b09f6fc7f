/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sfutransport made and taken down many times, at every moment of its life:
 * threads, file descriptors and GStreamer objects must be as many afterwards as
 * before. Run with GST_TRACERS=leaks, which finds the objects.
 *
 * Threads: the test's, which is the control thread. */
#include "transport-fixture.h"

#include <string.h>

#define WARM_UP 5
#define CYCLES 100
#define HANDSHAKES 50
#define BUSY_CYCLES 30
/* GLib keeps some threads of its pools for a while, and takes others. */
#define THREAD_SLACK 3
/* OpenSSL begins with one second and doubles it. */
#define DTLS_TIMER (3 * GST_SECOND)

static guint
count_entries (const gchar *path)
{
  GDir *dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir))
    n++;
  g_dir_close (dir);
  return n;
}

typedef struct {
  guint threads, fds;
} Footprint;

static Footprint
footprint (void)
{
  return (Footprint){ count_entries ("/proc/self/task"),
    count_entries ("/proc/self/fd") };
}

static void
assert_flat (Footprint before)
{
  Footprint after = footprint ();

  g_test_message ("threads %u -> %u, fds %u -> %u", before.threads,
      after.threads, before.fds, after.fds);
  g_assert_cmpuint (after.threads, <=, before.threads + THREAD_SLACK);
  g_assert_cmpuint (after.fds, <=, before.fds);
}

/* What the leaks tracer says is alive now, but for the certificate that the
 * stock dtls plugin makes once for a process. */
static guint
count_live_objects (void)
{
  GList *tracers = gst_tracing_get_active_tracers (), *item;
  GstStructure *info = NULL;
  const GValue *list;
  guint i, n = 0;

  for (item = tracers; item; item = item->next) {
    if (g_str_equal (G_OBJECT_TYPE_NAME (item->data), "GstLeaksTracer"))
      g_signal_emit_by_name (item->data, "get-live-objects", &info);
  }
  g_list_free_full (tracers, gst_object_unref);
  if (!info)
    return 0;
  list = gst_structure_get_value (info, "live-objects-list");
  for (i = 0; list && i < gst_value_list_get_size (list); i++) {
    const GValue *item_value = gst_value_list_get_value (list, i);
    g_autofree gchar *text = NULL;

    text = gst_structure_to_string (gst_value_get_structure (item_value));
    if (strstr (text, "(GstDtlsAgent)"))
      continue;
    g_test_message ("alive: %s", text);
    n++;
  }
  gst_structure_free (info);
  return n;
}

static void
traffic (Fixture *f, End *in, End *out)
{
  guint8 data[200];
  guint i;

  for (i = 0; i < 5; i++) {
    test_peer_send_rtp (
        f->peer, data, make_rtp (data, 96, i, 0, 1111, NULL, 100));
    end_push (
        out, f->transport, data, make_rtp (data, 96, i, 0, 2222, NULL, 100), 1);
  }
  WAIT_UNTIL (g_async_queue_length (in->buffers) == 5 &&
      test_peer_rtp (f->peer)->length == 5);
}

static void
cycle (guint i)
{
  Fixture f;
  End *in, *out;

  fixture_init (&f);
  in = end_new_producer (
      f.transport, "application/x-rtp, payload=(int)96, ssrc=(uint)1111");
  out = end_new_consumer (f.transport, "application/x-rtp, ssrc=(uint)2222");
  fixture_connect (&f, i % 2);
  traffic (&f, in, out);
  /* With and without pads, by close and by state. */
  if (i % 3 == 0)
    sfu_transport_close (f.transport);
  if (i % 3 == 1)
    gst_element_set_state (f.pipeline, GST_STATE_NULL);
  end_free (in, f.transport);
  end_free (out, f.transport);
  fixture_clear (&f);
}

static void
test_cycles (void)
{
  Footprint before = { 0 };
  guint i;

  for (i = 0; i < WARM_UP + CYCLES; i++) {
    if (i == WARM_UP)
      before = footprint ();
    cycle (i);
  }
  assert_flat (before);
}

/* Closed at another step of the handshake each time. */
static void
test_close_in_handshake (void)
{
  Footprint before = { 0 };
  guint i, step;

  for (i = 0; i < WARM_UP + HANDSHAKES; i++) {
    Fixture f;

    if (i == WARM_UP)
      before = footprint ();
    fixture_init (&f);
    fixture_start (&f, i % 2);
    for (step = 0; step < i % 12; step++)
      g_main_context_iteration (NULL, TRUE);
    if (i % 3)
      sfu_transport_close (f.transport);
    fixture_clear (&f);
  }
  assert_flat (before);
}

typedef struct {
  GstPad *pad;
  gint stop; /* atomic */
} Pusher;

static gpointer
push_on (gpointer data)
{
  Pusher *pusher = data;
  guint8 packet[200];
  guint16 seq = 0;

  while (!g_atomic_int_get (&pusher->stop)) {
    gsize len = make_rtp (packet, 96, seq++, 0, 2222, NULL, 100);

    /* Refused or flushing while it is taken down: both are right. */
    gst_pad_push (pusher->pad, gst_buffer_new_memdup (packet, len));
    g_thread_yield ();
  }
  return NULL;
}

/* Closed under a thread that pushes and a peer that sends. */
static void
test_close_in_traffic (void)
{
  Footprint before = { 0 };
  guint i, k;

  for (i = 0; i < WARM_UP + BUSY_CYCLES; i++) {
    Pusher pusher = { NULL, FALSE };
    GThread *thread;
    End *in, *out;
    guint8 data[200];
    Fixture f;

    if (i == WARM_UP)
      before = footprint ();
    fixture_init (&f);
    in = end_new_producer (
        f.transport, "application/x-rtp, payload=(int)96, ssrc=(uint)1111");
    out = end_new_consumer (f.transport, "application/x-rtp, ssrc=(uint)2222");
    pusher.pad = out->pad;
    thread = g_thread_new ("pusher", push_on, &pusher);
    fixture_connect (&f, TRUE);
    WAIT_UNTIL (test_peer_rtp (f.peer)->length > 0);
    for (k = 0; k < 50; k++)
      test_peer_send_rtp (
          f.peer, data, make_rtp (data, 96, k, 0, 1111, NULL, 100));
    if (i % 3 == 0)
      sfu_transport_close (f.transport);
    else if (i % 3 == 1)
      gst_element_set_state (f.pipeline, GST_STATE_NULL);
    if (i % 2)
      end_free (in, f.transport);
    g_atomic_int_set (&pusher.stop, TRUE);
    g_thread_join (thread);
    if (i % 2 == 0)
      end_free (in, f.transport);
    end_free (out, f.transport);
    fixture_clear (&f);
  }
  assert_flat (before);
}

/* Never connected at all. */
static void
test_unused (void)
{
  guint i;

  for (i = 0; i < CYCLES; i++) {
    g_autoptr (SfuTransport) transport =
        gst_object_ref_sink (g_object_new (SFU_TYPE_TRANSPORT, NULL));
    Fixture f;

    fixture_init (&f);
    fixture_clear (&f);
  }
}

/* With a socket of its own: every READY brings a new agent. */
static void
test_state_cycles (void)
{
  GstElement *pipeline = gst_pipeline_new (NULL);
  GstElement *transport = g_object_new (SFU_TYPE_TRANSPORT, NULL);
  g_autofree gchar *last = NULL;
  Footprint before = { 0 };
  guint i;

  gst_bin_add (GST_BIN (pipeline), transport);
  for (i = 0; i < WARM_UP + CYCLES; i++) {
    g_autofree gchar *ufrag = NULL;

    if (i == WARM_UP)
      before = footprint ();
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    g_object_get (transport, "ice-ufrag", &ufrag, NULL);
    g_assert_nonnull (ufrag);
    g_assert_cmpstr (ufrag, !=, last);
    g_free (last);
    last = g_steal_pointer (&ufrag);
    gst_element_set_state (pipeline, GST_STATE_NULL);
  }
  assert_flat (before);
  gst_object_unref (pipeline);
}

/* Runs last. The stock dtls plugin's connections live until the system clock
 * has called them back for their last timer: let it pass them. The tracer must
 * not be asked while they go, it takes references to what is being finalized.
 */
static void
test_leaks (void)
{
  g_autoptr (GstClock) clock = gst_system_clock_obtain ();
  GstClockID id = gst_clock_new_single_shot_id (
      clock, gst_clock_get_time (clock) + DTLS_TIMER);

  gst_clock_id_wait (id, NULL);
  gst_clock_id_unref (id);
  g_assert_cmpuint (count_live_objects (), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add_func ("/transport-cycles/connected", test_cycles);
  g_test_add_func ("/transport-cycles/handshake", test_close_in_handshake);
  g_test_add_func ("/transport-cycles/traffic", test_close_in_traffic);
  g_test_add_func ("/transport-cycles/unused", test_unused);
  g_test_add_func ("/transport-cycles/states", test_state_cycles);
  g_test_add_func ("/transport-cycles/leaks", test_leaks);
  return g_test_run ();
}
