/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: what a peer, or a stranger, sends to a DTLS connection in the
 * handshake. Input: our role (1), then steps; verb 0 is a datagram, 1 a timeout,
 * 2 a close.
 *
 * Threads: one. */
#include "fuzz-steps.h"
#include "fuzz-target.h"
#include "sfu-certificate.h"
#include "sfu-datagram-bio.h"
#include "sfu-dtls-connection.h"

#define MAX_SIZE 16384

enum { DATAGRAM, TIMEOUT, CLOSE, N_VERBS };

static void
take_step (SfuDtlsConnection *connection, const FuzzStep *step)
{
  /* To the byte, for ASan. */
  g_autofree guint8 *copy = g_memdup2 (step->data, step->size);

  switch (step->verb % N_VERBS) {
    case TIMEOUT:
      sfu_dtls_connection_handle_timeout (connection);
      break;
    case CLOSE:
      sfu_dtls_connection_close (connection);
      break;
    default:
      sfu_dtls_connection_receive (connection, copy, step->size);
  }
}

/* Nobody who does not know our random numbers comes through; the queues keep
 * their bound. */
static void
check (SfuDtlsConnection *connection)
{
  GBytes *bytes;
  guint n = 0;

  g_assert (sfu_dtls_connection_get_state (connection) !=
      SFU_DTLS_CONNECTION_CONNECTED);
  while ((bytes = sfu_dtls_connection_pop_datagram (connection))) {
    g_bytes_unref (bytes);
    n++;
  }
  g_assert (n <= SFU_DATAGRAM_BIO_MAX);
  g_assert (sfu_dtls_connection_pop_message (connection) == NULL);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (SfuCertificate) certificate = sfu_certificate_get_default ();
  g_autoptr (SfuDtlsConnection) connection = NULL;
  FuzzSteps steps = { data + 1, size - 1 };
  FuzzStep step;

  if (size < 1 || size > MAX_SIZE)
    return 0;
  connection = sfu_dtls_connection_new (
      sfu_certificate_get_pem (certificate), data[0] & 1, NULL, NULL);
  g_assert (connection != NULL);
  sfu_dtls_connection_start (connection);
  while (fuzz_steps_next (&steps, &step)) {
    take_step (connection, &step);
    check (connection);
  }
  return 0;
}
