/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See transport-fixture.h.
 *
 * Threads: see transport-fixture.h. */
#include "transport-fixture.h"

#include <string.h>
#include "sfu-media-loop.h"

static void
on_state_changed (SfuTransport *transport, const gchar *ice, const gchar *dtls,
    const gchar *reason, Fixture *f)
{
  g_strlcpy (f->ice, ice, sizeof f->ice);
  g_strlcpy (f->dtls, dtls, sizeof f->dtls);
  g_strlcpy (f->reason, reason, sizeof f->reason);
  f->n_states++;
}

gboolean
fixture_dtls_is_own (void)
{
  return g_strcmp0 (g_getenv ("SFU_DTLS"), "stock") != 0;
}

SfuTransport *
fixture_add_transport (Fixture *f)
{
  SfuTransport *transport = g_object_new (SFU_TYPE_TRANSPORT, "webrtc-server",
      f->server, "dtls",
      fixture_dtls_is_own () ? SFU_DTLS_PAIR_OWN : SFU_DTLS_PAIR_STOCK, NULL);

  gst_bin_add (GST_BIN (f->pipeline), GST_ELEMENT (transport));
  gst_element_sync_state_with_parent (GST_ELEMENT (transport));
  return transport;
}

void
fixture_init (Fixture *f)
{
  g_autoptr (SfuMediaLoop) loop = sfu_media_loop_get_default ();
  g_autoptr (GError) error = NULL;

  memset (f, 0, sizeof *f);
  f->server = sfu_webrtc_server_new (loop, "127.0.0.1", 0, NULL, &error);
  g_assert_no_error (error);
  f->pipeline = gst_pipeline_new (NULL);
  gst_element_set_state (f->pipeline, GST_STATE_PLAYING);
  f->transport = fixture_add_transport (f);
  g_signal_connect (
      f->transport, "state-changed", G_CALLBACK (on_state_changed), f);
  f->peer = test_peer_new ();
}

void
fixture_clear (Fixture *f)
{
  g_signal_handlers_disconnect_by_data (f->transport, f);
  gst_element_set_state (f->pipeline, GST_STATE_NULL);
  gst_object_unref (f->pipeline);
  test_peer_free (f->peer);
  g_object_unref (f->server);
  while (g_main_context_iteration (NULL, FALSE)) {
  }
}

GMainContext *
fixture_separate_peer (Fixture *f)
{
  GMainContext *context = g_main_context_new ();

  test_peer_free (f->peer);
  g_main_context_push_thread_default (context);
  f->peer = test_peer_new ();
  g_main_context_pop_thread_default (context);
  return context;
}

void
fixture_start_with (Fixture *f, gboolean peer_client, const gchar *fingerprint)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *ufrag = NULL, *pwd = NULL;

  g_object_get (f->transport, "ice-ufrag", &ufrag, "ice-pwd", &pwd, NULL);
  sfu_transport_connect (f->transport, peer_client ? "client" : "server",
      "sha-256", fingerprint, &error);
  g_assert_no_error (error);
  test_peer_start (f->peer, "127.0.0.1", sfu_webrtc_server_get_port (f->server),
      ufrag, pwd, peer_client);
}

void
fixture_start (Fixture *f, gboolean peer_client)
{
  fixture_start_with (f, peer_client, test_peer_fingerprint (f->peer));
}

void
fixture_connect (Fixture *f, gboolean peer_client)
{
  fixture_start (f, peer_client);
  WAIT_UNTIL (
      test_peer_dtls_connected (f->peer) && strcmp (f->dtls, "connected") == 0);
}
