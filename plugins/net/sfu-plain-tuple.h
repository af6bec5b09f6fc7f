/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the other end of a plain transport is: given when it is connected, or
 * ("comedia") learned from the first valid packet, and then fixed for good.
 *
 * Threads: pure data of one owner. */
#pragma once

#include "sfu-address.h"
#include "sfu-verdict.h"

G_BEGIN_DECLS

typedef struct {
  gboolean comedia;
  gboolean known;
  gboolean learned; /* known, and nobody gave it */
  SfuAddress address;
} SfuPlainTuple;

void sfu_plain_tuple_init (SfuPlainTuple *self, gboolean comedia);
/* The first one stays: FALSE for a second. */
gboolean sfu_plain_tuple_give (SfuPlainTuple *self, const SfuAddress *address);
/* May a packet come from there? FORWARD also when it is the one to learn from;
 * else SFU_DROP_NOT_CONNECTED or SFU_DROP_UNKNOWN_ADDRESS. */
SfuVerdict sfu_plain_tuple_check (
    const SfuPlainTuple *self, const SfuAddress *from);
/* A packet that passed the check was found valid. TRUE: it taught us. */
gboolean sfu_plain_tuple_learn (SfuPlainTuple *self, const SfuAddress *from);

G_END_DECLS
