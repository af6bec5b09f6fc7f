/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Study rooms, event by event.
 *
 * Threads: one; the worker is another process. */
#include "sio-client.h"

#define PATH "/socket.io/"

static void
test_connect (void)
{
  Fixture f;
  g_autoptr (SioClient) a = NULL;
  g_autoptr (JsonNode) ack = NULL;

  fixture_start (&f, NULL);
  a = sio_new (&f, PATH, "/room/math", NULL);
  ack = sio_request (a, "get-rtp-capabilities", NULL);
  g_assert_true (
      json_object_has_member (json_node_get_object (ack), "rtpCapabilities"));
  g_clear_pointer (&a, sio_free);
  fixture_stop (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/study/connect", test_connect);
  return g_test_run ();
}
