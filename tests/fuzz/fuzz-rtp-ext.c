/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: header extensions, read and written again. Input: one id per
 * kind, then a datagram.
 *
 * Threads: one. */
#include "fuzz-target.h"
#include "sfu-rtp-ext.h"

#include <string.h>

#define N_IDS (SFU_EXT_COUNT - 1)
#define BLOCK_HEADER 4
#define MAX_BLOCK (BLOCK_HEADER + SFU_EXT_COUNT * (2 + 255) + 3)

/* What was found, written anew under the same ids, must be found again. */
static void
check_round_trip (
    const guint8 *data, const SfuExtMap *map, const SfuExtIndex *index)
{
  static guint8 out[MAX_BLOCK];
  SfuExtWriter writer;
  SfuExtIndex again;
  SfuRtpHeader header = { .ext_offset = BLOCK_HEADER };
  gsize size;

  sfu_ext_writer_init (&writer);
  for (guint kind = 1; kind < SFU_EXT_COUNT; kind++)
    sfu_ext_writer_add (&writer, map->id_of_kind[kind],
        data + index->offset[kind], index->len[kind]);
  size = sfu_ext_writer_size (&writer);
  g_assert (size <= sizeof out && size % 4 == 0);
  g_assert (sfu_ext_writer_write (&writer, out) == size);
  if (size == 0)
    return;
  header.ext_profile = (guint16)(out[0] << 8 | out[1]);
  header.ext_len = (guint16)(size - BLOCK_HEADER);
  sfu_ext_index (out, &header, map, &again);
  for (guint kind = 1; kind < SFU_EXT_COUNT; kind++) {
    g_assert (again.len[kind] == index->len[kind]);
    g_assert (memcmp (out + again.offset[kind], data + index->offset[kind],
                  index->len[kind]) == 0);
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  SfuRtpHeader header;
  SfuExtMap map;
  SfuExtIndex index;

  if (size < N_IDS)
    return 0;
  sfu_ext_map_init (&map);
  for (guint kind = 1; kind < SFU_EXT_COUNT; kind++)
    sfu_ext_map_add (&map, data[kind - 1], kind);
  data += N_IDS;
  size -= N_IDS;
  if (!sfu_rtp_parse (data, size, &header))
    return 0;
  sfu_ext_index (data, &header, &map, &index);
  g_assert (index.len[SFU_EXT_NONE] == 0);
  for (guint kind = 1; kind < SFU_EXT_COUNT; kind++) {
    if (index.len[kind] == 0)
      continue;
    g_assert (map.id_of_kind[kind] != 0);
    g_assert (index.offset[kind] > header.ext_offset);
    g_assert (index.offset[kind] + index.len[kind] <=
        header.ext_offset + header.ext_len);
  }
  check_round_trip (data, &map, &index);
  return 0;
}
