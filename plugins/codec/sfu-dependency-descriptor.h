/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The dependency descriptor, an RTP header extension that says which layer a
 * picture belongs to and what depends on it, whatever the codec, and without a
 * look at the payload, which may be encrypted. AV1 RTP payload specification,
 * appendix A.
 *
 * Most of a descriptor refers to a structure that came with the last key frame,
 * so there is one parser for each encoding.
 *
 * Threads: owned by one thread. */
#pragma once

#include "sfu-codec.h"

G_BEGIN_DECLS

/* Bounds of the format: six and five bits. */
#define SFU_DD_MAX_TEMPLATES 64
#define SFU_DD_MAX_TARGETS 32

typedef enum {
  SFU_DTI_NOT_PRESENT,
  SFU_DTI_DISCARDABLE,
  SFU_DTI_SWITCH, /* whoever begins with this picture can go on from here */
  SFU_DTI_REQUIRED
} SfuDecodeTargetIndication;

typedef struct {
  guint8 spatial, temporal;
  guint8 dtis[SFU_DD_MAX_TARGETS]; /* of SfuDecodeTargetIndication */
} SfuDependencyTemplate;

typedef struct {
  gboolean valid; /* a structure has come */
  guint8 template_id_offset;
  guint8 n_templates, n_targets, n_chains;
  guint8 max_spatial, max_temporal;
  /* The highest layers in each decode target. */
  guint8 target_spatial[SFU_DD_MAX_TARGETS];
  guint8 target_temporal[SFU_DD_MAX_TARGETS];
  SfuDependencyTemplate templates[SFU_DD_MAX_TEMPLATES];
} SfuDependencyStructure;

typedef struct {
  gboolean start_of_frame, end_of_frame;
  gboolean has_structure; /* so far: on key frames only */
  guint16 frame_number;
  guint8 spatial, temporal;
  /* Bit t: a switch indication for the target of this spatial and temporal
   * layer t. */
  guint8 switch_layers;
  guint32 active_targets; /* bit i = decode target i is being sent */
} SfuDependencyFrame;

/* All zero is a parser that has seen nothing. */
typedef struct {
  SfuDependencyStructure structure;
  guint32 active_targets;
} SfuDependencyParser;

/* Reads one descriptor (the extension's data). FALSE: cut off, nonsense, or it
 * refers to a structure that has not come; the parser is then as before. */
gboolean sfu_dependency_parse (SfuDependencyParser *parser, const guint8 *data,
    gsize len, SfuDependencyFrame *frame);

/* Where a descriptor has its frame number, 16 bits. */
#define SFU_DD_FRAME_NUMBER_AT 1

/* What it says, in the words of a payload's inspection; the codec's numbers stay. */
void sfu_dependency_frame_to_info (
    const SfuDependencyFrame *frame, SfuPayloadInfo *info);

G_END_DECLS
