/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which tee branch each consumer of a router hangs on, now and while it runs.
 *
 * Threads: control thread; loop (NULL allowed) is where the data path is
 * edited, see sfu_router_in_data_path. */
#pragma once

#include "sfu-media-loop.h"
#include "sfu-router-pad.h"

G_BEGIN_DECLS

/* Runs func between two packets: on the media thread when there is one. Without
 * one GStreamer's own locks are what protects, as in any pipeline. */
void sfu_router_in_data_path (SfuMediaLoop *loop, GFunc func, gpointer data);

/* (Re)connects src to the producer its properties name. */
void sfu_router_follow (
    GstElement *router, SfuMediaLoop *loop, SfuRouterSrcPad *src);
/* A producer came: connects those that waited for one. */
void sfu_router_follow_idle (GstElement *router, SfuMediaLoop *loop);
/* A producer goes: its consumers stay, connected to nobody. */
void sfu_router_leave (
    GstElement *router, SfuMediaLoop *loop, SfuRouterSinkPad *sink);
/* Data path. */
void sfu_router_detach (SfuRouterSrcPad *src);

/* Starts, changes or (interval 0) ends following all producers in turn. */
void sfu_router_update_switching (SfuMediaLoop *loop, SfuRouterSrcPad *src);
/* When it returns, src does not switch by itself any more. */
void sfu_router_stop_switching (SfuMediaLoop *loop, SfuRouterSrcPad *src);
void sfu_router_stop_all_switching (GstElement *router, SfuMediaLoop *loop);

G_END_DECLS
