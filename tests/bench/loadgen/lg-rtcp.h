/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RTCP: sender and receiver reports once a second, key frame requests obeyed,
 * the rest counted.
 *
 * Threads: the program has one. */
#pragma once

#include "lg-endpoint.h"

void lg_rtcp_init (LgEndpoint *endpoint);
void lg_rtcp_start (LgEndpoint *endpoint);
void lg_rtcp_receive (LgEndpoint *endpoint, uint8_t *packet, int length);
