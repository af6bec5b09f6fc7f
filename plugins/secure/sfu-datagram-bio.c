/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-datagram-bio.h.
 *
 * Threads: of one owner; the method is made once. */
#include "sfu-datagram-bio.h"

#include <string.h>

static int
write_datagram (BIO *bio, const char *data, int size)
{
  SfuDatagrams *self = BIO_get_data (bio);

  /* As a network does it: the sender does not hear of it. */
  if (g_queue_get_length (&self->out) >= SFU_DATAGRAM_BIO_MAX)
    self->n_lost++;
  else
    g_queue_push_tail (&self->out, g_bytes_new (data, (gsize)size));
  return size;
}

static int
read_datagram (BIO *bio, char *data, int room)
{
  SfuDatagrams *self = BIO_get_data (bio);
  gsize size;

  BIO_clear_retry_flags (bio);
  if (!self->in) {
    BIO_set_retry_read (bio);
    return -1;
  }
  size = MIN (self->in_size, (gsize)room);
  memcpy (data, self->in, size);
  self->in = NULL;
  return (int)size;
}

static long
control (BIO *bio, int command, long number, void *pointer)
{
  switch (command) {
    case BIO_CTRL_FLUSH:
    case BIO_CTRL_DUP:
    case BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT:
      return 1;
    default:
      return 0;
  }
}

static int
create (BIO *bio)
{
  BIO_set_init (bio, 1);
  return 1;
}

static BIO_METHOD *
get_method (void)
{
  static BIO_METHOD *method;
  static gsize once;

  if (g_once_init_enter (&once)) {
    method = BIO_meth_new (
        BIO_get_new_index () | BIO_TYPE_SOURCE_SINK, "sfu-datagrams");
    BIO_meth_set_write (method, write_datagram);
    BIO_meth_set_read (method, read_datagram);
    BIO_meth_set_ctrl (method, control);
    BIO_meth_set_create (method, create);
    g_once_init_leave (&once, 1);
  }
  return method;
}

BIO *
sfu_datagram_bio_new (SfuDatagrams *datagrams)
{
  BIO *bio = BIO_new (get_method ());

  if (bio)
    BIO_set_data (bio, datagrams);
  return bio;
}

void
sfu_datagrams_clear (SfuDatagrams *datagrams)
{
  g_queue_clear_full (&datagrams->out, (GDestroyNotify)g_bytes_unref);
}
