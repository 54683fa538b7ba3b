/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/ldap/ldap_deadline.h"

#include <sys/socket.h>

struct LdapTimer {
  GMutex mutex;
  GCond changed;
  GPtrArray *deadlines; /* of LdapDeadline, borrowed */
  gboolean ends;
  GThread *thread;
};

struct LdapDeadline {
  LdapTimer *timer;
  GCancellable *cancellable;
  gint64 at_us;
  int fd;
  gboolean passed;
};

/* Cuts what is over; when the next one is, 0 for none. */
static gint64
cut_passed(LdapTimer *timer, gint64 now_us, GPtrArray *cancellables)
{
  gint64 next_us = 0;
  for (guint i = 0; i < timer->deadlines->len; i++) {
    LdapDeadline *deadline = g_ptr_array_index(timer->deadlines, i);
    if (deadline->passed)
      continue;
    if (now_us < deadline->at_us) {
      next_us = next_us == 0 ? deadline->at_us : MIN(next_us, deadline->at_us);
      continue;
    }
    deadline->passed = TRUE;
    g_ptr_array_add(cancellables, g_object_ref(deadline->cancellable));
    if (deadline->fd >= 0)
      (void)shutdown(deadline->fd, SHUT_RDWR);
  }
  return next_us;
}

static gpointer
run(gpointer data)
{
  LdapTimer *timer = data;
  g_mutex_lock(&timer->mutex);
  while (!timer->ends) {
    g_autoptr(GPtrArray) cancellables = g_ptr_array_new_with_free_func(g_object_unref);
    gint64 next_us = cut_passed(timer, g_get_monotonic_time(), cancellables);
    if (cancellables->len > 0) { /* handlers of it may take locks of their own */
      g_mutex_unlock(&timer->mutex);
      g_ptr_array_foreach(cancellables, (GFunc)(GCallback)g_cancellable_cancel, NULL);
      g_mutex_lock(&timer->mutex);
    } else if (next_us == 0) {
      g_cond_wait(&timer->changed, &timer->mutex);
    } else {
      (void)g_cond_wait_until(&timer->changed, &timer->mutex, next_us);
    }
  }
  g_mutex_unlock(&timer->mutex);
  return NULL;
}

LdapTimer *
ldap_timer_new(void)
{
  LdapTimer *timer = g_new0(LdapTimer, 1);
  g_mutex_init(&timer->mutex);
  g_cond_init(&timer->changed);
  timer->deadlines = g_ptr_array_new();
  timer->thread = g_thread_new("directory-timer", run, timer);
  return timer;
}

LdapDeadline *
ldap_deadline_new(LdapTimer *timer, guint limit_ms)
{
  LdapDeadline *deadline = g_new0(LdapDeadline, 1);
  deadline->timer = timer;
  deadline->cancellable = g_cancellable_new();
  deadline->fd = -1;
  deadline->at_us = g_get_monotonic_time() + (gint64)limit_ms * 1000;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&timer->mutex);
  g_ptr_array_add(timer->deadlines, deadline);
  g_cond_signal(&timer->changed);
  return deadline;
}

LdapDeadline *
ldap_deadline_new_within(LdapDeadline *whole, guint limit_ms)
{
  return ldap_deadline_new(whole->timer, MIN(limit_ms, ldap_deadline_left_ms(whole)));
}

GCancellable *
ldap_deadline_cancellable(LdapDeadline *deadline)
{
  return deadline->cancellable;
}

void
ldap_deadline_watch(LdapDeadline *deadline, int fd)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&deadline->timer->mutex);
  deadline->fd = fd;
  if (deadline->passed && fd >= 0)
    (void)shutdown(fd, SHUT_RDWR);
}

guint
ldap_deadline_left_ms(LdapDeadline *deadline)
{
  gint64 left_us = deadline->at_us - g_get_monotonic_time();
  return left_us > 0 ? (guint)(left_us / 1000) + 1 : 0;
}

void
ldap_deadline_free(LdapDeadline *deadline)
{
  if (deadline == NULL)
    return;
  g_mutex_lock(&deadline->timer->mutex);
  g_ptr_array_remove_fast(deadline->timer->deadlines, deadline);
  g_mutex_unlock(&deadline->timer->mutex);
  g_object_unref(deadline->cancellable);
  g_free(deadline);
}

void
ldap_timer_free(LdapTimer *timer)
{
  if (timer == NULL)
    return;
  g_mutex_lock(&timer->mutex);
  timer->ends = TRUE;
  g_cond_signal(&timer->changed);
  g_mutex_unlock(&timer->mutex);
  g_thread_join(timer->thread);
  g_ptr_array_unref(timer->deadlines);
  g_mutex_clear(&timer->mutex);
  g_cond_clear(&timer->changed);
  g_free(timer);
}
