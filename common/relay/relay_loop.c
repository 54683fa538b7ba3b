/* SPDX-License-Identifier: Apache-2.0 */
#include "common/relay/relay_loop.h"

#include "common/relay/relay_connection.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS_PER_TURN  64
#define ACCEPTS_PER_TURN 16
#define TICK_MS          250 /* how exactly limits are kept */

struct RelayLoop {
  gatomicrefcount references;
  RelayShared *shared; /* valid while the thread runs */
  GThread *thread;
  int epoll_fd, wake_fd, listen_fd;
  guint index, count;
  guint64 accepted;
  GHashTable *connections; /* guint64 id -> RelayConnection */
  GPtrArray *again;        /* connections that have more to do than one turn allows */
  gint64 next_tick_us;
  gboolean is_listening; /* at this moment */
  gboolean stopping;
  GMutex mutex; /* guards what follows */
  GQueue tasks;
  gboolean has_ended, must_stop, must_not_listen;
};

RelayLoop *
relay_loop_ref(RelayLoop *loop)
{
  g_atomic_ref_count_inc(&loop->references);
  return loop;
}

void
relay_loop_unref(RelayLoop *loop)
{
  if (!g_atomic_ref_count_dec(&loop->references))
    return;
  close(loop->epoll_fd);
  close(loop->wake_fd);
  g_hash_table_unref(loop->connections);
  g_ptr_array_unref(loop->again);
  g_mutex_clear(&loop->mutex);
  g_free(loop);
}

RelayShared *
relay_loop_shared(RelayLoop *loop)
{
  return loop->shared;
}

static void
set_listening(RelayLoop *loop, gboolean listening)
{
  struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = &loop->listen_fd};
  if (listening == loop->is_listening)
    return;
  epoll_ctl(loop->epoll_fd, listening ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, loop->listen_fd, &event);
  loop->is_listening = listening;
}

RelayLoop *
relay_loop_new(RelayShared *shared, int listen_fd, guint index, guint count)
{
  RelayLoop *loop = g_new0(RelayLoop, 1);
  g_atomic_ref_count_init(&loop->references);
  loop->shared = shared;
  loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  loop->listen_fd = listen_fd;
  loop->index = index;
  loop->count = count;
  loop->connections = g_hash_table_new(g_int64_hash, g_int64_equal);
  loop->again = g_ptr_array_new();
  g_mutex_init(&loop->mutex);
  g_queue_init(&loop->tasks);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = &loop->wake_fd};
  epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, loop->wake_fd, &event);
  set_listening(loop, TRUE);
  return loop;
}

void
relay_loop_watch(RelayLoop *loop, int fd, RelayConnection *connection)
{
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = connection};
  epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

/* Runs @connection and keeps the books: it may be at its end, or want another turn. */
static void
run_connection(RelayLoop *loop, RelayConnection *connection)
{
  switch (relay_connection_run(connection)) {
  case RELAY_RUN_IDLE:
    break;
  case RELAY_RUN_AGAIN:
    if (!g_ptr_array_find(loop->again, connection, NULL))
      g_ptr_array_add(loop->again, connection);
    break;
  case RELAY_RUN_OVER:
    g_ptr_array_remove_fast(loop->again, connection);
    g_hash_table_remove(loop->connections, relay_connection_id(connection));
    relay_connection_free(connection);
    relay_counter_add(&loop->shared->active, (guint64)-1);
    break;
  }
}

static void
adopt(RelayLoop *loop, int fd, const struct sockaddr_storage *address)
{
  guint64 id = ++loop->accepted * loop->count + loop->index;
  relay_counter_add(&loop->shared->accepted, 1);
  if (atomic_load(&loop->shared->active) >= loop->shared->max_connections) {
    relay_counter_add(&loop->shared->over_limit, 1);
    close(fd);
    return;
  }
  guint64 crowd_key = relay_crowd_key(address);
  if (!relay_crowd_enter(loop->shared->crowd, crowd_key)) {
    relay_counter_add(&loop->shared->over_address_limit, 1);
    close(fd);
    return;
  }
  relay_counter_add(&loop->shared->active, 1);
  RelayConnection *connection = relay_connection_new(loop, id, fd, address, crowd_key);
  g_hash_table_insert(loop->connections, (gpointer)relay_connection_id(connection), connection);
  run_connection(loop, connection);
}

static void
accept_some(RelayLoop *loop)
{
  for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    int fd = accept4(loop->listen_fd, (struct sockaddr *)&address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0)
      adopt(loop, fd, &address);
    else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
      set_listening(loop, FALSE); /* until the next tick: an unaccepted connection would wake us for ever */
    if (fd < 0)
      return;
  }
}

static void
run_tasks(RelayLoop *loop)
{
  guint64 ignored;
  (void)!read(loop->wake_fd, &ignored, sizeof ignored);
  for (;;) {
    g_mutex_lock(&loop->mutex);
    RelayTask *task = g_queue_pop_head(&loop->tasks);
    loop->stopping = loop->must_stop;
    gboolean must_not_listen = loop->must_not_listen;
    g_mutex_unlock(&loop->mutex);
    if (must_not_listen)
      set_listening(loop, FALSE);
    if (task == NULL)
      return;
    RelayConnection *connection = g_hash_table_lookup(loop->connections, &task->connection);
    task->run(task, connection, loop->shared);
    if (connection != NULL)
      run_connection(loop, connection);
  }
}

static void
run_tick(RelayLoop *loop, gint64 now_us)
{
  loop->next_tick_us = now_us + TICK_MS * 1000;
  g_mutex_lock(&loop->mutex);
  gboolean may_listen = !loop->must_not_listen;
  g_mutex_unlock(&loop->mutex);
  if (may_listen)
    set_listening(loop, TRUE);
  g_autoptr(GPtrArray) late = g_ptr_array_new();
  GHashTableIter iter;
  gpointer connection;
  g_hash_table_iter_init(&iter, loop->connections);
  while (g_hash_table_iter_next(&iter, NULL, &connection))
    if (relay_connection_is_late(connection, now_us) || relay_connection_wants_ticks(connection))
      g_ptr_array_add(late, connection);
  for (guint i = 0; i < late->len; i++) {
    if (relay_connection_is_late(late->pdata[i], now_us))
      relay_connection_expire(late->pdata[i]);
    run_connection(loop, late->pdata[i]);
  }
}

static void
run_again(RelayLoop *loop)
{
  g_autoptr(GPtrArray) again = loop->again;
  loop->again = g_ptr_array_new();
  for (guint i = 0; i < again->len; i++)
    run_connection(loop, again->pdata[i]);
}

/* A connection that ends in this turn may be named once more by its other end: so each is run once, and
 * tasks, which may end others, come last. */
static void
run_events(RelayLoop *loop, const struct epoll_event *events, int count)
{
  gboolean is_woken = FALSE;
  g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
  for (int i = 0; i < count; i++) {
    gpointer what = events[i].data.ptr;
    if (what == &loop->wake_fd)
      is_woken = TRUE;
    else if (what == &loop->listen_fd)
      accept_some(loop);
    else if (g_hash_table_add(seen, what)) /* once, though both its ends may be in the list */
      run_connection(loop, what);
  }
  if (is_woken)
    run_tasks(loop);
}

static gpointer
loop_main(gpointer user_data)
{
  RelayLoop *loop = user_data;
  struct epoll_event events[EVENTS_PER_TURN];
  while (!loop->stopping) {
    int timeout_ms = loop->again->len > 0 ? 0 : TICK_MS;
    int count = epoll_wait(loop->epoll_fd, events, EVENTS_PER_TURN, timeout_ms);
    run_events(loop, events, MAX(count, 0));
    run_again(loop);
    gint64 now_us = g_get_monotonic_time();
    if (now_us >= loop->next_tick_us)
      run_tick(loop, now_us);
  }
  GHashTableIter iter;
  gpointer connection;
  g_hash_table_iter_init(&iter, loop->connections);
  while (g_hash_table_iter_next(&iter, NULL, &connection)) {
    g_hash_table_iter_remove(&iter);
    relay_connection_free(connection);
  }
  return NULL;
}

void
relay_loop_start(RelayLoop *loop)
{
  loop->thread = g_thread_new("console", loop_main, loop);
}

static void
wake(RelayLoop *loop)
{
  guint64 one = 1;
  (void)!write(loop->wake_fd, &one, sizeof one);
}

void
relay_loop_post(RelayLoop *loop, RelayTask *task)
{
  g_mutex_lock(&loop->mutex);
  gboolean has_ended = loop->has_ended;
  if (!has_ended)
    g_queue_push_tail(&loop->tasks, task);
  g_mutex_unlock(&loop->mutex);
  if (has_ended)
    task->run(task, NULL, NULL);
  else
    wake(loop);
}

void
relay_loop_stop_listening(RelayLoop *loop)
{
  g_mutex_lock(&loop->mutex);
  loop->must_not_listen = TRUE;
  g_mutex_unlock(&loop->mutex);
  wake(loop);
}

void
relay_loop_stop(RelayLoop *loop)
{
  g_mutex_lock(&loop->mutex);
  loop->must_stop = loop->has_ended = TRUE;
  g_mutex_unlock(&loop->mutex);
  wake(loop);
  g_thread_join(loop->thread);
  for (RelayTask *task; (task = g_queue_pop_head(&loop->tasks)) != NULL;)
    task->run(task, NULL, NULL);
}
