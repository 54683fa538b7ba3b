/* SPDX-License-Identifier: Apache-2.0 */
#include "client/display/transport.h"

#include <gio/gunixconnection.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/display/channel_pump.h"
#include "common/base/error.h"
#include "common/base/log.h"
#include "common/base/secret.h"

/* A direct way may be filtered: do not keep the user waiting for it when there is another. The last gets
 * longer. */
#define LIMIT_WITH_OTHERS_MS 3000
#define LIMIT_LAST_MS        12000

struct Transport {
  GThread *thread;
  GMainContext *worker; /* of the thread */
  GMainContext *owner;  /* where callbacks go */
  GMainLoop *loop;
  gboolean stopping; /* worker only */
  guint links;       /* worker only: those that still have something under way */
};

struct TransportLink {
  gatomicrefcount references;
  Transport *transport;
  GPtrArray *targets;
  guint first, tried;
  gboolean is_pinned;
  char *grant;
  /* owner's side */
  TransportListener listener;
  gpointer user_data;
  gboolean is_closed;
  /* worker's side */
  GCancellable *cancellable;
  ChannelPump *pump;
  GIOStream *local;
};

/* What a callback in the owner's context needs. */
typedef struct {
  TransportLink *link;
  int fd; /* -1: ended */
  guint target;
  GError *error;
} Report;

static void link_try(TransportLink *link);

static TransportLink *
link_ref(TransportLink *link)
{
  g_atomic_ref_count_inc(&link->references);
  return link;
}

static void
link_unref(gpointer data)
{
  TransportLink *link = data;
  if (!g_atomic_ref_count_dec(&link->references))
    return;
  g_ptr_array_unref(link->targets);
  secret_free(link->grant);
  g_object_unref(link->cancellable);
  g_free(link);
}

/* g_main_context_invoke() would run it at once where the caller happens to own the context. */
static void
run_in(GMainContext *context, GSourceFunc function, gpointer data, GDestroyNotify release)
{
  g_autoptr(GSource) source = g_idle_source_new();
  g_source_set_priority(source, G_PRIORITY_DEFAULT);
  g_source_set_callback(source, function, data, release);
  g_source_attach(source, context);
}

/* Owner's side */

static void
report_free(gpointer data)
{
  Report *report = data;
  if (report->fd >= 0)
    close(report->fd);
  g_clear_error(&report->error);
  link_unref(report->link);
  g_free(report);
}

static gboolean
deliver(gpointer data)
{
  Report *report = data;
  TransportLink *link = report->link;
  if (link->is_closed)
    return G_SOURCE_REMOVE;
  if (report->fd < 0)
    link->listener.ended(report->error, link->user_data);
  else
    link->listener.opened(g_steal_fd(&report->fd), report->target, link->user_data);
  return G_SOURCE_REMOVE;
}

/* Worker's side */

static void
tell(TransportLink *link, int fd, guint target, const GError *error)
{
  Report *report = g_new0(Report, 1);
  report->link = link_ref(link);
  report->fd = fd;
  report->target = target;
  report->error = error != NULL ? g_error_copy(error) : NULL;
  run_in(link->transport->owner, deliver, report, report_free);
}

static void
on_pump_ended(const GError *error, gpointer user_data)
{
  tell(user_data, -1, 0, error);
}

static guint
current_target(const TransportLink *link)
{
  return (link->first + link->tried) % link->targets->len;
}

static void
start_pump(TransportLink *link, GIOStream *remote)
{
  int ends[2];
  g_autoptr(GError) error = NULL;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
    error = g_error_new(CARAWAY_ERROR, CARAWAY_ERROR_INTERNAL, "cannot make a socket pair: %s",
                        g_strerror(errno));
    tell(link, -1, 0, error);
    return;
  }
  g_autoptr(GSocket) socket = g_socket_new_from_fd(ends[0], NULL);
  link->local = G_IO_STREAM(g_socket_connection_factory_create_connection(socket));
  link->pump = channel_pump_new(remote, link->local, on_pump_ended, link);
  tell(link, ends[1], current_target(link), NULL);
}

/* Whether another way in may work where this one failed with @error: the grant is not spent by these. */
static gboolean
may_try_next(const TransportLink *link, const GError *error)
{
  if (link->is_pinned || link->tried + 1 >= link->targets->len)
    return FALSE;
  return g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_UNREACHABLE) ||
         g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_TIMED_OUT) ||
         g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED) ||
         g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_HOST_GONE) ||
         g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_OVERLOADED);
}

static void
link_done(TransportLink *link)
{
  Transport *transport = link->transport;
  if (--transport->links == 0 && transport->stopping)
    g_main_loop_quit(transport->loop);
}

static void
on_connected(GObject *source, GAsyncResult *result, gpointer user_data)
{
  TransportLink *link = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GIOStream) remote = relay_connect_finish(result, &error);
  const RelayTarget *target = link->targets->pdata[current_target(link)];
  if (g_cancellable_is_cancelled(link->cancellable)) {
    log_debug("a channel was closed before it was open");
  } else if (remote != NULL) {
    start_pump(link, remote);
  } else if (may_try_next(link, error)) {
    log_info("no way in by the %s: %s", target->site, error->message);
    link->tried++;
    link_try(link);
  } else {
    tell(link, -1, 0, error);
  }
  link_done(link);
  link_unref(link);
}

static void
link_try(TransportLink *link)
{
  gboolean is_last = link->is_pinned || link->tried + 1 >= link->targets->len;
  link->transport->links++;
  relay_connect_async(link->targets->pdata[current_target(link)], link->grant,
                      is_last ? LIMIT_LAST_MS : LIMIT_WITH_OTHERS_MS, link->cancellable, on_connected,
                      link_ref(link));
}

static gboolean
link_start(gpointer data)
{
  TransportLink *link = data;
  if (!g_cancellable_is_cancelled(link->cancellable))
    link_try(link);
  return G_SOURCE_REMOVE;
}

static gboolean
link_stop(gpointer data)
{
  TransportLink *link = data;
  g_cancellable_cancel(link->cancellable);
  g_clear_pointer(&link->pump, channel_pump_free);
  g_clear_object(&link->local);
  return G_SOURCE_REMOVE;
}

TransportLink *
transport_open(Transport *transport, GPtrArray *targets, guint first, gboolean is_pinned, const char *grant,
               const TransportListener *listener, gpointer user_data)
{
  g_return_val_if_fail(first < targets->len, NULL);
  TransportLink *link = g_new0(TransportLink, 1);
  g_atomic_ref_count_init(&link->references);
  link->transport = transport;
  link->targets = g_ptr_array_ref(targets);
  link->first = first;
  link->is_pinned = is_pinned;
  link->grant = g_strdup(grant);
  link->listener = *listener;
  link->user_data = user_data;
  link->cancellable = g_cancellable_new();
  run_in(transport->worker, link_start, link_ref(link), link_unref);
  return link;
}

void
transport_link_close(TransportLink *link)
{
  if (link == NULL)
    return;
  link->is_closed = TRUE;
  run_in(link->transport->worker, link_stop, link, link_unref);
}

static gpointer
transport_main(gpointer data)
{
  Transport *transport = data;
  g_main_context_push_thread_default(transport->worker);
  g_main_loop_run(transport->loop);
  /* Cancelled reads and writes return once more. */
  while (g_main_context_iteration(transport->worker, FALSE))
    ;
  g_main_context_pop_thread_default(transport->worker);
  return NULL;
}

Transport *
transport_new(void)
{
  Transport *transport = g_new0(Transport, 1);
  transport->worker = g_main_context_new();
  transport->owner = g_main_context_ref_thread_default();
  transport->loop = g_main_loop_new(transport->worker, FALSE);
  transport->thread = g_thread_new("transport", transport_main, transport);
  return transport;
}

static gboolean
stop_worker(gpointer data)
{
  Transport *transport = data;
  transport->stopping = TRUE;
  if (transport->links == 0)
    g_main_loop_quit(transport->loop);
  return G_SOURCE_REMOVE;
}

void
transport_free(Transport *transport)
{
  if (transport == NULL)
    return;
  run_in(transport->worker, stop_worker, transport, NULL);
  g_thread_join(transport->thread);
  g_main_loop_unref(transport->loop);
  g_main_context_unref(transport->worker);
  g_main_context_unref(transport->owner);
  g_free(transport);
}
