/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RTP header extensions: names and numbers, both forms, broken blocks, and
 * that what the writer writes the index finds.
 *
 * Threads: one. */
#include "sfu-rtp-ext.h"
#include "test-util.h"

#define MID_ID 1
#define RID_ID 2
#define LEVEL_ID 3
#define HIGH_ID 200 /* only the two-byte form can say it */

static void
init_map (SfuExtMap *map)
{
  sfu_ext_map_init (map);
  g_assert_true (sfu_ext_map_add (map, MID_ID, SFU_EXT_MID));
  g_assert_true (sfu_ext_map_add (map, RID_ID, SFU_EXT_RID));
  g_assert_true (sfu_ext_map_add (map, LEVEL_ID, SFU_EXT_AUDIO_LEVEL));
  g_assert_true (sfu_ext_map_add (map, HIGH_ID, SFU_EXT_TRANSPORT_CC));
}

static void
test_uris (void)
{
  g_assert_null (sfu_ext_uri (SFU_EXT_NONE));
  g_assert_null (sfu_ext_uri (SFU_EXT_COUNT));
  for (guint i = SFU_EXT_NONE + 1; i < SFU_EXT_COUNT; i++) {
    g_assert_nonnull (sfu_ext_uri (i));
    g_assert_cmpint (sfu_ext_from_uri (sfu_ext_uri (i)), ==, i);
  }
  g_assert_cmpint (
      sfu_ext_from_uri ("urn:ietf:params:rtp-hdrext:ssrc-audio-level"), ==,
      SFU_EXT_AUDIO_LEVEL);
  g_assert_cmpint (sfu_ext_from_uri ("urn:example:nobody"), ==, SFU_EXT_NONE);
  g_assert_cmpint (sfu_ext_from_uri (""), ==, SFU_EXT_NONE);
  g_assert_cmpint (sfu_ext_from_uri (NULL), ==, SFU_EXT_NONE);
}

static void
test_map (void)
{
  SfuExtMap map;

  init_map (&map);
  g_assert_false (sfu_ext_map_add (&map, 0, SFU_EXT_TOFFSET));
  g_assert_false (sfu_ext_map_add (&map, 9, SFU_EXT_NONE));
  g_assert_false (sfu_ext_map_add (&map, 9, SFU_EXT_COUNT));
  g_assert_false (sfu_ext_map_add (&map, MID_ID, SFU_EXT_TOFFSET));
  g_assert_false (sfu_ext_map_add (&map, 9, SFU_EXT_MID));
  g_assert_true (sfu_ext_map_add (&map, MID_ID, SFU_EXT_MID));
  g_assert_true (sfu_ext_map_add (&map, 255, SFU_EXT_TOFFSET));
  g_assert_cmpuint (map.id_of_kind[SFU_EXT_TOFFSET], ==, 255);
  g_assert_cmpuint (map.kind_of_id[255], ==, SFU_EXT_TOFFSET);
  g_assert_cmpuint (map.id_of_kind[SFU_EXT_MID], ==, MID_ID);
}

typedef struct {
  const gchar *name;
  guint16 profile;
  guint8 block[16];
  guint len; /* of the block */
  guint mid_at, mid_len, rid_at, rid_len, level_len;
} Case;

static const Case cases[] = {
  { "nothing", 0xbede, { 0 }, 0 },
  { "one byte form", 0xbede, { 0x11, 'a', 'b', 0x20, 'c' }, 8, 1, 2, 4, 1 },
  { "padding between", 0xbede, { 0x10, 'a', 0, 0, 0x22, 'r', 's', 't' }, 8, 1,
      1, 5, 3 },
  { "only padding", 0xbede, { 0 }, 8 },
  { "unknown id is stepped over", 0xbede, { 0x91, 1, 2, 0x20, 'r', 0, 0, 0 }, 8,
      0, 0, 4, 1 },
  { "id 15 ends the walk", 0xbede, { 0x10, 'a', 0xf0, 0, 0x20, 'r' }, 8, 1, 1 },
  { "id 0 with a length ends the walk", 0xbede,
      { 0x10, 'a', 0x01, 0, 0, 0x20, 'r', 0 }, 8, 1, 1 },
  { "element overruns", 0xbede, { 0x10, 'a', 0x2f, 'r' }, 4, 1, 1 },
  { "element of no bytes left", 0xbede, { 0x10, 'a', 0, 0x20 }, 4, 1, 1 },
  { "the first of a kind counts", 0xbede, { 0x10, 'a', 0x11, 'b', 'c' }, 8, 1,
      1 },
  { "two byte form", 0x1000, { 1, 2, 'a', 'b', 2, 1, 'c' }, 8, 2, 2, 6, 1 },
  { "appbits", 0x100f, { 1, 1, 'a' }, 4, 2, 1 },
  { "length 0 is absent", 0x1000, { 1, 0, 2, 1, 'r' }, 8, 0, 0, 4, 1 },
  { "two byte padding", 0x1000, { 0, 0, 1, 1, 'a', 0, 0, 0 }, 8, 4, 1 },
  { "two byte overruns", 0x1000, { 1, 1, 'a', 2, 5, 'r', 0, 0 }, 8, 2, 1 },
  { "length byte missing", 0x1000, { 1, 1, 'a', 2 }, 4, 2, 1 },
  { "other profile", 0x1010, { 1, 1, 'a', 0 }, 4 },
  { "no profile", 0, { 0x10, 'a', 0, 0 }, 4 },
};

static void
test_index_table (void)
{
  SfuExtMap map;

  init_map (&map);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const Case *c = &cases[i];
    guint8 *data = exact_copy (c->block, c->len);
    SfuRtpHeader h = { .ext_profile = c->profile, .ext_len = c->len };
    SfuExtIndex index;

    g_test_message ("%s", c->name);
    memset (&index, 0xaa, sizeof index);
    sfu_ext_index (data, &h, &map, &index);
    g_assert_cmpuint (index.offset[SFU_EXT_MID], ==, c->mid_at);
    g_assert_cmpuint (index.len[SFU_EXT_MID], ==, c->mid_len);
    g_assert_cmpuint (index.offset[SFU_EXT_RID], ==, c->rid_at);
    g_assert_cmpuint (index.len[SFU_EXT_RID], ==, c->rid_len);
    g_assert_cmpuint (index.len[SFU_EXT_AUDIO_LEVEL], ==, c->level_len);
    free (data);
  }
}

/* Both forms, cut at every length: elements lie inside the block. */
static void
test_index_truncated (void)
{
  static const struct {
    guint16 profile;
    guint8 block[16];
  } blocks[] = {
    { 0xbede,
        { 0x13, 'a', 'b', 'c', 'd', 0x21, 'e', 'f', 0, 0x30, 'g', 0x94, 1, 2, 3,
            4 } },
    { 0x1000,
        { 1, 3, 'a', 'b', 'c', 2, 2, 'd', 'e', 0, 3, 1, 'f', HIGH_ID, 1,
            'g' } },
  };
  SfuExtMap map;

  init_map (&map);
  for (guint i = 0; i < G_N_ELEMENTS (blocks); i++) {
    for (guint len = 0; len <= sizeof blocks[i].block; len++) {
      guint8 *data = exact_copy (blocks[i].block, len);
      SfuRtpHeader h = { .ext_profile = blocks[i].profile, .ext_len = len };
      SfuExtIndex index;

      sfu_ext_index (data, &h, &map, &index);
      for (guint kind = 0; kind < SFU_EXT_COUNT; kind++)
        g_assert_cmpuint (index.offset[kind] + index.len[kind], <=, len);
      g_assert_cmpuint (index.len[SFU_EXT_NONE], ==, 0);
      if (len == sizeof blocks[i].block)
        g_assert_cmpuint (index.len[SFU_EXT_AUDIO_LEVEL], ==, 1);
      free (data);
    }
  }
}

typedef struct {
  const gchar *name;
  guint8 id_a, len_a, id_b, len_b;
  guint size;
  guint16 profile;
} WriterCase;

static const WriterCase writer_cases[] = {
  { "nothing", 0, 0, 0, 0, 0, 0 },
  { "not negotiated", 0, 4, 0, 4, 0, 0 },
  { "absent", 1, 0, 2, 0, 0, 0 },
  { "one byte", 1, 3, 0, 0, 8, 0xbede },
  { "one byte with padding", 1, 1, 2, 1, 8, 0xbede },
  { "largest of the one byte form", 14, 16, 1, 1, 24, 0xbede },
  { "id 15 needs two bytes", 15, 1, 1, 1, 12, 0x1000 },
  { "length 17 needs two bytes", 1, 17, 0, 0, 24, 0x1000 },
  { "largest of all", 255, 255, 254, 255, 520, 0x1000 },
};

static void
test_writer (void)
{
  guint8 payload[255];

  for (guint i = 0; i < sizeof payload; i++)
    payload[i] = i ^ 0x5a;

  for (guint i = 0; i < G_N_ELEMENTS (writer_cases); i++) {
    const WriterCase *c = &writer_cases[i];
    SfuExtWriter writer;
    SfuExtMap map;
    SfuExtIndex index;
    SfuRtpHeader h = { .ext_offset = 4 };
    guint8 *out;
    gsize size;

    g_test_message ("%s", c->name);
    sfu_ext_writer_init (&writer);
    sfu_ext_writer_add (&writer, c->id_a, payload, c->len_a);
    sfu_ext_writer_add (&writer, c->id_b, payload, c->len_b);
    size = sfu_ext_writer_size (&writer);
    g_assert_cmpuint (size, ==, c->size);
    out = malloc (size);
    g_assert_cmpuint (sfu_ext_writer_write (&writer, out), ==, size);
    if (size > 0) {
      h.ext_profile = out[0] << 8 | out[1];
      h.ext_len = (out[2] << 8 | out[3]) * 4;
      g_assert_cmphex (h.ext_profile, ==, c->profile);
      g_assert_cmpuint (h.ext_len + 4, ==, size);
      sfu_ext_map_init (&map);
      sfu_ext_map_add (&map, c->id_a, SFU_EXT_MID);
      sfu_ext_map_add (&map, c->id_b, SFU_EXT_RID);
      sfu_ext_index (out, &h, &map, &index);
      g_assert_cmpmem (out + index.offset[SFU_EXT_MID], index.len[SFU_EXT_MID],
          payload, c->len_a);
      g_assert_cmpmem (out + index.offset[SFU_EXT_RID], index.len[SFU_EXT_RID],
          payload, c->len_b);
    }
    free (out);
  }
}

/* Every kind at once fits into the writer. */
static void
test_writer_full (void)
{
  const guint8 data[2] = { 0xab, 0xcd };
  guint8 out[SFU_EXT_COUNT * 4 + 4];
  SfuExtWriter writer;
  SfuExtMap map;
  SfuExtIndex index;
  SfuRtpHeader h = { .ext_profile = 0xbede, .ext_offset = 4 };

  sfu_ext_writer_init (&writer);
  sfu_ext_map_init (&map);
  for (guint kind = 1; kind < SFU_EXT_COUNT; kind++) {
    g_assert_true (sfu_ext_map_add (&map, kind, kind));
    sfu_ext_writer_add (&writer, kind, data, sizeof data);
  }
  h.ext_len = sfu_ext_writer_write (&writer, out) - 4;
  sfu_ext_index (out, &h, &map, &index);
  for (guint kind = 1; kind < SFU_EXT_COUNT; kind++)
    g_assert_cmpmem (out + index.offset[kind], index.len[kind], data, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtp-ext/uris", test_uris);
  g_test_add_func ("/rtp-ext/map", test_map);
  g_test_add_func ("/rtp-ext/index/table", test_index_table);
  g_test_add_func ("/rtp-ext/index/truncated", test_index_truncated);
  g_test_add_func ("/rtp-ext/writer/table", test_writer);
  g_test_add_func ("/rtp-ext/writer/full", test_writer_full);
  return g_test_run ();
}
