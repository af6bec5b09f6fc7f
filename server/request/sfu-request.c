/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a client asks for.
 *
 * Threads: plain data of one owner. */
#include "sfu-request.h"

SfuRequest *
sfu_request_new (SfuMethod method)
{
  SfuRequest *request = g_new0 (SfuRequest, 1);

  request->method = method;
  request->spatial_layer = -1;
  request->temporal_layer = -1;
  return request;
}

void
sfu_request_free (SfuRequest *request)
{
  if (request == NULL)
    return;
  g_free (request->id);
  g_free (request->display_name);
  g_free (request->device);
  g_free (request->user_id);
  g_free (request->email);
  g_free (request->picture);
  g_free (request->producer_id);
  g_free (request->text);
  g_free (request->peer_id);
  sfu_rtp_capabilities_free (request->capabilities);
  g_free (request->dtls_role);
  g_free (request->srtp_suite);
  g_free (request->srtp_key);
  g_free (request->ip);
  g_clear_pointer (&request->fingerprints, g_ptr_array_unref);
  sfu_rtp_parameters_free (request->parameters);
  g_free (request->app_data);
  g_free (request);
}
