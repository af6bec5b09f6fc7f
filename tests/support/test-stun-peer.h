/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The client side of ICE for tests: a UDP socket on a loopback address, or a
 * TCP connection (RFC 4571), that sends connectivity checks and data and reads what comes back. Reading waits
 * for a deadline, never for a fixed time.
 *
 * Threads: owned by the test. */
#pragma once

#include <stun/stunagent.h>
#include "sfu-address.h"

G_BEGIN_DECLS

#define TEST_DEADLINE_US (10 * G_USEC_PER_SEC)

typedef struct {
  gint fd;
  gboolean tcp;
  SfuAddress address; /* its own */
  SfuAddress server;
  StunAgent agent;
} TestStunPeer;

/* ip: where both are ("127.0.0.1", "::1"). */
TestStunPeer *test_stun_peer_new (const gchar *ip, guint16 server_port);
/* server_ip: when it is another one than the peer's. */
TestStunPeer *test_stun_peer_new_to (
    const gchar *ip, const gchar *server_ip, guint16 server_port);
/* Connected. */
TestStunPeer *test_stun_peer_new_tcp (
    const gchar *server_ip, guint16 server_port);
void test_stun_peer_free (TestStunPeer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestStunPeer, test_stun_peer_free)

typedef enum {
  TEST_CHECK_PLAIN = 0,
  TEST_CHECK_NOMINATE = 1 << 0,
  TEST_CHECK_CONTROLLED = 1 << 1, /* the wrong role */
  TEST_CHECK_NO_INTEGRITY = 1 << 2,
  TEST_CHECK_UNKNOWN_ATTRIBUTE = 1 << 3, /* one that must be understood */
  TEST_CHECK_BAD_FINGERPRINT = 1 << 4,
  TEST_CHECK_INDICATION = 1 << 5,
} TestCheckFlags;

/* Sends a check; pwd lives until its answer was read. */
void test_stun_peer_send_check (TestStunPeer *self, const gchar *ufrag,
    const gchar *pwd, TestCheckFlags flags);
/* Reads the next answer, skipping data: 0 for success, or the error code. A
 * success has our own address in it and valid MESSAGE-INTEGRITY; an error is
 * one to the last check. Fails the test at the deadline. */
gint test_stun_peer_read_answer (TestStunPeer *self);
/* Both. */
gint test_stun_peer_check (TestStunPeer *self, const gchar *ufrag,
    const gchar *pwd, TestCheckFlags flags);

void test_stun_peer_send (TestStunPeer *self, gconstpointer data, gsize size);
/* Next datagram that is not STUN; fails the test at the deadline. */
gsize test_stun_peer_read (TestStunPeer *self, gpointer data, gsize size);
/* TCP: the other end closes it; what still comes is thrown away. */
void test_stun_peer_wait_closed (TestStunPeer *self);
/* Something is there to be read right now. */
gboolean test_stun_peer_has_input (TestStunPeer *self);

G_END_DECLS
