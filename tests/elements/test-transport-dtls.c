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

/* What is agreed on is what the stock dtls has; whatever else the peer has. */
static void
test_profile (gconstpointer offered)
{
  for (gint client = 0; client < 2; client++) {
    Fixture f;

    fixture_init (&f);
    test_peer_set_srtp_profiles (f.peer, offered);
    fixture_connect (&f, client);
    g_assert_cmpstr (
        test_peer_srtp_profile (f.peer), ==, "SRTP_AES128_CM_SHA1_80");
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
      f.peer, "SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM");
  fixture_start (&f, GPOINTER_TO_INT (peer_client));
  WAIT_UNTIL (strcmp (f.dtls, "failed") == 0);
  g_assert_cmpstr (f.reason, ==, "DTLS failed: no common SRTP profile");
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
  g_test_add_data_func (
      "/transport-dtls/srtp/cm-80", "SRTP_AES128_CM_SHA1_80", test_profile);
  g_test_add_data_func ("/transport-dtls/srtp/gcm-and-cm-80",
      "SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80",
      test_profile);
  g_test_add_data_func ("/transport-dtls/srtp/gcm-only/server",
      GINT_TO_POINTER (TRUE), test_no_profile);
  g_test_add_data_func ("/transport-dtls/srtp/gcm-only/client",
      GINT_TO_POINTER (FALSE), test_no_profile);
  return g_test_run ();
}
