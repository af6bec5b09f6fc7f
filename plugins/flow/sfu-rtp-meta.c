/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Registration of SfuRtpMeta.
 *
 * Threads: types are registered once, whoever comes first. */
#include "sfu-rtp-meta.h"

#include <string.h>

GType
sfu_rtp_meta_api_get_type (void)
{
  static gsize type = 0;
  static const gchar *tags[] = { NULL };

  if (g_once_init_enter (&type)) {
    GType registered = gst_meta_api_type_register ("SfuRtpMetaAPI", tags);

    g_once_init_leave (&type, registered);
  }
  return type;
}

static gboolean
init_meta (GstMeta *meta, gpointer params, GstBuffer *buffer)
{
  memset ((guint8 *)meta + sizeof (GstMeta), 0,
      sizeof (SfuRtpMeta) - sizeof (GstMeta));
  return TRUE;
}

/* A whole copy keeps what was read; a part of a packet is not a packet. */
static gboolean
transform_meta (GstBuffer *dest, GstMeta *meta, GstBuffer *buffer, GQuark type,
    gpointer data)
{
  const SfuRtpMeta *from = (const SfuRtpMeta *)meta;
  SfuRtpMeta *to;

  if (!GST_META_TRANSFORM_IS_COPY (type) ||
      ((GstMetaTransformCopy *)data)->region)
    return FALSE;
  to = sfu_buffer_add_rtp_meta (dest);
  to->header = from->header;
  to->ext = from->ext;
  to->info = from->info;
  to->arrival_us = from->arrival_us;
  to->fec = from->fec;
  to->encoding = from->encoding;
  to->after_gap = from->after_gap;
  return TRUE;
}

const GstMetaInfo *
sfu_rtp_meta_get_info (void)
{
  static const GstMetaInfo *info = NULL;

  if (g_once_init_enter ((GstMetaInfo **)&info)) {
    const GstMetaInfo *registered =
        gst_meta_register (sfu_rtp_meta_api_get_type (), "SfuRtpMeta",
            sizeof (SfuRtpMeta), init_meta, NULL, transform_meta);

    g_once_init_leave ((GstMetaInfo **)&info, (GstMetaInfo *)registered);
  }
  return info;
}

SfuRtpMeta *
sfu_buffer_add_rtp_meta (GstBuffer *buffer)
{
  return (SfuRtpMeta *)gst_buffer_add_meta (
      buffer, sfu_rtp_meta_get_info (), NULL);
}

SfuRtpMeta *
sfu_buffer_get_rtp_meta (GstBuffer *buffer)
{
  SfuRtpMeta *meta =
      (SfuRtpMeta *)gst_buffer_get_meta (buffer, sfu_rtp_meta_api_get_type ());
  const SfuRtpHeader *header;

  if (meta == NULL)
    return NULL;
  header = &meta->header;
  if ((gsize)header->header_len + header->payload_len + header->padding_len !=
      gst_buffer_get_size (buffer))
    return NULL;
  return meta;
}
