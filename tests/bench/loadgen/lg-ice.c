/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Controlling: every check nominates (RFC 8445 8.1.1 as ICE-lite peers want
 * it). Controlled: takes what the peer nominates. Checks are answered always.
 *
 * Threads: the program has one. */
#include "lg-ice.h"

#include "lg-dtls.h"
#include "lg-stats.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#define FIRST_RETRY_NS (50 * LG_MS)
#define RETRY_DOUBLINGS 4
#define CHECKS_MAX 60
/* RFC 7675: consent is checked every 4..6 s. */
#define CONSENT_NS (4 * LG_SEC)
/* RFC 8445 5.1.2: type preference 110 (peer reflexive). */
#define PRIORITY 0x6e7f1effu
#define ROLE_CONFLICT 487

static void
send_check (LgEndpoint *self)
{
  uint8_t message[LG_STUN_MAX], word[8];
  char user[2 * LG_CREDENTIAL_MAX];
  uint8_t *at;
  int length;

  RAND_bytes (self->transaction, sizeof self->transaction);
  at = lg_stun_begin (message, LG_STUN_REQUEST, self->transaction);
  length =
      snprintf (user, sizeof user, "%s:%s", self->remote_ufrag, self->ufrag);
  at = lg_stun_add (at, LG_STUN_USERNAME, user, length);
  lg_put32 (word, PRIORITY);
  at = lg_stun_add (at, LG_STUN_PRIORITY, word, 4);
  lg_put64 (word, self->tie_breaker);
  at = lg_stun_add (at,
      self->controlling ? LG_STUN_CONTROLLING : LG_STUN_CONTROLLED, word, 8);
  if (self->controlling)
    at = lg_stun_add (at, LG_STUN_USE_CANDIDATE, NULL, 0);
  lg_endpoint_send (
      self, message, lg_stun_end (message, at, self->remote_password));
}

static void
on_timer (void *owner)
{
  LgEndpoint *self = owner;
  uint64_t delay;

  if (self->failed)
    return;
  if (!self->ice_done && self->checks > CHECKS_MAX) {
    lg_endpoint_fail (self, "ice timeout");
    return;
  }
  send_check (self);
  delay = self->ice_done
      ? CONSENT_NS + lg_random32 () % LG_SEC
      : FIRST_RETRY_NS << MIN (self->checks, RETRY_DOUBLINGS);
  self->checks++;
  lg_timer_arm (&self->ice_timer, lg_now_ns () + delay);
}

void
lg_ice_init (LgEndpoint *self)
{
  self->controlling = true;
  lg_timer_init (&self->ice_timer, on_timer, self);
}

void
lg_ice_start (LgEndpoint *self)
{
  on_timer (self);
}

static void
established (LgEndpoint *self)
{
  if (self->ice_done)
    return;
  self->ice_done = true;
  self->ice_done_ns = lg_now_ns ();
  lg_dtls_start (self);
}

static void
answer (LgEndpoint *self, uint8_t *message, int length,
    const struct sockaddr_in *from)
{
  uint8_t response[LG_STUN_MAX];
  uint8_t *at;
  int size;

  at = lg_stun_begin (response, LG_STUN_SUCCESS, message + 8);
  at = lg_stun_add_address (
      at, ntohl (from->sin_addr.s_addr), ntohs (from->sin_port));
  size = lg_stun_end (response, at, self->password);
  if (sendto (self->fd, response, (size_t)size, 0,
          (const struct sockaddr *)from, sizeof *from) < 0)
    lg_stats.send_errors++;
  if (!self->controlling && self->remote.sin_port != 0 &&
      lg_stun_find (message, length, LG_STUN_USE_CANDIDATE, &size) != NULL)
    established (self);
}

static bool
is_role_conflict (const uint8_t *message, int length)
{
  int size = 0;
  const uint8_t *code =
      lg_stun_find (message, length, LG_STUN_ERROR_CODE, &size);

  return code != NULL && size >= 4 &&
      (code[2] & 7) * 100 + code[3] == ROLE_CONFLICT;
}

void
lg_ice_receive (LgEndpoint *self, uint8_t *message, int length,
    const struct sockaddr_in *from)
{
  if (!lg_stun_check (message, length)) {
    lg_stats.bad_stun++;
    return;
  }
  switch (lg_get16 (message)) {
    case LG_STUN_REQUEST:
      if (lg_stun_verify (message, length, self->password))
        answer (self, message, length, from);
      else
        lg_stats.bad_stun++;
      break;
    case LG_STUN_SUCCESS:
      if (memcmp (message + 8, self->transaction, sizeof self->transaction) !=
          0)
        break; /* a late answer to an earlier check */
      if (!lg_stun_verify (message, length, self->remote_password))
        lg_stats.bad_stun++;
      else if (self->controlling)
        established (self);
      break;
    case LG_STUN_ERROR:
      if (is_role_conflict (message, length))
        self->controlling = !self->controlling;
      break;
    default:
      lg_stats.bad_stun++;
  }
}
