/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A SfuWorkerTransport without ICE and DTLS: a sfuplaintransport in the
 * pipeline of its router.
 *
 * Threads: control thread. */
#pragma once

#include "sfu-plain-link.h"
#include "sfu-worker-transport.h"

G_BEGIN_DECLS

/* options of the seam (a{sv}). Texts are borrowed from it. Only what was there
 * is written. SFU_ERROR_INVALID_ARGUMENT names what is unknown or mistyped. */
gboolean sfu_worker_plain_read_options (
    GVariant *variant, SfuPlainLinkOptions *options, GError **error);
gboolean sfu_worker_plain_read_peer (
    GVariant *variant, SfuPlainPeer *peer, GError **error);

/* The ports are open when it returns. */
SfuWorkerTransport *sfu_worker_plain_new (SfuWorkerRouter *router,
    const gchar *id, const SfuPlainLinkOptions *options, GError **error);
void sfu_worker_plain_close (SfuWorkerTransport *self);

/* For the peer. */
SfuSeamPlainInfo *sfu_worker_plain_get_info (SfuWorkerTransport *self);
/* SFU_ERROR_WRONG_STATE the second time, SFU_ERROR_INVALID_ARGUMENT for bad
 * values (it can then be tried again) and for a transport that is not plain. */
gboolean sfu_worker_plain_connect (
    SfuWorkerTransport *self, const SfuPlainPeer *peer, GError **error);

/* For dumps. Floating. */
GVariant *sfu_worker_plain_dump (const SfuWorkerTransport *self);

G_END_DECLS
