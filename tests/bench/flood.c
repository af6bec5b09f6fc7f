/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rubbish for one UDP port of this machine, so many packets a second:
 *
 *   flood PORT PACKETS_A_SECOND SECONDS [SOURCES]
 *
 * A fifth each looks like STUN, DTLS, RTP, RTCP, and like nothing; they come
 * from SOURCES ports (64). One JSON object on stdout when it is over.
 *
 * Threads: one. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <glib.h>

#define BATCH 32
#define SOURCES_MAX 1024
#define SOURCES_DEFAULT 64
#define PACKETS_MAX 1000000
#define SECONDS_MAX 60
#define SIZE_MAX_BYTES 1200

static const struct {
  guint8 bytes[8];
  gsize len;
} heads[] = {
  { { 0x00, 0x01, 0x00, 0x48, 0x21, 0x12, 0xa4, 0x42 }, 8 }, /* STUN */
  { { 22, 254, 253 }, 3 },                                   /* DTLS */
  { { 0x80, 96 }, 2 },                                       /* RTP */
  { { 0x81, 201 }, 2 },                                      /* RTCP */
  { { 0 }, 0 },
};

typedef struct {
  guint8 data[BATCH][SIZE_MAX_BYTES];
  struct iovec iov[BATCH];
  struct mmsghdr messages[BATCH];
} Batch;

static void
fill (Batch *batch, GRand *rand)
{
  for (guint i = 0; i < BATCH; i++) {
    gsize n = i % G_N_ELEMENTS (heads);

    for (guint at = 0; at < SIZE_MAX_BYTES; at++)
      batch->data[i][at] = (guint8)g_rand_int (rand);
    memcpy (batch->data[i], heads[n].bytes, heads[n].len);
    batch->iov[i].iov_base = batch->data[i];
    batch->iov[i].iov_len = (gsize)g_rand_int_range (rand, 20, SIZE_MAX_BYTES);
    batch->messages[i].msg_hdr.msg_iov = &batch->iov[i];
    batch->messages[i].msg_hdr.msg_iovlen = 1;
  }
}

/* A socket that is connected to the port on loopback. */
static int
open_source (guint16 port)
{
  struct sockaddr_in to = { .sin_family = AF_INET,
    .sin_port = htons (port),
    .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  if (fd < 0 || connect (fd, (struct sockaddr *)&to, sizeof to) < 0)
    g_error ("flood: %s", g_strerror (errno));
  return fd;
}

int
main (int argc, char **argv)
{
  static Batch batch;
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  int sources[SOURCES_MAX];
  guint n_sources = SOURCES_DEFAULT;
  gint64 start, end, now;
  guint64 sent = 0, refused = 0;
  gdouble rate;

  if (argc < 4) {
    g_printerr ("flood PORT PACKETS_A_SECOND SECONDS [SOURCES]\n");
    return 2;
  }
  rate = CLAMP (g_ascii_strtod (argv[2], NULL), 1, PACKETS_MAX);
  if (argc > 4)
    n_sources = (guint)CLAMP (atoi (argv[4]), 1, SOURCES_MAX);
  for (guint i = 0; i < n_sources; i++)
    sources[i] = open_source ((guint16)atoi (argv[1]));
  fill (&batch, rand);
  start = g_get_monotonic_time ();
  end = start + CLAMP (atoi (argv[3]), 1, SECONDS_MAX) * G_USEC_PER_SEC;
  while ((now = g_get_monotonic_time ()) < end) {
    gdouble due = (gdouble)(now - start) / G_USEC_PER_SEC * rate;
    int n;

    if ((gdouble)(sent + refused) + BATCH > due) {
      g_usleep (100);
      continue;
    }
    n = sendmmsg (sources[sent / BATCH % n_sources], batch.messages, BATCH, 0);
    sent += (guint64)MAX (n, 0);
    refused += (guint64)(BATCH - MAX (n, 0));
  }
  g_print ("{\"sent\":%" G_GUINT64_FORMAT ",\"refused\":%" G_GUINT64_FORMAT
           ",\"seconds\":%.2f}\n",
      sent, refused, (gdouble)(now - start) / G_USEC_PER_SEC);
  for (guint i = 0; i < n_sources; i++)
    close (sources[i]);
  return 0;
}
