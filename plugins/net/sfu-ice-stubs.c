/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads: no state. */
#include "sfu-ice-stubs.h"

#include <gst/webrtc/icestream.h>

static GstWebRTCICETransport *
find_transport (GstWebRTCICE *ice, GstWebRTCICEStream *stream,
    GstWebRTCICEComponent component)
{
  return gst_webrtc_ice_stream_find_transport (stream, component);
}

static gboolean
gather_candidates (GstWebRTCICE *ice, GstWebRTCICEStream *stream)
{
  return gst_webrtc_ice_stream_gather_candidates (stream);
}

/* A lite agent never sends a check: it needs no address to send one to. */
static void
ignore_candidate (
    GstWebRTCICE *ice, GstWebRTCICEStream *stream, const gchar *candidate)
{
}

/* webrtcbin knows those of a description that nobody else sees. */
static gboolean
ignore_credentials (GstWebRTCICE *ice, GstWebRTCICEStream *stream,
    const gchar *ufrag, const gchar *pwd)
{
  return TRUE;
}

static gboolean
refuse_turn_server (GstWebRTCICE *ice, const gchar *uri)
{
  return FALSE;
}

static gboolean
is_never_controller (GstWebRTCICE *ice)
{
  return FALSE;
}

static void
ignore_boolean (GstWebRTCICE *ice, gboolean value)
{
}

static void
ignore_text (GstWebRTCICE *ice, const gchar *text)
{
}

static gchar *
no_text (GstWebRTCICE *ice)
{
  return NULL;
}

static void
ignore_tos (GstWebRTCICE *ice, GstWebRTCICEStream *stream, guint tos)
{
}

/* Candidates are the server's and go out by signalling: none is discovered. */
static void
ignore_on_candidate (GstWebRTCICE *ice, GstWebRTCICEOnCandidateFunc func,
    gpointer data, GDestroyNotify notify)
{
  if (notify)
    notify (data);
}

static GstWebRTCICECandidateStats **
no_candidates (GstWebRTCICE *ice, GstWebRTCICEStream *stream)
{
  return g_new0 (GstWebRTCICECandidateStats *, 1);
}

static gboolean
no_selected_pair (GstWebRTCICE *ice, GstWebRTCICEStream *stream,
    GstWebRTCICECandidateStats **local, GstWebRTCICECandidateStats **remote)
{
  return FALSE;
}

void
sfu_ice_stubs_install (GstWebRTCICEClass *ice_class)
{
  ice_class->find_transport = find_transport;
  ice_class->gather_candidates = gather_candidates;
  ice_class->add_candidate = ignore_candidate;
  ice_class->set_local_credentials = ignore_credentials;
  ice_class->set_remote_credentials = ignore_credentials;
  ice_class->add_turn_server = refuse_turn_server;
  ice_class->set_is_controller = ignore_boolean;
  ice_class->get_is_controller = is_never_controller;
  ice_class->set_force_relay = ignore_boolean;
  ice_class->set_stun_server = ignore_text;
  ice_class->get_stun_server = no_text;
  ice_class->set_turn_server = ignore_text;
  ice_class->get_turn_server = no_text;
  ice_class->set_http_proxy = ignore_text;
  ice_class->get_http_proxy = no_text;
  ice_class->set_tos = ignore_tos;
  ice_class->set_on_ice_candidate = ignore_on_candidate;
  ice_class->get_local_candidates = no_candidates;
  ice_class->get_remote_candidates = no_candidates;
  ice_class->get_selected_pair = no_selected_pair;
}
