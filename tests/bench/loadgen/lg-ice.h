/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A full ICE agent (RFC 8445) with one candidate on each side.
 *
 * Threads: the program has one. */
#pragma once

#include "lg-endpoint.h"

void lg_ice_init (LgEndpoint *endpoint);
/* Begins to send checks, until the pair is good; then keeps consent fresh. */
void lg_ice_start (LgEndpoint *endpoint);
void lg_ice_receive (LgEndpoint *endpoint, uint8_t *message, int length,
    const struct sockaddr_in *from);
