/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuLimits: how much is left, in a process that has little.
 *
 * Threads: main only; each case in a process of its own. */
#include "sfu-limits.h"

#include <sys/resource.h>
#include <unistd.h>

static void
set_limit (gint what, rlim_t soft, rlim_t hard)
{
  struct rlimit limit = { .rlim_cur = soft, .rlim_max = hard };

  g_assert_cmpint (setrlimit (what, &limit), ==, 0);
}

static void
test_descriptors (void)
{
  guint64 before;
  gint fds[2];

  if (!g_test_subprocess ()) {
    g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
    g_test_trap_assert_passed ();
    return;
  }
  set_limit (RLIMIT_NOFILE, 100, 100);
  before = sfu_limits_descriptors_left ();
  g_assert_cmpuint (before, >, 64);
  g_assert_cmpuint (before, <, 100);
  g_assert_cmpint (sfu_limits_lacking (), ==, SFU_LIMIT_NONE);
  for (guint i = 0; i < 10; i++)
    g_assert_cmpint (pipe (fds), ==, 0);
  g_assert_cmpuint (sfu_limits_descriptors_left (), ==, before - 20);
  while (pipe (fds) == 0)
    ;
  g_assert_cmpuint (sfu_limits_descriptors_left (), <=, 1);
  g_assert_cmpint (sfu_limits_lacking (), ==, SFU_LIMIT_DESCRIPTORS);
}

static void
test_memory (void)
{
  if (!g_test_subprocess ()) {
    g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
    g_test_trap_assert_passed ();
    return;
  }
  set_limit (RLIMIT_AS, RLIM_INFINITY, RLIM_INFINITY);
  g_assert_cmpuint (sfu_limits_memory_left (), ==, G_MAXUINT64);
  g_assert_cmpint (sfu_limits_lacking (), ==, SFU_LIMIT_NONE);
  /* more than it has: nothing is left, and it lives on */
  set_limit (RLIMIT_AS, 1 << 20, RLIM_INFINITY);
  g_assert_cmpuint (sfu_limits_memory_left (), ==, 0);
  g_assert_cmpint (sfu_limits_lacking (), ==, SFU_LIMIT_MEMORY);
  set_limit (RLIMIT_AS, RLIM_INFINITY, RLIM_INFINITY);
}

static void
test_raise (void)
{
  struct rlimit limit;

  if (!g_test_subprocess ()) {
    g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
    g_test_trap_assert_passed ();
    return;
  }
  set_limit (RLIMIT_NOFILE, 100, 200);
  sfu_limits_raise_descriptors ();
  getrlimit (RLIMIT_NOFILE, &limit);
  g_assert_cmpuint (limit.rlim_cur, ==, 200);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/limits/descriptors", test_descriptors);
  g_test_add_func ("/limits/memory", test_memory);
  g_test_add_func ("/limits/raise", test_raise);
  return g_test_run ();
}
