/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuDtlsConnection: both ends are ours, between them a network that loses,
 * doubles and turns round; and ends that are not ours, out of OpenSSL.
 *
 * Threads: main only. Waits are for OpenSSL's own timers, which are short here. */
#include "sfu-dtls-connection.h"

#include "sfu-certificate.h"
#include "sfu-srtp-context.h"
#include "test-util.h"

/* Where datagrams get lost, and where none comes too late. */
#define SHORT_TIMEOUT_US 10000
#define LONG_TIMEOUT_US (60 * G_USEC_PER_SEC)

typedef struct {
  SfuDtlsConnection *end[2]; /* 0: server, 1: client */
  SfuCertificate *certificate[2];
  GRand *rand;
  gdouble loss, doubled;
  gboolean reversed;
  guint n_datagrams, largest;
} Link;

static SfuDtlsConnection *
make_end (SfuCertificate *own, SfuCertificate *expected, gboolean client)
{
  g_autofree gchar *value = expected
      ? sfu_certificate_fingerprint (
            sfu_certificate_get_pem (expected), "sha-256")
      : NULL;
  const gchar *fingerprints[] = { "sha-256", value, NULL };
  g_autoptr (GError) error = NULL;
  SfuDtlsConnection *end =
      sfu_dtls_connection_new (sfu_certificate_get_pem (own), client,
          expected ? fingerprints : NULL, &error);

  g_assert_no_error (error);
  sfu_dtls_connection_set_first_timeout (end, LONG_TIMEOUT_US);
  return end;
}

/* wrong: 0 nobody, 1 the server expects somebody else, 2 the client does. */
static void
link_init (Link *link, guint wrong)
{
  g_autoptr (SfuCertificate) stranger = sfu_certificate_new (NULL);

  memset (link, 0, sizeof *link);
  link->rand = g_rand_new_with_seed (3);
  for (guint i = 0; i < 2; i++)
    link->certificate[i] = sfu_certificate_new (NULL);
  link->end[0] = make_end (link->certificate[0],
      wrong == 1 ? stranger : link->certificate[1], FALSE);
  link->end[1] = make_end (
      link->certificate[1], wrong == 2 ? stranger : link->certificate[0], TRUE);
}

static void
link_clear (Link *link)
{
  for (guint i = 0; i < 2; i++) {
    sfu_dtls_connection_free (link->end[i]);
    sfu_certificate_unref (link->certificate[i]);
  }
  g_rand_free (link->rand);
}

static void
deliver (Link *link, guint to, GBytes *datagram)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (datagram, &size);
  guint times = g_rand_double (link->rand) < link->doubled ? 2 : 1;

  link->n_datagrams++;
  link->largest = MAX (link->largest, size);
  if (g_rand_double (link->rand) < link->loss)
    return;
  while (times--)
    sfu_dtls_connection_receive (link->end[to], data, size);
}

/* One flight from one end to the other. FALSE: there was none. */
static gboolean
carry (Link *link, guint from)
{
  g_autoptr (GPtrArray) flight =
      g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  GBytes *datagram;

  while ((datagram = sfu_dtls_connection_pop_datagram (link->end[from])))
    g_ptr_array_add (flight, datagram);
  for (guint i = 0; i < flight->len; i++)
    deliver (
        link, !from, flight->pdata[link->reversed ? flight->len - 1 - i : i]);
  return flight->len > 0;
}

static gboolean
is_over (Link *link)
{
  for (guint i = 0; i < 2; i++) {
    if (sfu_dtls_connection_get_state (link->end[i]) ==
        SFU_DTLS_CONNECTION_CONNECTING)
      return FALSE;
  }
  return TRUE;
}

static void
handle_timeouts (Link *link)
{
  for (guint i = 0; i < 2; i++) {
    gint64 left_us = sfu_dtls_connection_get_timeout_us (link->end[i]);

    if (left_us == 0)
      sfu_dtls_connection_handle_timeout (link->end[i]);
  }
}

static void
link_run (Link *link)
{
  sfu_dtls_connection_start (link->end[0]);
  sfu_dtls_connection_start (link->end[1]);
  while (!is_over (link)) {
    gboolean moved = carry (link, 1);

    moved |= carry (link, 0);
    if (moved)
      continue;
    handle_timeouts (link);
    g_thread_yield ();
  }
  while (carry (link, 0) || carry (link, 1)) {
  }
}

static void
assert_states (
    Link *link, SfuDtlsConnectionState server, SfuDtlsConnectionState client)
{
  g_assert_cmpint (sfu_dtls_connection_get_state (link->end[0]), ==, server);
  g_assert_cmpint (sfu_dtls_connection_get_state (link->end[1]), ==, client);
}

/* The keys of one end fit the other's. */
static void
assert_keys (Link *link)
{
  for (gint i = 0; i < 2; i++) {
    guint8 data[64 + SFU_SRTP_CONTEXT_TRAILER] = { 0x80, 96, 0, 1 };
    gsize size = 64;
    SfuSrtpKey out_key, in_key;
    SfuSrtpSuite suite =
        sfu_dtls_connection_get_srtp (link->end[i], TRUE, &out_key);
    g_autoptr (SfuSrtpContext) out = NULL;
    g_autoptr (SfuSrtpContext) in = NULL;

    g_assert_cmpint (suite, ==, SFU_SRTP_AEAD_AES_128_GCM);
    g_assert_cmpint (
        sfu_dtls_connection_get_srtp (link->end[!i], FALSE, &in_key), ==,
        suite);
    out = sfu_srtp_context_new (suite, &out_key, TRUE);
    in = sfu_srtp_context_new (suite, &in_key, FALSE);
    g_assert_cmpint (sfu_srtp_context_protect (out, FALSE, data, &size), ==,
        SFU_VERDICT_FORWARD);
    g_assert_cmpint (sfu_srtp_context_unprotect (in, FALSE, data, &size), ==,
        SFU_VERDICT_FORWARD);
  }
}

static void
assert_message (Link *link, guint from, const gchar *text)
{
  g_autoptr (GBytes) got = NULL;
  gsize size;

  g_assert_true (sfu_dtls_connection_send (
      link->end[from], (const guint8 *)text, strlen (text)));
  carry (link, from);
  got = sfu_dtls_connection_pop_message (link->end[!from]);
  g_assert_nonnull (got);
  g_assert_cmpmem (g_bytes_get_data (got, &size), g_bytes_get_size (got), text,
      strlen (text));
  g_assert_null (sfu_dtls_connection_pop_message (link->end[!from]));
}

/* ---- handshakes ---- */

static void
test_handshake (void)
{
  Link link;

  link_init (&link, 0);
  link_run (&link);
  assert_states (
      &link, SFU_DTLS_CONNECTION_CONNECTED, SFU_DTLS_CONNECTION_CONNECTED);
  assert_keys (&link);
  assert_message (&link, 0, "from the server");
  assert_message (&link, 1, "from the client");
  for (guint i = 0; i < 2; i++) {
    g_assert_cmpstr (sfu_dtls_connection_get_failure (link.end[i]), ==, "");
    g_assert_cmpint (sfu_dtls_connection_get_timeout_us (link.end[i]), ==, -1);
    g_assert_true (g_str_has_prefix (
        sfu_dtls_connection_get_peer_pem (link.end[i]), "-----BEGIN"));
  }
  /* Five flights of which one may be two datagrams. */
  g_assert_cmpuint (link.n_datagrams, <=, 8);
  g_assert_cmpuint (link.largest, <=, 1200);
  link_clear (&link);
}

typedef struct {
  const gchar *name;
  gdouble loss, doubled;
  gboolean reversed;
} NetworkCase;

static const NetworkCase network_cases[] = {
  { "lossy", 0.2, 0, FALSE },
  { "very-lossy", 0.4, 0, FALSE },
  { "doubling", 0, 0.5, FALSE },
  { "reversing", 0, 0, TRUE },
  { "all-of-it", 0.2, 0.3, TRUE },
};

static void
test_network (gconstpointer data)
{
  const NetworkCase *c = data;

  for (guint i = 0; i < 10; i++) {
    Link link;

    link_init (&link, 0);
    g_rand_set_seed (link.rand, i);
    for (guint e = 0; e < 2; e++)
      sfu_dtls_connection_set_first_timeout (link.end[e], SHORT_TIMEOUT_US);
    link.loss = c->loss;
    link.doubled = c->doubled;
    link.reversed = c->reversed;
    link_run (&link);
    assert_states (
        &link, SFU_DTLS_CONNECTION_CONNECTED, SFU_DTLS_CONNECTION_CONNECTED);
    link.loss = link.doubled = 0;
    assert_keys (&link);
    assert_message (&link, i % 2, "still there");
    link_clear (&link);
  }
}

/* Who sees a stranger says so, and both know before either is connected. */
static void
test_stranger (gconstpointer who)
{
  guint refuser = GPOINTER_TO_UINT (who) - 1;
  SfuSrtpKey key;
  Link link;

  link_init (&link, GPOINTER_TO_UINT (who));
  link_run (&link);
  assert_states (&link, SFU_DTLS_CONNECTION_FAILED, SFU_DTLS_CONNECTION_FAILED);
  g_assert_cmpstr (sfu_dtls_connection_get_failure (link.end[refuser]), ==,
      "fingerprint mismatch");
  g_assert_cmpstr (sfu_dtls_connection_get_failure (link.end[!refuser]), ==,
      "handshake error");
  for (guint i = 0; i < 2; i++) {
    g_assert_cmpint (sfu_dtls_connection_get_srtp (link.end[i], TRUE, &key), ==,
        SFU_SRTP_NONE);
    g_assert_false (
        sfu_dtls_connection_send (link.end[i], (const guint8 *)"x", 1));
  }
  link_clear (&link);
}

static void
test_close (gconstpointer who)
{
  guint closer = GPOINTER_TO_UINT (who);
  Link link;

  link_init (&link, 0);
  link_run (&link);
  sfu_dtls_connection_close (link.end[closer]);
  g_assert_false (
      sfu_dtls_connection_send (link.end[closer], (const guint8 *)"x", 1));
  g_assert_true (carry (&link, closer));
  assert_states (&link, SFU_DTLS_CONNECTION_CLOSED, SFU_DTLS_CONNECTION_CLOSED);
  /* It is answered with one, and that is the end. */
  g_assert_true (carry (&link, !closer));
  g_assert_false (carry (&link, closer));
  g_assert_false (carry (&link, !closer));
  link_clear (&link);
}

/* Whatever comes from the network before and after the handshake. */
static void
test_garbage (void)
{
  guint8 data[1500];
  Link link;

  link_init (&link, 0);
  for (guint round = 0; round < 2; round++) {
    for (guint i = 0; i < 2000; i++) {
      gsize size = 1 + g_rand_int_range (link.rand, 0, sizeof data);

      for (gsize b = 0; b < size; b++)
        data[b] = (guint8)g_rand_int (link.rand);
      data[0] = (guint8)(20 + i % 6);
      sfu_dtls_connection_receive (link.end[i % 2], data, size);
    }
    if (round == 0)
      link_run (&link);
    assert_states (
        &link, SFU_DTLS_CONNECTION_CONNECTED, SFU_DTLS_CONNECTION_CONNECTED);
  }
  assert_message (&link, 0, "unimpressed");
  link_clear (&link);
}

static void
test_sizes (void)
{
  g_autofree guint8 *large = g_malloc0 (SFU_DTLS_MAX_MESSAGE + 1);
  g_autoptr (GBytes) got = NULL;
  Link link;

  link_init (&link, 0);
  g_assert_false (sfu_dtls_connection_send (link.end[0], large, 1));
  link_run (&link);
  g_assert_false (sfu_dtls_connection_send (link.end[0], large, 0));
  g_assert_false (
      sfu_dtls_connection_send (link.end[0], large, SFU_DTLS_MAX_MESSAGE + 1));
  g_assert_true (
      sfu_dtls_connection_send (link.end[0], large, SFU_DTLS_MAX_MESSAGE));
  carry (&link, 0);
  got = sfu_dtls_connection_pop_message (link.end[1]);
  g_assert_cmpuint (g_bytes_get_size (got), ==, SFU_DTLS_MAX_MESSAGE);
  link_clear (&link);
}

static void
test_bad_pem (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (sfu_dtls_connection_new ("no PEM", FALSE, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dtls-connection/handshake", test_handshake);
  for (guint i = 0; i < G_N_ELEMENTS (network_cases); i++) {
    g_autofree gchar *path =
        g_strdup_printf ("/dtls-connection/network/%s", network_cases[i].name);

    g_test_add_data_func (path, &network_cases[i], test_network);
  }
  g_test_add_data_func (
      "/dtls-connection/stranger/client", GUINT_TO_POINTER (1), test_stranger);
  g_test_add_data_func (
      "/dtls-connection/stranger/server", GUINT_TO_POINTER (2), test_stranger);
  g_test_add_data_func (
      "/dtls-connection/close/server", GUINT_TO_POINTER (0), test_close);
  g_test_add_data_func (
      "/dtls-connection/close/client", GUINT_TO_POINTER (1), test_close);
  g_test_add_func ("/dtls-connection/garbage", test_garbage);
  g_test_add_func ("/dtls-connection/sizes", test_sizes);
  g_test_add_func ("/dtls-connection/bad-pem", test_bad_pem);
  return g_test_run ();
}
