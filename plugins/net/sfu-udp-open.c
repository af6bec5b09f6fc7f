/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-udp-open.h.
 *
 * Threads: no state. */
#include "sfu-udp-open.h"

#include <errno.h>
#include <unistd.h>
#include <gio/gio.h>

static void
set_bind_error (GError **error, const SfuAddress *address, gint code)
{
  gchar host[SFU_ADDRESS_TEXT_SIZE];
  const gchar *hint;

  sfu_address_to_text (address, host, sizeof host);
  switch (code) {
    case EADDRNOTAVAIL:
      hint = "address not available: listen-ip must be an address of this "
             "machine; put the public one into announced-address";
      break;
    case EADDRINUSE:
      hint = "port in use: another process has it; choose another port or "
             "range";
      break;
    case EACCES:
      hint = "permission denied: ports below 1024 need privileges";
      break;
    default:
      hint = g_strerror (code);
  }
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code),
      "cannot bind UDP %s:%u: %s", host, sfu_address_get_port (address), hint);
}

gint
sfu_udp_set_buffer (gint fd, gint force_option, gint option)
{
  gint bytes = SFU_UDP_BUFFER_BYTES;
  socklen_t length = sizeof bytes;

  if (setsockopt (fd, SOL_SOCKET, force_option, &bytes, sizeof bytes) < 0)
    setsockopt (fd, SOL_SOCKET, option, &bytes, sizeof bytes);
  if (getsockopt (fd, SOL_SOCKET, option, &bytes, &length) < 0)
    return 0;
  return bytes / 2;
}

gint
sfu_udp_open (const SfuAddress *address, SfuAddress *bound, GError **error)
{
  gint fd;
  gint both_families = 0;
  socklen_t length = sizeof bound->v6;

  fd = socket (
      address->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) {
    set_bind_error (error, address, errno);
    return -1;
  }
  /* "::" means every address of the machine, whatever the sysctl says. */
  if (address->any.sa_family == AF_INET6)
    setsockopt (
        fd, IPPROTO_IPV6, IPV6_V6ONLY, &both_families, sizeof both_families);
  if (bind (fd, &address->any, sfu_address_length (address)) < 0 ||
      getsockname (fd, &bound->any, &length) < 0) {
    set_bind_error (error, address, errno);
    close (fd);
    return -1;
  }
  return fd;
}
