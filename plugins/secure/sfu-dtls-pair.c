/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-dtls-pair.h.
 *
 * Threads: the lock is held between push and pop; what runs between them takes
 * it nowhere else. */
#include "sfu-dtls-pair.h"

#include <gst/gst.h>

#include "sfu-dtls-srtp-dec.h"
#include "sfu-dtls-srtp-enc.h"

typedef struct {
  const gchar *name;
  GType (*get_type) (void);
  /* Made at the first push, kept as long as the process: elements point to
   * their factory without holding it. */
  GstPluginFeature *own;
  GstPluginFeature
      *stock; /* owned; NULL = not installed; between push and pop */
} Role;

static GMutex pair_lock;
static Role roles[] = { { "dtlssrtpdec", sfu_dtls_srtp_dec_get_type },
  { "dtlssrtpenc", sfu_dtls_srtp_enc_get_type } };
static gboolean pushed; /* ours */

GType
sfu_dtls_pair_get_type (void)
{
  static const GEnumValue values[] = {
    { SFU_DTLS_PAIR_OWN, "sfudtlssrtpdec and sfudtlssrtpenc", "own" },
    { SFU_DTLS_PAIR_STOCK, "dtlssrtpdec and dtlssrtpenc of GStreamer",
        "stock" },
    { 0, NULL, NULL },
  };
  static gsize type;

  if (g_once_init_enter (&type)) {
    GType made = g_enum_register_static ("SfuDtlsPair", values);

    g_once_init_leave (&type, made);
  }
  return type;
}

void
sfu_dtls_pair_push (SfuDtlsPair pair)
{
  GstRegistry *registry = gst_registry_get ();

  g_mutex_lock (&pair_lock);
  pushed = pair == SFU_DTLS_PAIR_OWN;
  for (guint i = 0; pushed && i < G_N_ELEMENTS (roles); i++) {
    Role *role = &roles[i];

    role->stock = gst_registry_lookup_feature (registry, role->name);
    if (role->own) {
      gst_registry_add_feature (registry, role->own);
      continue;
    }
    gst_element_register (NULL, role->name, GST_RANK_NONE, role->get_type ());
    role->own = gst_registry_lookup_feature (registry, role->name);
    GST_OBJECT_FLAG_SET (role->own, GST_OBJECT_FLAG_MAY_BE_LEAKED);
  }
}

void
sfu_dtls_pair_pop (void)
{
  GstRegistry *registry = gst_registry_get ();

  for (guint i = 0; pushed && i < G_N_ELEMENTS (roles); i++) {
    if (roles[i].stock)
      gst_registry_add_feature (registry, roles[i].stock);
    else
      gst_registry_remove_feature (registry, roles[i].own);
    gst_clear_object (&roles[i].stock);
  }
  pushed = FALSE;
  g_mutex_unlock (&pair_lock);
}
