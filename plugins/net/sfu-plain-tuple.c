/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-plain-tuple.h.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-plain-tuple.h"

#include <string.h>

void
sfu_plain_tuple_init (SfuPlainTuple *self, gboolean comedia)
{
  memset (self, 0, sizeof *self);
  self->comedia = comedia;
}

static void
set (SfuPlainTuple *self, const SfuAddress *address, gboolean learned)
{
  self->known = TRUE;
  self->learned = learned;
  self->address = *address;
}

gboolean
sfu_plain_tuple_give (SfuPlainTuple *self, const SfuAddress *address)
{
  if (self->known)
    return FALSE;
  set (self, address, FALSE);
  return TRUE;
}

SfuVerdict
sfu_plain_tuple_check (const SfuPlainTuple *self, const SfuAddress *from)
{
  if (!self->known)
    return self->comedia ? SFU_VERDICT_FORWARD : SFU_DROP_NOT_CONNECTED;
  return sfu_address_equal (&self->address, from) ? SFU_VERDICT_FORWARD
                                                  : SFU_DROP_UNKNOWN_ADDRESS;
}

gboolean
sfu_plain_tuple_learn (SfuPlainTuple *self, const SfuAddress *from)
{
  if (self->known || !self->comedia)
    return FALSE;
  set (self, from, TRUE);
  return TRUE;
}
