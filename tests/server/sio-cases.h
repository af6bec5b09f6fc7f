/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tables of wrong events and their exact answers, for dialects that speak
 * Socket.IO: two participants of one room, of whom a sends audio and b consumes
 * it (paused), and one outside. Whatever is asked, they have afterwards what
 * they had, and nobody was told of anything.
 *
 * Threads: the test's. */
#pragma once

#include "sio-client.h"

G_BEGIN_DECLS

typedef struct {
  gchar who; /* a, b, or o: outside */
  const gchar *event, *payload;
  const gchar *error; /* all of the text; marks as in sio_world_fill */
} SioCase;

typedef struct {
  Fixture f;
  const gchar *room;    /* borrowed; as the server calls it */
  const gchar *failure; /* of an ack; borrowed: "{\"error\":%s}" */
  SioClient *a, *b, *o; /* o may be NULL */
  gchar *a_send, *b_recv;
  gchar *producer, *consumer;
  gchar *capabilities; /* JSON text */
} SioWorld;

/* --admin-open, and one transport and producer for each participant. */
void sio_world_start (SioWorld *w, const gchar *room, const gchar *failure);
void sio_world_stop (SioWorld *w);

/* A member of an ack, or of one of its members (inside, may be NULL); text. */
gchar *sio_world_get (SioClient *c, const gchar *event, const gchar *payload,
    const gchar *inside, const gchar *member);
/* $A: a's transport, $B: b's, $P: a's producer, $C: b's consumer, $U: an id
 * that nothing has; $CAPS, $RTP (video), $DTLS: what stands for them. */
gchar *sio_world_fill (const SioWorld *w, const gchar *text);

void sio_world_check (SioWorld *w, const SioCase *c);
/* All of them without an ack: nothing comes back. */
void sio_world_check_without_acks (
    SioWorld *w, const SioCase *cases, guint n_cases);
/* For tests of their own, too. */
void sio_world_assert_unchanged (SioWorld *w);

/* Fails the test when an event of the dialect is in no case. */
typedef struct _SfuEventDialect SfuEventDialect;
void sio_cases_assert_complete (
    const SfuEventDialect *dialect, const SioCase *cases, guint n_cases);

/* Fails the test when the page of docs/dialects (of SFU_TEST_DOCS) does not have
 * every event of the dialect, and a row for each that clients are told. told:
 * NULL-terminated. */
void sio_cases_assert_page (const SfuEventDialect *dialect, const gchar *page,
    const gchar *const *told);

#define SIO_LONG_ID                                                            \
  "0123456789012345678901234567890123456789012345678901234567890123456789"     \
  "0123456789012345678901234567890123456789012345678901234567890123456789"
#define SIO_NOT_FOUND(what, id) what " with id \"" id "\" not found"

G_END_DECLS
