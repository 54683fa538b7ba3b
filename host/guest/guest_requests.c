/* SPDX-License-Identifier: Apache-2.0 */
#include "host/guest/guest_requests.h"

#include "common/base/error.h"

#define LIMIT_MS 10000

struct GuestRequests {
  GHashTable *waiting; /* gint64 number -> Request */
  gint64 last_number;
};

typedef struct {
  GuestRequests *requests;
  gint64 number;
  GuestPortDone done;
  gpointer user_data;
  guint limit_source;
} Request;

GuestRequests *
guest_requests_new(void)
{
  GuestRequests *requests = g_new0(GuestRequests, 1);
  requests->waiting = g_hash_table_new(g_int64_hash, g_int64_equal);
  return requests;
}

/* Takes @request out of the table first: its callback may add another. */
static void
end_request(Request *request, int code, const char *message)
{
  g_autoptr(GError) error = message != NULL ? g_error_new_literal(CARAWAY_ERROR, code, message) : NULL;
  g_hash_table_remove(request->requests->waiting, &request->number);
  g_source_remove(request->limit_source);
  request->done(error, request->user_data);
  g_free(request);
}

static gboolean
on_limit(gpointer data)
{
  end_request(data, CARAWAY_ERROR_TIMED_OUT, "The desktop's agent did not answer within 10 seconds.");
  return G_SOURCE_CONTINUE; /* removed by end_request() */
}

gint64
guest_requests_add(GuestRequests *requests, GuestPortDone done, gpointer user_data)
{
  Request *request = g_new0(Request, 1);
  request->requests = requests;
  request->number = ++requests->last_number;
  request->done = done;
  request->user_data = user_data;
  request->limit_source = g_timeout_add(LIMIT_MS, on_limit, request);
  g_hash_table_insert(requests->waiting, &request->number, request);
  return request->number;
}

void
guest_requests_answer(GuestRequests *requests, gint64 number, gboolean is_ok, const char *detail)
{
  Request *request = g_hash_table_lookup(requests->waiting, &number);
  if (request == NULL)
    return;
  if (is_ok)
    end_request(request, 0, NULL);
  else
    end_request(request, CARAWAY_ERROR_CONFLICT, detail != NULL ? detail : "The desktop could not do it.");
}

void
guest_requests_free(GuestRequests *requests)
{
  if (requests == NULL)
    return;
  g_autoptr(GList) waiting = g_hash_table_get_values(requests->waiting);
  for (GList *item = waiting; item != NULL; item = item->next)
    end_request(item->data, CARAWAY_ERROR_NOT_READY, "The desktop went away.");
  g_hash_table_unref(requests->waiting);
  g_free(requests);
}
