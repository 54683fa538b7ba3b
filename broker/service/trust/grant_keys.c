/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/trust/grant_keys.h"

#include "broker/policy/grant_key_rotation.h"
#include "broker/service/trust/grant_key_files.h"
#include "broker/service/work.h"
#include "broker/store/grant_key_store.h"
#include "common/base/error.h"
#include "common/base/log.h"
#include "common/wire/grant_key.h"

#define LOOK_EVERY_US (60 * SECOND_US) /* a safety net: changes are told */
#define STEPS_MAX     8                /* ever more are a loop */

struct GrantKeys {
  GrantSigner signer;
  Services *services;
  char *folder;
  gint64 life_us, overlap_us;
  GRWLock lock; /* of the next; who signs holds it as reader: after a change nobody signs with the old key */
  GrantKey *current; /* nullable */

  GrantKey *next;            /* nullable; of the background thread, as all that follows */
  gint64 next_known_us;      /* steady time since when the next key is known to be published; 0: it is not */
  GHashTable *previous;      /* id → gint64, the same since when it is known not to sign any more */
  gint64 since_us, asked_us; /* of the current key, as the database has them */
  gint64 due_us;
  gboolean was_told; /* that it fails */
  gint is_asked;     /* atomic */
};

#define KEYS_OF(signer) ((GrantKeys *)(gpointer)((char *)(signer)-G_STRUCT_OFFSET(GrantKeys, signer)))

static char *
sign(GrantSigner *signer, const Grant *grant, GError **error)
{
  GrantKeys *keys = KEYS_OF(signer);
  g_rw_lock_reader_lock(&keys->lock);
  gboolean has_key = keys->current != NULL;
  char *text = has_key ? grant_sign(grant, keys->current, error) : NULL;
  g_rw_lock_reader_unlock(&keys->lock);
  if (!has_key)
    g_set_error_literal(
        error, CARAWAY_ERROR, CARAWAY_ERROR_OVERLOADED,
        "The key that consoles are permitted with was revoked, and the next one is being made. Try "
        "again in a moment.");
  return text;
}

/* @key (transfer full, nullable) signs from now on, and nobody with the one before. */
static void
set_current(GrantKeys *keys, GrantKey *key)
{
  g_rw_lock_writer_lock(&keys->lock);
  GrantKey *old = keys->current;
  keys->current = key;
  g_rw_lock_writer_unlock(&keys->lock);
  grant_key_free(old);
}

static gint64
steady_us(const GrantKeys *keys)
{
  return clock_boottime_us(keys->services->clock);
}

static const char *
own_name(const GrantKeys *keys)
{
  return cluster_name(keys->services->cluster);
}

static gboolean
is_key(const GrantKey *key, const char *id)
{
  return key != NULL && g_str_equal(grant_key_id(key), id);
}

/* Whether @key (nullable) may be published, or is: not one that was taken back, which a state folder from a
 * backup may hold. */
static gboolean
read_standing(const GrantKeys *keys, Work *work, const GrantKey *key, gboolean *ret_counts, GError **error)
{
  GError *problem = NULL;
  *ret_counts = TRUE;
  if (key == NULL)
    return TRUE;
  g_autoptr(GrantKeyRow) row = grant_key_store_find(work->transaction, grant_key_id(key), &problem);
  if (g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_error_free(problem);
    return TRUE;
  }
  if (row == NULL) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  if (g_str_equal(row->broker, own_name(keys))) {
    *ret_counts = row->state == GRANT_KEY_NEXT || row->state == GRANT_KEY_CURRENT;
    return TRUE;
  }
  g_set_error(
      error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
      "%s in the state directory is the signing key %s of the broker %s. Each broker has a key of its own: "
      "delete that file, and this one makes a new one.",
      key == keys->next ? GRANT_KEY_NEXT_FILE : GRANT_KEY_FILE, row->id, row->broker);
  return FALSE;
}

/* The private half of what does not count any more goes at once. */
static gboolean
drop_taken_back(GrantKeys *keys, GError **error)
{
  gboolean current_counts, next_counts;
  g_autoptr(Work) work = work_begin(keys->services, DB_READ, error);
  if (work == NULL || !read_standing(keys, work, keys->current, &current_counts, error) ||
      !read_standing(keys, work, keys->next, &next_counts, error))
    return FALSE;
  g_clear_pointer(&work, work_free);
  if (!current_counts) {
    log_warning("the grant key %s does not count any more: another one is made", grant_key_id(keys->current));
    set_current(keys, NULL);
    if (!grant_key_files_erase(keys->folder, GRANT_KEY_FILE, error))
      return FALSE;
  }
  if (!next_counts) {
    g_clear_pointer(&keys->next, grant_key_free);
    keys->next_known_us = 0;
    return grant_key_files_erase(keys->folder, GRANT_KEY_NEXT_FILE, error);
  }
  return TRUE;
}

/* Of the first key of a broker nothing is told but that the broker starts. */
static gboolean
audit(Work *work, gboolean has_history, const char *action, const char *id, GError **error)
{
  return !has_history || work_audit(work, NULL, action, "grant-key", id, "", error);
}

static gboolean
publish(GrantKeys *keys, Work *work, const GrantKey *key, GrantKeyState state, gboolean has_history,
        GError **error)
{
  g_autofree char *public_key = grant_key_public(key);
  const GrantKeyRow row = {.id = (char *)grant_key_id(key),
                           .broker = (char *)own_name(keys),
                           .public_key = public_key,
                           .state = state,
                           .created_us = work->now_us,
                           .since_us = work->now_us};
  work_notify(work, CHANGE_KEYS, "");
  log_info("the grant key %s is published", row.id);
  return grant_key_store_add(work->transaction, &row, error) &&
         audit(work, has_history, "grant-key.publish", row.id, error);
}

static gboolean
change_state(GrantKeys *keys, Work *work, const GrantKeyRow *row, GrantKeyState state, gboolean has_history,
             GError **error)
{
  work_notify(work, CHANGE_KEYS, "");
  log_info("the grant key %s of this broker is %s", row->id, grant_key_state_name(state));
  if (state == GRANT_KEY_RETIRED)
    return grant_key_store_remove(work->transaction, row, state, work->now_us, "", error) &&
           audit(work, TRUE, "grant-key.retire", row->id, error);
  return grant_key_store_set_state(work->transaction, row->id, state, work->now_us, error) &&
         (state != GRANT_KEY_CURRENT || audit(work, has_history, "grant-key.use", row->id, error));
}

/* Since when @row, a previous key, is known to be one, counted by steady time. */
static gboolean
was_kept_long_enough(GrantKeys *keys, const GrantKeyRow *row)
{
  if (row->state != GRANT_KEY_PREVIOUS)
    return FALSE;
  gint64 now_us = steady_us(keys);
  const gint64 *since_us = g_hash_table_lookup(keys->previous, row->id);
  if (since_us == NULL)
    g_hash_table_insert(keys->previous, g_strdup(row->id), g_memdup2(&now_us, sizeof now_us));
  return since_us != NULL && now_us - *since_us >= grant_key_rotation_keep_us(keys->overlap_us);
}

static GrantKeyState
state_of(GrantKeys *keys, const GrantKeyRow *row)
{
  return grant_key_rotation_settle(row->state, is_key(keys->current, row->id), is_key(keys->next, row->id),
                                   was_kept_long_enough(keys, row));
}

static const GrantKeyRow *
find_row(const GPtrArray *rows, const GrantKey *key)
{
  for (guint i = 0; i < rows->len; i++)
    if (is_key(key, ((GrantKeyRow *)g_ptr_array_index(rows, i))->id))
      return g_ptr_array_index(rows, i);
  return NULL;
}

static gboolean
is_settled(GrantKeys *keys, const GPtrArray *rows)
{
  for (guint i = 0; i < rows->len; i++) {
    const GrantKeyRow *row = g_ptr_array_index(rows, i);
    if (state_of(keys, row) != row->state)
      return FALSE;
  }
  return (keys->current == NULL || find_row(rows, keys->current) != NULL) &&
         (keys->next == NULL || find_row(rows, keys->next) != NULL);
}

static gboolean
read_history(const GrantKeys *keys, Work *work, const GPtrArray *rows, gboolean *ret_has_history,
             GError **error)
{
  gint64 gone;
  if (!grant_key_store_count_gone(work->transaction, own_name(keys), &gone, error))
    return FALSE;
  *ret_has_history = gone > 0;
  for (guint i = 0; i < rows->len; i++)
    if (((GrantKeyRow *)g_ptr_array_index(rows, i))->state != GRANT_KEY_NEXT)
      *ret_has_history = TRUE;
  return TRUE;
}

static gboolean
write_rows(GrantKeys *keys, Work *work, const GPtrArray *rows, GError **error)
{
  gboolean has_history;
  if (!read_history(keys, work, rows, &has_history, error))
    return FALSE;
  for (guint i = 0; i < rows->len; i++) {
    const GrantKeyRow *row = g_ptr_array_index(rows, i);
    GrantKeyState state = state_of(keys, row);
    if (state != row->state && !change_state(keys, work, row, state, has_history, error))
      return FALSE;
  }
  if (keys->current != NULL && find_row(rows, keys->current) == NULL &&
      !publish(keys, work, keys->current, GRANT_KEY_CURRENT, has_history, error))
    return FALSE;
  return keys->next == NULL || find_row(rows, keys->next) != NULL ||
         publish(keys, work, keys->next, GRANT_KEY_NEXT, has_history, error);
}

static gboolean
is_not_previous(gpointer id, gpointer value, gpointer rows)
{
  const GPtrArray *array = rows;
  for (guint i = 0; i < array->len; i++) {
    const GrantKeyRow *row = g_ptr_array_index(array, i);
    if (g_str_equal(row->id, id))
      return row->state != GRANT_KEY_PREVIOUS;
  }
  return TRUE;
}

/* What the rows say of the keys that this broker holds. */
static void
take_facts(GrantKeys *keys, GPtrArray *rows)
{
  g_hash_table_foreach_remove(keys->previous, is_not_previous, rows); /* one may have been revoked */
  const GrantKeyRow *row = keys->current != NULL ? find_row(rows, keys->current) : NULL;
  keys->since_us = row != NULL ? row->since_us : 0;
  keys->asked_us = row != NULL ? row->asked_us : 0;
  if (keys->next != NULL && keys->next_known_us == 0)
    keys->next_known_us = steady_us(keys);
}

/* Makes the database say what this broker holds. It is asked first: most of the time it does. */
static gboolean
settle(GrantKeys *keys, GError **error)
{
  g_autoptr(Work) look = work_begin(keys->services, DB_READ, error);
  g_autoptr(GPtrArray) rows =
      look != NULL ? grant_key_store_of_broker(look->transaction, own_name(keys), error) : NULL;
  if (rows == NULL)
    return FALSE;
  g_clear_pointer(&look, work_free);
  if (is_settled(keys, rows)) {
    take_facts(keys, rows);
    return TRUE;
  }
  g_autoptr(Work) work = work_begin(keys->services, DB_WRITE, error);
  g_autoptr(GPtrArray) fresh =
      work != NULL ? grant_key_store_of_broker(work->transaction, own_name(keys), error) : NULL;
  return fresh != NULL && write_rows(keys, work, fresh, error) && work_commit(work, error);
}

static gboolean
make_next(GrantKeys *keys, GError **error)
{
  g_autofree char *id = grant_key_make_id(own_name(keys));
  g_autoptr(GrantKey) key = grant_key_new(id);
  if (!grant_key_files_keep_next(keys->folder, key, error))
    return FALSE;
  keys->next = g_steal_pointer(&key);
  keys->next_known_us = 0;
  return TRUE;
}

/* The file first: a broker that is killed here starts with a key that is published. Then nobody signs with
 * the old one any more, and only then its time begins to run out. */
static gboolean
switch_over(GrantKeys *keys, GError **error)
{
  if (!grant_key_files_promote(keys->folder, error))
    return FALSE;
  log_info("grants are signed with the key %s", grant_key_id(keys->next));
  set_current(keys, g_steal_pointer(&keys->next));
  keys->next_known_us = 0;
  return TRUE;
}

static GrantKeyStep
next_step(const GrantKeys *keys)
{
  const GrantKeyFacts facts = {
      .has_current = keys->current != NULL,
      .signs_us = clock_wall_us(services_time(keys->services)) - keys->since_us,
      .is_asked = keys->asked_us != 0,
      .has_next = keys->next != NULL,
      .next_known_us = keys->next_known_us != 0 ? steady_us(keys) - keys->next_known_us : 0,
      .life_us = keys->life_us,
      .overlap_us = keys->overlap_us,
  };
  return grant_key_rotation_step(&facts);
}

static void
set_due(GrantKeys *keys)
{
  gint64 now_us = steady_us(keys);
  keys->due_us = now_us + LOOK_EVERY_US;
  if (keys->next != NULL && keys->next_known_us != 0)
    keys->due_us = MIN(keys->due_us, keys->next_known_us + keys->overlap_us);
  GHashTableIter iterator;
  gpointer since_us;
  g_hash_table_iter_init(&iterator, keys->previous);
  while (g_hash_table_iter_next(&iterator, NULL, &since_us))
    keys->due_us = MIN(keys->due_us, *(gint64 *)since_us + grant_key_rotation_keep_us(keys->overlap_us));
}

/* Settled twice: what a step wrote is read before the next one builds on it. */
static gboolean
take_step(GrantKeys *keys, gboolean *ret_done, GError **error)
{
  if (!drop_taken_back(keys, error) || !settle(keys, error) || !settle(keys, error))
    return FALSE;
  GrantKeyStep step = next_step(keys);
  *ret_done = step == GRANT_KEY_STEP_WAIT;
  if (*ret_done)
    return TRUE;
  return step == GRANT_KEY_STEP_MAKE ? make_next(keys, error) : switch_over(keys, error);
}

gboolean
grant_keys_run(GrantKeys *keys, GError **error)
{
  gboolean done = FALSE;
  for (guint i = 0; i < STEPS_MAX && !done; i++)
    if (!take_step(keys, &done, error))
      return FALSE;
  set_due(keys);
  return TRUE;
}

void
grant_keys_tend(GrantKeys *keys)
{
  g_autoptr(GError) error = NULL;
  if (!g_atomic_int_compare_and_exchange(&keys->is_asked, TRUE, FALSE) && steady_us(keys) < keys->due_us)
    return;
  gboolean done = grant_keys_run(keys, &error);
  if (!done && !keys->was_told)
    log_warning("the keys of grants could not be looked after; trying on: %s", error->message);
  keys->was_told = !done;
  if (!done)
    keys->due_us = steady_us(keys);
}

void
grant_keys_look_soon(GrantKeys *keys)
{
  g_atomic_int_set(&keys->is_asked, TRUE);
}

gint64
grant_keys_due_us(const GrantKeys *keys)
{
  return keys->due_us;
}

GrantSigner *
grant_keys_signer(GrantKeys *keys)
{
  return &keys->signer;
}

GrantKeys *
grant_keys_open(Services *services, const GrantKeysSettings *settings, GError **error)
{
  g_autoptr(GrantKeys) keys = g_new0(GrantKeys, 1);
  keys->signer.sign = sign;
  keys->services = services;
  keys->folder = g_strdup(settings->folder);
  keys->life_us = settings->life_us;
  keys->overlap_us = settings->overlap_us;
  g_rw_lock_init(&keys->lock);
  keys->previous = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  if (!grant_key_files_load(keys->folder, &keys->current, &keys->next, error) ||
      !grant_keys_run(keys, error) || !broker_directory_read(services, NULL, error))
    return NULL;
  return g_steal_pointer(&keys);
}

void
grant_keys_free(GrantKeys *keys)
{
  if (keys == NULL)
    return;
  grant_key_free(keys->current);
  grant_key_free(keys->next);
  g_hash_table_unref(keys->previous);
  g_rw_lock_clear(&keys->lock);
  g_free(keys->folder);
  g_free(keys);
}
