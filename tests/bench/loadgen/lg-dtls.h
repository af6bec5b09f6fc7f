/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* DTLS 1.2 as client or server, with one certificate for all endpoints.
 *
 * Threads: the program has one. */
#pragma once

#include "lg-endpoint.h"

/* Makes certificate and context; false when the profile list is bad. */
bool lg_dtls_setup (void);
/* sha-256 of the certificate, upper case with colons. */
const char *lg_dtls_fingerprint (void);

void lg_dtls_init (LgEndpoint *endpoint);
/* ICE is there: a client says hello now. */
void lg_dtls_start (LgEndpoint *endpoint);
void lg_dtls_receive (LgEndpoint *endpoint, const uint8_t *data, int length);
/* Sends close_notify when connected. */
void lg_dtls_clear (LgEndpoint *endpoint);
