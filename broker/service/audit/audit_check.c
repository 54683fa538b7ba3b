/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/audit/audit_check.h"

#include "broker/store/audit_seal_store.h"
#include "broker/store/audit_store.h"
#include "common/base/error.h"

#include <string.h>

#define ROWS_AT_ONCE  20000
#define SEALS_AT_ONCE 1000
#define SEALS_A_READ  50

typedef struct {
  DbTransaction *transaction;
  GrantKeySet *keys;
  AuditVerifier *verifier;
  AuditReport *report;
  gint64 rows, seals; /* that may still be looked at in this part */
} Verification;

static void
verification_clear(Verification *run)
{
  audit_verifier_free(run->verifier);
  grant_key_set_free(run->keys);
  audit_report_free(run->report);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Verification, verification_clear)

static gboolean
read_keys(Verification *run, GError **error)
{
  run->report->keys = audit_seal_store_keys(run->transaction, error);
  for (guint i = 0; run->report->keys != NULL && i < run->report->keys->len; i++) {
    const AuditKey *key = g_ptr_array_index(run->report->keys, i);
    if (!grant_key_set_add_public(run->keys, key->id, key->public_key))
      continue; /* a bad one verifies nothing */
  }
  return run->report->keys != NULL;
}

typedef gboolean (*NextBroker)(DbTransaction *transaction, const char *after, char **ret_broker,
                               GError **error);

static gboolean
add_names(Verification *run, NextBroker next, GHashTable *names, GError **error)
{
  g_autofree char *name = g_strdup("");
  for (;;) {
    char *found;
    if (!next(run->transaction, name, &found, error))
      return FALSE;
    g_free(name);
    name = found;
    if (name == NULL)
      return TRUE;
    g_hash_table_add(names, g_strdup(name));
  }
}

/* What the newest seal of a chain saw of the others is what they must have at least. */
static gboolean
add_witnesses(Verification *run, GHashTable *names, GError **error)
{
  g_autoptr(GList) chains = g_hash_table_get_keys(names);
  for (GList *item = chains; item != NULL; item = item->next) {
    g_autoptr(AuditSeal) seal = NULL;
    if (!audit_seal_store_newest(run->transaction, item->data, &seal, error))
      return FALSE;
    if (seal != NULL)
      audit_verifier_add_witness(run->verifier, seal);
  }
  return TRUE;
}

static int
compare_names(gconstpointer some, gconstpointer other)
{
  return strcmp(*(const char *const *)some, *(const char *const *)other);
}

/* All chains that there are or were (transfer full), by name. */
static GPtrArray *
read_names(Verification *run, GError **error)
{
  g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  if (!add_names(run, audit_store_next_broker, names, error) ||
      !add_names(run, audit_seal_store_next_broker, names, error) || !add_witnesses(run, names, error))
    return NULL;
  audit_verifier_add_witnessed_names(run->verifier, names);
  GPtrArray *sorted = g_ptr_array_new_with_free_func(g_free);
  GHashTableIter iter;
  gpointer name;
  g_hash_table_iter_init(&iter, names);
  while (g_hash_table_iter_next(&iter, &name, NULL))
    g_ptr_array_add(sorted, g_strdup(name));
  g_ptr_array_sort(sorted, compare_names);
  return sorted;
}

/* One seal with its rows; what does not fit stays in the verifier. */
static gboolean
check_seal(Verification *run, const AuditSeal *seal, GError **error)
{
  gint64 after_id = audit_verifier_progress(run->verifier)->last_id;
  guint limit = (guint)CLAMP(seal->row_count, 0, AUDIT_SEAL_ROWS_MAX) + 1;
  g_autoptr(GPtrArray) rows =
      audit_store_of_broker(run->transaction, seal->broker, after_id, seal->last_id, limit, error);
  if (rows == NULL)
    return FALSE;
  run->rows -= rows->len;
  run->seals--;
  for (guint i = 0; i < rows->len; i++)
    if (!audit_verifier_add_row(run->verifier, g_ptr_array_index(rows, i)))
      return TRUE;
  audit_verifier_add_seal(run->verifier, seal);
  return TRUE;
}

/* @ret_ended: there are no more seals. */
static gboolean
check_some_seals(Verification *run, const char *broker, gboolean *ret_ended, GError **error)
{
  g_autoptr(GPtrArray) seals =
      audit_seal_store_list(run->transaction, broker, audit_verifier_progress(run->verifier)->number,
                            (guint)MIN(run->seals, SEALS_A_READ), error);
  if (seals == NULL)
    return FALSE;
  *ret_ended = seals->len == 0;
  for (guint i = 0; i < seals->len && run->rows > 0; i++) {
    if (!check_seal(run, g_ptr_array_index(seals, i), error))
      return FALSE;
    if (audit_verifier_problem(run->verifier) != NULL)
      return TRUE;
  }
  return TRUE;
}

/* Where the chain begins, or goes on after the seal @number of the part before. */
static gboolean
begin_chain(Verification *run, const char *broker, gint64 number, AuditChainReport *chain, GError **error)
{
  g_autoptr(AuditCheckpoint) checkpoint = NULL;
  g_autoptr(AuditSeal) seal = NULL;
  if (!audit_seal_store_checkpoint(run->transaction, broker, &checkpoint, error) ||
      (number > 0 && !audit_seal_store_find(run->transaction, broker, number, &seal, error)))
    return FALSE;
  if (checkpoint != NULL) {
    chain->trimmed_rows = checkpoint->last_row;
    chain->trimmed_us = checkpoint->time_us;
  }
  if (seal != NULL)
    audit_verifier_begin_after(run->verifier, seal);
  else
    audit_verifier_begin(run->verifier, broker, checkpoint);
  return TRUE;
}

static gboolean
end_chain(Verification *run, AuditChainReport *chain, GError **error)
{
  audit_verifier_end(run->verifier);
  return audit_store_count_after(run->transaction, chain->broker, chain->progress.last_id,
                                 &chain->progress.unsealed, error);
}

/* @ret_ended: the chain was checked to its end, or is broken. */
static gboolean
check_chain(Verification *run, const char *broker, gint64 number, gboolean *ret_ended, GError **error)
{
  AuditChainReport *chain = g_new0(AuditChainReport, 1);
  chain->broker = g_strdup(broker);
  g_ptr_array_add(run->report->chains, chain);
  if (!begin_chain(run, broker, number, chain, error))
    return FALSE;
  gboolean ended = FALSE;
  while (!ended && run->rows > 0 && run->seals > 0 && audit_verifier_problem(run->verifier) == NULL)
    if (!check_some_seals(run, broker, &ended, error))
      return FALSE;
  chain->progress = *audit_verifier_progress(run->verifier);
  chain->hash = g_strdup(chain->progress.hash);
  chain->progress.hash = NULL;
  *ret_ended = ended || audit_verifier_problem(run->verifier) != NULL;
  return !ended || end_chain(run, chain, error);
}

static gboolean
check_chains(Verification *run, const GPtrArray *names, const char *first, gint64 number, GError **error)
{
  for (guint i = 0; i < names->len; i++) {
    const char *broker = g_ptr_array_index(names, i);
    gboolean ended;
    int order = strcmp(broker, first);
    if (order < 0)
      continue;
    if (!check_chain(run, broker, order == 0 ? number : 0, &ended, error))
      return FALSE;
    if (audit_verifier_problem(run->verifier) != NULL)
      return TRUE;
    if (!ended) {
      run->report->next =
          g_strdup_printf("%" G_GINT64_FORMAT " %s", audit_verifier_progress(run->verifier)->number, broker);
      return TRUE;
    }
  }
  return TRUE;
}

static void
note_break(Verification *run)
{
  const AuditBreak *problem = audit_verifier_problem(run->verifier);
  if (problem != NULL)
    run->report->broken =
        (AuditBreak){g_strdup(problem->broker), problem->seal, problem->row_id, g_strdup(problem->reason)};
}

AuditReport *
audit_check_run(DbTransaction *transaction, const char *cursor, GError **error)
{
  g_auto(Verification) run = {.transaction = transaction, .rows = ROWS_AT_ONCE, .seals = SEALS_AT_ONCE};
  char *first = (char *)"";
  gint64 number = cursor != NULL ? g_ascii_strtoll(cursor, &first, 10) : 0;
  if (cursor != NULL && (*first != ' ' || number < 0)) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "The cursor is none of this list.");
    return NULL;
  }
  run.keys = grant_key_set_new();
  run.verifier = audit_verifier_new(run.keys);
  run.report = g_new0(AuditReport, 1);
  run.report->chains = g_ptr_array_new_with_free_func((GDestroyNotify)audit_chain_report_free);
  g_autoptr(GPtrArray) names = read_keys(&run, error) ? read_names(&run, error) : NULL;
  if (names == NULL || !check_chains(&run, names, cursor != NULL ? first + 1 : "", number, error))
    return NULL;
  note_break(&run);
  return g_steal_pointer(&run.report);
}
