/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/hostlink/boot_log_requests.h"

#define REQUESTS_MAX 64

typedef struct {
  char *host;
  char *text;
  gboolean done;
} BootLogRequest;

struct BootLogRequests {
  GMutex lock;
  GCond changed;
  GHashTable *by_number; /* gint64* -> BootLogRequest* */
  gint64 last_number;
};

static void
request_free(gpointer data)
{
  BootLogRequest *request = data;
  g_free(request->host);
  g_free(request->text);
  g_free(request);
}

BootLogRequests *
boot_log_requests_new(void)
{
  BootLogRequests *requests = g_new0(BootLogRequests, 1);
  g_mutex_init(&requests->lock);
  g_cond_init(&requests->changed);
  requests->by_number = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, request_free);
  return requests;
}

gint64
boot_log_requests_open(BootLogRequests *requests, const char *host)
{
  gint64 number = 0;
  g_mutex_lock(&requests->lock);
  if (g_hash_table_size(requests->by_number) < REQUESTS_MAX) {
    number = ++requests->last_number;
    BootLogRequest *request = g_new0(BootLogRequest, 1);
    request->host = g_strdup(host);
    g_hash_table_insert(requests->by_number, g_memdup2(&number, sizeof number), request);
  }
  g_mutex_unlock(&requests->lock);
  return number;
}

char *
boot_log_requests_wait(BootLogRequests *requests, gint64 number, guint limit_ms)
{
  gint64 deadline_us = g_get_monotonic_time() + (gint64)limit_ms * 1000;
  g_mutex_lock(&requests->lock);
  BootLogRequest *request = g_hash_table_lookup(requests->by_number, &number);
  while (!request->done && g_cond_wait_until(&requests->changed, &requests->lock, deadline_us))
    ;
  char *text = g_steal_pointer(&request->text);
  g_hash_table_remove(requests->by_number, &number);
  g_mutex_unlock(&requests->lock);
  return text;
}

void
boot_log_requests_answer(BootLogRequests *requests, const char *host, gint64 number, const char *text)
{
  g_mutex_lock(&requests->lock);
  BootLogRequest *request = g_hash_table_lookup(requests->by_number, &number);
  if (request != NULL && !request->done && g_str_equal(request->host, host)) {
    request->text = g_strdup(text);
    request->done = TRUE;
    g_cond_broadcast(&requests->changed);
  }
  g_mutex_unlock(&requests->lock);
}

void
boot_log_requests_fail(BootLogRequests *requests, const char *host)
{
  GHashTableIter iterator;
  gpointer value;
  g_mutex_lock(&requests->lock);
  g_hash_table_iter_init(&iterator, requests->by_number);
  while (g_hash_table_iter_next(&iterator, NULL, &value)) {
    BootLogRequest *request = value;
    if (host == NULL || g_str_equal(request->host, host))
      request->done = TRUE;
  }
  g_cond_broadcast(&requests->changed);
  g_mutex_unlock(&requests->lock);
}

void
boot_log_requests_free(BootLogRequests *requests)
{
  if (requests == NULL)
    return;
  g_hash_table_unref(requests->by_number);
  g_cond_clear(&requests->changed);
  g_mutex_clear(&requests->lock);
  g_free(requests);
}
