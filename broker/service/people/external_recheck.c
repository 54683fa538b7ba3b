/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/people/external_recheck.h"

#include "broker/service/people/external_account.h"
#include "broker/service/services_private.h"
#include "broker/service/work.h"
#include "broker/store/external_account_store.h"
#include "common/base/error.h"
#include "common/base/log.h"

#include <string.h>

#define AT_ONCE      100
#define PAUSE_US     (5 * SECOND_US)
#define FAILURES_MAX 3 /* in a row: it is the directory, and not these accounts */

/* Where the looks at one directory are; of who runs them. */
typedef struct {
  gint64 due_us;  /* when it is looked at next */
  char *after;    /* id of the account that was looked up last; "": all were */
  guint failures; /* in a row */
} Round;

struct ExternalRecheck {
  Services *services;
  GHashTable *rounds; /* Authenticator → Round */
  GThread *thread;    /* nullable */
  GMutex mutex;
  GCond wake;
  gboolean stops;
};

static void
round_free(Round *round)
{
  g_free(round->after);
  g_free(round);
}

ExternalRecheck *
external_recheck_new(Services *services)
{
  ExternalRecheck *recheck = g_new0(ExternalRecheck, 1);
  recheck->services = services;
  recheck->rounds = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)round_free);
  g_mutex_init(&recheck->mutex);
  g_cond_init(&recheck->wake);
  return recheck;
}

static gboolean
is_stopping(ExternalRecheck *recheck)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&recheck->mutex);
  return recheck->stops;
}

static gboolean
wants(const Authenticator *authenticator)
{
  return authenticator->recheck_s > 0 && authenticator->look_up != NULL;
}

/* The round that is due, or NULL. The first one is a whole time after the start: who signs in is looked at
 * then anyway. */
static Round *
due_round(ExternalRecheck *recheck, const Authenticator *authenticator, gint64 now_us)
{
  Round *round = g_hash_table_lookup(recheck->rounds, authenticator);
  gboolean is_first = round == NULL;
  if (!is_first && now_us < round->due_us)
    return NULL;
  if (is_first) {
    round = g_new0(Round, 1);
    round->after = g_strdup("");
    g_hash_table_insert(recheck->rounds, (gpointer)authenticator, round);
  }
  round->due_us = now_us + authenticator->recheck_s * SECOND_US;
  round->failures = 0;
  return is_first ? NULL : round;
}

/* What the account is called there may be taken here meanwhile: that is for people to settle. */
static gboolean
apply(Services *services, const Authenticator *authenticator, const ExternalAccountRow *row,
      AuthenticatorFinding finding, const ExternalIdentity *identity, GError **error)
{
  g_autofree char *reason =
      g_strdup_printf(finding == AUTHENTICATOR_GONE ? "%s does not know this account any more."
                                                    : "%s has closed this account.",
                      authenticator->name);
  if (finding != AUTHENTICATOR_PRESENT)
    return external_account_close(services, authenticator->name, row->external_id, reason, error);
  g_autoptr(GError) problem = NULL;
  g_autoptr(User) user = external_account_accept(services, identity, "", &problem);
  if (user != NULL)
    return TRUE;
  if (g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT) ||
      g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_INVALID) ||
      g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_BAD_CREDENTIALS)) {
    log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.user = row->name, .code = error_stable_name(problem)),
              "An account does not follow %s: %s", authenticator->name, problem->message);
    return TRUE;
  }
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}

static gboolean
look_again(Services *services, Authenticator *authenticator, const ExternalAccountRow *row, GError **error)
{
  AuthenticatorFinding finding = AUTHENTICATOR_PRESENT;
  g_autoptr(ExternalIdentity) identity = NULL;
  GError *problem = NULL;
  if (authenticator->look_up(authenticator, row->external_id, &finding, &identity, &problem))
    return apply(services, authenticator, row, finding, identity, error);
  if (g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_INVALID)) { /* of this entry alone */
    log_warning("An account does not follow %s: %s", authenticator->name, problem->message);
    g_error_free(problem);
    return TRUE;
  }
  g_propagate_error(error, problem);
  return FALSE;
}

static GPtrArray *
read_present(Services *services, const char *name, const char *after, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  return work != NULL ? external_account_store_present(work->transaction, name, after, AT_ONCE, error) : NULL;
}

static gboolean
is_away(const GError *problem)
{
  return g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_DIRECTORY_AWAY) ||
         g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_OVERLOADED);
}

/* One account that cannot be looked up (an answer too large, groups without end) keeps nobody else from it.
 */
static gboolean
take_turn(Services *services, Authenticator *authenticator, const ExternalAccountRow *row, Round *round,
          GError **error)
{
  GError *problem = NULL;
  g_free(round->after);
  round->after = g_strdup(row->id);
  if (look_again(services, authenticator, row, &problem)) {
    round->failures = 0;
    return TRUE;
  }
  if (!is_away(problem) || ++round->failures >= FAILURES_MAX) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.user = row->name, .code = error_stable_name(problem)),
            "An account of %s could not be looked up: %s", authenticator->name, problem->message);
  g_error_free(problem);
  return TRUE;
}

/* Those behind where @round is, up to and with @last (nullable: to the end). */
static gboolean
look_on(ExternalRecheck *recheck, Authenticator *authenticator, Round *round, const char *last,
        GError **error)
{
  for (;;) {
    g_autoptr(GPtrArray) rows = read_present(recheck->services, authenticator->name, round->after, error);
    if (rows == NULL)
      return FALSE;
    for (guint i = 0; i < rows->len; i++) {
      const ExternalAccountRow *row = g_ptr_array_index(rows, i);
      if (is_stopping(recheck) || (last != NULL && strcmp(row->id, last) > 0))
        return TRUE;
      if (!take_turn(recheck->services, authenticator, row, round, error))
        return is_stopping(recheck);
    }
    if (rows->len < AT_ONCE)
      return TRUE;
  }
}

/* All who are present and come from @authenticator, as long as it answers: from where the round before gave
 * up to the end, and then those before. */
static gboolean
look_at_all(ExternalRecheck *recheck, Authenticator *authenticator, Round *round, GError **error)
{
  g_autofree char *start = g_strdup(round->after);
  if (!look_on(recheck, authenticator, round, NULL, error))
    return FALSE;
  g_free(round->after);
  round->after = g_strdup("");
  if (*start != '\0' && !look_on(recheck, authenticator, round, start, error))
    return FALSE;
  g_free(round->after);
  round->after = g_strdup("");
  return TRUE;
}

/* FALSE: it is not the directory that failed. */
static gboolean
look_at(ExternalRecheck *recheck, Authenticator *authenticator, Round *round, GError **error)
{
  GError *problem = NULL;
  if (look_at_all(recheck, authenticator, round, &problem))
    return TRUE;
  if (!is_away(problem)) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.code = error_stable_name(problem)),
            "Who is signed in by %s stays so till it can be asked again: %s", authenticator->name,
            problem->message);
  g_error_free(problem);
  return TRUE;
}

gboolean
external_recheck_run(ExternalRecheck *recheck, gint64 now_us, GError **error)
{
  const AuthenticatorFolder *folder = recheck->services->directories;
  if (!services_is_keeper(recheck->services))
    return TRUE;
  for (guint i = 0; i < authenticator_folder_count(folder); i++) {
    Authenticator *authenticator = authenticator_folder_at(folder, i);
    Round *round = wants(authenticator) ? due_round(recheck, authenticator, now_us) : NULL;
    if (round != NULL && !look_at(recheck, authenticator, round, error))
      return FALSE;
  }
  return TRUE;
}

static gpointer
run(gpointer data)
{
  ExternalRecheck *recheck = data;
  while (!is_stopping(recheck)) {
    g_autoptr(GError) error = NULL;
    if (!external_recheck_run(recheck, clock_boottime_us(recheck->services->clock), &error))
      log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.code = error_stable_name(error)),
                "Accounts of directories wait for the next look: %s", error->message);
    g_mutex_lock(&recheck->mutex);
    if (!recheck->stops)
      (void)g_cond_wait_until(&recheck->wake, &recheck->mutex, g_get_monotonic_time() + PAUSE_US);
    g_mutex_unlock(&recheck->mutex);
  }
  return NULL;
}

void
external_recheck_start(ExternalRecheck *recheck)
{
  const AuthenticatorFolder *folder = recheck->services->directories;
  gboolean any = FALSE;
  for (guint i = 0; i < authenticator_folder_count(folder); i++)
    any = any || wants(authenticator_folder_at(folder, i));
  if (any)
    recheck->thread = g_thread_new("recheck", run, recheck);
}

void
external_recheck_stop(ExternalRecheck *recheck)
{
  g_mutex_lock(&recheck->mutex);
  recheck->stops = TRUE;
  g_cond_signal(&recheck->wake);
  g_mutex_unlock(&recheck->mutex);
  g_clear_pointer(&recheck->thread, g_thread_join);
}

void
external_recheck_free(ExternalRecheck *recheck)
{
  if (recheck == NULL)
    return;
  external_recheck_stop(recheck);
  g_hash_table_unref(recheck->rounds);
  g_mutex_clear(&recheck->mutex);
  g_cond_clear(&recheck->wake);
  g_free(recheck);
}
