/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuPulse: a page with two sides.
 *
 * Threads: main only. */
#include "sfu-pulse.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "sfu-error.h"

static void
test_two_sides (void)
{
  g_autoptr (GError) error = NULL;
  gint fd = -1;
  g_autoptr (SfuPulse) server = sfu_pulse_new (&fd, &error);
  g_autoptr (SfuPulse) worker = NULL;

  g_assert_no_error (error);
  for (guint i = 0; i < SFU_PULSE_N_FIELDS; i++)
    g_assert_cmpint (sfu_pulse_get (server, i), ==, 0);
  /* nobody can take the page away from under its reader */
  g_assert_cmpint (ftruncate (fd, 0), ==, -1);
  worker = sfu_pulse_open (fd, &error);
  g_assert_no_error (error);
  g_assert_cmpint (fcntl (fd, F_GETFD), ==, -1);
  for (guint i = 0; i < SFU_PULSE_N_FIELDS; i++)
    sfu_pulse_set (worker, i, 100 + i);
  sfu_pulse_beat (worker, SFU_PULSE_MEDIA);
  for (guint i = 0; i < SFU_PULSE_N_FIELDS; i++)
    g_assert_cmpint (sfu_pulse_get (server, i), ==,
        100 + i + (i == SFU_PULSE_MEDIA ? 1 : 0));
  /* what was written stays when the writer is gone */
  g_clear_pointer (&worker, sfu_pulse_free);
  g_assert_cmpint (
      sfu_pulse_get (server, SFU_PULSE_RSS), ==, 100 + SFU_PULSE_RSS);
}

static void
test_bad_descriptors (void)
{
  g_autoptr (GError) error = NULL;
  gint fd = g_open ("/dev/null", O_RDWR | O_CLOEXEC);

  g_assert_null (sfu_pulse_open (-1, &error));
  g_assert_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (sfu_pulse_open (fd, &error));
  g_assert_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
  g_close (fd, NULL);
}

static void
test_nobody_looks (void)
{
  sfu_pulse_beat (NULL, SFU_PULSE_CONTROL);
  sfu_pulse_set (NULL, SFU_PULSE_RSS, 1);
  g_assert_cmpint (sfu_pulse_get (NULL, SFU_PULSE_RSS), ==, 0);
  sfu_pulse_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pulse/two-sides", test_two_sides);
  g_test_add_func ("/pulse/bad-descriptors", test_bad_descriptors);
  g_test_add_func ("/pulse/nobody-looks", test_nobody_looks);
  return g_test_run ();
}
