/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is wrong with a line, and how people write it:
 * "loss=5,delay=100,jitter=30,reorder". Only the keys that are named change:
 *
 *   loss=PERCENT           each packet by itself
 *   burst=PERCENT          of the packets lost in runs (Gilbert-Elliott)
 *   burst-length=PACKETS   mean length of such a run (5)
 *   delay=MS  jitter=MS    delay +- jitter, uniform
 *   reorder[=yes|no]       jitter may change the order (no)
 *   duplicate=PERCENT      come twice
 *   rate=KBIT/S            0 = no limit
 *   queue=MS               what waits for the rate, before the tail is dropped
 *                          (100)
 *   blackout=MS            nothing passes for so long, from now on; 0 ends it
 *   blackout=MS..MS        the same, from and to, counted from now
 *   clean                  everything as in the beginning
 *
 * Threads: plain data. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  gdouble loss; /* parts of one, as all shares here */
  gdouble burst;
  gdouble burst_length;
  gdouble duplicate;
  gint64 delay_us, jitter_us;
  gboolean reorder;
  guint64 rate_bps; /* 0 = no limit */
  gint64 queue_us;
  /* Counted from the moment of the setting; from == to: none. */
  gint64 blackout_from_us, blackout_to_us;
  gboolean blackout_set; /* by this text */
} SfuBottleSettings;

void sfu_bottle_settings_init (SfuBottleSettings *settings);

/* FALSE, a G_OPTION_ERROR and settings as they were: text is wrong. */
gboolean sfu_bottle_settings_parse (
    SfuBottleSettings *settings, const gchar *text, GError **error);

G_END_DECLS
