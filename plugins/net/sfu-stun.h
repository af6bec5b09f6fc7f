/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The STUN server side of an ICE-lite agent: binding requests with short-term
 * credentials (RFC 8489 9.1, RFC 8445 7.3). Messages are libnice's; what is
 * here decides what may be answered and with what.
 *
 * Threads: owned by one thread. */
#pragma once

#include "sfu-address.h"

G_BEGIN_DECLS

/* Largest answer: header 20, XOR-MAPPED-ADDRESS 24, MESSAGE-INTEGRITY 24,
 * FINGERPRINT 8, or an error with its phrase and unknown attributes. */
#define SFU_STUN_ANSWER_MAX 512
/* Longest ufrag that is looked up; RFC 8445 5.3 allows 256, ours are short. */
#define SFU_STUN_UFRAG_MAX 32

typedef enum {
  SFU_STUN_SUCCESS,           /* authenticated check: answered */
  SFU_STUN_DISCARD,           /* not ours to answer: no answer was written */
  SFU_STUN_BAD_REQUEST,       /* 400 */
  SFU_STUN_UNAUTHORIZED,      /* 401 */
  SFU_STUN_UNKNOWN_ATTRIBUTE, /* 420 */
  SFU_STUN_ROLE_CONFLICT      /* 487: the peer says it is controlled, and so is
                                 every lite agent (RFC 8445 6.1.1) */
} SfuStunStatus;

/* The part of USERNAME before ':', which in a request is the receiver's ufrag
 * (RFC 8445 7.2.2), NUL-terminated. Looks at nothing but structure; FALSE: no
 * well-formed binding request, or no such ufrag in it. */
gboolean sfu_stun_peek_ufrag (
    const guint8 *data, gsize size, gchar ufrag[SFU_STUN_UFRAG_MAX + 1]);

typedef struct _SfuStun SfuStun;

SfuStun *sfu_stun_new (void);
void sfu_stun_free (SfuStun *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuStun, sfu_stun_free)

/* A request that sfu_stun_peek_ufrag accepted, checked against the password of
 * its ufrag. The answer goes to answer, *answer_size bytes (0: none).
 * *nominates: authenticated and with USE-CANDIDATE. */
SfuStunStatus sfu_stun_answer (SfuStun *self, const guint8 *data, gsize size,
    const gchar *pwd, const SfuAddress *from,
    guint8 answer[SFU_STUN_ANSWER_MAX], gsize *answer_size,
    gboolean *nominates);

G_END_DECLS
