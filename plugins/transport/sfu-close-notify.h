/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ends a DTLS connection politely before its elements are taken down.
 *
 * Threads: control thread, or whichever takes the elements down. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* dtlssrtpenc: connected. Returns when the alert has been handed to whatever
 * is linked behind dtlssrtpenc, or after wait_us. */
void sfu_close_notify_send (GstElement *dtlssrtpenc, gint64 wait_us);

G_END_DECLS
