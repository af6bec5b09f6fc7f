/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The branches of a tee, without the tee. To give one list to a hundred pads,
 * GStreamer's tee takes and drops two hundred references and more locks. While
 * behind it there is nothing but elements that only read the list, and nobody
 * watches, they are called one after the other instead; a branch of any other
 * kind (a recorder's queue), a probe, or an event that waits, and the list is
 * pushed. Like SfuShortcut, which see, and with the same way to turn it off.
 *
 * Threads: the one that pushed first; others push. clear while nobody pushes. */
#pragma once

#include <gst/gst.h>
#include "sfu-hot-lines.h"

G_BEGIN_DECLS

/* Reads the list, which goes on to others. The pad's element, which deactivates
 * the pad before it removes it. */
typedef GstFlowReturn (*SfuListFunc) (
    GstPad *pad, GstObject *parent, GstBufferList *list);

/* Adds what the function above will touch next time. */
typedef void (*SfuHotLinesFunc) (GstObject *parent, SfuHotLines *lines);

/* What a sink pad does with lists that it need not own; does not set its chain
 * functions. lines: may be NULL. */
void sfu_pad_set_list_function (
    GstPad *pad, SfuListFunc func, SfuHotLinesFunc lines);

typedef struct {
  GstPad *out, *in; /* owned: the tee's, and the one behind or NULL */
  SfuListFunc func;
  SfuHotLinesFunc lines;
} SfuBranch;

typedef struct {
  GThread *thread;  /* atomic: whose it is */
  GstPad *peer;     /* owned; of the pad that pushes; NULL: not looked yet */
  GstElement *tee;  /* owned; NULL: there is none */
  guint32 cookie;   /* of the tee's pads when we looked */
  GArray *branches; /* SfuBranch; NULL: they are not all of our kind */
  GArray *hot;      /* SfuHotLines of each branch, as they were last */
  guint given;      /* lists, to those branches */
} SfuBranches;

/* Takes the list. */
GstFlowReturn sfu_branches_push (
    SfuBranches *self, GstPad *src, GstBufferList *list);
void sfu_branches_clear (SfuBranches *self);

G_END_DECLS
