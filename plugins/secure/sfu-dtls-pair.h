/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which elements webrtcbin gets when it asks for dtlssrtpdec and dtlssrtpenc.
 * It knows them by these names only, so ours stand in the registry under them
 * while a webrtcbin of ours makes its transports, and at no other time: an
 * application's own webrtcbins get what they always got.
 *
 * Threads: any. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef enum { SFU_DTLS_PAIR_OWN, SFU_DTLS_PAIR_STOCK } SfuDtlsPair;

/* GEnum; nicks "own" and "stock". */
GType sfu_dtls_pair_get_type (void);
#define SFU_TYPE_DTLS_PAIR (sfu_dtls_pair_get_type ())

/* Between the two calls, which one thread makes, the names stand for this pair.
 * Others that want to do the same wait meanwhile. */
void sfu_dtls_pair_push (SfuDtlsPair pair);
void sfu_dtls_pair_pop (void);

G_END_DECLS
