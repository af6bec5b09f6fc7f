/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cluster-fixture.h"

#include "meetings-fixture.h"

void
pair_start (Pair *p, const gchar *const *flags)
{
  test_redis_start (&p->redis, NULL);
  cluster_start (&p->a, &p->redis, flags);
  cluster_start (&p->b, &p->redis, flags);
  WAIT_UNTIL (cluster_n_nodes (&p->a) == 2 && cluster_n_nodes (&p->b) == 2);
}

static void
start_meetings (Fixture *f, const TestRedis *redis)
{
  g_autofree gchar *url = test_redis_flag (redis);
  const gchar *flags[] = { url, NULL };

  meetings_start (f, flags);
  WAIT_UNTIL (cluster_is_connected (f));
}

void
pair_start_meetings (Pair *p)
{
  test_redis_start (&p->redis, NULL);
  start_meetings (&p->a, &p->redis);
  start_meetings (&p->b, &p->redis);
  WAIT_UNTIL (cluster_n_nodes (&p->a) == 2 && cluster_n_nodes (&p->b) == 2);
}

void
pair_stop (Pair *p)
{
  fixture_stop (&p->a);
  fixture_stop (&p->b);
  test_redis_stop (&p->redis);
}

Client *
enter (Fixture *f, const gchar *peer)
{
  Client *c = client_new (f, "r", peer);

  client_join (c);
  return c;
}

void
wait_about (Client *c, const gchar *method, const gchar *field, const gchar *id)
{
  g_autoptr (JsonNode) data = client_wait_notification (c, method);

  g_assert_cmpstr (get_string (data, field), ==, id);
}

void
assert_quiet (Client *c)
{
  /* The answer comes after whatever was sent before it. */
  json_node_unref (client_ok (c, "getRouterRtpCapabilities", NULL));
  g_assert_false (client_has_notification (c, "newPeer"));
  g_assert_false (client_has_notification (c, "peerClosed"));
}
