/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What both ends of the seam share beside the interface description: where it
 * is, its bounds, and the larger answers as C structures.
 *
 * Threads: plain data of one owner. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SFU_SEAM_OBJECT_PATH "/org/gstsfu/Worker1"
/* The worker's end of the socketpair. A plain number: it is also text. */
#define SFU_SEAM_FD 3
/* And its page: see sfu-pulse.h. */
#define SFU_SEAM_PULSE_FD 4
/* Bytes of an id, without the terminating NUL. */
#define SFU_SEAM_MAX_ID 128
/* Entries of one ProducerScores or ConsumerScores. */
#define SFU_SEAM_MAX_SCORES 256
#define SFU_SEAM_PRODUCER_SCORES "a(sa(suy))"
#define SFU_SEAM_CONSUMER_SCORES "(asayay)"

typedef struct {
  gchar *foundation;
  guint32 priority;
  gchar *address;
  gchar *protocol; /* "udp" */
  guint16 port;
  gchar *type;     /* "host" */
  gchar *tcp_type; /* "" = not TCP */
} SfuSeamCandidate;

SfuSeamCandidate *sfu_seam_candidate_new (const gchar *foundation,
    guint32 priority, const gchar *address, const gchar *protocol, guint16 port,
    const gchar *type, const gchar *tcp_type);
void sfu_seam_candidate_free (SfuSeamCandidate *candidate);

typedef struct {
  gchar *algorithm; /* "sha-256" */
  gchar *value;     /* "AA:BB:..." */
} SfuSeamFingerprint;

SfuSeamFingerprint *sfu_seam_fingerprint_new (
    const gchar *algorithm, const gchar *value);
void sfu_seam_fingerprint_free (SfuSeamFingerprint *fingerprint);
/* Lists of SfuSeamFingerprint. The variant is floating, of type a(ss). */
GPtrArray *sfu_seam_fingerprints_from_variant (GVariant *variant);
GVariant *sfu_seam_fingerprints_to_variant (GPtrArray *fingerprints);

/* What a client is told of a transport. */
typedef struct {
  gchar *ufrag;
  gchar *pwd;              /* never log it */
  GPtrArray *candidates;   /* of SfuSeamCandidate */
  GPtrArray *fingerprints; /* of SfuSeamFingerprint; sha-256 is the last */
} SfuSeamTransportInfo;

/* Everything empty. */
SfuSeamTransportInfo *sfu_seam_transport_info_new (void);
void sfu_seam_transport_info_free (SfuSeamTransportInfo *info);

/* (ssa(sussqss)a(ss)), what CreateWebRtcTransport returns. Floating. */
GVariant *sfu_seam_candidates_to_variant (GPtrArray *candidates);
SfuSeamTransportInfo *sfu_seam_transport_info_from_variant (GVariant *variant);

/* What the peer of a plain transport is told. */
typedef struct {
  gchar *ip;
  guint16 port, rtcp_port; /* rtcp_port 0: RTCP goes with RTP */
  gchar *srtp_suite;       /* "" = no SRTP */
  gchar *srtp_key;         /* base64, "" = none; never log it */
} SfuSeamPlainInfo;

SfuSeamPlainInfo *sfu_seam_plain_info_new (const gchar *ip, guint16 port,
    guint16 rtcp_port, const gchar *srtp_suite, const gchar *srtp_key);
void sfu_seam_plain_info_free (SfuSeamPlainInfo *info);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuSeamPlainInfo, sfu_seam_plain_info_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuSeamCandidate, sfu_seam_candidate_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuSeamFingerprint, sfu_seam_fingerprint_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (
    SfuSeamTransportInfo, sfu_seam_transport_info_free)

G_END_DECLS
