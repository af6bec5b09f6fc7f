/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What must be installed for a worker to work, and in which Debian package it
 * is.
 *
 * Threads: control thread, after gst_init. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* SFU_ERROR_NOT_SUPPORTED names every missing element and package. */
gboolean sfu_worker_features_check (GError **error);
/* Once, before the first transport with GStreamer's own DTLS elements: takes as
 * long as an RSA key. */
void sfu_worker_features_warm_stock_dtls (void);

G_END_DECLS
