/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Past ghost pads. Between two of our elements there often is nothing but the
 * walls of bins, and each costs as much as a push: locks, references, a list of
 * its own. A shortcut looks through them once and from then on calls the function
 * at the other end, as long as the pads are linked as they were and nobody wants
 * to see what passes: with a probe anywhere on the way, an event that waits, a pad
 * that flushes, or another element in between, packets are pushed as a
 * GstBufferList like everywhere in GStreamer.
 *
 * Tracers do not see what takes the shortcut: SFU_NO_SHORTCUTS=1 in the
 * environment has everything pushed.
 *
 * It holds the pads that it has seen, but not the one that pushes: src must be of
 * the owner, or the owner itself, and always the same. Where a pad that it holds may
 * own the element whose shortcut this is (a router's pad its consumer), that clears
 * it when it leaves PAUSED; else when it ends.
 *
 * Threads: the one that pushed first takes the shortcut, others push; clear while
 * nobody pushes. */
#pragma once

#include "sfu-hot-lines.h"
#include "sfu-packet.h"

G_BEGIN_DECLS

/* Packets for one call; longer lists come in several. */
#define SFU_PACKETS_MAX 64
/* Links between two elements, looked through. */
#define SFU_SHORTCUT_LINKS 6

/* Takes the packets, not the array. parent: the pad's element. */
typedef GstFlowReturn (*SfuPacketsFunc) (
    GstPad *pad, GstObject *parent, SfuPacket *packets, guint n);

/* What a sink pad does with packets, whichever way they come: sets its chain
 * functions too. The element deactivates such a pad before it removes it. */
void sfu_pad_set_packets_function (GstPad *pad, SfuPacketsFunc func);
/* The same for buffers one by one, as they come in: sets its chain function only.
 * A push would hold a reference of the element, a shortcut does not: nothing that
 * func sets off on this thread may end the element. */
void sfu_pad_set_buffer_function (GstPad *pad, GstPadChainFunction func);

typedef struct {
  GThread *thread; /* atomic: whose it is */
  struct {
    GstPad *out, *in; /* owned, but for the first out */
  } links[SFU_SHORTCUT_LINKS];
  guint n_links;  /* 0: not looked, or there is none */
  GCallback func; /* SfuPacketsFunc or GstPadChainFunction, by what is pushed */
} SfuShortcut;

/* Takes the packets, not the array; n > 0. */
GstFlowReturn sfu_shortcut_push (
    SfuShortcut *self, GstPad *src, SfuPacket *packets, guint n);
/* Takes the buffer. A shortcut is for packets or for buffers. */
GstFlowReturn sfu_shortcut_push_buffer (
    SfuShortcut *self, GstPad *src, GstBuffer *buffer);
void sfu_shortcut_clear (SfuShortcut *self);
/* What the next push will touch on the way, and own_size bytes of what the pad at
 * the end has behind GstPad. */
void sfu_shortcut_add_lines (
    const SfuShortcut *self, gsize own_size, SfuHotLines *lines);

G_END_DECLS
