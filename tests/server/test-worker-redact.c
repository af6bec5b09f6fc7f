/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* No secret in a graph, everything else untouched. The inputs are what
 * GStreamer 1.22 writes.
 *
 * Threads: main only. */
#include <glib.h>

#include "sfu-worker-redact.h"

static void
test_table (void)
{
  static const struct {
    const gchar *in, *out;
  } cases[] = {
    /* properties */
    { "label=\"GstDtlsDec\\nd\\n[0]\\npem=\\\"-----BEGIN "
      "CERTIFICATE-----\\\\nMIIC/+A==\\\\n\\\"\\nconnection-state=closed\"",
        "label=\"GstDtlsDec\\nd\\n[0]\\npem=…\\nconnection-state=closed\"" },
    { "label=\"SfuTransport\\nt\\nice-ufrag=\\\"abcd\\\"\\nice-pwd="
      "\\\"0123456789\\\"\"",
        "label=\"SfuTransport\\nt\\nice-ufrag=\\\"abcd\\\"\\nice-pwd=…\"" },
    { "label=\"GstSrtpEnc\\ne\\nkey=((GstBuffer*) 0x56)\" x=\"y\"",
        "label=\"GstSrtpEnc\\ne\\nkey=…\" x=\"y\"" },
    { "\\nturn-server=\\\"turn://u:p@h\\\"\\nlatency=0\"",
        "\\nturn-server=…\\nlatency=0\"" },
    { "\\nAuth-Token=abc\\nPASSWORD=def\"", "\\nAuth-Token=…\\nPASSWORD=…\"" },
    /* cut by GStreamer in the middle of an escape */
    { "\\npem=\\\"ab\\…\\nname=x\"", "\\npem=…\\nname=x\"" },
    /* caps in a property and on a link */
    { "caps=application/x-srtp, srtp-key=(buffer)7878, ssrc=(uint)5\\nx=1\"",
        "caps=application/x-srtp, srtp-key=…\\nx=1\"" },
    { "application/x-srtp\\l  srtp-key: 31323334\\l  srtp-cipher: aes-128\\l\"",
        "application/x-srtp\\l  srtp-key: …\\l  srtp-cipher: aes-128\\l\"" },
    /* looks like a secret and is none */
    { "\\nkeyframes=(guint64)5\\nkey-frame-distance=3\\nkeyframe-requests=1\"",
        "\\nkeyframes=(guint64)5\\nkey-frame-distance=3\\nkeyframe-requests=1"
        "\"" },
    { "label=\"GstTee\\ntee0\\n[>]\\nallow-not-linked=TRUE\"",
        "label=\"GstTee\\ntee0\\n[>]\\nallow-not-linked=TRUE\"" },
    { "", "" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *out = sfu_worker_redact_dot (cases[i].in);
    g_assert_cmpstr (out, ==, cases[i].out);
  }
}

/* A value that fills a graph must not exhaust the matcher's stack. */
static void
test_long_value (void)
{
  g_autoptr (GString) in = g_string_new ("a\\npem=");
  for (guint i = 0; i < 1000000; i++)
    g_string_append (in, "\\\\x");
  g_string_append (in, "\\nb=1");
  g_autofree gchar *out = sfu_worker_redact_dot (in->str);
  g_assert_cmpstr (out, ==, "a\\npem=…\\nb=1");
}

static void
test_not_utf8 (void)
{
  g_autofree gchar *out = sfu_worker_redact_dot ("\\npem=\xff\xfe\\na=\xff");
  g_assert_cmpstr (out, ==, "\\npem=…\\na=\357\277\275");
}

/* Messages of GStreamer's log: what is behind a secret goes with it. */
static void
test_log (void)
{
  static const struct {
    const gchar *in, *out;
  } cases[] = {
    { "caps event application/x-srtp, srtp-key=(buffer)3132, ssrc=(uint)5",
        "caps event application/x-srtp, srtp-key=…" },
    { "set property pem=-----BEGIN PRIVATE KEY-----", "set property pem=…" },
    { "ice-pwd: abc", "ice-pwd: …" },
    { "asks for a key frame, keyframes=5",
        "asks for a key frame, keyframes=5" },
    { "\xff", "\357\277\275" },
    { "", "" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *out = sfu_worker_redact_log (cases[i].in);
    g_assert_cmpstr (out, ==, cases[i].out);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/worker/redact/table", test_table);
  g_test_add_func ("/worker/redact/long-value", test_long_value);
  g_test_add_func ("/worker/redact/not-utf8", test_not_utf8);
  g_test_add_func ("/worker/redact/log", test_log);
  return g_test_run ();
}
