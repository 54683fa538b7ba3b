/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/trust/certificate_memory.h"

#include "broker/service/trust/revocation_number.h"
#include "broker/store/certificate_store.h"

#define NOTED_MAX 4096

struct CertificateMemory {
  GMutex reading;     /* held from the reading to the taking over: an older reading must not win */
  GMutex mutex;       /* of what follows */
  GHashTable *known;  /* serial -> whether it was revoked */
  GHashTable *cuts;   /* set of ROLE/NAME */
  GHashTable *noted;  /* serial -> CertificateRow */
  GPtrArray *revoked; /* of CertificateRow; replaced, never changed */
  gint64 number;
};

static GHashTable *
set_new(void)
{
  return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

CertificateMemory *
certificate_memory_new(void)
{
  CertificateMemory *memory = g_new0(CertificateMemory, 1);
  g_mutex_init(&memory->reading);
  g_mutex_init(&memory->mutex);
  memory->known = set_new();
  memory->cuts = set_new();
  memory->noted = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)certificate_row_free);
  memory->revoked = g_ptr_array_new_with_free_func((GDestroyNotify)certificate_row_free);
  return memory;
}

static GHashTable *
standing_of(const GPtrArray *rows)
{
  GHashTable *known = set_new();
  for (guint i = 0; i < rows->len; i++) {
    const CertificateRow *row = g_ptr_array_index(rows, i);
    g_hash_table_insert(known, g_strdup(row->serial), GINT_TO_POINTER(row->revoked_us != 0));
  }
  return known;
}

static GHashTable *
set_of(char **texts)
{
  GHashTable *set = set_new();
  for (; *texts != NULL; texts++)
    g_hash_table_add(set, g_strdup(*texts));
  return set;
}

/* Those of @rows (transfer full) that were revoked. */
static GPtrArray *
keep_revoked(GPtrArray *rows)
{
  for (guint i = rows->len; i > 0; i--)
    if (((CertificateRow *)g_ptr_array_index(rows, i - 1))->revoked_us == 0)
      g_ptr_array_remove_index(rows, i - 1);
  return rows;
}

gboolean
certificate_memory_read(CertificateMemory *memory, Db *db, GError **error)
{
  gint64 number;
  g_autoptr(GMutexLocker) reading = g_mutex_locker_new(&memory->reading);
  g_autoptr(DbTransaction) transaction = db_begin(db, DB_READ, error);
  g_auto(GStrv) cuts = transaction != NULL ? certificate_store_cuts(transaction, error) : NULL;
  g_autoptr(GPtrArray) rows = cuts != NULL ? certificate_store_all(transaction, error) : NULL;
  if (rows == NULL || !revocation_number_read(transaction, &number, error))
    return FALSE;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&memory->mutex);
  g_hash_table_unref(memory->known);
  memory->known = standing_of(rows);
  g_hash_table_unref(memory->cuts);
  memory->cuts = set_of(cuts);
  g_ptr_array_unref(memory->revoked);
  memory->revoked = keep_revoked(g_steal_pointer(&rows));
  memory->number = number;
  return TRUE;
}

CertificateStanding
certificate_memory_standing(CertificateMemory *memory, const char *role, const char *name, const char *serial)
{
  g_autofree char *machine = g_strdup_printf("%s/%s", role, name);
  gpointer revoked;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&memory->mutex);
  if (g_hash_table_lookup_extended(memory->known, serial, NULL, &revoked))
    return GPOINTER_TO_INT(revoked) ? CERTIFICATE_REVOKED : CERTIFICATE_GOOD;
  return g_hash_table_contains(memory->cuts, machine) ? CERTIFICATE_CUT : CERTIFICATE_UNKNOWN;
}

void
certificate_memory_note(CertificateMemory *memory, CertificateRow *row)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&memory->mutex);
  if (g_hash_table_size(memory->noted) < NOTED_MAX)
    g_hash_table_replace(memory->noted, row->serial, row);
  else
    certificate_row_free(row);
}

GPtrArray *
certificate_memory_take_noted(CertificateMemory *memory)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func((GDestroyNotify)certificate_row_free);
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&memory->mutex);
  GHashTableIter iterator;
  gpointer row;
  g_hash_table_iter_init(&iterator, memory->noted);
  while (g_hash_table_iter_next(&iterator, NULL, &row)) {
    g_ptr_array_add(rows, row);
    g_hash_table_iter_steal(&iterator);
  }
  return rows;
}

void
certificate_memory_revocations(CertificateMemory *memory, RevocationFacts *ret_facts)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&memory->mutex);
  ret_facts->number = memory->number;
  ret_facts->revoked = g_ptr_array_ref(memory->revoked);
}

void
revocation_facts_clear(RevocationFacts *facts)
{
  g_clear_pointer(&facts->revoked, g_ptr_array_unref);
}

void
certificate_memory_free(CertificateMemory *memory)
{
  if (memory == NULL)
    return;
  g_hash_table_unref(memory->known);
  g_hash_table_unref(memory->cuts);
  g_hash_table_unref(memory->noted);
  g_ptr_array_unref(memory->revoked);
  g_mutex_clear(&memory->reading);
  g_mutex_clear(&memory->mutex);
  g_free(memory);
}
