/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counters and histograms of what happens, by the values of their labels.
 *
 * How many series there are is bounded: those above SFU_REGISTRY_MAX_SERIES of
 * a family are counted together, under "other" for every label. So a label may
 * not take what strangers send, but when it does by mistake it costs a line and
 * not the memory.
 *
 * Threads: those of its owner, one at a time. */
#pragma once

#include "sfu-exposition.h"

G_BEGIN_DECLS

/* Seven protocols times as many methods as there are, times a few results. */
#define SFU_REGISTRY_MAX_SERIES 1024

typedef struct _SfuRegistry SfuRegistry;

/* families is borrowed: constant data. A family is named by its index; one
 * without labels is there from the beginning. */
SfuRegistry *sfu_registry_new (const SfuMetricFamily *families, guint n);
/* NULL safe. */
void sfu_registry_free (SfuRegistry *self);

/* values: of the family's labels, in their order (may be NULL when it has
 * none). n 0 makes the series, so that it is seen before something happens. */
void sfu_registry_add (
    SfuRegistry *self, guint family, const gchar *const *values, gdouble n);
void sfu_registry_observe (
    SfuRegistry *self, guint family, const gchar *const *values, gdouble value);

/* As counted: 0 when there is no such series. */
gdouble sfu_registry_get (
    const SfuRegistry *self, guint family, const gchar *const *values);

/* All families, each with its series in the order of their values. */
void sfu_registry_write (const SfuRegistry *self, SfuExposition *exposition);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuRegistry, sfu_registry_free)

G_END_DECLS
