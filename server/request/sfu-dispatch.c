/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a typed request to its handler.
 *
 * Threads: the server's one thread. */
#include "sfu-dispatch.h"

#include "sfu-error.h"
#include "sfu-handlers.h"

#include <string.h>

/* Transports may be made and connected before joining, so that a client has
 * them ready when it joins. */
static const SfuDispatchEntry table[] = {
  [SFU_METHOD_GET_ROUTER_RTP_CAPABILITIES] = { "getRouterRtpCapabilities",
      SFU_NEEDS_NOTHING, sfu_handle_get_router_rtp_capabilities },
  [SFU_METHOD_JOIN] = { "join", SFU_NEEDS_NOT_JOINED, sfu_handle_join },
  [SFU_METHOD_CREATE_TRANSPORT] = { "createWebRtcTransport", SFU_NEEDS_NOTHING,
      sfu_handle_create_transport },
  [SFU_METHOD_CONNECT_TRANSPORT] = { "connectWebRtcTransport",
      SFU_NEEDS_NOTHING, sfu_handle_connect_transport },
  [SFU_METHOD_RESTART_ICE] = { "restartIce", SFU_NEEDS_NOTHING,
      sfu_handle_restart_ice },
  [SFU_METHOD_PRODUCE] = { "produce", SFU_NEEDS_JOINED, sfu_handle_produce },
  [SFU_METHOD_CLOSE_PRODUCER] = { "closeProducer", SFU_NEEDS_JOINED,
      sfu_handle_close_producer },
  [SFU_METHOD_PAUSE_PRODUCER] = { "pauseProducer", SFU_NEEDS_JOINED,
      sfu_handle_pause_producer },
  [SFU_METHOD_RESUME_PRODUCER] = { "resumeProducer", SFU_NEEDS_JOINED,
      sfu_handle_resume_producer },
  [SFU_METHOD_PAUSE_CONSUMER] = { "pauseConsumer", SFU_NEEDS_JOINED,
      sfu_handle_pause_consumer },
  [SFU_METHOD_RESUME_CONSUMER] = { "resumeConsumer", SFU_NEEDS_JOINED,
      sfu_handle_resume_consumer },
  [SFU_METHOD_SET_CONSUMER_PREFERRED_LAYERS] = { "setConsumerPreferredLayers",
      SFU_NEEDS_JOINED, sfu_handle_set_consumer_preferred_layers },
  [SFU_METHOD_SET_CONSUMER_PRIORITY] = { "setConsumerPriority",
      SFU_NEEDS_JOINED, sfu_handle_set_consumer_priority },
  [SFU_METHOD_REQUEST_CONSUMER_KEY_FRAME] = { "requestConsumerKeyFrame",
      SFU_NEEDS_JOINED, sfu_handle_request_consumer_key_frame },
  [SFU_METHOD_CHANGE_DISPLAY_NAME] = { "changeDisplayName", SFU_NEEDS_JOINED,
      sfu_handle_change_display_name },
  [SFU_METHOD_GET_TRANSPORT_STATS] = { "getTransportStats", SFU_NEEDS_NOTHING,
      sfu_handle_get_transport_stats },
  [SFU_METHOD_GET_PRODUCER_STATS] = { "getProducerStats", SFU_NEEDS_NOTHING,
      sfu_handle_get_producer_stats },
  [SFU_METHOD_GET_CONSUMER_STATS] = { "getConsumerStats", SFU_NEEDS_NOTHING,
      sfu_handle_get_consumer_stats },
  [SFU_METHOD_PRODUCE_DATA] = { "produceData", SFU_NEEDS_NOTHING,
      sfu_handle_data_not_supported, SFU_RIGHT_PUBLISH_DATA },
  [SFU_METHOD_GET_DATA_PRODUCER_STATS] = { "getDataProducerStats",
      SFU_NEEDS_NOTHING, sfu_handle_data_not_supported },
  [SFU_METHOD_GET_DATA_CONSUMER_STATS] = { "getDataConsumerStats",
      SFU_NEEDS_NOTHING, sfu_handle_data_not_supported },
  [SFU_METHOD_APPLY_NETWORK_THROTTLE] = { "applyNetworkThrottle",
      SFU_NEEDS_NOTHING, sfu_handle_apply_network_throttle },
  [SFU_METHOD_RESET_NETWORK_THROTTLE] = { "resetNetworkThrottle",
      SFU_NEEDS_NOTHING, sfu_handle_reset_network_throttle },
  [SFU_METHOD_CONSUME] = { "consume", SFU_NEEDS_JOINED, sfu_handle_consume,
      SFU_RIGHT_SUBSCRIBE },
  [SFU_METHOD_CLOSE_CONSUMER] = { "closeConsumer", SFU_NEEDS_JOINED,
      sfu_handle_close_consumer },
  [SFU_METHOD_CLOSE_TRANSPORT] = { "closeTransport", SFU_NEEDS_NOTHING,
      sfu_handle_close_transport },
  [SFU_METHOD_SEND_CHAT] = { "sendChat", SFU_NEEDS_JOINED,
      sfu_handle_send_chat },
  [SFU_METHOD_KICK_PEER] = { "kickPeer", SFU_NEEDS_JOINED, sfu_handle_kick_peer,
      .moderator = TRUE },
  [SFU_METHOD_MUTE_PEER] = { "mutePeer", SFU_NEEDS_JOINED, sfu_handle_mute_peer,
      .moderator = TRUE },
  [SFU_METHOD_LOCK_ROOM] = { "lockRoom", SFU_NEEDS_JOINED, sfu_handle_lock_room,
      .moderator = TRUE },
  [SFU_METHOD_CLOSE_ROOM] = { "closeRoom", SFU_NEEDS_JOINED,
      sfu_handle_close_room, .moderator = TRUE },
};
G_STATIC_ASSERT (G_N_ELEMENTS (table) == SFU_N_METHODS);

const SfuDispatchEntry *
sfu_dispatch_lookup (SfuMethod method)
{
  return &table[method];
}

const gchar *
sfu_dispatch_known_name (const gchar *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (strcmp (table[i].name, name) == 0)
      return table[i].name;
  return NULL;
}

static SfuRights
needed_right (const SfuDispatchEntry *entry, const SfuRequest *request)
{
  if (request->method != SFU_METHOD_PRODUCE)
    return entry->right;
  return request->kind == SFU_MEDIA_AUDIO ? SFU_RIGHT_PUBLISH_AUDIO
                                          : SFU_RIGHT_PUBLISH_VIDEO;
}

void
sfu_dispatch (SfuCall *call)
{
  const SfuDispatchEntry *entry = &table[call->request->method];
  SfuRights right = needed_right (entry, call->request);

  g_debug ("room=%s peer=%s method=%s", call->peer->room->label,
      call->peer->label, entry->name);
  if (call->peer->closed)
    sfu_call_fail_literal (call, SFU_ERROR_WRONG_STATE, "Peer closed");
  else if (entry->needs == SFU_NEEDS_JOINED && !call->peer->joined)
    sfu_call_fail_literal (call, SFU_ERROR_WRONG_STATE, "Peer not yet joined");
  else if (entry->needs == SFU_NEEDS_NOT_JOINED && call->peer->joined)
    sfu_call_fail_literal (call, SFU_ERROR_WRONG_STATE, "Peer already joined");
  else if ((call->peer->rights & right) != right)
    sfu_call_fail (call,
        g_error_new (SFU_ERROR, SFU_ERROR_FORBIDDEN, "no right to %s",
            sfu_right_name (right)));
  else if (entry->moderator && !call->peer->moderator)
    sfu_call_fail_literal (
        call, SFU_ERROR_FORBIDDEN, "only for moderators of the room");
  else
    entry->handler (call);
}
