/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Real UDP sockets of a test.
 *
 * Threads: the test's. */
#pragma once

#include "sfu-address.h"

G_BEGIN_DECLS

/* On a free port of ip; *address says which. Does not block; close it. */
static inline gint
open_socket (const gchar *ip, SfuAddress *address)
{
  socklen_t length = sizeof address->v6;
  gint fd;

  g_assert_true (sfu_address_parse (address, ip, 0));
  fd = socket (
      address->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (
      bind (fd, &address->any, sfu_address_length (address)), ==, 0);
  g_assert_cmpint (getsockname (fd, &address->any, &length), ==, 0);
  return fd;
}

G_END_DECLS
