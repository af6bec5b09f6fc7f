/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuSrtpCipher against the vectors of RFC 3711 (appendix B) and RFC 7714
 * (sections 16 and 17), and the packet that libsrtp validates itself with.
 *
 * Threads: main only. */
#include "sfu-srtp-cipher.h"

#include "sfu-bytes.h"
#include "test-util.h"

#define RTP_HEADER 12
#define RTCP_HEADER 8
#define E_FLAG 0x80000000u

/* Returns how many bytes there were; blanks do not count. */
static gsize
read_hex (const gchar *text, guint8 *out, gsize room)
{
  gsize n = 0;

  for (; *text; text++) {
    if (*text == ' ')
      continue;
    g_assert_cmpuint (n, <, room);
    out[n++] = (guint8)(g_ascii_xdigit_value (text[0]) << 4 |
        g_ascii_xdigit_value (text[1]));
    text++;
  }
  return n;
}

static void
assert_hex (const guint8 *data, gsize size, const gchar *hex)
{
  guint8 expect[256];
  gsize n = read_hex (hex, expect, sizeof expect);

  g_assert_cmpmem (data, size, expect, n);
}

/* ---- RFC 3711 ---- */

/* B.2. The key stream for SSRC and index zero is what a derivation with label
 * zero gives, as far as anybody reads it. */
static void
test_key_stream (void)
{
  static const struct {
    gsize block;
    const gchar *hex;
  } cases[] = { { 0, "E03EAD0935C95E80E166B16DD92B4EB4" },
    { 1, "D23513162B02D0F72A43A2FE4A5F97AB" },
    { 2, "41E95B3BB0A2E8DD477901E4FCA894C0" },
    { 0xfeff, "EC8CDF7398607CB0F2D21675EA9EA1E4" },
    { 0xff00, "362B7C3C6773516318A077D7FC5073AE" },
    { 0xff01, "6A2CC3787889374FBEB4C81B17BA6C44" } };
  const gsize size = 0xff02 * 16;
  g_autofree guint8 *stream = g_malloc (size);
  guint8 key[16], salt[14];

  read_hex ("2B7E151628AED2A6ABF7158809CF4F3C", key, sizeof key);
  read_hex ("F0F1F2F3F4F5F6F7F8F9FAFBFCFD", salt, sizeof salt);
  g_assert_true (
      sfu_srtp_derive (key, sizeof key, salt, sizeof salt, 0, stream, size));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_hex (stream + cases[i].block * 16, 16, cases[i].hex);
}

/* B.3 */
static void
test_derivation (void)
{
  static const gchar *const expect[] = { "C61E7A93744F39EE10734AFE3FF7A087",
    "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA48F0A0ACF3C34E2359E6CDBCE"
    "E049646C43D9327AD175578EF72270986371C10C9A369AC2F94A8C5FBCDDDC25"
    "6D6E919A48B610EF17C2041E474035766B68642C59BBFC2F34DB60DBDFB2",
    "30CBBC08863D8C85D49DB34A9AE1" };
  static const gsize sizes[] = { 16, 94, 14 };
  guint8 key[16], salt[14], out[94];

  read_hex ("E1F97A0D3E018BE0D64FA32C06DE4139", key, sizeof key);
  read_hex ("0EC675AD498AFEEBB6960B3AABE6", salt, sizeof salt);
  for (guint8 label = 0; label < 3; label++) {
    g_assert_true (sfu_srtp_derive (
        key, sizeof key, salt, sizeof salt, label, out, sizes[label]));
    assert_hex (out, sizes[label], expect[label]);
  }
}

/* ---- RFC 7714 ---- */

typedef struct {
  const gchar *name;
  gsize key_size; /* 00 01 02 … */
  gboolean rtcp;
  guint64 index;
  const gchar *clear, *sealed; /* sealed: with the tag */
} GcmCase;

#define SALT "517569642070726f2071756f"
#define RTP_CLEAR                                                              \
  "8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976 "   \
  "69736120 696e2070 61727465 73207472 6573"
#define RTCP_CLEAR                                                             \
  "81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 "   \
  "deadbeef deadbeef deadbeef deadbeef deadbeef"

static const GcmCase gcm_cases[] = {
  { "rtp-128", 16, FALSE, 0xf17b, RTP_CLEAR,
      "8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca "
      "be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833899d 7f27beb1 "
      "6a9152cf 765ee439 0cce" },
  { "rtp-256", 32, FALSE, 0xf17b, RTP_CLEAR,
      "8040f17b 8041f8d3 5501a0b2 32b1de78 a822fe12 ef9f78fa 332e33aa "
      "b1801238 9a58e2f3 b50b2a02 76ffae0f 1ba63799 b87b7aa3 db36dfff "
      "d6b0f9bb 7878d7a7 6c13" },
  { "rtcp-128", 16, TRUE, 0x5d4, RTCP_CLEAR,
      "81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 "
      "6c06f32d c676a5f1 730d6fda 4ce09b46 86303ded 0bb9275b c84aa458 "
      "96cf4d2f c5abf872 45d9eade" },
  { "rtcp-256", 32, TRUE, 0x5d4, RTCP_CLEAR,
      "81c8000d 4d617273 d50ae4d1 f5ce5d30 4ba297e4 7d470c28 2c3ece5d "
      "bffe0a50 a2eaa5c1 110555be 8415f658 c61de047 6f1b6fad 1d1eb30c "
      "4446839f 57ff6f6c b26ac3be" },
};

static void
init_gcm (SfuSrtpCipher *cipher, const GcmCase *c, gboolean outbound)
{
  guint8 key[32], salt[14] = { 0 };

  for (guint8 i = 0; i < sizeof key; i++)
    key[i] = i;
  read_hex (SALT, salt, sizeof salt);
  g_assert_true (sfu_srtp_cipher_init_with_keys (cipher,
      c->key_size == 32 ? SFU_SRTP_AEAD_AES_256_GCM : SFU_SRTP_AEAD_AES_128_GCM,
      c->rtcp, outbound, key, c->key_size, salt, NULL));
}

static void
test_gcm (gconstpointer data)
{
  const GcmCase *c = data;
  guint8 packet[256];
  SfuSrtpPacket job = { .data = packet,
    .header_size = c->rtcp ? RTCP_HEADER : RTP_HEADER,
    .size = read_hex (c->clear, packet, sizeof packet),
    .index = c->index,
    .trailer = (guint32)c->index | E_FLAG,
    .rtcp = c->rtcp };
  SfuSrtpCipher cipher;

  job.ssrc = sfu_get_u32 (packet + (c->rtcp ? 4 : 8));
  init_gcm (&cipher, c, TRUE);
  g_assert_true (sfu_srtp_cipher_seal (&cipher, &job, packet + job.size));
  assert_hex (packet, job.size + cipher.tag_size, c->sealed);
  sfu_srtp_cipher_clear (&cipher);

  init_gcm (&cipher, c, FALSE);
  g_assert_true (sfu_srtp_cipher_open (&cipher, &job, packet + job.size));
  assert_hex (packet, job.size, c->clear);
  read_hex (c->sealed, packet, sizeof packet);
  packet[job.size + 3] ^= 1;
  g_assert_false (sfu_srtp_cipher_open (&cipher, &job, packet + job.size));
  sfu_srtp_cipher_clear (&cipher);
}

/* ---- a whole packet ---- */

/* test/srtp_driver.c of libsrtp, srtp_validate. */
static void
test_packet (void)
{
  SfuSrtpKey master;
  SfuSrtpCipher cipher;
  guint8 packet[64];
  SfuSrtpPacket job = { .data = packet,
    .header_size = RTP_HEADER,
    .size = read_hex ("800f1234decafbadcafebabe"
                      "abababababababababababababababab",
        packet, sizeof packet),
    .ssrc = 0xcafebabe,
    .index = 0x1234 };

  master.size =
      read_hex ("e1f97a0d3e018be0d64fa32c06de41390ec675ad498afeebb6960b3aabe6",
          master.bytes, sizeof master.bytes);
  g_assert_true (sfu_srtp_cipher_init (
      &cipher, SFU_SRTP_AES_CM_128_HMAC_SHA1_80, &master, FALSE, TRUE));
  g_assert_true (sfu_srtp_cipher_seal (&cipher, &job, packet + job.size));
  assert_hex (packet, job.size + cipher.tag_size,
      "800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402"
      "b78d6acc99ea179b8dbb");
  sfu_srtp_cipher_clear (&cipher);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/srtp-cipher/rfc3711/key-stream", test_key_stream);
  g_test_add_func ("/srtp-cipher/rfc3711/derivation", test_derivation);
  for (guint i = 0; i < G_N_ELEMENTS (gcm_cases); i++) {
    g_autofree gchar *path =
        g_strdup_printf ("/srtp-cipher/rfc7714/%s", gcm_cases[i].name);

    g_test_add_data_func (path, &gcm_cases[i], test_gcm);
  }
  g_test_add_func ("/srtp-cipher/packet", test_packet);
  return g_test_run ();
}
