/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-pulse.h.
 *
 * Threads: as sfu-pulse.h. */
#include "sfu-pulse.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sfu-error.h"

struct _SfuPulse {
  gint64 values[SFU_PULSE_N_FIELDS];
};

static void
set_error (GError **error, const gchar *what)
{
  gint saved = errno;
  g_set_error (
      error, SFU_ERROR, SFU_ERROR_FAILED, "%s: %s", what, g_strerror (saved));
}

static SfuPulse *
map (gint fd, GError **error)
{
  struct stat facts;
  if (fstat (fd, &facts) < 0 || facts.st_size < (off_t)sizeof (SfuPulse)) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
        "descriptor %d is no page of a worker", fd);
    return NULL;
  }
  void *memory =
      mmap (NULL, sizeof (SfuPulse), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory != MAP_FAILED)
    return memory;
  set_error (error, "cannot map the page of a worker");
  return NULL;
}

SfuPulse *
sfu_pulse_new (gint *fd, GError **error)
{
  /* Not executable, and of this size for ever: to read a page that was cut off
   * would be a SIGBUS for the server. */
  gint memory = memfd_create ("sfu-pulse", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (memory < 0 || ftruncate (memory, sizeof (SfuPulse)) < 0 ||
      fcntl (memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) <
          0) {
    set_error (error, "cannot make the page of a worker");
    if (memory >= 0)
      close (memory);
    return NULL;
  }
  SfuPulse *self = map (memory, error);
  if (!self) {
    close (memory);
    return NULL;
  }
  *fd = memory;
  return self;
}

SfuPulse *
sfu_pulse_open (gint fd, GError **error)
{
  SfuPulse *self = map (fd, error);
  if (self)
    close (fd);
  return self;
}

void
sfu_pulse_free (SfuPulse *self)
{
  if (self)
    munmap (self, sizeof (SfuPulse));
}

void
sfu_pulse_beat (SfuPulse *self, SfuPulseField field)
{
  if (self)
    __atomic_fetch_add (&self->values[field], 1, __ATOMIC_RELAXED);
}

void
sfu_pulse_set (SfuPulse *self, SfuPulseField field, gint64 value)
{
  if (self)
    __atomic_store_n (&self->values[field], value, __ATOMIC_RELAXED);
}

gint64
sfu_pulse_get (SfuPulse *self, SfuPulseField field)
{
  return self ? __atomic_load_n (&self->values[field], __ATOMIC_RELAXED) : 0;
}
