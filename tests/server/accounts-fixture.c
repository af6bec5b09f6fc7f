/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "accounts-fixture.h"

#include "sfu-protoo.h"
#include "token-maker.h"

#include <glib/gstdio.h>

gchar *secret_file;

gint
accounts_test_run (void)
{
  gint status;

  g_close (g_file_open_tmp ("sfu-secret-XXXXXX", &secret_file, NULL), NULL);
  g_file_set_contents (secret_file, SECRET "\n", -1, NULL);
  status = g_test_run ();
  g_remove (secret_file);
  g_free (secret_file);
  return status;
}

gchar *
make_query (const gchar *room, const gchar *peer, const gchar *claims)
{
  g_autofree gchar *token =
      claims != NULL ? test_token_hs256 (SECRET, NULL, claims) : NULL;

  return g_strdup_printf ("/?roomId=%s&peerId=%s%s%s", room, peer,
      token != NULL ? "&token=" : "", token != NULL ? token : "");
}

Client *
enter (Fixture *f, const gchar *room, const gchar *peer, const gchar *claims)
{
  g_autofree gchar *query = make_query (room, peer, claims);
  g_autoptr (GError) error = NULL;
  Client *c = client_try (f, query, SFU_PROTOO_SUBPROTOCOL, &error);

  g_assert_no_error (error);
  return c;
}
