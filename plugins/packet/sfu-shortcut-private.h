/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by sfu-shortcut.c and sfu-branches.c.
 *
 * Threads: the one that pushes. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* The first thread that asks has it; nobody when shortcuts are turned off. */
gboolean sfu_shortcut_is_mine (GThread **thread);

/* Nobody on this link has a reason to see what passes, and nothing has to pass
 * before. */
static inline gboolean
sfu_link_is_open (const GstPad *out, const GstPad *in)
{
  const guint closed = GST_PAD_FLAG_FLUSHING | GST_PAD_FLAG_EOS;

  return out->num_probes == 0 && in->num_probes == 0 &&
      !(GST_OBJECT_FLAGS (out) & (closed | GST_PAD_FLAG_PENDING_EVENTS)) &&
      !(GST_OBJECT_FLAGS (in) & closed);
}

G_END_DECLS
