/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-router-children.h. The pads come behind the elements of the bin.
 *
 * Threads: any. */
#include "sfu-router-children.h"

/* What GstBin does for its elements. */
static GstChildProxyInterface *
bin_iface (GstChildProxy *proxy)
{
  return g_type_interface_peek_parent (GST_CHILD_PROXY_GET_INTERFACE (proxy));
}

static guint
get_children_count (GstChildProxy *proxy)
{
  guint elements = bin_iface (proxy)->get_children_count (proxy);
  guint pads;

  GST_OBJECT_LOCK (proxy);
  pads = GST_ELEMENT (proxy)->numpads;
  GST_OBJECT_UNLOCK (proxy);
  return elements + pads;
}

static GObject *
get_child_by_index (GstChildProxy *proxy, guint index)
{
  guint elements = bin_iface (proxy)->get_children_count (proxy);
  GObject *pad;

  if (index < elements)
    return bin_iface (proxy)->get_child_by_index (proxy, index);
  GST_OBJECT_LOCK (proxy);
  pad = g_list_nth_data (GST_ELEMENT (proxy)->pads, index - elements);
  if (pad)
    g_object_ref (pad);
  GST_OBJECT_UNLOCK (proxy);
  return pad;
}

static GObject *
get_child_by_name (GstChildProxy *proxy, const gchar *name)
{
  GstPad *pad = gst_element_get_static_pad (GST_ELEMENT (proxy), name);

  return pad ? G_OBJECT (pad)
             : bin_iface (proxy)->get_child_by_name (proxy, name);
}

void
sfu_router_children_init (gpointer iface, gpointer data)
{
  GstChildProxyInterface *children = iface;

  children->get_children_count = get_children_count;
  children->get_child_by_index = get_child_by_index;
  children->get_child_by_name = get_child_by_name;
}
