/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sfudtlssrtpdec and sfudtlssrtpenc have in common: the name of their
 * connection and, by that, the link; how their pads begin.
 *
 * Threads: named and disposed of on the control thread; the rest on the thread that
 * pushes on the pad. */
#pragma once

#include "sfu-dtls-link.h"

G_BEGIN_DECLS

/* Properties "connection-id" and "connection-state". */
#define SFU_TYPE_DTLS_ELEMENT (sfu_dtls_element_get_type ())
G_DECLARE_DERIVABLE_TYPE (
    SfuDtlsElement, sfu_dtls_element, SFU, DTLS_ELEMENT, GstElement)

struct _SfuDtlsElementClass {
  GstElementClass parent_class;
  /* on: it has its name, once; link lives as long as the element does. Else: it is
   * disposed of, and nothing of the link may come any more. */
  void (*listen) (SfuDtlsElement *self, SfuDtlsLink *link, gboolean on);
};

/* stream-start, caps (media_type, NULL = none) and segment. For any pad whose
 * element is no source of streams by itself. */
void sfu_dtls_pad_start (
    GstPad *pad, const gchar *media_type, GstFormat format);
/* A new buffer around bytes; takes them. */
GstBuffer *sfu_dtls_buffer_new (GBytes *bytes);

G_END_DECLS
