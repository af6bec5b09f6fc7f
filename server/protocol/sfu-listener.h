/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A TCP port on which HTTP is spoken. libsoup listens by itself, too, but a
 * listener of its that once gets no descriptor for a new connection (EMFILE)
 * never accepts another one. This one keeps some in reserve: whoever comes when
 * only those are left is told so with 503 and hung up on, and everything that is
 * there goes on.
 *
 * Threads: the server's one thread. */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct _SfuListener SfuListener;

/* soup is borrowed and gets the connections. certificate: for https; NULL =
 * http. Listens at once. */
SfuListener *sfu_listener_new (SoupServer *soup, GSocketAddress *address,
    GTlsCertificate *certificate, GError **error);
/* For connections from now on; of https alone. */
void sfu_listener_set_certificate (
    SfuListener *self, GTlsCertificate *certificate);
/* Closes the port; connections stay. NULL safe. */
void sfu_listener_free (SfuListener *self);
guint16 sfu_listener_get_port (SfuListener *self);

/* The socket of a message, whether it came here or to a listener of libsoup's.
 * Borrowed. */
GSocket *sfu_listener_socket_of (SoupServerMessage *message);

G_END_DECLS
