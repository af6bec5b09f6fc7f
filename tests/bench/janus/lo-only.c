/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Preloaded into Janus, which leaves loopback interfaces out: makes
 * getifaddrs() report the loopback interface only, and as an ordinary one, so
 * that a benchmark sends nothing anywhere else.
 *
 * Threads: any; keeps no state but a function pointer. */
#include <dlfcn.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>

__attribute__ ((visibility ("default"))) int
getifaddrs (struct ifaddrs **list)
{
  int (*real) (struct ifaddrs **) =
      (int (*) (struct ifaddrs **))dlsym (RTLD_NEXT, "getifaddrs");
  int result = real (list);

  if (result != 0)
    return result;
  for (struct ifaddrs *i = *list; i != NULL; i = i->ifa_next) {
    if ((i->ifa_flags & IFF_LOOPBACK) != 0 && i->ifa_addr != NULL &&
        i->ifa_addr->sa_family == AF_INET)
      i->ifa_flags &= ~(unsigned)IFF_LOOPBACK;
    else
      i->ifa_flags &= ~(unsigned)IFF_UP;
  }
  return 0;
}
