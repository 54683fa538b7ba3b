/* SPDX-License-Identifier: Apache-2.0 */
/* Fault 1: the broker is killed at any moment of assign, release and recycle. Guards I1, I2 and I4. */
#include "broker/service/connect/connect.h"

#include "broker/service/sessions/session_control.h"
#include "broker/service/sessions/session_list.h"
#include "tests/unit/service/service_fixture.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS       6
#define POOL_SIZE    3
#define USERS        4
#define ANSWERS_READ 5

typedef struct {
  char session[40];
  char user[16];
  gboolean ended;
} Answer;

/* In the child: connects and logs off in turn, and says what was acknowledged. */
static void
work_for_ever(ServiceFixture *fixture, GPtrArray *callers, guint seed, int pipe_end)
{
  g_autoptr(GRand) chance = g_rand_new_with_seed(seed);
  for (;;) {
    const Caller *caller = g_ptr_array_index(callers, g_rand_int(chance) % callers->len);
    g_autoptr(Session) session = service_fixture_connect(fixture, caller, NULL, NULL);
    if (session == NULL) {
      service_fixture_settle(fixture);
      continue;
    }
    Answer answer = {.ended = g_rand_boolean(chance)};
    g_autoptr(Session) after =
        answer.ended ? session_control(fixture->services, caller, session->id, SESSION_CONTROL_LOG_OFF, NULL)
                     : NULL;
    g_strlcpy(answer.session, session->id, sizeof answer.session);
    g_strlcpy(answer.user, caller->user_name, sizeof answer.user);
    if (write(pipe_end, &answer, sizeof answer) != sizeof answer)
      _exit(1);
    service_fixture_settle(fixture);
  }
}

/* Runs a child on the database until it acknowledged a few answers, and kills it in the middle of what it
 * does then. */
static GHashTable *
run_and_kill(ServiceFixture *fixture, GPtrArray *callers, guint seed)
{
  int ends[2];
  g_assert_cmpint(pipe(ends), ==, 0);
  g_clear_pointer(&fixture->services, services_free);
  pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    service_fixture_restart(fixture);
    service_fixture_host_hello(fixture);
    work_for_ever(fixture, callers, seed, ends[1]);
  }
  close(ends[1]);
  GHashTable *last = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  Answer answer;
  for (guint i = 0; i < ANSWERS_READ + seed % 7; i++)
    if (read(ends[0], &answer, sizeof answer) == sizeof answer)
      g_hash_table_replace(last, g_strdup(answer.user), g_memdup2(&answer, sizeof answer));
  kill(child, SIGKILL);
  g_assert_cmpint(waitpid(child, NULL, 0), ==, child);
  while (read(ends[0], &answer, sizeof answer) == sizeof answer)
    g_hash_table_replace(last, g_strdup(answer.user), g_memdup2(&answer, sizeof answer));
  close(ends[0]);
  return last;
}

/* A session that was ended stays ended; one that was given lives, unless a later, unacknowledged log-off came
 * through. */
static void
check_answers(ServiceFixture *fixture, GHashTable *last)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, last);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    const Answer *answer = value;
    g_autoptr(GError) error = NULL;
    g_autoptr(Session) session = session_list_get(fixture->services, fixture->admin, answer->session, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(session->user_name, ==, answer->user);
    if (answer->ended)
      g_assert_cmpint(session->state, ==, SESSION_ENDED);
    else if (session->state == SESSION_ENDED)
      g_assert_cmpstr(session->end_code, ==, "session-ended");
  }
}

static void
test_killed(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_autoptr(GPtrArray) callers = g_ptr_array_new_with_free_func((GDestroyNotify)caller_free);
  service_fixture_pool(fixture, POOL_SIZE, 1);
  for (guint i = 0; i < USERS; i++) {
    g_autofree char *name = g_strdup_printf("user%u", i);
    g_ptr_array_add(callers, service_fixture_user(fixture, name));
  }
  for (guint round = 0; round < ROUNDS; round++) {
    g_autoptr(GHashTable) last = run_and_kill(fixture, callers, (guint)g_test_rand_int_range(1, 1 << 20));
    service_fixture_restart(fixture);
    check_answers(fixture, last);
    service_fixture_check_invariants(fixture, POOL_SIZE);
    g_hash_table_remove_all(fixture->alive); /* what the child's host ran is not known here: all of it died */
    service_fixture_host_hello(fixture);
    service_fixture_settle(fixture);
    service_fixture_check_invariants(fixture, POOL_SIZE);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/crash/killed", test_killed);
  return g_test_run();
}
