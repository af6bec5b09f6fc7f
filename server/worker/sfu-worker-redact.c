/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-redact.h. What GStreamer writes for an element is one label of
 * "name=value" separated by the two characters \n; for caps on a link, "name:
 * value" separated by \l. dtlsdec shows its private key that way, and the caps
 * around srtpdec the keys of the media.
 *
 * Threads: pure function. */
#include "sfu-worker-redact.h"

/* A name that contains one of these words is a secret's, but for key frames.
 * The value goes to the end of the property or label: of caps with a key, the
 * fields behind it are lost too, which is better than guessing where a value
 * of an unknown type ends. In a value \\ and \" are escapes; \n, \l and " end
 * it. */
#define SECRET_NAME                                                            \
  "[a-z0-9_-]*(?:pem|pwd|passw|secret|token|credential|turn-server|"           \
  "key(?!-?(?:frame|unit)))[a-z0-9_-]*"
#define SECRET_VALUE "(?:\\\\\\\\|\\\\[^nl\\\\]|[^\"\\\\])*+"
#define SECRET "(\\b" SECRET_NAME "(?:=|: ))" SECRET_VALUE

gchar *
sfu_worker_redact_dot (const gchar *dot)
{
  g_autoptr (GRegex) regex =
      g_regex_new (SECRET, G_REGEX_CASELESS | G_REGEX_OPTIMIZE, 0, NULL);
  g_autofree gchar *valid = g_utf8_make_valid (dot, -1);
  g_assert (regex);
  gchar *redacted = g_regex_replace (regex, valid, -1, 0, "\\1…", 0, NULL);
  /* Rather no graph than one that shows secrets. */
  return redacted ? redacted : g_strdup ("digraph pipeline { }\n");
}

gchar *
sfu_worker_redact_log (const gchar *message)
{
  static const gchar pattern[] = "(\\b" SECRET_NAME "(?:=|: ))[^\\n]*";
  static gsize regex_once = 0;
  g_autofree gchar *valid = g_utf8_make_valid (message, -1);
  if (g_once_init_enter (&regex_once))
    g_once_init_leave (&regex_once,
        (gsize)g_regex_new (
            pattern, G_REGEX_CASELESS | G_REGEX_OPTIMIZE, 0, NULL));
  gchar *redacted =
      g_regex_replace ((GRegex *)regex_once, valid, -1, 0, "\\1…", 0, NULL);
  return redacted ? redacted : g_strdup ("(cannot be shown)");
}
