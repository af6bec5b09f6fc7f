/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plain RTP transports of a real worker: what is refused, and that nothing stays
 * behind.
 *
 * Threads: main only. */
#include <string.h>

#include "plain-room.h"

/* ---- refusals ---- */

static void
test_errors (void)
{
  const SfuWorkerPlainOptions bad_suite = { .srtp_suite = "ROT13" };
  const SfuWorkerPlainPeer nobody = { NULL }, somebody = { HOST, 9 };
  const SfuWorkerPlainPeer with_rtcp = { HOST, 9, 10 };
  const SfuWorkerStartOptions start = { .listen_ip = HOST,
    .max_transports_per_router = 2 };
  g_autoptr (SfuWorkerClient) client = worker_new_started (&start);
  assert_works (worker_create_router (client, "r", &error));
  assert_fails (worker_create_plain (client, "x", "t", NULL, &error),
      SFU_ERROR_NOT_FOUND);
  assert_fails (worker_create_plain (client, "r", "t", &bad_suite, &error),
      SFU_ERROR_INVALID_ARGUMENT);
  g_autoptr (SfuSeamPlainInfo) info =
      worker_create_plain (client, "r", "t", NULL, NULL);
  g_assert_nonnull (info);
  assert_fails (
      worker_create_plain (client, "r", "t", NULL, &error), SFU_ERROR_EXISTS);
  room_add_transport (client, "r", "w");
  assert_fails (worker_create_plain (client, "r", "t3", NULL, &error),
      SFU_ERROR_LIMIT_EXCEEDED);
  assert_fails (worker_connect_plain (client, "x", &somebody, NULL, &error),
      SFU_ERROR_NOT_FOUND);
  assert_fails (worker_connect_plain (client, "t", &nobody, NULL, &error),
      SFU_ERROR_INVALID_ARGUMENT);
  assert_fails (worker_connect_plain (client, "t", &with_rtcp, NULL, &error),
      SFU_ERROR_INVALID_ARGUMENT);
  assert_fails (worker_connect_plain (client, "w", &somebody, NULL, &error),
      SFU_ERROR_INVALID_ARGUMENT);
  assert_fails (worker_connect_transport (
                    client, "t", "client", "sha-256", FINGERPRINT, &error),
      SFU_ERROR_INVALID_ARGUMENT);
  assert_works (worker_connect_plain (client, "t", &somebody, NULL, &error));
  assert_fails (worker_connect_plain (client, "t", &somebody, NULL, &error),
      SFU_ERROR_WRONG_STATE);
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
}

/* ---- the end ---- */

static gboolean
is_free (guint16 port)
{
  g_autoptr (GSocketAddress) address =
      g_inet_socket_address_new_from_string (HOST, port);
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4,
      G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  return g_socket_bind (socket, address, FALSE, NULL);
}

static void
test_close (void)
{
  Room room = room_open (FALSE);
  g_autoptr (SfuSeamPlainInfo) info =
      worker_create_plain (room.client, "r", "more", NULL, NULL);
  send_pictures (room.from, IN_SSRC, FIRST_SEQ, N_PACKETS);
  expect_pictures (room.to, N_PACKETS);
  g_assert_false (is_free (info->port));
  assert_works (worker_close_transport (room.client, "more", &error));
  g_assert_true (is_free (info->port));
  assert_works (worker_close_transport (room.client, "in", &error));
  assert_fails (
      worker_get_stats (room.client, "c", &error), SFU_ERROR_NOT_FOUND);
  send_pictures (room.from, IN_SSRC, 1, N_PACKETS);
  assert_works (worker_close_router (room.client, "r", &error));
  g_autoptr (GVariant) dump = worker_dump (room.client, NULL, NULL);
  g_autoptr (GVariant) routers =
      g_variant_lookup_value (dump, "routers", G_VARIANT_TYPE ("aa{sv}"));
  g_assert_cmpuint (g_variant_n_children (routers), ==, 0);
  room_close (&room);
}

static guint
count_fds (SfuWorkerClient *client)
{
  g_autoptr (GVariant) dump = worker_dump (client, NULL, NULL);
  guint fds = 0;
  g_assert_true (g_variant_lookup (dump, "fds", "u", &fds));
  return fds;
}

static void
test_churn (void)
{
  Room room = room_open (TRUE);
  guint fds = count_fds (room.client);
  for (guint i = 0; i < 50; i++) {
    const SfuWorkerPlainOptions options = { .no_rtcp_mux = i % 2,
      .comedia = TRUE };
    TestPlainClient *peer = test_plain_client_new (HOST, i % 2 == 0);
    add_plain (&room, "t", peer, &options);
    produce (&room, "t", "pt", 0);
    send_pictures (peer, i + 1, 1, N_PACKETS);
    WORKER_WAIT_UNTIL (media_stat (room.client, "pt", "packetCount") > 0);
    assert_works (worker_close_transport (room.client, "t", &error));
    test_plain_client_free (peer);
  }
  g_assert_cmpuint (count_fds (room.client), ==, fds);
  room_close (&room);
}

/* Ports of a range of their own. */
static void
test_ports (void)
{
  const SfuWorkerPlainOptions pair = { .no_rtcp_mux = TRUE };
  for (guint i = 0; i < 10; i++) {
    g_autoptr (SfuWorkerClient) client = worker_new_started (NULL);
    assert_works (worker_create_router (client, "r", &error));
    g_autoptr (SfuSeamPlainInfo) free_pair =
        worker_create_plain (client, "r", "t", &pair, NULL);
    g_assert_nonnull (free_pair);
    worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
    const SfuWorkerStartOptions start = { .listen_ip = HOST,
      .plain_port_min = free_pair->port,
      .plain_port_max = free_pair->rtcp_port };
    g_autoptr (SfuWorkerClient) second = worker_new_started (&start);
    assert_works (worker_create_router (second, "r", &error));
    g_autoptr (SfuSeamPlainInfo) info =
        worker_create_plain (second, "r", "t", &pair, NULL);
    gboolean got_it = info != NULL;
    if (got_it) {
      g_assert_cmpuint (info->port, ==, free_pair->port);
      assert_fails (worker_create_plain (second, "r", "t2", NULL, &error),
          SFU_ERROR_FAILED);
    }
    worker_stop (second, SFU_WORKER_STOP_TIMEOUT_MS);
    if (got_it)
      return;
    /* Somebody else was faster. */
  }
  g_error ("no pair of ports stays free");
}

int
main (int argc, char **argv)
{
  worker_test_init (&argc, &argv);
  g_test_add_func ("/worker/plain/errors", test_errors);
  g_test_add_func ("/worker/plain/close", test_close);
  g_test_add_func ("/worker/plain/churn", test_churn);
  g_test_add_func ("/worker/plain/ports", test_ports);
  return g_test_run ();
}
