/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The DTLS handshake at its edges: ClientHellos that fill several datagrams, as
 * those with post-quantum key shares do, whatever the network does to these; and
 * the SRTP profiles that are agreed on, or not.
 *
 * Threads: the test's main context is the control thread and the peer's. */
#include "transport-fixture.h"

#include <string.h>

/* X25519MLKEM768: 1184 bytes of ML-KEM and 32 of X25519. */
#define HYBRID_SHARE 1216
/* The least that OpenSSL makes datagrams for. */
#define SMALL_MTU 300

typedef struct {
  const gchar *name;
  guint extra, mtu;
  TestHelloFault fault;
  guint datagrams; /* at least */
} HelloCase;

static const HelloCase hello_cases[] = {
  { "small", 0, 1200, TEST_HELLO_AS_IT_IS, 1 },
  { "hybrid", HYBRID_SHARE, 1200, TEST_HELLO_AS_IT_IS, 2 },
  { "hybrid-reversed", HYBRID_SHARE, 1200, TEST_HELLO_REVERSED, 2 },
  { "hybrid-doubled", HYBRID_SHARE, 1200, TEST_HELLO_DOUBLED, 2 },
  { "hybrid-first-lost", HYBRID_SHARE, 1200, TEST_HELLO_FIRST_LOST, 2 },
  { "hybrid-last-lost", HYBRID_SHARE, 1200, TEST_HELLO_LAST_LOST, 2 },
  { "many", 8000, 1200, TEST_HELLO_AS_IT_IS, 7 },
  { "many-reversed", 8000, 1200, TEST_HELLO_REVERSED, 7 },
  { "tiny-datagrams", HYBRID_SHARE, SMALL_MTU, TEST_HELLO_AS_IT_IS, 5 },
  { "tiny-reversed", HYBRID_SHARE, SMALL_MTU, TEST_HELLO_REVERSED, 5 },
  { "tiny-first-lost", HYBRID_SHARE, SMALL_MTU, TEST_HELLO_FIRST_LOST, 5 },
};

static void
test_hello (gconstpointer data)
{
  const HelloCase *c = data;
  Fixture f;

  fixture_init (&f);
  test_peer_set_mtu (f.peer, c->mtu);
  test_peer_set_hello (f.peer, c->extra, c->fault);
  fixture_connect (&f, TRUE);
  g_assert_cmpuint (test_peer_hello_datagrams (f.peer), >=, c->datagrams);
  fixture_clear (&f);
}

/* ---- SRTP ---- */

#define GCM_128 "SRTP_AEAD_AES_128_GCM"
#define GCM_256 "SRTP_AEAD_AES_256_GCM"
#define CM_80 "SRTP_AES128_CM_SHA1_80"
#define CM_32 "SRTP_AES128_CM_SHA1_32"
#define VIDEO "application/x-rtp, media=video, payload=96, clock-rate=90000"

typedef struct {
  const gchar *name, *offered;
  /* What our pair agrees on when the peer is client and when it is server, who
   * chooses; the stock one has CM_80 alone. */
  const gchar *as_server, *as_client;
} ProfileCase;

static const ProfileCase profile_cases[] = {
  { "cm-80", CM_80, CM_80, CM_80 },
  { "all", GCM_256 ":" GCM_128 ":" CM_80, GCM_128, GCM_256 },
  { "gcm-128", GCM_128, GCM_128, GCM_128 },
  { "gcm-256", GCM_256, GCM_256, GCM_256 },
};

static void
pass_both_ways (Fixture *f, End *in, End *out)
{
  guint8 data[200];
  gsize len = make_rtp (data, 96, 65535, 1000, 1111, NULL, 100);
  g_autoptr (GBytes) got = NULL;
  GstBuffer *buffer;

  g_assert_true (test_peer_send_rtp (f->peer, data, len));
  WAIT_UNTIL (g_async_queue_length (in->buffers) > 0);
  buffer = g_async_queue_pop (in->buffers);
  g_assert_cmpint (gst_buffer_memcmp (buffer, 0, data, len), ==, 0);
  gst_buffer_unref (buffer);
  len = make_rtp (data, 96, 65535, 1000, 2222, NULL, 100);
  end_push (out, f->transport, data, len, 1);
  WAIT_UNTIL (test_peer_rtp (f->peer)->length > 0);
  got = g_queue_pop_head (test_peer_rtp (f->peer));
  g_assert_cmpmem (
      g_bytes_get_data (got, NULL), g_bytes_get_size (got), data, len);
}

/* Media and RTCP (the peer takes a sender report) pass in every suite. */
static void
test_profile (gconstpointer data)
{
  const ProfileCase *c = data;

  for (gint client = 0; client < 2; client++) {
    g_autoptr (GstStructure) stats = NULL;
    const gchar *expect = !fixture_dtls_is_own () ? CM_80
        : client                                  ? c->as_server
                                                  : c->as_client;
    End *in, *out;
    Fixture f;

    fixture_init (&f);
    test_peer_set_srtp_profiles (f.peer, c->offered);
    in = end_new_producer (f.transport, VIDEO ", ssrc=(uint)1111");
    out = end_new_consumer (f.transport, VIDEO ", ssrc=(uint)2222");
    fixture_connect (&f, client);
    g_assert_cmpstr (test_peer_srtp_profile (f.peer), ==, expect);
    g_object_get (f.transport, "stats", &stats, NULL);
    g_assert_cmpstr (
        gst_structure_get_string (stats, "srtp-profile"), ==, expect);
    pass_both_ways (&f, in, out);
    WAIT_UNTIL (test_peer_rtcp (f.peer)->length > 0);
    end_free (in, f.transport);
    end_free (out, f.transport);
    fixture_clear (&f);
  }
}

/* No profile in common: said at once and by name, and nothing passes. */
static void
test_no_profile (gconstpointer peer_client)
{
  Fixture f;

  fixture_init (&f);
  test_peer_set_srtp_profiles (
      f.peer, fixture_dtls_is_own () ? CM_32 : GCM_256 ":" GCM_128);
  fixture_start (&f, GPOINTER_TO_INT (peer_client));
  WAIT_UNTIL (strcmp (f.dtls, "failed") == 0);
  g_assert_cmpstr (f.reason, ==, "DTLS failed: no common SRTP profile");
  fixture_clear (&f);
}

/* What our pair refuses is in the transport's statistics by reason, also after
 * the close. The stock one counts nothing. */
static void
test_drops (void)
{
  static const guint8 forged[] = { 0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0x04, 0x57,
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
  static const guint8 cut[] = { 0x80, 96, 0, 1 };
  Fixture f;

  if (!fixture_dtls_is_own ()) {
    g_test_skip ("the stock pair does not count");
    return;
  }
  fixture_init (&f);
  fixture_connect (&f, TRUE);
  test_peer_send_raw (f.peer, forged, sizeof forged);
  test_peer_send_raw (f.peer, cut, sizeof cut);
  WAIT_UNTIL (stats_drops (f.transport, "malformed") == 1);
  g_assert_cmpuint (stats_drops (f.transport, "srtp"), ==, 1);
  sfu_transport_close (f.transport);
  g_assert_cmpuint (stats_drops (f.transport, "srtp"), ==, 1);
  fixture_clear (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (hello_cases); i++) {
    g_autofree gchar *path =
        g_strdup_printf ("/transport-dtls/hello/%s", hello_cases[i].name);

    g_test_add_data_func (path, &hello_cases[i], test_hello);
  }
  for (guint i = 0; i < G_N_ELEMENTS (profile_cases); i++) {
    g_autofree gchar *path =
        g_strdup_printf ("/transport-dtls/srtp/%s", profile_cases[i].name);

    if (fixture_dtls_is_own () || strstr (profile_cases[i].offered, CM_80))
      g_test_add_data_func (path, &profile_cases[i], test_profile);
  }
  g_test_add_data_func ("/transport-dtls/srtp/none/server",
      GINT_TO_POINTER (TRUE), test_no_profile);
  g_test_add_data_func ("/transport-dtls/srtp/none/client",
      GINT_TO_POINTER (FALSE), test_no_profile);
  g_test_add_func ("/transport-dtls/srtp/drops", test_drops);
  return g_test_run ();
}
