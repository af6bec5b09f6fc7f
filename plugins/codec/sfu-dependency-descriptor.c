/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-dependency-descriptor.h. Function by function as in the specification's
 * syntax, A.8.
 *
 * Threads: under the lock of who owns the parser. */
#include "sfu-dependency-descriptor.h"

/* Below it there are no extended fields. */
#define MANDATORY_BYTES 3
/* next_layer_idc */
enum { SAME_LAYER, NEXT_TEMPORAL, NEXT_SPATIAL, NO_MORE_TEMPLATES };
#define MAX_LAYER 7 /* three bits in every codec */

typedef struct {
  const guint8 *data;
  gsize bits, at;
  gboolean overrun; /* sticky: everything read since is 0 */
} BitReader;

static guint
read_bits (BitReader *r, guint n)
{
  guint value = 0;

  if (r->overrun || n > r->bits - r->at) {
    r->overrun = TRUE;
    return 0;
  }
  for (guint i = 0; i < n; i++, r->at++)
    value = value << 1 | (r->data[r->at / 8] >> (7 - r->at % 8) & 1);
  return value;
}

/* ns(n), the AV1 specification's 4.10.7: 0..n-1 in as few bits as can be. */
static guint
read_non_symmetric (BitReader *r, guint n)
{
  guint w = 0, m, value;

  for (guint x = n; x != 0; x >>= 1)
    w++;
  m = (1u << w) - n;
  value = read_bits (r, w - 1);
  if (value < m)
    return value;
  return (value << 1) - m + read_bits (r, 1);
}

static gboolean
read_template_layers (BitReader *r, SfuDependencyStructure *s)
{
  guint spatial = 0, temporal = 0, next;

  do {
    if (s->n_templates == SFU_DD_MAX_TEMPLATES || spatial > MAX_LAYER ||
        temporal > MAX_LAYER)
      return FALSE;
    s->templates[s->n_templates].spatial = (guint8)spatial;
    s->templates[s->n_templates++].temporal = (guint8)temporal;
    s->max_temporal = (guint8)MAX (s->max_temporal, temporal);
    next = read_bits (r, 2);
    if (next == NEXT_TEMPORAL)
      temporal++;
    if (next == NEXT_SPATIAL) {
      temporal = 0;
      spatial++;
    }
  } while (next != NO_MORE_TEMPLATES && !r->overrun);
  s->max_spatial = s->templates[s->n_templates - 1].spatial;
  return !r->overrun;
}

static void
read_template_dtis (BitReader *r, SfuDependencyStructure *s)
{
  for (guint i = 0; i < s->n_templates; i++)
    for (guint t = 0; t < s->n_targets; t++)
      s->templates[i].dtis[t] = (guint8)read_bits (r, 2);
}

/* What a picture depends on is the receiver's business: skipped. */
static void
skip_template_fdiffs (BitReader *r, const SfuDependencyStructure *s)
{
  for (guint i = 0; i < s->n_templates; i++)
    while (read_bits (r, 1))
      read_bits (r, 4);
}

static void
skip_template_chains (BitReader *r, SfuDependencyStructure *s)
{
  s->n_chains = (guint8)read_non_symmetric (r, s->n_targets + 1u);
  if (s->n_chains == 0)
    return;
  for (guint t = 0; t < s->n_targets; t++)
    read_non_symmetric (r, s->n_chains);
  for (guint i = 0; i < s->n_templates; i++)
    for (guint c = 0; c < s->n_chains; c++)
      read_bits (r, 4);
}

static void
find_target_layers (SfuDependencyStructure *s)
{
  for (guint t = 0; t < s->n_targets; t++)
    for (guint i = 0; i < s->n_templates; i++) {
      const SfuDependencyTemplate *template = &s->templates[i];

      if (template->dtis[t] == SFU_DTI_NOT_PRESENT)
        continue;
      s->target_spatial[t] = MAX (s->target_spatial[t], template->spatial);
      s->target_temporal[t] = MAX (s->target_temporal[t], template->temporal);
    }
}

static void
skip_resolutions (BitReader *r, const SfuDependencyStructure *s)
{
  if (!read_bits (r, 1))
    return;
  for (guint i = 0; i <= s->max_spatial; i++)
    read_bits (r, 32);
}

static gboolean
read_structure (BitReader *r, SfuDependencyStructure *s)
{
  *s = (SfuDependencyStructure){ .valid = TRUE };
  s->template_id_offset = (guint8)read_bits (r, 6);
  s->n_targets = (guint8)(read_bits (r, 5) + 1);
  if (!read_template_layers (r, s))
    return FALSE;
  read_template_dtis (r, s);
  skip_template_fdiffs (r, s);
  skip_template_chains (r, s);
  find_target_layers (s);
  skip_resolutions (r, s);
  return !r->overrun;
}

/* A picture of the lowest temporal layer says so for all above: who begins with
 * it can decode what follows. */
static guint8
find_switch_layers (const SfuDependencyStructure *s,
    const SfuDependencyTemplate *template, const guint8 *dtis)
{
  guint layers = 0;

  for (guint t = 0; t < s->n_targets; t++)
    if (dtis[t] == SFU_DTI_SWITCH && s->target_spatial[t] == template->spatial)
      layers |= 1u << s->target_temporal[t];
  return (guint8)layers;
}

static gboolean
define_frame (BitReader *r, const SfuDependencyStructure *s, guint template_id,
    gboolean custom_dtis, SfuDependencyFrame *frame)
{
  guint index = (template_id + SFU_DD_MAX_TEMPLATES - s->template_id_offset) %
      SFU_DD_MAX_TEMPLATES;
  const SfuDependencyTemplate *template = &s->templates[index];
  guint8 dtis[SFU_DD_MAX_TARGETS];

  if (!s->valid || index >= s->n_templates)
    return FALSE;
  for (guint t = 0; t < s->n_targets; t++)
    dtis[t] = custom_dtis ? (guint8)read_bits (r, 2) : template->dtis[t];
  frame->spatial = template->spatial;
  frame->temporal = template->temporal;
  frame->switch_layers = find_switch_layers (s, template, dtis);
  return !r->overrun;
}

gboolean
sfu_dependency_parse (SfuDependencyParser *parser, const guint8 *data,
    gsize len, SfuDependencyFrame *frame)
{
  BitReader r = { .data = data, .bits = len * 8 };
  const SfuDependencyStructure *use = &parser->structure;
  gboolean has_structure = FALSE, has_active = FALSE, custom_dtis = FALSE;
  SfuDependencyStructure structure;
  guint32 active = parser->active_targets;
  guint template_id;

  *frame = (SfuDependencyFrame){ 0 };
  frame->start_of_frame = (gboolean)read_bits (&r, 1);
  frame->end_of_frame = (gboolean)read_bits (&r, 1);
  template_id = read_bits (&r, 6);
  frame->frame_number = (guint16)read_bits (&r, 16);
  if (len > MANDATORY_BYTES) {
    has_structure = (gboolean)read_bits (&r, 1);
    has_active = (gboolean)read_bits (&r, 1);
    custom_dtis = (gboolean)read_bits (&r, 1);
    read_bits (&r, 2); /* fdiffs and chains of the frame: behind its DTIs */
  }
  if (r.overrun || (has_structure && !read_structure (&r, &structure)))
    return FALSE;
  if (has_structure) {
    use = &structure;
    active = G_MAXUINT32 >> (SFU_DD_MAX_TARGETS - structure.n_targets);
  }
  if (has_active && use->valid)
    active = read_bits (&r, use->n_targets);
  if (!define_frame (&r, use, template_id, custom_dtis, frame))
    return FALSE;
  if (has_structure)
    parser->structure = structure;
  parser->active_targets = frame->active_targets = active;
  frame->has_structure = has_structure;
  return TRUE;
}

void
sfu_dependency_frame_to_info (
    const SfuDependencyFrame *frame, SfuPayloadInfo *info)
{
  info->has_frame_number = TRUE;
  info->frame_number = frame->frame_number;
  info->spatial = frame->spatial;
  info->temporal = frame->temporal;
  info->switch_layers = frame->switch_layers;
  info->switch_from = 0;
  info->layer_end = frame->end_of_frame;
  info->frame_start = frame->start_of_frame && frame->spatial == 0;
  info->keyframe_start = info->frame_start && frame->has_structure;
}
