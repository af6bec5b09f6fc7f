/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sfudtlssrtpdec and sfudtlssrtpenc of one connection share: they find each
 * other by a name, as the stock pair does.
 *
 * Threads: any. Callbacks run without a lock, on the thread that caused them:
 * where webrtcbin is a transport's, that is the media thread, but for data
 * channels and the close. */
#pragma once

#include <gst/gst.h>

#include "sfu-dtls-connection.h"
#include "sfu-media-loop.h"

G_BEGIN_DECLS

typedef struct _SfuDtlsLink SfuDtlsLink;

/* What the elements are told. The owner is held while it is. */
typedef struct {
  void (*peer_pem) (gpointer dec);
  void (*message) (gpointer dec, GBytes *message); /* takes it */
} SfuDtlsDecCallbacks;

typedef struct {
  void (*datagram) (gpointer enc, GBytes *datagram); /* takes it */
  void (*key_set) (gpointer enc);
  void (*state) (gpointer enc);
} SfuDtlsEncCallbacks;

/* The link of this name, made when nobody has it yet. New reference. */
SfuDtlsLink *sfu_dtls_link_get (const gchar *id);
SfuDtlsLink *sfu_dtls_link_ref (SfuDtlsLink *self);
void sfu_dtls_link_unref (gpointer self);

/* owner: held weakly; NULL: none any more. */
void sfu_dtls_link_set_dec (
    SfuDtlsLink *self, const SfuDtlsDecCallbacks *callbacks, gpointer owner);
void sfu_dtls_link_set_enc (
    SfuDtlsLink *self, const SfuDtlsEncCallbacks *callbacks, gpointer owner);

/* For the next start. pem NULL: the process's own. fingerprints: hash and value
 * in turns; NULL: any certificate. */
void sfu_dtls_link_set_pem (SfuDtlsLink *self, const gchar *pem);
void sfu_dtls_link_set_fingerprints (
    SfuDtlsLink *self, const gchar *const *fingerprints);

/* The handshake begins on the media thread, soon; its timers run there. */
void sfu_dtls_link_start (
    SfuDtlsLink *self, SfuMediaLoop *loop, gboolean is_client);
/* Says close_notify if there is somebody to say it to, and forgets the keys. */
void sfu_dtls_link_stop (SfuDtlsLink *self);

void sfu_dtls_link_receive (SfuDtlsLink *self, const guint8 *data, gsize size);
/* Application data. */
void sfu_dtls_link_send (SfuDtlsLink *self, const guint8 *data, gsize size);
void sfu_dtls_link_close (SfuDtlsLink *self);

/* A run of packets under one lock: protect and unprotect, in place, as
 * SfuSrtpContext does; before there are keys it is SFU_DROP_NOT_AUTHENTICATED.
 * Drops are counted. */
void sfu_dtls_link_lock (SfuDtlsLink *self);
void sfu_dtls_link_unlock (SfuDtlsLink *self);
SfuVerdict sfu_dtls_link_protect_locked (
    SfuDtlsLink *self, gboolean rtcp, guint8 *data, gsize *size);
SfuVerdict sfu_dtls_link_unprotect_locked (
    SfuDtlsLink *self, gboolean rtcp, guint8 *data, gsize *size);
void sfu_dtls_link_drop_locked (SfuDtlsLink *self, SfuVerdict reason);

SfuDtlsConnectionState sfu_dtls_link_get_state (SfuDtlsLink *self);
/* Static strings, "" = none. OpenSSL's name of the profile. */
const gchar *sfu_dtls_link_get_failure (SfuDtlsLink *self);
const gchar *sfu_dtls_link_get_srtp_profile (SfuDtlsLink *self);
/* Our certificate without its key. */
gchar *sfu_dtls_link_dup_certificate (SfuDtlsLink *self);
/* Copy; NULL = none. */
gchar *sfu_dtls_link_dup_peer_pem (SfuDtlsLink *self);
/* Adds to drops. */
void sfu_dtls_link_add_drops (SfuDtlsLink *self, SfuVerdictCounters *drops);

G_END_DECLS
