/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: addresses as text, which clients of plain transports send, and
 * whom such a transport then believes. Input: an address, a line feed, another.
 *
 * Threads: one. */
#include "fuzz-target.h"
#include "sfu-plain-tuple.h"

#include <string.h>

#define PORT 40000

/* What is written of an address reads as that address. */
static gboolean
read_address (SfuAddress *address, const gchar *text)
{
  gchar again[SFU_ADDRESS_TEXT_SIZE];
  SfuAddress other, plain;

  if (!sfu_address_parse (address, text, PORT))
    return FALSE;
  g_assert (sfu_address_get_port (address) == PORT);
  g_assert (!sfu_address_is_tcp (address));
  sfu_address_to_text (address, again, sizeof again);
  plain = sfu_address_unmapped (address);
  g_assert (sfu_address_parse (&other, again, PORT));
  other.v6.sin6_scope_id = plain.any.sa_family == AF_INET6
      ? plain.v6.sin6_scope_id /* is not written */
      : other.v6.sin6_scope_id;
  g_assert (sfu_address_equal (&other, &plain));
  g_assert (sfu_address_hash (&other) == sfu_address_hash (&plain));
  return TRUE;
}

static void
check_tuple (const SfuAddress *first, const SfuAddress *second, gboolean learns)
{
  gboolean same = sfu_address_equal (first, second);
  SfuPlainTuple tuple;

  sfu_plain_tuple_init (&tuple, learns);
  g_assert (sfu_plain_tuple_check (&tuple, first) ==
      (learns ? SFU_VERDICT_FORWARD : SFU_DROP_NOT_CONNECTED));
  g_assert (sfu_plain_tuple_learn (&tuple, first) == learns);
  g_assert (sfu_plain_tuple_give (&tuple, first) == !learns);
  g_assert (!sfu_plain_tuple_learn (&tuple, second));
  g_assert (sfu_plain_tuple_check (&tuple, second) ==
      (same ? SFU_VERDICT_FORWARD : SFU_DROP_UNKNOWN_ADDRESS));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree gchar *text = g_strndup ((const gchar *)data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 2);
  SfuAddress first, second;

  if (lines[0] == NULL || !read_address (&first, lines[0]) ||
      lines[1] == NULL || !read_address (&second, lines[1]))
    return 0;
  check_tuple (&first, &second, FALSE);
  check_tuple (&first, &second, TRUE);
  return 0;
}
