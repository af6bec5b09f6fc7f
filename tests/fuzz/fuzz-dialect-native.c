/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: frames of the native protocol (protoo), as far as typed requests,
 * and the answers to what is none.
 *
 * Threads: one. */
#include "fuzz-target.h"
#include "sfu-native.h"
#include "sfu-protoo.h"

#include <string.h>

static void
check (const SfuRequest *request)
{
  switch (request->method) {
    case SFU_METHOD_CONNECT_TRANSPORT:
      g_assert (request->id != NULL && *request->id != '\0');
      break;
    case SFU_METHOD_PRODUCE:
      g_assert (request->id != NULL && request->parameters != NULL);
      break;
    default:
      break;
  }
}

static gchar *
answer (const SfuProtooMessage *message, const GError *error)
{
  g_autofree gchar *text = sfu_protoo_error_from_gerror (message->id, error);

  g_assert (g_utf8_validate (text, -1, NULL));
  return g_steal_pointer (&text);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_auto (SfuProtooMessage) message = { 0 }, again = { 0 };
  g_autoptr (SfuRequest) request = NULL;
  g_autoptr (GError) error = NULL, none = NULL;
  g_autofree gchar *text = NULL;
  gint64 id = -1;

  /* A WebSocket hands out nothing else. */
  if (!g_utf8_validate_len ((const gchar *)data, size, NULL))
    return 0;
  if (!sfu_protoo_parse (&message, (const gchar *)data, size, &id, &error)) {
    g_assert (error != NULL && id >= -1 && id <= SFU_PROTOO_MAX_ID);
    return 0;
  }
  g_assert (error == NULL);
  if (message.kind != SFU_PROTOO_REQUEST)
    return 0;
  request = sfu_native_decode (message.method, message.data, &error);
  g_assert ((request == NULL) == (error != NULL));
  if (request != NULL) {
    check (request);
    return 0;
  }
  text = answer (&message, error);
  /* What we answer is itself protoo. */
  g_assert (sfu_protoo_parse (&again, text, strlen (text), &id, &none));
  g_assert (again.kind == SFU_PROTOO_RESPONSE && again.id == message.id);
  return 0;
}
