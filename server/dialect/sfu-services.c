/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Services, from the configuration.
 *
 * Threads: the server's one thread. */
#include "sfu-services.h"

void
sfu_services_init (
    SfuServices *services, const SfuConfig *config, SfuRooms *rooms)
{
  *services = (SfuServices){
    .config = config,
    .rooms = rooms,
    .limits = { .socket = { .max_message_bytes = config->max_message_bytes,
                    .max_queue_bytes = config->max_queue_bytes,
                    .ping_interval_s = config->ping_interval_s,
                    .ping_timeout_s = config->ping_timeout_s },
        .requests_per_second = config->requests_per_second,
        .request_burst = config->request_burst,
        .max_pending = config->max_pending_requests,
        .request_timeout_s = config->request_timeout_s },
  };
}
