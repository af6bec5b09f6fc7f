/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One end of one WebRTC transport: a UDP socket with ICE, DTLS, SRTP, and the
 * RTP streams that go out and come in.
 *
 * Threads: the program has one. */
#pragma once

#include "lg-base.h"
#include "lg-srtp.h"
#include "lg-stun.h"
#include "lg-timer.h"

#include <netinet/in.h>
#include <openssl/ssl.h>

#define LG_ID_MAX 64
#define LG_UFRAG_LENGTH 8
#define LG_PASSWORD_LENGTH 32
#define LG_FINGERPRINT_MAX 128
/* RFC 8839: ufrag and password have at most 256 characters. */
#define LG_CREDENTIAL_MAX 260

typedef struct _LgSender LgSender;
typedef struct _LgReceiver LgReceiver;

typedef struct {
  char id[LG_ID_MAX];
  int fd;
  uint16_t port;
  bool decrypt; /* decrypt all packets, not only the first of a stream */
  bool failed;

  /* ICE */
  char ufrag[LG_UFRAG_LENGTH + 1];
  char password[LG_PASSWORD_LENGTH + 1];
  char remote_ufrag[LG_CREDENTIAL_MAX];
  char remote_password[LG_CREDENTIAL_MAX];
  struct sockaddr_in remote; /* port 0: not known yet */
  bool controlling;
  bool ice_done;
  uint64_t tie_breaker;
  uint8_t transaction[LG_STUN_TRANSACTION]; /* of the latest check */
  int checks;                               /* sent so far */
  LgTimer ice_timer;

  /* DTLS and SRTP */
  char remote_fingerprint[LG_FINGERPRINT_MAX]; /* "": any will do */
  bool dtls_client;
  bool dtls_done;
  bool open; /* SRTP may pass */
  SSL *ssl;  /* owned */
  BIO *in;   /* borrowed: belongs to ssl */
  LgTimer dtls_timer;
  LgSrtp srtp_out;
  LgSrtp srtp_in;
  uint32_t srtcp_index;

  /* RTP */
  LgSender *senders; /* owned, a list */
  GArray *receivers; /* of LgReceiver, owned */
  guint last_receiver;
  bool announced; /* some receiver was announced: others are unexpected */
  uint32_t rtcp_ssrc;
  LgTimer rtcp_timer;

  uint64_t connect_ns;
  uint64_t ice_done_ns;
} LgEndpoint;

/* All endpoints by id; owns them. */
extern GHashTable *lg_endpoints;

/* Binds a free port and begins to listen; NULL when there is none. */
LgEndpoint *lg_endpoint_new (const char *id, bool decrypt);
/* Says goodbye and frees. */
void lg_endpoint_free (LgEndpoint *self);
/* Starts ICE towards remote, whose credentials are set. */
bool lg_endpoint_connect (LgEndpoint *self);
void lg_endpoint_send (LgEndpoint *self, const uint8_t *data, int length);
void lg_endpoint_fail (LgEndpoint *self, const char *why);
/* Reads what there is, at most one batch. */
void lg_endpoint_readable (LgEndpoint *self);
/* SRTP keys are there: streams begin. */
void lg_endpoint_opened (LgEndpoint *self);

/* The socket set of the main loop; set before the first endpoint. */
extern int lg_epoll;
