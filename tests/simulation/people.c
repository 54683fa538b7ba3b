/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/people.h"

#include "broker/service/connect/connect.h"
#include "broker/service/connect/console_access.h"
#include "broker/service/desktops/desktop_admin.h"
#include "broker/service/people/user_admin.h"
#include "broker/service/pools/pool_admin.h"
#include "broker/service/sessions/session_control.h"
#include "common/base/error.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/database_faults.h"
#include "tests/simulation/world_brokers.h"

#define GRANTS_KEPT 6

/* Notes how the call went: @answer when it was done and the answer arrived. Nobody waits for a broker that
 * was stopped. */
static gboolean
conclude(Broker *broker, guint call, Event answer, gboolean done, const GError *error, Manner manner)
{
  World *world = broker->world;
  gboolean waits = answer.kind == EVENT_GRANT || !stopping_was_stopped();
  gboolean arrives = !database_faults_is_dead() && !manner.drop_answer && waits;
  answer.call = call;
  if (!arrives)
    answer = (Event){.kind = EVENT_LOST, .call = call, .user = answer.user};
  else if (!done)
    answer =
        (Event){.kind = EVENT_REFUSED, .call = call, .user = answer.user, .text = error_stable_name(error)};
  world_note(world, answer);
  world_after(world, broker);
  return done && arrives;
}

static guint
ask(Broker *broker, Event question)
{
  world_before(broker->world, broker);
  question.call = world_next_call(broker->world);
  world_note(broker->world, question);
  return question.call;
}

static void
keep_grant(Person *person, Grant *grant)
{
  if (person->grants->len >= GRANTS_KEPT)
    g_ptr_array_remove_index(person->grants, 0);
  g_ptr_array_add(person->grants, grant);
}

/* How the call @asked for a console ended. A grant that comes late is used like any other; the host judges.
 */
static void
conclude_grant(Broker *broker, Person *person, guint asked, gboolean done, const GError *error, Manner manner)
{
  g_autoptr(Grant) grant = g_steal_pointer(&broker->signed_grant);
  Event answer = {.kind = EVENT_GRANT, .user = person->name};
  if (done)
    answer = (Event){.kind = EVENT_GRANT,
                     .user = person->name,
                     .key = grant->id,
                     .session = grant->session,
                     .desktop = grant->desktop,
                     .host = grant->host,
                     .text = grant->user,
                     .epoch = grant->epoch,
                     .number = stopping_was_stopped()};
  if (conclude(broker, asked, answer, done, error, manner))
    keep_grant(person, g_steal_pointer(&grant));
}

/* Every second one wants a console with it. */
static Session *
connect_one(Broker *broker, const Person *person, const char *key, Manner manner, ConsoleAccess **ret_access,
            GError **error)
{
  const ConnectOptions options = {.take_over = manner.take_over, .idempotency_key = key};
  const Caller *caller = person->devices[manner.device];
  if (broker->world->keys % 2 == 0)
    return connect_pool(broker->services, caller, WORLD_POOL, &options, error);
  return connect_and_open(broker->services, caller, WORLD_POOL, &options, VIEWER_NATIVE, ret_access, error);
}

/* Its database is away, and others may do what it does not hear of. */
static gboolean
answers_by_heart(Broker *broker)
{
  ServicesHealth health;
  services_health(broker->services, &health);
  return broker->world->broker_count > 1 && health.away_us > 0;
}

gboolean
people_connect(Broker *broker, Person *person, Manner manner)
{
  if (!manner.repeat || person->key == NULL) {
    g_free(person->key);
    person->key = g_strdup_printf("%s-%u", person->name, ++broker->world->keys);
  }
  g_autofree char *key = g_strdup(person->key); /* another request may be made before this one is done */
  guint call = ask(broker, (Event){.kind = EVENT_CONNECT,
                                   .user = person->name,
                                   .key = key,
                                   .pool = WORLD_POOL,
                                   .number = manner.take_over});
  g_autoptr(GError) error = NULL;
  g_autoptr(ConsoleAccess) access = NULL;
  g_autoptr(Session) session = connect_one(broker, person, key, manner, &access, &error);
  Event answer = {.kind = EVENT_SESSION, .user = person->name};
  if (session != NULL)
    answer = (Event){.kind = EVENT_SESSION,
                     .user = person->name,
                     .key = key,
                     .session = session->id,
                     .desktop = session->desktop_id,
                     .host = session->host,
                     .text = session->user_name,
                     .number = (gint64)session->state,
                     .wanted = answers_by_heart(broker)};
  gboolean answered = conclude(broker, call, answer, session != NULL, error, manner);
  person->wants_answer = !answered && error == NULL;
  if (answered) {
    g_free(person->session);
    person->session = g_strdup(session->id);
  }
  if (answered && access != NULL)
    conclude_grant(
        broker, person,
        ask(broker, (Event){.kind = EVENT_ASK_GRANT, .user = person->name, .session = session->id}), TRUE,
        NULL, manner);
  return answered;
}

void
people_log_off(Broker *broker, Person *person, Manner manner)
{
  g_autofree char *id = g_strdup(person->session);
  guint call = ask(broker, (Event){.kind = EVENT_LOG_OFF, .user = person->name, .session = id});
  g_autoptr(GError) error = NULL;
  g_autoptr(Session) session =
      session_control(broker->services, person->devices[manner.device], id, SESSION_CONTROL_LOG_OFF, &error);
  conclude(broker, call, (Event){.kind = EVENT_DONE, .user = person->name}, session != NULL, error, manner);
}

void
people_control(Broker *broker, Person *person, Manner manner)
{
  static const SessionControl controls[] = {SESSION_CONTROL_DISCONNECT, SESSION_CONTROL_RESTART,
                                            SESSION_CONTROL_RESET, SESSION_CONTROL_LOCK};
  static const char *const words[] = {"disconnect", "restart", "reset", "lock"};
  guint which = chance_below(G_N_ELEMENTS(controls));
  g_autofree char *id = g_strdup(person->session);
  guint call =
      ask(broker, (Event){.kind = EVENT_CONTROL, .user = person->name, .session = id, .text = words[which]});
  g_autoptr(GError) error = NULL;
  g_autoptr(Session) session =
      session_control(broker->services, person->devices[manner.device], id, controls[which], &error);
  conclude(broker, call, (Event){.kind = EVENT_DONE, .user = person->name}, session != NULL, error, manner);
}

void
people_ask_grant(Broker *broker, Person *person, Manner manner)
{
  g_autofree char *id = g_strdup(person->session);
  guint call = ask(broker, (Event){.kind = EVENT_ASK_GRANT, .user = person->name, .session = id});
  g_autoptr(GError) error = NULL;
  g_autoptr(ConsoleAccess) access = console_access_create(broker->services, person->devices[manner.device],
                                                          id, VIEWER_NATIVE, manner.take_over, &error);
  conclude_grant(broker, person, call, access != NULL, error, manner);
}

void
people_resize(Broker *broker, gint64 size, Manner manner)
{
  guint call = ask(broker, (Event){.kind = EVENT_RESIZE, .pool = WORLD_POOL, .number = size});
  PoolSettings settings = POOL_SETTINGS_NONE;
  settings.size = size;
  g_autoptr(GError) error = NULL;
  g_autoptr(PoolStatus) status =
      pool_admin_change(broker->services, broker->world->administrator, WORLD_POOL, &settings, 0, &error);
  conclude(broker, call, (Event){.kind = EVENT_DONE}, status != NULL, error, manner);
}

void
people_disable(Broker *broker, Person *person, gboolean disabled, Manner manner)
{
  guint call = ask(broker, (Event){.kind = disabled ? EVENT_DISABLE : EVENT_ENABLE, .user = person->name});
  person->is_out |= disabled;
  UserChange change = USER_CHANGE_NONE;
  change.disabled = disabled;
  g_autoptr(GError) error = NULL;
  g_autoptr(User) user =
      user_admin_change(broker->services, broker->world->administrator, person->name, &change, 0, &error);
  conclude(broker, call, (Event){.kind = EVENT_DONE, .user = person->name}, user != NULL, error, manner);
}

void
people_entitle(Broker *broker, Person *person, gboolean entitled, Manner manner)
{
  const Caller *administrator = broker->world->administrator;
  person->is_out |= !entitled;
  guint call = ask(
      broker,
      (Event){.kind = entitled ? EVENT_ENTITLE : EVENT_WITHDRAW, .user = person->name, .pool = WORLD_POOL});
  g_autoptr(GError) error = NULL;
  gboolean done = entitled ? pool_admin_entitle(broker->services, administrator, WORLD_POOL, ENTITLEMENT_USER,
                                                person->name, &error)
                           : pool_admin_withdraw(broker->services, administrator, WORLD_POOL,
                                                 ENTITLEMENT_USER, person->name, &error);
  conclude(broker, call, (Event){.kind = EVENT_DONE, .user = person->name}, done, error, manner);
}

void
people_delete_desktop(Broker *broker, Manner manner)
{
  const Page page = {.limit = PAGE_LIMIT_MAX};
  world_before(broker->world, broker);
  g_autoptr(GPtrArray) desktops = desktop_admin_list(broker->services, &page, NULL, NULL);
  world_after(broker->world, broker);
  if (desktops == NULL || desktops->len == 0 || broker->services == NULL)
    return;
  const Desktop *desktop = g_ptr_array_index(desktops, chance_below(desktops->len));
  guint call = ask(broker, (Event){.kind = EVENT_DELETE_DESKTOP, .desktop = desktop->id});
  g_autoptr(GError) error = NULL;
  gboolean done =
      desktop_admin_remove(broker->services, broker->world->administrator, desktop->id, TRUE, &error);
  conclude(broker, call, (Event){.kind = EVENT_DONE}, done, error, manner);
}
