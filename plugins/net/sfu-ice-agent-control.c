/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the owner of an agent asks of it. What changes it runs on the media
 * thread.
 *
 * Threads: control thread; those called ..._on_media_thread there. */
#include "sfu-ice-agent-private.h"

#include <string.h>

#define GST_CAT_DEFAULT sfu_ice_agent_debug

gchar *
sfu_ice_agent_dup_ufrag (SfuIceAgent *self)
{
  gchar *ufrag;

  g_return_val_if_fail (SFU_IS_ICE_AGENT (self), NULL);
  g_mutex_lock (&self->lock);
  ufrag = g_strdup (self->lite.current.ufrag);
  g_mutex_unlock (&self->lock);
  return ufrag;
}

gchar *
sfu_ice_agent_dup_pwd (SfuIceAgent *self)
{
  gchar *pwd;

  g_return_val_if_fail (SFU_IS_ICE_AGENT (self), NULL);
  g_mutex_lock (&self->lock);
  pwd = g_strdup (self->lite.current.pwd);
  g_mutex_unlock (&self->lock);
  return pwd;
}

static void
restart_on_media_thread (gpointer data, gpointer unused)
{
  SfuIceAgent *self = data;
  gchar dropped[SFU_ICE_UFRAG_LENGTH + 1] = "";
  gboolean made;

  if (self->lite.state == SFU_ICE_CLOSED)
    return;
  g_mutex_lock (&self->lock);
  made = sfu_ice_lite_restart (&self->lite, g_get_monotonic_time (), dropped);
  g_mutex_unlock (&self->lock);
  if (!made) {
    GST_ERROR_OBJECT (self, "no randomness: credentials stay as they are");
    return;
  }
  if (dropped[0])
    sfu_webrtc_server_remove_ufrag (self->server, dropped);
  sfu_webrtc_server_add_ufrag (
      self->server, self->lite.current.ufrag, &self->served);
  GST_INFO_OBJECT (self, "ufrag=%s previous=%s restarted",
      self->lite.current.ufrag, self->lite.previous.ufrag);
}

void
sfu_ice_agent_restart (SfuIceAgent *self)
{
  g_return_if_fail (SFU_IS_ICE_AGENT (self));
  sfu_media_loop_call (self->loop, restart_on_media_thread, self);
}

static void
open_on_media_thread (gpointer data, gpointer unused)
{
  SfuIceAgent *self = data;

  self->opened = TRUE;
  sfu_ice_agent_maybe_tell (self);
}

void
sfu_ice_agent_open (SfuIceAgent *self)
{
  g_return_if_fail (SFU_IS_ICE_AGENT (self));
  sfu_media_loop_invoke (
      self->loop, open_on_media_thread, g_object_ref (self), g_object_unref);
}

typedef struct {
  SfuIceAgent *agent;
  gint64 first_check_us, disconnect_us, consent_us;
} Timeouts;

static void
set_timeouts_on_media_thread (gpointer data, gpointer unused)
{
  const Timeouts *timeouts = data;
  SfuIceLite *lite = &timeouts->agent->lite;

  lite->first_check_us = timeouts->first_check_us;
  lite->disconnect_us = timeouts->disconnect_us;
  lite->consent_us = timeouts->consent_us;
}

void
sfu_ice_agent_set_timeouts (SfuIceAgent *self, gint64 first_check_us,
    gint64 disconnect_us, gint64 consent_us)
{
  Timeouts timeouts = { self, first_check_us, disconnect_us, consent_us };

  g_return_if_fail (SFU_IS_ICE_AGENT (self));
  sfu_media_loop_call (self->loop, set_timeouts_on_media_thread, &timeouts);
}

void
sfu_ice_agent_get_stats (SfuIceAgent *self, SfuIceAgentStats *stats)
{
  gint family;

  g_return_if_fail (SFU_IS_ICE_AGENT (self));
  memset (stats, 0, sizeof *stats);
  family = AF_UNSPEC;
  g_mutex_lock (&self->lock);
  stats->state = self->lite.state;
  if (self->has_peer) {
    sfu_address_to_text (
        &self->peer, stats->remote_address, sizeof stats->remote_address);
    stats->remote_port = sfu_address_get_port (&self->peer);
    stats->tcp = sfu_address_is_tcp (&self->peer);
    family = sfu_address_unmapped (&self->peer).any.sa_family;
  }
  g_mutex_unlock (&self->lock);
  g_strlcpy (stats->local_address,
      sfu_webrtc_server_get_address (self->server, family),
      sizeof stats->local_address);
  stats->local_port = stats->tcp ? sfu_webrtc_server_get_tcp_port (self->server)
                                 : sfu_webrtc_server_get_port (self->server);
  stats->packets_received = sfu_counter_get (&self->packets_received);
  stats->bytes_received = sfu_counter_get (&self->bytes_received);
  stats->packets_sent = sfu_counter_get (&self->packets_sent) +
      sfu_counter_get (&self->other_packets_sent);
  stats->bytes_sent = sfu_counter_get (&self->bytes_sent) +
      sfu_counter_get (&self->other_bytes_sent);
  for (guint i = 0; i < SFU_VERDICT_COUNT; i++)
    stats->drops.n[i] = sfu_counter_get (&self->drops.n[i]) +
        sfu_counter_get (&self->other_drops.n[i]);
}
