/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-dtls-link.h. Each verb works on the connection under the lock,
 * collects what came of it, and delivers that after unlocking: datagrams first,
 * so that an alert is on its way before anybody hears of the failure and takes
 * the way down.
 *
 * Threads: see sfu-dtls-link.h. */
#include "sfu-dtls-link-private.h"

#include "sfu-certificate.h"

/* DTLS that comes before the start: a client's hello, doubled and in pieces. */
#define MAX_EARLY 16

/* What came of a verb. */
typedef struct {
  gpointer dec, enc; /* owned; NULL = gone */
  const SfuDtlsDecCallbacks *dec_callbacks;
  const SfuDtlsEncCallbacks *enc_callbacks;
  GQueue datagrams, messages; /* owned GBytes */
  gboolean peer_pem, key_set, state;
  gint64 timeout_us;
} News;

static GMutex links_lock;
static GHashTable *links; /* id -> SfuDtlsLink, borrowed; under links_lock */

/* ---- news ---- */

/* Keys are there before anybody hears that it is connected. */
static void
take_keys_locked (SfuDtlsLink *self, News *news)
{
  SfuSrtpKey out, in;

  self->suite = sfu_dtls_connection_get_srtp (self->connection, TRUE, &out);
  if (self->suite == SFU_SRTP_NONE)
    return;
  sfu_dtls_connection_get_srtp (self->connection, FALSE, &in);
  self->out = sfu_srtp_context_new (self->suite, &out, TRUE);
  self->in = sfu_srtp_context_new (self->suite, &in, FALSE);
  sfu_srtp_key_clear (&out);
  sfu_srtp_key_clear (&in);
  news->key_set = TRUE;
}

static void
set_state_locked (SfuDtlsLink *self, SfuDtlsConnectionState state, News *news)
{
  if (state == self->state)
    return;
  self->state = state;
  news->state = TRUE;
  if (state == SFU_DTLS_CONNECTION_CONNECTED && !self->out)
    take_keys_locked (self, news);
}

static void
collect_locked (SfuDtlsLink *self, News *news)
{
  const gchar *pem;
  GBytes *bytes;

  news->dec = g_weak_ref_get (&self->dec);
  news->enc = g_weak_ref_get (&self->enc);
  news->dec_callbacks = self->dec_callbacks;
  news->enc_callbacks = self->enc_callbacks;
  news->timeout_us = -1;
  if (!self->connection)
    return;
  while ((bytes = sfu_dtls_connection_pop_datagram (self->connection)))
    g_queue_push_tail (&news->datagrams, bytes);
  while ((bytes = sfu_dtls_connection_pop_message (self->connection)))
    g_queue_push_tail (&news->messages, bytes);
  self->drops.n[SFU_DROP_QUEUE_FULL] +=
      sfu_dtls_connection_take_lost (self->connection);
  pem = sfu_dtls_connection_get_peer_pem (self->connection);
  if (pem && !self->peer_pem) {
    self->peer_pem = g_strdup (pem);
    news->peer_pem = TRUE;
  }
  self->failure = sfu_dtls_connection_get_failure (self->connection);
  set_state_locked (
      self, sfu_dtls_connection_get_state (self->connection), news);
  news->timeout_us = sfu_dtls_connection_get_timeout_us (self->connection);
}

static void
give (GQueue *queue, gpointer owner, void (*func) (gpointer, GBytes *))
{
  GBytes *bytes;

  while ((bytes = g_queue_pop_head (queue))) {
    if (owner)
      func (owner, bytes);
    else
      g_bytes_unref (bytes);
  }
}

static void
deliver (SfuDtlsLink *self, News *news)
{
  SfuDeadline *deadline = g_atomic_pointer_get (&self->deadline);

  if (deadline)
    sfu_deadline_set (deadline,
        news->timeout_us < 0 ? SFU_DEADLINE_NEVER
                             : g_get_monotonic_time () + news->timeout_us);
  give (&news->datagrams, news->enc,
      news->enc ? news->enc_callbacks->datagram : NULL);
  if (news->dec && news->peer_pem)
    news->dec_callbacks->peer_pem (news->dec);
  if (news->enc && news->key_set)
    news->enc_callbacks->key_set (news->enc);
  if (news->enc && news->state)
    news->enc_callbacks->state (news->enc);
  give (&news->messages, news->dec,
      news->dec ? news->dec_callbacks->message : NULL);
  g_clear_object (&news->dec);
  g_clear_object (&news->enc);
}

static void
on_deadline (gpointer data)
{
  SfuDtlsLink *self = data;
  News news = { 0 };

  g_mutex_lock (&self->lock);
  if (self->connection)
    sfu_dtls_connection_handle_timeout (self->connection);
  collect_locked (self, &news);
  g_mutex_unlock (&self->lock);
  deliver (self, &news);
}

/* ---- life ---- */

SfuDtlsLink *
sfu_dtls_link_get (const gchar *id)
{
  SfuDtlsLink *self;

  g_mutex_lock (&links_lock);
  if (!links)
    links = g_hash_table_new (g_str_hash, g_str_equal);
  self = g_hash_table_lookup (links, id);
  if (self) {
    self->refs++;
  } else {
    self = g_new0 (SfuDtlsLink, 1);
    self->refs = 1;
    self->id = g_strdup (id);
    self->failure = "";
    g_mutex_init (&self->lock);
    g_weak_ref_init (&self->dec, NULL);
    g_weak_ref_init (&self->enc, NULL);
    g_hash_table_insert (links, self->id, self);
  }
  g_mutex_unlock (&links_lock);
  return self;
}

SfuDtlsLink *
sfu_dtls_link_ref (SfuDtlsLink *self)
{
  g_mutex_lock (&links_lock);
  self->refs++;
  g_mutex_unlock (&links_lock);
  return self;
}

static void
clear_keys (SfuDtlsLink *self)
{
  g_clear_pointer (&self->connection, sfu_dtls_connection_free);
  g_clear_pointer (&self->in, sfu_srtp_context_free);
  g_clear_pointer (&self->out, sfu_srtp_context_free);
  g_queue_clear_full (&self->early, (GDestroyNotify)g_bytes_unref);
}

void
sfu_dtls_link_unref (gpointer data)
{
  SfuDtlsLink *self = data;
  gboolean last;

  g_mutex_lock (&links_lock);
  last = --self->refs == 0;
  if (last)
    g_hash_table_remove (links, self->id);
  g_mutex_unlock (&links_lock);
  if (!last)
    return;
  sfu_deadline_free (self->deadline);
  g_clear_object (&self->loop);
  clear_keys (self);
  g_weak_ref_clear (&self->dec);
  g_weak_ref_clear (&self->enc);
  g_mutex_clear (&self->lock);
  g_strfreev (self->fingerprints);
  g_free (self->pem);
  g_free (self->peer_pem);
  g_free (self->id);
  g_free (self);
}

void
sfu_dtls_link_set_dec (
    SfuDtlsLink *self, const SfuDtlsDecCallbacks *callbacks, gpointer owner)
{
  g_mutex_lock (&self->lock);
  self->dec_callbacks = callbacks;
  g_weak_ref_set (&self->dec, owner);
  g_mutex_unlock (&self->lock);
}

void
sfu_dtls_link_set_enc (
    SfuDtlsLink *self, const SfuDtlsEncCallbacks *callbacks, gpointer owner)
{
  g_mutex_lock (&self->lock);
  self->enc_callbacks = callbacks;
  g_weak_ref_set (&self->enc, owner);
  g_mutex_unlock (&self->lock);
}

void
sfu_dtls_link_set_pem (SfuDtlsLink *self, const gchar *pem)
{
  g_mutex_lock (&self->lock);
  g_free (self->pem);
  self->pem = g_strdup (pem);
  g_mutex_unlock (&self->lock);
}

void
sfu_dtls_link_set_fingerprints (
    SfuDtlsLink *self, const gchar *const *fingerprints)
{
  g_mutex_lock (&self->lock);
  g_strfreev (self->fingerprints);
  self->fingerprints = g_strdupv ((gchar **)fingerprints);
  g_mutex_unlock (&self->lock);
}

/* ---- start and stop ---- */

static void
receive_early_locked (SfuDtlsLink *self)
{
  GBytes *bytes;

  while ((bytes = g_queue_pop_head (&self->early))) {
    gsize size;
    const guint8 *data = g_bytes_get_data (bytes, &size);

    sfu_dtls_connection_receive (self->connection, data, size);
    g_bytes_unref (bytes);
  }
}

static void
make_connection_locked (SfuDtlsLink *self, News *news)
{
  g_autoptr (SfuCertificate) own = sfu_certificate_get_default ();
  g_autoptr (GError) error = NULL;

  self->connection = sfu_dtls_connection_new (
      self->pem ? self->pem : sfu_certificate_get_pem (own), self->is_client,
      (const gchar *const *)self->fingerprints, &error);
  if (self->connection) {
    sfu_dtls_connection_start (self->connection);
    receive_early_locked (self);
  } else {
    self->failure = "unusable certificate";
    set_state_locked (self, SFU_DTLS_CONNECTION_FAILED, news);
  }
}

static void
start_on_loop (gpointer data, gpointer unused)
{
  SfuDtlsLink *self = data;
  News news = { 0 };

  g_mutex_lock (&self->lock);
  if (self->running && !self->connection)
    make_connection_locked (self, &news);
  collect_locked (self, &news);
  g_mutex_unlock (&self->lock);
  deliver (self, &news);
}

void
sfu_dtls_link_start (SfuDtlsLink *self, SfuMediaLoop *loop, gboolean is_client)
{
  gboolean before;

  g_mutex_lock (&self->lock);
  before = self->running;
  self->running = TRUE;
  self->is_client = is_client;
  g_mutex_unlock (&self->lock);
  if (before)
    return;
  if (!self->loop) {
    self->loop = g_object_ref (loop);
    g_atomic_pointer_set (
        &self->deadline, sfu_deadline_new (loop, on_deadline, self));
  }
  sfu_media_loop_invoke (
      self->loop, start_on_loop, sfu_dtls_link_ref (self), sfu_dtls_link_unref);
}

void
sfu_dtls_link_stop (SfuDtlsLink *self)
{
  News news = { 0 };

  g_mutex_lock (&self->lock);
  self->running = FALSE;
  if (self->connection)
    sfu_dtls_connection_close (self->connection);
  collect_locked (self, &news);
  clear_keys (self);
  g_clear_pointer (&self->peer_pem, g_free);
  self->state = SFU_DTLS_CONNECTION_NEW;
  self->suite = SFU_SRTP_NONE;
  g_mutex_unlock (&self->lock);
  /* Who stops it knows. */
  news.state = news.key_set = news.peer_pem = FALSE;
  deliver (self, &news);
}

/* ---- verbs ---- */

void
sfu_dtls_link_receive (SfuDtlsLink *self, const guint8 *data, gsize size)
{
  News news = { 0 };

  g_mutex_lock (&self->lock);
  if (self->connection)
    sfu_dtls_connection_receive (self->connection, data, size);
  else if (g_queue_get_length (&self->early) < MAX_EARLY)
    g_queue_push_tail (&self->early, g_bytes_new (data, size));
  else
    sfu_verdict_count (&self->drops, SFU_DROP_QUEUE_FULL);
  collect_locked (self, &news);
  g_mutex_unlock (&self->lock);
  deliver (self, &news);
}

void
sfu_dtls_link_send (SfuDtlsLink *self, const guint8 *data, gsize size)
{
  News news = { 0 };

  g_mutex_lock (&self->lock);
  if (!self->connection ||
      !sfu_dtls_connection_send (self->connection, data, size))
    sfu_verdict_count (&self->drops, SFU_DROP_NOT_AUTHENTICATED);
  collect_locked (self, &news);
  g_mutex_unlock (&self->lock);
  deliver (self, &news);
}

void
sfu_dtls_link_close (SfuDtlsLink *self)
{
  News news = { 0 };

  g_mutex_lock (&self->lock);
  if (self->connection)
    sfu_dtls_connection_close (self->connection);
  collect_locked (self, &news);
  g_mutex_unlock (&self->lock);
  deliver (self, &news);
}
