/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/stopping.h"

struct Course {
  CourseBody body;
  CourseStopped stopped;
  gpointer data;
  GThread *thread;
  Course *caller; /* (nullable: the run itself) who let it run, and goes on after it */
  guint steps_left;
  gboolean may_stop, was_stopped, had_begun, is_over, result;
};

/* Whose turn it is: NULL is the run itself. */
static struct {
  GMutex mutex;
  GCond passed;
  Course *turn;
} baton;

/* The course @mine (nullable: the run itself) waits until it has the turn. Under the mutex. */
static void
await(const Course *mine)
{
  while (baton.turn != mine)
    g_cond_wait(&baton.passed, &baton.mutex);
}

static void
pass_to(Course *next)
{
  baton.turn = next;
  g_cond_broadcast(&baton.passed);
}

static gpointer
run(gpointer data)
{
  Course *course = data;
  g_mutex_lock(&baton.mutex);
  await(course);
  g_mutex_unlock(&baton.mutex);
  course->result = course->body(course->data);
  g_mutex_lock(&baton.mutex);
  course->is_over = TRUE;
  pass_to(course->caller);
  g_mutex_unlock(&baton.mutex);
  return NULL;
}

/* Lets @course run until it stops or ends. Whoever asks may be a course itself: it ends or resumes a broker.
 */
static void
let_run(Course *course)
{
  g_mutex_lock(&baton.mutex);
  Course *caller = baton.turn;
  course->caller = caller;
  pass_to(course);
  await(caller);
  g_mutex_unlock(&baton.mutex);
}

static void
end(Course *course)
{
  g_thread_join(course->thread);
  g_free(course);
}

gboolean
stopping_run(CourseBody body, guint steps, CourseStopped stopped, gpointer data, gboolean *ret_result)
{
  Course *course = g_new0(Course, 1);
  *course = (Course){.body = body, .stopped = stopped, .data = data, .steps_left = steps, .may_stop = TRUE};
  course->thread = g_thread_new("course", run, course);
  let_run(course);
  if (!course->is_over)
    return FALSE;
  *ret_result = course->result;
  end(course);
  return TRUE;
}

void
stopping_go_on(Course *course)
{
  let_run(course);
  g_assert_true(course->is_over);
  end(course);
}

void
stopping_point(void)
{
  Course *course = baton.turn; /* of whoever runs now */
  if (course == NULL || !course->may_stop)
    return;
  if (course->steps_left > 0) {
    course->steps_left--;
    course->had_begun = TRUE;
    return;
  }
  course->may_stop = FALSE;
  course->was_stopped = TRUE;
  course->stopped(course, course->data);
  g_mutex_lock(&baton.mutex);
  pass_to(course->caller);
  await(course);
  g_mutex_unlock(&baton.mutex);
}

gboolean
stopping_was_stopped(void)
{
  return baton.turn != NULL && baton.turn->was_stopped;
}

gboolean
stopping_was_stopped_within(void)
{
  return stopping_was_stopped() && baton.turn->had_begun;
}
