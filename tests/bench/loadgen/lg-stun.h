/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The few STUN messages (RFC 8489) that an ICE agent with one candidate pair
 * needs.
 *
 * Threads: the program has one. */
#pragma once

#include "lg-base.h"

#define LG_STUN_HEADER 20
#define LG_STUN_TRANSACTION 12
/* Enough for a request with two user names of 256 characters. */
#define LG_STUN_MAX 700

enum {
  LG_STUN_REQUEST = 0x0001,
  LG_STUN_SUCCESS = 0x0101,
  LG_STUN_ERROR = 0x0111,
};

enum {
  LG_STUN_USERNAME = 0x0006,
  LG_STUN_INTEGRITY = 0x0008,
  LG_STUN_ERROR_CODE = 0x0009,
  LG_STUN_XOR_ADDRESS = 0x0020,
  LG_STUN_PRIORITY = 0x0024,
  LG_STUN_USE_CANDIDATE = 0x0025,
  LG_STUN_FINGERPRINT = 0x8028,
  LG_STUN_CONTROLLED = 0x8029,
  LG_STUN_CONTROLLING = 0x802a,
};

/* Writes the header; where the first attribute goes. */
uint8_t *lg_stun_begin (
    uint8_t *message, uint16_t type, const uint8_t *transaction);
/* Writes an attribute; where the next one goes. */
uint8_t *lg_stun_add (
    uint8_t *at, uint16_t type, const void *value, int length);
/* IPv4 address and port, both in host order. */
uint8_t *lg_stun_add_address (uint8_t *at, uint32_t address, uint16_t port);
/* Adds MESSAGE-INTEGRITY and FINGERPRINT; the length of the message. */
int lg_stun_end (uint8_t *message, uint8_t *at, const char *password);

/* Whether it is a STUN message at all. */
bool lg_stun_check (const uint8_t *message, int length);
bool lg_stun_verify (uint8_t *message, int length, const char *password);
/* Value and length of an attribute, or NULL. */
const uint8_t *lg_stun_find (
    const uint8_t *message, int length, uint16_t type, int *value_length);
