/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The handlers of sfu-dispatch's table. Each takes its call and answers it.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-call.h"

G_BEGIN_DECLS

/* sfu-handlers-peer.c */
void sfu_handle_get_router_rtp_capabilities (SfuCall *call);
void sfu_handle_join (SfuCall *call);
void sfu_handle_change_display_name (SfuCall *call);
void sfu_handle_send_chat (SfuCall *call);
/* sfu-handlers-transport.c */
void sfu_handle_create_transport (SfuCall *call);
void sfu_handle_connect_transport (SfuCall *call);
void sfu_handle_restart_ice (SfuCall *call);
void sfu_handle_close_transport (SfuCall *call);
/* sfu-handlers-producer.c */
void sfu_handle_produce (SfuCall *call);
void sfu_handle_close_producer (SfuCall *call);
void sfu_handle_pause_producer (SfuCall *call);
void sfu_handle_resume_producer (SfuCall *call);
/* sfu-handlers-consumer.c */
void sfu_handle_consume (SfuCall *call);
void sfu_handle_close_consumer (SfuCall *call);
void sfu_handle_pause_consumer (SfuCall *call);
void sfu_handle_resume_consumer (SfuCall *call);
void sfu_handle_set_consumer_preferred_layers (SfuCall *call);
void sfu_handle_set_consumer_priority (SfuCall *call);
void sfu_handle_request_consumer_key_frame (SfuCall *call);
/* sfu-handlers-moderator.c */
void sfu_handle_kick_peer (SfuCall *call);
void sfu_handle_mute_peer (SfuCall *call);
void sfu_handle_lock_room (SfuCall *call);
void sfu_handle_close_room (SfuCall *call);
/* sfu-handlers-stats.c */
void sfu_handle_get_transport_stats (SfuCall *call);
void sfu_handle_get_producer_stats (SfuCall *call);
void sfu_handle_get_consumer_stats (SfuCall *call);
/* sfu-handlers-other.c */
void sfu_handle_data_not_supported (SfuCall *call);
void sfu_handle_apply_network_throttle (SfuCall *call);
void sfu_handle_reset_network_throttle (SfuCall *call);

G_END_DECLS
