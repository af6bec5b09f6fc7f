/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads: the program has one. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "lg-stun.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <string.h>

#define COOKIE 0x2112a442u
#define FINGERPRINT_XOR 0x5354554eu
#define ATTRIBUTE_HEADER 4
#define INTEGRITY_LENGTH 20
#define FAMILY_IPV4 1

static int
padded (int length)
{
  return (length + 3) & ~3;
}

static uint32_t
crc32_of (const uint8_t *data, int length)
{
  uint32_t crc = ~0u;

  for (int i = 0; i < length; i++) {
    crc ^= data[i];
    for (int bit = 0; bit < 8; bit++)
      crc = crc & 1 ? 0xedb88320u ^ (crc >> 1) : crc >> 1;
  }
  return ~crc;
}

uint8_t *
lg_stun_begin (uint8_t *message, uint16_t type, const uint8_t *transaction)
{
  lg_put16 (message, type);
  lg_put16 (message + 2, 0);
  lg_put32 (message + 4, COOKIE);
  memcpy (message + 8, transaction, LG_STUN_TRANSACTION);
  return message + LG_STUN_HEADER;
}

uint8_t *
lg_stun_add (uint8_t *at, uint16_t type, const void *value, int length)
{
  lg_put16 (at, type);
  lg_put16 (at + 2, (uint16_t)length);
  at += ATTRIBUTE_HEADER;
  if (length > 0)
    memcpy (at, value, (size_t)length);
  memset (at + length, 0, (size_t)(padded (length) - length));
  return at + padded (length);
}

uint8_t *
lg_stun_add_address (uint8_t *at, uint32_t address, uint16_t port)
{
  uint8_t value[8] = { 0, FAMILY_IPV4 };

  lg_put16 (value + 2, port ^ (COOKIE >> 16));
  lg_put32 (value + 4, address ^ COOKIE);
  return lg_stun_add (at, LG_STUN_XOR_ADDRESS, value, sizeof value);
}

static void
integrity_of (uint8_t *message, int length, const char *password, uint8_t *out)
{
  unsigned out_length = INTEGRITY_LENGTH;

  /* The length field counts up to the end of the attribute itself. */
  lg_put16 (message + 2,
      (uint16_t)(length - LG_STUN_HEADER + ATTRIBUTE_HEADER +
          INTEGRITY_LENGTH));
  HMAC (EVP_sha1 (), password, (int)strlen (password), message, (size_t)length,
      out, &out_length);
}

int
lg_stun_end (uint8_t *message, uint8_t *at, const char *password)
{
  uint8_t mac[INTEGRITY_LENGTH], crc[4];

  integrity_of (message, (int)(at - message), password, mac);
  at = lg_stun_add (at, LG_STUN_INTEGRITY, mac, sizeof mac);
  lg_put16 (message + 2,
      (uint16_t)(at - message - LG_STUN_HEADER + ATTRIBUTE_HEADER +
          (int)sizeof crc));
  lg_put32 (crc, crc32_of (message, (int)(at - message)) ^ FINGERPRINT_XOR);
  at = lg_stun_add (at, LG_STUN_FINGERPRINT, crc, sizeof crc);
  return (int)(at - message);
}

bool
lg_stun_check (const uint8_t *message, int length)
{
  return length >= LG_STUN_HEADER && lg_get32 (message + 4) == COOKIE;
}

const uint8_t *
lg_stun_find (
    const uint8_t *message, int length, uint16_t type, int *value_length)
{
  for (int at = LG_STUN_HEADER; at + ATTRIBUTE_HEADER <= length;) {
    int size = lg_get16 (message + at + 2);

    if (at + ATTRIBUTE_HEADER + size > length)
      return NULL;
    if (lg_get16 (message + at) == type) {
      *value_length = size;
      return message + at + ATTRIBUTE_HEADER;
    }
    at += ATTRIBUTE_HEADER + padded (size);
  }
  return NULL;
}

bool
lg_stun_verify (uint8_t *message, int length, const char *password)
{
  int size = 0;
  const uint8_t *mac = lg_stun_find (message, length, LG_STUN_INTEGRITY, &size);
  uint16_t saved = lg_get16 (message + 2);
  uint8_t wanted[INTEGRITY_LENGTH];

  if (mac == NULL || size != INTEGRITY_LENGTH)
    return false;
  integrity_of (
      message, (int)(mac - message) - ATTRIBUTE_HEADER, password, wanted);
  lg_put16 (message + 2, saved);
  return CRYPTO_memcmp (wanted, mac, sizeof wanted) == 0;
}
