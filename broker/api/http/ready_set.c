/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/http/ready_set.h"

#include <glib-unix.h>
#include <unistd.h>

#define EVENTS_AT_ONCE 64

struct ReadySet {
  int epoll;
  GSource *source;
  GPtrArray *ended; /* watches that events at hand may still name */
};

struct ReadyWatch {
  ReadySet *set;
  int fd;
  guint32 events;
  ReadyFunc func; /* NULL when it was ended */
  gpointer user_data;
};

static gboolean
on_ready(int fd, GIOCondition condition, gpointer data)
{
  ReadySet *set = data;
  struct epoll_event events[EVENTS_AT_ONCE];
  int count = epoll_wait(fd, events, EVENTS_AT_ONCE, 0);
  for (int i = 0; i < count; i++) {
    ReadyWatch *watch = events[i].data.ptr;
    if (watch->func != NULL)
      watch->func(events[i].events, watch->user_data);
  }
  g_ptr_array_set_size(set->ended, 0);
  return G_SOURCE_CONTINUE;
}

ReadySet *
ready_set_new(GMainContext *context)
{
  ReadySet *set = g_new0(ReadySet, 1);
  set->epoll = epoll_create1(EPOLL_CLOEXEC);
  if (set->epoll < 0)
    g_error("epoll_create1: %s", g_strerror(errno));
  set->ended = g_ptr_array_new_with_free_func(g_free);
  set->source = g_unix_fd_source_new(set->epoll, G_IO_IN);
  g_source_set_callback(set->source, G_SOURCE_FUNC(on_ready), set, NULL);
  g_source_attach(set->source, context);
  return set;
}

ReadyWatch *
ready_set_add(ReadySet *set, int fd, guint32 events, ReadyFunc func, gpointer user_data)
{
  ReadyWatch *watch = g_new0(ReadyWatch, 1);
  *watch = (ReadyWatch){set, fd, events, func, user_data};
  struct epoll_event event = {.events = events, .data.ptr = watch};
  if (epoll_ctl(set->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
    g_clear_pointer(&watch, g_free);
  return watch;
}

void
ready_watch_set(ReadyWatch *watch, guint32 events)
{
  if (watch->events == events)
    return;
  watch->events = events;
  struct epoll_event event = {.events = events, .data.ptr = watch};
  (void)epoll_ctl(watch->set->epoll, EPOLL_CTL_MOD, watch->fd, &event);
}

void
ready_watch_free(ReadyWatch *watch)
{
  if (watch == NULL)
    return;
  (void)epoll_ctl(watch->set->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
  watch->func = NULL;
  g_ptr_array_add(watch->set->ended, watch);
}

void
ready_set_free(ReadySet *set)
{
  if (set == NULL)
    return;
  g_source_destroy(set->source);
  g_source_unref(set->source);
  g_ptr_array_unref(set->ended);
  close(set->epoll);
  g_free(set);
}
