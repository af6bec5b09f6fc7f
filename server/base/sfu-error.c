/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one GError domain and its D-Bus names.
 *
 * Threads: any; the registration is once-only inside GDBus. */
#include "sfu-error.h"

static const GDBusErrorEntry dbus_names[] = {
  { SFU_ERROR_FAILED, "org.gstsfu.Error.Failed" },
  { SFU_ERROR_NOT_FOUND, "org.gstsfu.Error.NotFound" },
  { SFU_ERROR_EXISTS, "org.gstsfu.Error.Exists" },
  { SFU_ERROR_INVALID_ARGUMENT, "org.gstsfu.Error.InvalidArgument" },
  { SFU_ERROR_WRONG_STATE, "org.gstsfu.Error.WrongState" },
  { SFU_ERROR_NOT_SUPPORTED, "org.gstsfu.Error.NotSupported" },
  { SFU_ERROR_LIMIT_EXCEEDED, "org.gstsfu.Error.LimitExceeded" },
  { SFU_ERROR_FORBIDDEN, "org.gstsfu.Error.Forbidden" },
  { SFU_ERROR_UNAUTHORIZED, "org.gstsfu.Error.Unauthorized" },
  { SFU_ERROR_TIMEOUT, "org.gstsfu.Error.Timeout" },
  { SFU_ERROR_DRAINING, "org.gstsfu.Error.Draining" },
};
G_STATIC_ASSERT (G_N_ELEMENTS (dbus_names) == SFU_ERROR_N_CODES);

static const gchar *const names[] = {
  [SFU_ERROR_FAILED] = "failed",
  [SFU_ERROR_NOT_FOUND] = "not-found",
  [SFU_ERROR_EXISTS] = "exists",
  [SFU_ERROR_INVALID_ARGUMENT] = "invalid-argument",
  [SFU_ERROR_WRONG_STATE] = "wrong-state",
  [SFU_ERROR_NOT_SUPPORTED] = "not-supported",
  [SFU_ERROR_LIMIT_EXCEEDED] = "limit-exceeded",
  [SFU_ERROR_FORBIDDEN] = "forbidden",
  [SFU_ERROR_UNAUTHORIZED] = "unauthorized",
  [SFU_ERROR_TIMEOUT] = "timeout",
  [SFU_ERROR_DRAINING] = "draining",
};
G_STATIC_ASSERT (G_N_ELEMENTS (names) == SFU_ERROR_N_CODES);

GQuark
sfu_error_quark (void)
{
  static gsize quark = 0;

  g_dbus_error_register_error_domain (
      "sfu-error-quark", &quark, dbus_names, G_N_ELEMENTS (dbus_names));
  return (GQuark)quark;
}

const gchar *
sfu_error_name (SfuError code)
{
  if ((guint)code >= SFU_ERROR_N_CODES)
    return names[SFU_ERROR_FAILED];
  return names[code];
}

void
sfu_error_strip_remote (GError *error)
{
  if (error != NULL)
    g_dbus_error_strip_remote_error (error);
}

gboolean
sfu_error_invalid (GError **error, const gchar *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error != NULL)
    *error = g_error_new_valist (
        SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT, format, args);
  va_end (args);
  return FALSE;
}
