/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-seam.h.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-seam.h"

SfuSeamCandidate *
sfu_seam_candidate_new (const gchar *foundation, guint32 priority,
    const gchar *address, const gchar *protocol, guint16 port,
    const gchar *type, const gchar *tcp_type)
{
  SfuSeamCandidate *candidate = g_new (SfuSeamCandidate, 1);
  candidate->foundation = g_strdup (foundation);
  candidate->priority = priority;
  candidate->address = g_strdup (address);
  candidate->protocol = g_strdup (protocol);
  candidate->port = port;
  candidate->type = g_strdup (type);
  candidate->tcp_type = g_strdup (tcp_type);
  return candidate;
}

void
sfu_seam_candidate_free (SfuSeamCandidate *candidate)
{
  if (!candidate)
    return;
  g_free (candidate->foundation);
  g_free (candidate->address);
  g_free (candidate->protocol);
  g_free (candidate->type);
  g_free (candidate->tcp_type);
  g_free (candidate);
}

SfuSeamFingerprint *
sfu_seam_fingerprint_new (const gchar *algorithm, const gchar *value)
{
  SfuSeamFingerprint *fingerprint = g_new (SfuSeamFingerprint, 1);
  fingerprint->algorithm = g_strdup (algorithm);
  fingerprint->value = g_strdup (value);
  return fingerprint;
}

void
sfu_seam_fingerprint_free (SfuSeamFingerprint *fingerprint)
{
  if (!fingerprint)
    return;
  g_free (fingerprint->algorithm);
  g_free (fingerprint->value);
  g_free (fingerprint);
}

static GPtrArray *
fingerprints_new (void)
{
  return g_ptr_array_new_with_free_func (
      (GDestroyNotify)sfu_seam_fingerprint_free);
}

GPtrArray *
sfu_seam_fingerprints_from_variant (GVariant *variant)
{
  GPtrArray *fingerprints = fingerprints_new ();
  const gchar *algorithm, *value;
  GVariantIter iter;
  g_variant_iter_init (&iter, variant);
  while (g_variant_iter_next (&iter, "(&s&s)", &algorithm, &value))
    g_ptr_array_add (fingerprints, sfu_seam_fingerprint_new (algorithm, value));
  return fingerprints;
}

GVariant *
sfu_seam_fingerprints_to_variant (GPtrArray *fingerprints)
{
  GVariantBuilder builder;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ss)"));
  for (guint i = 0; i < fingerprints->len; i++) {
    const SfuSeamFingerprint *f = fingerprints->pdata[i];
    g_variant_builder_add (&builder, "(ss)", f->algorithm, f->value);
  }
  return g_variant_builder_end (&builder);
}

SfuSeamTransportInfo *
sfu_seam_transport_info_new (void)
{
  SfuSeamTransportInfo *info = g_new (SfuSeamTransportInfo, 1);
  info->ufrag = g_strdup ("");
  info->pwd = g_strdup ("");
  info->candidates =
      g_ptr_array_new_with_free_func ((GDestroyNotify)sfu_seam_candidate_free);
  info->fingerprints = fingerprints_new ();
  return info;
}

void
sfu_seam_transport_info_free (SfuSeamTransportInfo *info)
{
  if (!info)
    return;
  g_free (info->ufrag);
  g_free (info->pwd);
  g_ptr_array_unref (info->candidates);
  g_ptr_array_unref (info->fingerprints);
  g_free (info);
}

GVariant *
sfu_seam_candidates_to_variant (GPtrArray *candidates)
{
  GVariantBuilder builder;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sussqss)"));
  for (guint i = 0; i < candidates->len; i++) {
    const SfuSeamCandidate *c = candidates->pdata[i];
    g_variant_builder_add (&builder, "(sussqss)", c->foundation, c->priority,
        c->address, c->protocol, c->port, c->type, c->tcp_type);
  }
  return g_variant_builder_end (&builder);
}

SfuSeamTransportInfo *
sfu_seam_transport_info_from_variant (GVariant *variant)
{
  SfuSeamTransportInfo *info = sfu_seam_transport_info_new ();
  g_autoptr (GVariantIter) candidates = NULL;
  g_autoptr (GVariant) fingerprints = NULL;
  g_free (info->ufrag);
  g_free (info->pwd);
  g_variant_get (variant, "(ssa(sussqss)@a(ss))", &info->ufrag, &info->pwd,
      &candidates, &fingerprints);
  const gchar *foundation, *address, *protocol, *type, *tcp_type;
  guint32 priority;
  guint16 port;
  while (g_variant_iter_next (candidates, "(&su&s&sq&s&s)", &foundation,
      &priority, &address, &protocol, &port, &type, &tcp_type))
    g_ptr_array_add (info->candidates,
        sfu_seam_candidate_new (
            foundation, priority, address, protocol, port, type, tcp_type));
  g_ptr_array_unref (info->fingerprints);
  info->fingerprints = sfu_seam_fingerprints_from_variant (fingerprints);
  return info;
}

SfuSeamPlainInfo *
sfu_seam_plain_info_new (const gchar *ip, guint16 port, guint16 rtcp_port,
    const gchar *srtp_suite, const gchar *srtp_key)
{
  SfuSeamPlainInfo *info = g_new (SfuSeamPlainInfo, 1);
  info->ip = g_strdup (ip);
  info->port = port;
  info->rtcp_port = rtcp_port;
  info->srtp_suite = g_strdup (srtp_suite);
  info->srtp_key = g_strdup (srtp_key);
  return info;
}

void
sfu_seam_plain_info_free (SfuSeamPlainInfo *info)
{
  if (!info)
    return;
  g_free (info->ip);
  g_free (info->srtp_suite);
  g_free (info->srtp_key);
  g_free (info);
}
