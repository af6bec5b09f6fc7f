/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Engine.IO and pages of other origins: which may read what is answered (CORS).
 *
 * Threads: one. */
#include "sio-fixture.h"

static const gchar *const listed[] = { "https://a.example",
  "http://b.example:8080/", NULL };
static const gchar *const star[] = { "https://a.example", "*", NULL };

static const struct {
  const gchar *const *origins;
  gboolean credentials;
  const gchar *origin; /* of the request; NULL = none */
  guint status;
  const gchar *allow, *allow_credentials, *vary;
} cases[] = {
  { NULL, FALSE, NULL, 200, NULL, NULL, NULL },
  { NULL, FALSE, "https://x.example", 200, "*", NULL, NULL },
  { star, FALSE, "https://x.example", 200, "*", NULL, NULL },
  { NULL, TRUE, "https://x.example", 200, "https://x.example", "true",
      "Origin" },
  { listed, FALSE, NULL, 200, NULL, NULL, "Origin" },
  { listed, FALSE, "https://a.example", 200, "https://a.example", NULL,
      "Origin" },
  { listed, TRUE, "http://b.example:8080", 200, "http://b.example:8080", "true",
      "Origin" },
  { listed, TRUE, "http://b.example", 403, NULL, NULL, "Origin" },
  { listed, TRUE, "https://x.example", 403, NULL, NULL, "Origin" },
  { listed, TRUE, "null", 403, NULL, NULL, "Origin" },
  { NULL, TRUE, "https://\xc3\xa9.example", 400, NULL, NULL, "Origin" },
};

static void
test_cors (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const SfuSioOptions options = { .allowed_origins = cases[i].origins,
      .allow_credentials = cases[i].credentials };
    g_autofree gchar *header = cases[i].origin != NULL
        ? g_strdup_printf ("Origin: %s", cases[i].origin)
        : NULL;
    SioFixture f;
    g_autoptr (Request) request = NULL;
    g_autoptr (Request) preflight = NULL;
    g_autoptr (Ws) ws = NULL;
    guint status = 0;

    g_test_message ("%u", i);
    sio_start (&f, &options);
    request = sio_request (&f, "GET", "", header, NULL, NULL);
    request_wait (request);
    g_assert_cmpuint (request->status, ==, cases[i].status);
    g_assert_cmpstr (request_header (request, "Access-Control-Allow-Origin"),
        ==, cases[i].allow);
    g_assert_cmpstr (
        request_header (request, "Access-Control-Allow-Credentials"), ==,
        cases[i].allow_credentials);
    g_assert_cmpstr (request_header (request, "Vary"), ==, cases[i].vary);
    preflight = sio_request (&f, "OPTIONS", "", header,
        "Access-Control-Request-Headers: x-a, content-type", NULL);
    request_wait (preflight);
    g_assert_cmpuint (
        preflight->status, ==, cases[i].status == 200 ? 204 : cases[i].status);
    g_assert_cmpstr (request_header (preflight, "Access-Control-Allow-Origin"),
        ==, cases[i].allow);
    if (cases[i].status == 200) {
      g_assert_cmpstr (
          request_header (preflight, "Access-Control-Allow-Headers"), ==,
          "x-a, content-type");
      g_assert_cmpstr (
          request_header (preflight, "Access-Control-Allow-Methods"), ==,
          "GET, POST, OPTIONS");
    }
    /* Browsers do not ask before they open a WebSocket. */
    ws = ws_try (&f, "", header, &status);
    g_assert_cmpuint (status, ==,
        cases[i].status == 200 ? SOUP_STATUS_SWITCHING_PROTOCOLS
                               : cases[i].status);
    ws_free (g_steal_pointer (&ws));
    sio_stop (&f);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sio-engine/cors", test_cors);
  return g_test_run ();
}
