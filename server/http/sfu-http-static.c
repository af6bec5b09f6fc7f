/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files of the page. The folder is flat and small; a name is looked up as
 * it is, so that there is no path to walk out of.
 *
 * Threads: the server's one thread. */
#include "sfu-http-private.h"

#include "sfu-install.h"

#include <string.h>

#define MAX_FILE_BYTES (32u * 1024u * 1024u)

static const struct {
  const gchar *suffix, *type;
} types[] = {
  { ".html", "text/html; charset=utf-8" },
  { ".js", "text/javascript; charset=utf-8" },
  { ".css", "text/css; charset=utf-8" },
  { ".json", "application/json" },
  { ".map", "application/json" },
  { ".svg", "image/svg+xml" },
  { ".png", "image/png" },
  { ".ico", "image/vnd.microsoft.icon" },
  { ".woff2", "font/woff2" },
  { ".txt", "text/plain; charset=utf-8" },
  { ".webmanifest", "application/manifest+json" },
};

static const gchar not_built[] =
    "<!doctype html><meta charset=utf-8><title>gst-sfu</title>"
    "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem"
    " auto;padding:0 1rem;color-scheme:light dark}code{background:#8882;padding"
    ":.1em .3em;border-radius:.3em}</style><h1>sfu-server runs</h1><p>The page "
    "for calls has not been built. It needs Node.js and npm when gst-sfu is "
    "built:</p><p><code>apt install nodejs npm</code>, then <code>ninja -C "
    "build</code> again; or say where it is with <code>--web-root DIR</code>."
    "</p><p>Signalling and media work without it.</p>";

static gboolean
has_page (const gchar *folder)
{
  g_autofree gchar *index = g_build_filename (folder, "index.html", NULL);

  return g_file_test (index, G_FILE_TEST_IS_REGULAR);
}

/* <build>/server/sfu-server -> <build>/examples/web */
static gchar *
find_in_build_tree (void)
{
  g_autofree gchar *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree gchar *folder = NULL;
  g_autofree gchar *build = NULL;

  if (program == NULL)
    return NULL;
  folder = g_path_get_dirname (program);
  build = g_path_get_dirname (folder);
  return g_build_filename (build, "examples", "web", NULL);
}

gchar *
sfu_http_find_web_root (const gchar *configured)
{
  g_autofree gchar *built = NULL;
  g_autofree gchar *installed = NULL;

  if (configured != NULL)
    return g_strdup (configured);
  built = find_in_build_tree ();
  if (built != NULL && has_page (built))
    return g_steal_pointer (&built);
  installed = sfu_install_path (SFU_WEB_ROOT);
  return has_page (installed) ? g_steal_pointer (&installed) : NULL;
}

static const gchar *
type_of (const gchar *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_has_suffix (name, types[i].suffix))
      return types[i].type;
  return NULL;
}

/* Letters, digits, dot, dash, underscore; no dot in front. Slashes separate
 * such names. */
static gboolean
path_is_plain (const gchar *path)
{
  gboolean start = TRUE;

  for (const gchar *p = path; *p != '\0'; p++) {
    if (*p == '/') {
      if (start)
        return FALSE;
      start = TRUE;
      continue;
    }
    if (!(g_ascii_isalnum (*p) || *p == '-' || *p == '_' ||
            (*p == '.' && !start)))
      return FALSE;
    start = FALSE;
  }
  return !start;
}

static void
reply_not_built (SoupServerMessage *message)
{
  sfu_http_reply_text (message, SOUP_STATUS_SERVICE_UNAVAILABLE,
      "text/html; charset=utf-8", g_strdup (not_built));
}

static GBytes *
load (const gchar *root, const gchar *name)
{
  g_autofree gchar *path = g_build_filename (root, name, NULL);
  g_autoptr (GMappedFile) file = NULL;

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return NULL;
  file = g_mapped_file_new (path, FALSE, NULL);
  if (file == NULL || g_mapped_file_get_length (file) > MAX_FILE_BYTES)
    return NULL;
  /* A copy: a file that is rewritten while it is sent would crash a mapping. */
  return g_bytes_new (
      g_mapped_file_get_contents (file), g_mapped_file_get_length (file));
}

static void
reply_file (SoupServerMessage *message, GBytes *bytes, const gchar *type)
{
  SoupMessageHeaders *headers =
      soup_server_message_get_response_headers (message);
  g_autofree gchar *sum =
      g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  g_autofree gchar *etag = g_strdup_printf ("\"%.32s\"", sum);
  const gchar *known = soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), "If-None-Match");
  gconstpointer data;
  gsize len;

  soup_message_headers_replace (headers, "ETag", etag);
  /* Ask each time; the answer is short when nothing has changed. */
  soup_message_headers_replace (headers, "Cache-Control", "no-cache");
  soup_message_headers_replace (headers, "X-Content-Type-Options", "nosniff");
  if (known != NULL && strstr (known, etag) != NULL) {
    soup_server_message_set_status (message, SOUP_STATUS_NOT_MODIFIED, NULL);
    return;
  }
  data = g_bytes_get_data (bytes, &len);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, data, len);
}

/* The operator's page can do a lot: nothing but its own files runs in it, and
 * no other page can put it into a frame. Its drawings are images (blob:). */
static void
guard_admin_page (SoupServerMessage *message)
{
  SoupMessageHeaders *headers =
      soup_server_message_get_response_headers (message);

  soup_message_headers_replace (headers, "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; "
      "img-src 'self' blob:; connect-src 'self'; base-uri 'none'; "
      "form-action 'none'; frame-ancestors 'none'");
  soup_message_headers_replace (headers, "Referrer-Policy", "no-referrer");
}

void
sfu_http_handle_static (
    SfuHttpServer *server, SoupServerMessage *message, const gchar *path)
{
  const gchar *method = soup_server_message_get_method (message);
  const gchar *name = path + 1, *type;
  g_autoptr (GBytes) bytes = NULL;

  if (strcmp (method, SOUP_METHOD_GET) != 0 &&
      strcmp (method, SOUP_METHOD_HEAD) != 0) {
    sfu_http_reply_error (
        message, SOUP_STATUS_METHOD_NOT_ALLOWED, "GET or HEAD only");
    return;
  }
  if (*name == '\0')
    name = "index.html";
  else if (strcmp (name, "admin") == 0)
    name = "admin.html";
  if (strcmp (name, "admin.html") == 0)
    guard_admin_page (message);
  type = path_is_plain (name) ? type_of (name) : NULL;
  if (type != NULL && server->web_root != NULL)
    bytes = load (server->web_root, name);
  if (bytes != NULL)
    reply_file (message, bytes, type);
  else if (strcmp (name, "index.html") == 0)
    reply_not_built (message);
  else
    sfu_http_reply_error (message, SOUP_STATUS_NOT_FOUND, "not found");
}
