/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a token grants: who somebody is, where and what for. Immutable once
 * made.
 *
 * The claims (docs/accounts.md): userId or sub; name, email, picture; rooms or
 * room; rights; moderator; exp.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-json.h"
#include "sfu-name.h"
#include "sfu-rights.h"

G_BEGIN_DECLS

/* Bytes; the ids are as long as the names of peers and rooms may be. */
#define SFU_GRANT_MAX_ID SFU_NAME_MAX_BYTES
#define SFU_GRANT_MAX_NAME 256
#define SFU_GRANT_MAX_EMAIL 320 /* RFC 3696 errata 1690: 64 + @ + 255 */
#define SFU_GRANT_MAX_PICTURE 2048
#define SFU_GRANT_MAX_ROOMS 256

typedef struct {
  gchar *user_id;                /* never NULL or empty */
  gchar *name, *email, *picture; /* NULL = the token says nothing */
  GStrv rooms;                   /* NULL = every room */
  SfuRights rights;
  gboolean moderator;
  gint64 expires_s; /* Unix time; 0 = never */
} SfuGrant;

/* From claims whose signature was checked. NULL and SFU_ERROR_UNAUTHORIZED
 * when one is missing, mistyped or too long; the text names the claim and
 * never quotes it. Times are not looked at: expires_s is 0. */
SfuGrant *sfu_grant_new_from_claims (JsonObject *claims, GError **error);
SfuGrant *sfu_grant_ref (SfuGrant *grant);
void sfu_grant_unref (SfuGrant *grant);

/* NULL safe: without a grant (no accounts) every room is allowed. */
gboolean sfu_grant_allows_room (const SfuGrant *grant, const gchar *room_id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuGrant, sfu_grant_unref)

G_END_DECLS
