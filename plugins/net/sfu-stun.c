/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libnice trusts some attribute lengths (it compares 20 bytes of a
 * MESSAGE-INTEGRITY however long that says it is), so the structure is checked
 * here, once and strictly, before libnice sees a message.
 *
 * Threads: owned by one thread. */
#include "sfu-stun.h"

#include <string.h>
#include <stun/stunagent.h>

#define HEADER_SIZE 20
#define ATTRIBUTE_HEADER_SIZE 4
#define MAGIC_COOKIE 0x2112a442u
#define BINDING_REQUEST 0x0001
#define INTEGRITY_SIZE 20
#define FINGERPRINT_SIZE 4

struct _SfuStun {
  StunAgent agent;
};

static const uint16_t known_attributes[] = {
  STUN_ATTRIBUTE_USERNAME, STUN_ATTRIBUTE_MESSAGE_INTEGRITY,
  STUN_ATTRIBUTE_PRIORITY, STUN_ATTRIBUTE_USE_CANDIDATE,
  STUN_ATTRIBUTE_ICE_CONTROLLED, STUN_ATTRIBUTE_ICE_CONTROLLING,
  STUN_ATTRIBUTE_FINGERPRINT, 0, /* end */
};

static guint
read_u16 (const guint8 *p)
{
  return (guint)p[0] << 8 | p[1];
}

static guint32
read_u32 (const guint8 *p)
{
  return (guint32)read_u16 (p) << 16 | read_u16 (p + 2);
}

static gboolean
header_is_binding_request (const guint8 *data, gsize size)
{
  return size >= HEADER_SIZE && size <= G_MAXUINT16 &&
      read_u16 (data) == BINDING_REQUEST &&
      read_u16 (data + 2) == size - HEADER_SIZE && size % 4 == 0 &&
      read_u32 (data + 4) == MAGIC_COOKIE;
}

static gboolean
copy_ufrag (const guint8 *username, gsize length, gchar *ufrag)
{
  const guint8 *colon = memchr (username, ':', length);
  gsize n = colon ? (gsize)(colon - username) : length;

  if (!colon || n == 0 || n > SFU_STUN_UFRAG_MAX || memchr (username, 0, n))
    return FALSE;
  memcpy (ufrag, username, n);
  ufrag[n] = '\0';
  return TRUE;
}

gboolean
sfu_stun_peek_ufrag (
    const guint8 *data, gsize size, gchar ufrag[SFU_STUN_UFRAG_MAX + 1])
{
  gboolean found = FALSE, sealed = FALSE, finished = FALSE;
  gsize at = HEADER_SIZE;

  if (!header_is_binding_request (data, size))
    return FALSE;
  /* size is a multiple of four and so is each step: a header always fits. */
  while (at < size) {
    guint type = read_u16 (data + at), length = read_u16 (data + at + 2);
    gsize padded = (length + 3u) & ~(gsize)3;
    const guint8 *value = data + at + ATTRIBUTE_HEADER_SIZE;

    if (padded > size - at - ATTRIBUTE_HEADER_SIZE || finished)
      return FALSE; /* nothing may follow FINGERPRINT (RFC 8489 14.7) */
    if (type == STUN_ATTRIBUTE_MESSAGE_INTEGRITY) {
      if (length != INTEGRITY_SIZE)
        return FALSE;
      sealed = TRUE;
    } else if (type == STUN_ATTRIBUTE_FINGERPRINT) {
      if (length != FINGERPRINT_SIZE)
        return FALSE;
      finished = TRUE;
    } else if (type == STUN_ATTRIBUTE_USERNAME && !sealed && !found) {
      /* What follows MESSAGE-INTEGRITY is ignored (14.5), as is what comes
       * twice (14). */
      found = copy_ufrag (value, length, ufrag);
      if (!found)
        return FALSE;
    }
    at += ATTRIBUTE_HEADER_SIZE + padded;
  }
  return found;
}

SfuStun *
sfu_stun_new (void)
{
  SfuStun *self = g_new0 (SfuStun, 1);

  stun_agent_init (&self->agent, known_attributes, STUN_COMPATIBILITY_RFC5389,
      STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS |
          STUN_AGENT_USAGE_USE_FINGERPRINT);
  return self;
}

void
sfu_stun_free (SfuStun *self)
{
  g_free (self);
}

static bool
give_password (StunAgent *agent, StunMessage *message, uint8_t *username,
    uint16_t username_length, uint8_t **password, size_t *password_length,
    void *data)
{
  *password = data;
  *password_length = strlen (data);
  return true;
}

static gsize
write_success (SfuStun *self, const StunMessage *request,
    const SfuAddress *from, guint8 *answer)
{
  SfuAddress plain = sfu_address_unmapped (from);
  struct sockaddr_storage mapped = { 0 };
  StunMessage message;

  memcpy (&mapped, &plain, sizeof plain);
  if (!stun_agent_init_response (
          &self->agent, &message, answer, SFU_STUN_ANSWER_MAX, request))
    return 0;
  if (stun_message_append_xor_addr (&message, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS,
          &mapped, sfu_address_length (&plain)) != STUN_MESSAGE_RETURN_SUCCESS)
    return 0;
  return stun_agent_finish_message (
      &self->agent, &message, request->key, request->key_len);
}

/* With MESSAGE-INTEGRITY when the request had the right one (9.1.3). */
static gsize
write_error (
    SfuStun *self, const StunMessage *request, StunError code, guint8 *answer)
{
  StunMessage message;

  if (!stun_agent_init_error (
          &self->agent, &message, answer, SFU_STUN_ANSWER_MAX, request, code))
    return 0;
  return stun_agent_finish_message (
      &self->agent, &message, request->key, request->key_len);
}

static SfuStunStatus
answer_authenticated (SfuStun *self, StunMessage *request,
    const SfuAddress *from, guint8 *answer, gsize *answer_size,
    gboolean *nominates)
{
  if (stun_message_has_attribute (request, STUN_ATTRIBUTE_ICE_CONTROLLED)) {
    *answer_size =
        write_error (self, request, STUN_ERROR_ROLE_CONFLICT, answer);
    return SFU_STUN_ROLE_CONFLICT;
  }
  *answer_size = write_success (self, request, from, answer);
  *nominates =
      stun_message_has_attribute (request, STUN_ATTRIBUTE_USE_CANDIDATE);
  return SFU_STUN_SUCCESS;
}

SfuStunStatus
sfu_stun_answer (SfuStun *self, const guint8 *data, gsize size,
    const gchar *pwd, const SfuAddress *from,
    guint8 answer[SFU_STUN_ANSWER_MAX], gsize *answer_size, gboolean *nominates)
{
  StunMessage request;

  *answer_size = 0;
  *nominates = FALSE;
  switch (stun_agent_validate (
      &self->agent, &request, data, size, give_password, (gpointer)pwd)) {
    case STUN_VALIDATION_SUCCESS:
      return answer_authenticated (
          self, &request, from, answer, answer_size, nominates);
    case STUN_VALIDATION_UNAUTHORIZED_BAD_REQUEST:
      *answer_size =
          write_error (self, &request, STUN_ERROR_BAD_REQUEST, answer);
      return SFU_STUN_BAD_REQUEST;
    case STUN_VALIDATION_UNAUTHORIZED:
      *answer_size =
          write_error (self, &request, STUN_ERROR_UNAUTHORIZED, answer);
      return SFU_STUN_UNAUTHORIZED;
    case STUN_VALIDATION_UNKNOWN_REQUEST_ATTRIBUTE: {
      StunMessage message;

      *answer_size = stun_agent_build_unknown_attributes_error (
          &self->agent, &message, answer, SFU_STUN_ANSWER_MAX, &request);
      return SFU_STUN_UNKNOWN_ATTRIBUTE;
    }
    default:
      /* Missing or wrong FINGERPRINT among others: not STUN (RFC 8489 6.3). */
      return SFU_STUN_DISCARD;
  }
}
