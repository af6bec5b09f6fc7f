/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names that others give.
 *
 * Threads: any. */
#include "sfu-name.h"

#include <string.h>

gboolean
sfu_name_is_valid (const gchar *name)
{
  gsize len = name != NULL ? strnlen (name, SFU_NAME_MAX_BYTES + 1) : 0;

  if (len == 0 || len > SFU_NAME_MAX_BYTES ||
      !g_utf8_validate (name, (gssize)len, NULL))
    return FALSE;
  for (const gchar *p = name; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      return FALSE;
  return TRUE;
}
