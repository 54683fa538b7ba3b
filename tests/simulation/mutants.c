/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/mutants.h"

#include "broker/service/services_private.h"
#include "broker/store/broker_store.h"
#include "broker/store/host_store.h"
#include "tests/simulation/database_faults.h"
#include "tests/simulation/simulated_host.h"

#include <sqlite3.h>
#include <string.h>

static const Mutant mutants[] = {
    {.name = "epoch-not-raised",
     .about = "an assignment leaves the epoch as it was",
     .sql = "CREATE TRIGGER broken AFTER UPDATE OF counter ON desktop WHEN new.counter > old.counter BEGIN "
            "UPDATE desktop SET counter = old.counter WHERE id = new.id; END"},
    {.name = "key-forgotten",
     .about = "idempotency keys are not remembered",
     .sql = "CREATE TRIGGER broken AFTER INSERT ON idempotency_key BEGIN "
            "DELETE FROM idempotency_key WHERE account_id = new.account_id AND key = new.key; END"},
    {.name = "destroy-skipped",
     .about = "desktops are never told to go",
     .sql = "CREATE TRIGGER broken AFTER INSERT ON outbox WHEN new.kind = 'destroy' BEGIN "
            "DELETE FROM outbox WHERE id = new.id; END"},
    {.name = "forgotten-instead-of-destroyed",
     .about = "a desktop is forgotten when it should be destroyed",
     .sql = "CREATE TRIGGER broken AFTER UPDATE OF assignment ON desktop WHEN new.assignment = 'recycling' "
            "BEGIN "
            "DELETE FROM outbox WHERE desktop_id = new.id; DELETE FROM desktop WHERE id = new.id; END"},
    {.name = "cleaned-instead-of-destroyed",
     .about = "a used desktop goes back to the pool",
     .sql = "CREATE TRIGGER broken AFTER UPDATE OF assignment ON desktop WHEN new.assignment = 'recycling' "
            "AND old.assignment = 'assigned' BEGIN DELETE FROM outbox WHERE desktop_id = new.id AND kind = "
            "'destroy'; UPDATE desktop SET assignment = 'spare' WHERE id = new.id; END"},
    {.name = "create-lost",
     .about = "now and then a desktop is decided and nobody is told to make it",
     .sql = "CREATE TRIGGER broken AFTER INSERT ON outbox WHEN new.kind = 'create' AND new.id % 7 = 3 BEGIN "
            "DELETE FROM outbox WHERE id = new.id; END"},
    {.name = "sessions-forgotten-at-start",
     .about = "a broker that starts ends all sessions",
     .sql = "CREATE TRIGGER broken AFTER UPDATE ON setting WHEN new.name = 'term' BEGIN UPDATE session SET "
            "state = 'ended', end_code = 'internal', end_detail = '', ended_us = created_us WHERE state <> "
            "'ended'; END"},
    {.name = "size-ignored",
     .about = "a pool grows beyond its size",
     .sql = "CREATE TRIGGER broken AFTER UPDATE OF size ON pool BEGIN "
            "UPDATE pool SET size = size + 3 WHERE id = new.id; END"},
    {.name = "somebody-elses-session",
     .about = "a session is entered for another account",
     .sql =
         "DROP INDEX session_live_account; "
         "CREATE TRIGGER broken AFTER INSERT ON session BEGIN UPDATE session SET account_id = (SELECT "
         "account_id FROM session WHERE id <> new.id AND account_id <> new.account_id UNION SELECT "
         "new.account_id LIMIT 1), account_name = (SELECT account_name FROM session WHERE id <> new.id AND "
         "account_id <> new.account_id UNION SELECT new.account_name LIMIT 1) WHERE id = new.id; END"},
    {.name = "one-desktop-for-two",
     .about = "a second session is put on a desktop that has one",
     .sql = "DROP INDEX session_live_desktop; "
            "CREATE TRIGGER broken AFTER INSERT ON session BEGIN UPDATE session SET desktop_id = COALESCE("
            "(SELECT desktop_id FROM session WHERE id <> new.id AND state <> 'ended' LIMIT 1), desktop_id) "
            "WHERE id = new.id; END"},
    {.name = "stays-enabled",
     .about = "disabling an account does nothing",
     .sql = "CREATE TRIGGER broken AFTER UPDATE OF disabled ON account WHEN new.disabled <> 0 BEGIN "
            "UPDATE account SET disabled = 0 WHERE id = new.id; END"},
    {.name = "stays-entitled",
     .about = "taking a pool away does nothing",
     .sql = "CREATE TRIGGER broken AFTER DELETE ON entitlement BEGIN INSERT OR IGNORE INTO entitlement "
            "(pool_id, account_id, group_id) VALUES (old.pool_id, old.account_id, old.group_id); END"},
    {.name = "log-off-forgotten",
     .about = "who logged off is found signed in again",
     .sql = "CREATE TRIGGER broken AFTER UPDATE OF state ON session WHEN new.state = 'ended' AND "
            "new.end_code = 'session-ended' BEGIN UPDATE session SET state = 'disconnected' WHERE id = "
            "new.id; END"},
    {.name = "reply-before-commit", .about = "an answer is given before it is durable", .lies_one_in = 5},
    {.name = "made-on-two-hosts", .about = "a desktop is made on two hosts", .creates_twice = TRUE},
    {.name = "old-term-obeyed", .about = "hosts obey a broker that was replaced", .obeys_old_terms = TRUE},
    {.name = "old-link-believed",
     .about = "what a host said over a link that it gave up is taken",
     .believes_old_links = TRUE},
    {.name = "two-keepers", .about = "every broker keeps the pools", .all_keep = TRUE},
    {.name = "lease-not-taken-over",
     .about = "nobody keeps the pools after their keeper died",
     .sql = "CREATE TRIGGER broken AFTER UPDATE OF holder ON lease WHEN old.holder IS NOT NULL BEGIN "
            "UPDATE lease SET holder = old.holder WHERE name = new.name; END"},
    {.name = "old-hello-believed",
     .about = "a hello that came late undoes what happened since",
     .sql = "CREATE TRIGGER broken AFTER UPDATE OF said_us ON host BEGIN "
            "UPDATE host SET said_us = 0 WHERE name = new.name; END",
     .first_seed = 300},
    {NULL},
};

static const Mutant *current;
static const Services *acting;

gboolean __real_host_store_has_link(DbTransaction *transaction, const char *name, gint64 term,
                                    const char *instance, gboolean *ret_has, GError **error);
gboolean __wrap_host_store_has_link(DbTransaction *transaction, const char *name, gint64 term,
                                    const char *instance, gboolean *ret_has, GError **error);
char *__real_broker_store_holder(DbTransaction *transaction, const char *lease, GError **error);
char *__wrap_broker_store_holder(DbTransaction *transaction, const char *lease, GError **error);

const Mutant *
mutants_all(void)
{
  return mutants;
}

const Mutant *
mutants_find(const char *name)
{
  for (const Mutant *mutant = mutants; mutant->name != NULL; mutant++)
    if (g_str_equal(mutant->name, name))
      return mutant;
  return NULL;
}

void
mutants_apply(const Mutant *mutant, const char *template)
{
  current = mutant;
  database_faults_lie_about_commits(mutant != NULL ? mutant->lies_one_in : 0);
  if (mutant == NULL || mutant->sql == NULL)
    return;
  sqlite3 *handle = NULL;
  g_autofree char *message = NULL;
  if (sqlite3_open(template, &handle) != SQLITE_OK ||
      sqlite3_exec(handle, mutant->sql, NULL, NULL, NULL) != SQLITE_OK)
    g_error("the mutant %s cannot be made: %s", mutant->name, sqlite3_errmsg(handle));
  sqlite3_close(handle);
}

gboolean
mutants_deliver(Broker *broker, guint index, const char *text)
{
  SimulatedHost *other = broker->world->hosts[(index + 1) % WORLD_HOSTS];
  if (current != NULL && current->creates_twice && strstr(text, "\"create\"") != NULL)
    simulated_host_deliver(other, broker, text);
  return TRUE;
}

void
mutants_set_acting(const Services *services)
{
  acting = services;
}

gint64
mutants_highest_term(gint64 term)
{
  return current != NULL && current->obeys_old_terms ? 0 : term;
}

gboolean
__wrap_host_store_has_link(DbTransaction *transaction, const char *name, gint64 term, const char *instance,
                           gboolean *ret_has, GError **error)
{
  gboolean read = __real_host_store_has_link(transaction, name, term, instance, ret_has, error);
  if (read && current != NULL && current->believes_old_links)
    *ret_has = TRUE;
  return read;
}

char *
__wrap_broker_store_holder(DbTransaction *transaction, const char *lease, GError **error)
{
  if (current != NULL && current->all_keep && acting != NULL)
    return g_strdup(acting->instance);
  return __real_broker_store_holder(transaction, lease, error);
}
