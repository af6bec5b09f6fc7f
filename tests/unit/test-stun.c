/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuStun: the vectors of RFC 5769, truncated and changed messages, answers
 * byte for byte.
 *
 * Threads: the test's. */
#include <string.h>
#include <glib.h>
#include <stun/stunagent.h>
#include "sfu-stun.h"

#define PASSWORD "VOkJxbRl1RmTxUk/WvJxBt"
#define FINGERPRINT_XOR 0x5354554eu
#define MUTATIONS 20000

/* RFC 5769 2.1: USERNAME evtj:h6vY, ICE-CONTROLLED, padding of spaces. */
static const guint8 sample_request[] = {
  0x00, 0x01, 0x00, 0x58, 0x21, 0x12, 0xa4, 0x42, /* header */
  0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, /* transaction id */
  0xfa, 0x87, 0xdf, 0xae,                         /* */
  0x80, 0x22, 0x00, 0x10, 0x53, 0x54, 0x55, 0x4e, /* SOFTWARE */
  0x20, 0x74, 0x65, 0x73, 0x74, 0x20, 0x63, 0x6c, /* */
  0x69, 0x65, 0x6e, 0x74,                         /* */
  0x00, 0x24, 0x00, 0x04, 0x6e, 0x00, 0x01, 0xff, /* PRIORITY */
  0x80, 0x29, 0x00, 0x08, 0x93, 0x2f, 0xf9, 0xb1, /* ICE-CONTROLLED */
  0x51, 0x26, 0x3b, 0x36,                         /* */
  0x00, 0x06, 0x00, 0x09, 0x65, 0x76, 0x74, 0x6a, /* USERNAME */
  0x3a, 0x68, 0x36, 0x76, 0x59, 0x20, 0x20, 0x20, /* */
  0x00, 0x08, 0x00, 0x14, 0x9a, 0xea, 0xa7, 0x0c, /* MESSAGE-INTEGRITY */
  0xbf, 0xd8, 0xcb, 0x56, 0x78, 0x1e, 0xf2, 0xb5, /* */
  0xb2, 0xd3, 0xf2, 0x49, 0xc1, 0xb5, 0x71, 0xa2, /* */
  0x80, 0x28, 0x00, 0x04, 0xe5, 0x7a, 0x3b, 0xcf, /* FINGERPRINT */
};
#define ID_AT 8
#define ID_SIZE 12
#define FINGERPRINT_AT 100

/* RFC 5769 2.2 and 2.3: what that transaction's answer says of these. */
static const struct {
  const gchar *ip;
  guint16 port;
  guint8 attribute[24];
  gsize size;
} mapped[] = {
  { "192.0.2.1", 32853,
      { 0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6,
          0x43 },
      12 },
  { "2001:db8:1234:5678:11:2233:4455:6677", 32853,
      { 0x00, 0x20, 0x00, 0x14, 0x00, 0x02, 0xa1, 0x47, 0x01, 0x13, 0xa9, 0xfa,
          0xa5, 0xd3, 0xf1, 0x79, 0xbc, 0x25, 0xf4, 0xb5, 0xbe, 0xd2, 0xb9,
          0xd9 },
      24 },
};

static SfuAddress
address (const gchar *ip, guint16 port)
{
  SfuAddress result;

  g_assert_true (sfu_address_parse (&result, ip, port));
  return result;
}

typedef struct {
  guint8 data[SFU_STUN_ANSWER_MAX];
  gsize size;
  gboolean nominates;
  SfuStunStatus status;
} Answer;

/* data is copied to a block of its very size: a read behind it is an error
 * that AddressSanitizer sees. */
static gboolean
ask (const guint8 *data, gsize size, const gchar *pwd, Answer *answer)
{
  g_autoptr (SfuStun) stun = sfu_stun_new ();
  g_autofree guint8 *copy = g_memdup2 (data, size);
  SfuAddress from = address ("192.0.2.1", 32853);
  gchar ufrag[SFU_STUN_UFRAG_MAX + 1];

  if (!sfu_stun_peek_ufrag (copy, size, ufrag))
    return FALSE;
  g_assert_cmpuint (strlen (ufrag), >, 0);
  answer->status = sfu_stun_answer (stun, copy, size, pwd, &from, answer->data,
      &answer->size, &answer->nominates);
  return TRUE;
}

static gint
error_code (const Answer *answer)
{
  StunMessage message = { .buffer = (guint8 *)answer->data,
    .buffer_len = answer->size };
  gint code = -1;

  stun_message_find_error (&message, &code);
  return code;
}

/* ---- the vectors ---- */

static void
test_sample_request (void)
{
  gchar ufrag[SFU_STUN_UFRAG_MAX + 1];
  Answer answer;

  g_assert_true (
      sfu_stun_peek_ufrag (sample_request, sizeof sample_request, ufrag));
  g_assert_cmpstr (ufrag, ==, "evtj");
  /* Its integrity is right; what is refused is the role. */
  g_assert_true (
      ask (sample_request, sizeof sample_request, PASSWORD, &answer));
  g_assert_cmpint (answer.status, ==, SFU_STUN_ROLE_CONFLICT);
  g_assert_cmpint (error_code (&answer), ==, STUN_ERROR_ROLE_CONFLICT);
  g_assert_false (answer.nominates);
  g_assert_true (
      ask (sample_request, sizeof sample_request, PASSWORD "x", &answer));
  g_assert_cmpint (answer.status, ==, SFU_STUN_UNAUTHORIZED);
  g_assert_cmpint (error_code (&answer), ==, STUN_ERROR_UNAUTHORIZED);
}

static void
test_truncated (void)
{
  Answer answer;

  for (gsize size = 0; size < sizeof sample_request; size++) {
    guint8 shorter[sizeof sample_request];

    g_assert_false (ask (sample_request, size, PASSWORD, &answer));
    /* The same with a header that tells the truth. */
    memcpy (shorter, sample_request, sizeof shorter);
    if (size < 20)
      continue;
    shorter[3] = (guint8)(size - 20);
    if (ask (shorter, size, PASSWORD, &answer))
      g_assert_cmpint (answer.status, ==, SFU_STUN_DISCARD);
  }
}

static void
test_each_bit_counts (void)
{
  Answer answer;

  for (gsize bit = 0; bit < sizeof sample_request * 8; bit++) {
    guint8 changed[sizeof sample_request];

    memcpy (changed, sample_request, sizeof changed);
    changed[bit / 8] ^= (guint8)(1 << bit % 8);
    if (ask (changed, sizeof changed, PASSWORD, &answer)) {
      g_assert_cmpint (answer.status, ==, SFU_STUN_DISCARD);
      g_assert_cmpuint (answer.size, ==, 0);
    }
  }
}

/* ---- behind a right FINGERPRINT ---- */

static guint32
crc32_of (const guint8 *data, gsize size)
{
  guint32 crc = 0xffffffffu;

  for (gsize i = 0; i < size; i++) {
    crc ^= data[i];
    for (guint bit = 0; bit < 8; bit++)
      crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
  }
  return ~crc;
}

static void
seal_fingerprint (guint8 *data, gsize at)
{
  guint32 crc = g_htonl (crc32_of (data, at) ^ FINGERPRINT_XOR);

  memcpy (data + at + 4, &crc, sizeof crc);
}

/* Whatever is changed before MESSAGE-INTEGRITY, and it in itself, is never
 * taken for authenticated, even if FINGERPRINT fits. */
static void
test_integrity_decides (void)
{
  Answer answer;
  guint asked = 0;

  for (gsize bit = 0; bit < FINGERPRINT_AT * 8; bit++) {
    guint8 changed[sizeof sample_request];

    memcpy (changed, sample_request, sizeof changed);
    changed[bit / 8] ^= (guint8)(1 << bit % 8);
    seal_fingerprint (changed, FINGERPRINT_AT);
    if (!ask (changed, sizeof changed, PASSWORD, &answer))
      continue;
    asked++;
    g_assert_cmpint (answer.status, !=, SFU_STUN_SUCCESS);
    g_assert_cmpint (answer.status, !=, SFU_STUN_ROLE_CONFLICT);
    g_assert_cmpint (answer.status, !=, SFU_STUN_UNKNOWN_ATTRIBUTE);
  }
  g_assert_cmpuint (asked, >, 400);
}

static void
test_mutations (void)
{
  for (guint i = 0; i < MUTATIONS; i++) {
    guint8 changed[sizeof sample_request];
    gint changes = g_test_rand_int_range (1, 6);
    Answer answer;

    memcpy (changed, sample_request, sizeof changed);
    while (changes--)
      changed[g_test_rand_int_range (20, sizeof changed)] =
          (guint8)g_test_rand_int_range (0, 256);
    seal_fingerprint (changed, FINGERPRINT_AT);
    if (ask (changed, sizeof changed, PASSWORD, &answer))
      g_assert_cmpint (answer.status, !=, SFU_STUN_SUCCESS);
  }
}

/* ---- structure ---- */

/* A header around attributes. */
static gsize
wrap (const guint8 *attributes, gsize size, guint8 *data)
{
  memcpy (data, sample_request, 20);
  memcpy (data + 20, attributes, size);
  data[2] = (guint8)(size >> 8);
  data[3] = (guint8)size;
  return 20 + size;
}

static void
test_structure (void)
{
  static const struct {
    const gchar *what;
    gboolean ok;
    gsize size;
    guint8 attributes[64];
  } cases[] = {
    { "user name alone", TRUE, 8, { 0, 6, 0, 3, 'a', ':', 'b', 0 } },
    { "nothing", FALSE, 0, { 0 } },
    { "empty ufrag", FALSE, 8, { 0, 6, 0, 2, ':', 'b', 0, 0 } },
    { "no colon", FALSE, 8, { 0, 6, 0, 2, 'a', 'b', 0, 0 } },
    { "colon in the padding", FALSE, 8, { 0, 6, 0, 1, 'a', ':', 'b', 0 } },
    { "NUL inside", FALSE, 8, { 0, 6, 0, 4, 'a', 0, ':', 'b' } },
    { "too long a ufrag", FALSE, 40,
        { 0, 6, 0, 35, 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a',
            'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a',
            'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', ':' } },
    { "longest ufrag", TRUE, 40,
        { 0, 6, 0, 34, 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a',
            'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a',
            'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', ':', 'b' } },
    { "value behind the end", FALSE, 8, { 0, 6, 0, 5, 'a', ':', 'b', 0 } },
    { "length of all ones", FALSE, 8, { 0, 6, 255, 255, 'a', ':', 'b', 0 } },
    { "half an attribute", FALSE, 12,
        { 0, 6, 0, 3, 'a', ':', 'b', 0, 0, 36, 0, 4 } },
    { "short MESSAGE-INTEGRITY", FALSE, 16,
        { 0, 6, 0, 3, 'a', ':', 'b', 0, 0, 8, 0, 4, 1, 2, 3, 4 } },
    { "short FINGERPRINT", FALSE, 16,
        { 0, 6, 0, 3, 'a', ':', 'b', 0, 0x80, 0x28, 0, 3, 1, 2, 3, 0 } },
    { "something behind FINGERPRINT", FALSE, 20,
        { 0, 6, 0, 3, 'a', ':', 'b', 0, 0x80, 0x28, 0, 4, 1, 2, 3, 4, 0, 37, 0,
            0 } },
    { "user name behind MESSAGE-INTEGRITY", FALSE, 32,
        { 0, 8, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            0, 0, 6, 0, 3, 'a', ':', 'b', 0 } },
    { "the first of two names", TRUE, 16,
        { 0, 6, 0, 3, 'a', ':', 'b', 0, 0, 6, 0, 3, 'x', ':', 'y', 0 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    guint8 data[128];
    gsize size = wrap (cases[i].attributes, cases[i].size, data);
    g_autofree guint8 *copy = g_memdup2 (data, size);
    gchar ufrag[SFU_STUN_UFRAG_MAX + 1];

    g_test_message ("%s", cases[i].what);
    g_assert_cmpint (sfu_stun_peek_ufrag (copy, size, ufrag), ==, cases[i].ok);
    if (cases[i].ok)
      g_assert_cmpint (ufrag[0], ==, 'a');
  }
}

static void
test_header (void)
{
  static const struct {
    guint at;
    guint8 value;
  } cases[] = {
    { 0, 1 },    /* success response */
    { 1, 0x11 }, /* indication */
    { 1, 3 },    /* Allocate */
    { 2, 1 },    /* longer than it is */
    { 3, 7 },    /* not a multiple of four */
    { 3, 4 },    /* shorter than it is */
    { 4, 0x20 }, /* cookie */
    { 7, 0x43 },
  };
  static const guint8 name[] = { 0, 6, 0, 3, 'a', ':', 'b', 0 };
  gchar ufrag[SFU_STUN_UFRAG_MAX + 1];
  guint8 data[64];
  gsize size = wrap (name, sizeof name, data);

  g_assert_true (sfu_stun_peek_ufrag (data, size, ufrag));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    guint8 changed[64];

    memcpy (changed, data, size);
    changed[cases[i].at] = cases[i].value;
    g_assert_false (sfu_stun_peek_ufrag (changed, size, ufrag));
  }
}

/* ---- answers ---- */

/* A controlling check with the sample's transaction id. */
static gsize
make_check (guint8 data[256], gboolean nominate)
{
  static const uint16_t known[] = { 0 };
  StunAgent agent;
  StunMessage message;

  stun_agent_init (&agent, known, STUN_COMPATIBILITY_RFC5389,
      STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS |
          STUN_AGENT_USAGE_USE_FINGERPRINT);
  stun_agent_init_request (&agent, &message, data, 256, STUN_BINDING);
  memcpy (data + ID_AT, sample_request + ID_AT, ID_SIZE);
  stun_message_append_string (&message, STUN_ATTRIBUTE_USERNAME, "evtj:h6vY");
  stun_message_append64 (&message, STUN_ATTRIBUTE_ICE_CONTROLLING, 1);
  if (nominate)
    stun_message_append_flag (&message, STUN_ATTRIBUTE_USE_CANDIDATE);
  return stun_agent_finish_message (
      &agent, &message, (const guint8 *)PASSWORD, strlen (PASSWORD));
}

static void
test_mapped_address (void)
{
  g_autoptr (SfuStun) stun = sfu_stun_new ();
  guint8 data[256];
  gsize size = make_check (data, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (mapped); i++) {
    SfuAddress from = address (mapped[i].ip, mapped[i].port);
    Answer answer;

    g_assert_cmpint (sfu_stun_answer (stun, data, size, PASSWORD, &from,
                         answer.data, &answer.size, &answer.nominates),
        ==, SFU_STUN_SUCCESS);
    /* Header, the address, MESSAGE-INTEGRITY, FINGERPRINT; nothing else. */
    g_assert_cmpuint (answer.size, ==, 20 + mapped[i].size + 24 + 8);
    g_assert_cmpmem (
        answer.data + ID_AT, ID_SIZE, sample_request + ID_AT, ID_SIZE);
    g_assert_cmpmem (
        answer.data + 20, mapped[i].size, mapped[i].attribute, mapped[i].size);
    g_assert_false (answer.nominates);
  }
}

/* A socket bound to :: sees IPv4 peers behind IPv6; the peer must not. */
static void
test_mapped_address_behind_ipv6 (void)
{
  static const guint8 bytes[16] = { [10] = 255, 255, 192, 0, 2, 1 };
  g_autoptr (SfuStun) stun = sfu_stun_new ();
  guint8 data[256];
  gsize size = make_check (data, FALSE);
  SfuAddress from = { .v6 = { .sin6_family = AF_INET6,
                          .sin6_port = g_htons (32853) } };
  Answer answer;

  memcpy (&from.v6.sin6_addr, bytes, sizeof bytes);
  g_assert_cmpint (sfu_stun_answer (stun, data, size, PASSWORD, &from,
                       answer.data, &answer.size, &answer.nominates),
      ==, SFU_STUN_SUCCESS);
  g_assert_cmpmem (
      answer.data + 20, mapped[0].size, mapped[0].attribute, mapped[0].size);
}

/* USE-CANDIDATE counts only if MESSAGE-INTEGRITY covers it. */
static void
test_nomination (void)
{
  static const guint8 use_candidate[] = { 0, 37, 0, 0 };
  guint8 data[256];
  gsize size = make_check (data, TRUE), without;
  Answer answer;

  g_assert_true (ask (data, size, PASSWORD, &answer));
  g_assert_cmpint (answer.status, ==, SFU_STUN_SUCCESS);
  g_assert_true (answer.nominates);
  without = make_check (data, FALSE);
  /* Between MESSAGE-INTEGRITY and FINGERPRINT. */
  memmove (data + without - 4, data + without - 8, 8);
  memcpy (data + without - 8, use_candidate, sizeof use_candidate);
  data[3] += 4;
  seal_fingerprint (data, without - 4);
  g_assert_true (ask (data, without + 4, PASSWORD, &answer));
  g_assert_cmpint (answer.status, ==, SFU_STUN_SUCCESS);
  g_assert_false (answer.nominates);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stun/sample-request", test_sample_request);
  g_test_add_func ("/stun/truncated", test_truncated);
  g_test_add_func ("/stun/each-bit", test_each_bit_counts);
  g_test_add_func ("/stun/integrity", test_integrity_decides);
  g_test_add_func ("/stun/mutations", test_mutations);
  g_test_add_func ("/stun/structure", test_structure);
  g_test_add_func ("/stun/header", test_header);
  g_test_add_func ("/stun/mapped-address", test_mapped_address);
  g_test_add_func (
      "/stun/mapped-address-behind-ipv6", test_mapped_address_behind_ipv6);
  g_test_add_func ("/stun/nomination", test_nomination);
  return g_test_run ();
}
