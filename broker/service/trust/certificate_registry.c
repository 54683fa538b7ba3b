/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/trust/certificate_registry.h"

#include "broker/policy/names.h"
#include "broker/policy/renewal_rules.h"
#include "broker/service/audit_log.h"
#include "broker/service/cluster/change_feed.h"
#include "broker/service/trust/revocation_number.h"
#include "broker/store/certificate_store.h"
#include "common/base/error.h"

static gboolean
audit(Work *work, const Caller *caller, const char *action, const CertificateRow *row, const char *reason,
      GError **error)
{
  g_autofree char *detail = *reason != '\0' ? g_strdup_printf("Of %s/%s: %s", row->role, row->name, reason)
                                            : g_strdup_printf("Of %s/%s.", row->role, row->name);
  return work_audit(work, caller, action, "certificate", row->serial, detail, error);
}

gboolean
certificate_registry_enter(Work *work, const Caller *caller, const GPtrArray *rows, GError **error)
{
  for (guint i = 0; i < rows->len; i++) {
    CertificateRow *row = g_ptr_array_index(rows, i);
    row->issued_us = work->now_us;
    g_free(row->issued_by);
    row->issued_by = g_strdup(cluster_name(work->services->cluster));
    if (!certificate_store_add(work->transaction, row, NULL, error) ||
        !audit(work, caller, "certificate.issue", row, "", error))
      return FALSE;
  }
  work_notify(work, CHANGE_CERTIFICATES, "");
  return TRUE;
}

gboolean
certificate_registry_commit(Work *work, GError **error)
{
  Services *services = work->services;
  gboolean done = work_commit(work, error);
  work_free(work);
  return done && certificate_memory_read(services->certificates, services->db, error);
}

static GPtrArray *
array_of(CertificateRow *row)
{
  GPtrArray *rows = g_ptr_array_new();
  g_ptr_array_add(rows, row);
  return rows;
}

gboolean
certificate_registry_enter_own(Services *services, CertificateRow *row, GError **error)
{
  g_autoptr(GPtrArray) rows = array_of(row);
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  return work != NULL && certificate_registry_enter(work, NULL, rows, error) &&
         certificate_registry_commit(g_steal_pointer(&work), error);
}

/* In the transaction that enters the new one: until then somebody may have revoked @older. */
static gboolean
check_renewal(Work *work, const CertificateRow *older, GError **error)
{
  DbTransaction *transaction = work->transaction;
  RenewalFacts facts = {.older = older, .now_us = work->now_us};
  const char *newer = older->replaced_by != NULL ? older->replaced_by : "";
  return certificate_store_cut_us(transaction, older->role, older->name, &facts.cut_us, error) &&
         certificate_store_issued_us(transaction, newer, &facts.replaced_us, error) &&
         certificate_store_count_since(transaction, older->role, older->name,
                                       work->now_us - RENEWAL_WINDOW_US, &facts.recent, error) &&
         renewal_rules_check(&facts, error);
}

static gboolean
renew(Services *services, const Caller *caller, const char *serial, CertificateRow *row, GError **error)
{
  g_autoptr(GPtrArray) rows = array_of(row);
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autoptr(CertificateRow) older =
      work != NULL ? certificate_store_find(work->transaction, serial, error) : NULL;
  return older != NULL && check_renewal(work, older, error) &&
         certificate_registry_enter(work, caller, rows, error) &&
         certificate_store_replace(work->transaction, serial, row->serial, error) &&
         certificate_registry_commit(g_steal_pointer(&work), error);
}

gboolean
certificate_registry_renew(Services *services, const Caller *caller, const char *older, CertificateRow *row,
                           GError **error)
{
  GError *problem = NULL;
  if (renew(services, caller, older, row, &problem))
    return TRUE;
  g_autofree char *object = g_strconcat("certificate/", older, NULL);
  if (g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED) ||
      g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_THROTTLED))
    audit_log_refusal(services, caller, "certificate.issue", object, caller->address, problem);
  g_propagate_error(error, problem);
  return FALSE;
}

GPtrArray *
certificate_registry_list(Services *services, const CertificateFilter *filter, const Page *page,
                          char **ret_next, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  return work != NULL ? certificate_store_list(work->transaction, filter, page, ret_next, error) : NULL;
}

CertificateRow *
certificate_registry_get(Services *services, const char *serial, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  return work != NULL ? certificate_store_find(work->transaction, serial, error) : NULL;
}

static gboolean
revoke_one(Work *work, const Caller *caller, const CertificateRow *row, const char *reason, GError **error)
{
  const char *by = caller != NULL ? caller->user_name : "system";
  return row->revoked_us != 0 ||
         (certificate_store_revoke(work->transaction, row->serial, work->now_us, by, reason, error) &&
          audit(work, caller, "certificate.revoke", row, reason, error));
}

static gboolean
tell_revoked(Work *work, GError **error)
{
  work_notify(work, CHANGE_CERTIFICATES, "");
  return revocation_number_raise(work->transaction, error);
}

gboolean
certificate_registry_revoke_machine(Work *work, const Caller *caller, const char *role, const char *name,
                                    const char *reason, GError **error)
{
  g_autoptr(GPtrArray) rows = certificate_store_of_machine(work->transaction, role, name, error);
  for (guint i = 0; rows != NULL && i < rows->len; i++)
    if (!revoke_one(work, caller, g_ptr_array_index(rows, i), reason, error))
      return FALSE;
  return rows != NULL && certificate_store_cut(work->transaction, role, name, work->now_us, error) &&
         tell_revoked(work, error);
}

static gboolean
revoke_some(Work *work, const Caller *caller, const CertificateRow *row, const char *reason, gboolean all,
            GError **error)
{
  if (all)
    return certificate_registry_revoke_machine(work, caller, row->role, row->name, reason, error);
  return revoke_one(work, caller, row, reason, error) && tell_revoked(work, error);
}

CertificateRow *
certificate_registry_revoke(Services *services, const Caller *caller, const char *serial, const char *reason,
                            gboolean all, GError **error)
{
  if (!names_check_text(reason, CERTIFICATE_REASON_MAX, "reason", error))
    return NULL;
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autoptr(CertificateRow) row =
      work != NULL ? certificate_store_find(work->transaction, serial, error) : NULL;
  if (row == NULL || !revoke_some(work, caller, row, reason != NULL ? reason : "", all, error) ||
      !certificate_registry_commit(g_steal_pointer(&work), error))
    return NULL;
  return certificate_registry_get(services, serial, error);
}

CertificateStanding
certificate_registry_standing(Services *services, const char *role, const char *name, const char *serial)
{
  return certificate_memory_standing(services->certificates, role, name, serial);
}

void
certificate_registry_note(Services *services, CertificateRow *row)
{
  certificate_memory_note(services->certificates, row);
}

/* Its machine may have been removed since it showed it. */
static gboolean
write_noted(Work *work, const CertificateRow *row, GError **error)
{
  gint64 cut_us;
  if (!certificate_store_cut_us(work->transaction, row->role, row->name, &cut_us, error))
    return FALSE;
  return cut_us != 0 || certificate_store_add(work->transaction, row, NULL, error);
}

gboolean
certificate_registry_write_noted(Services *services, GError **error)
{
  g_autoptr(GPtrArray) rows = certificate_memory_take_noted(services->certificates);
  if (rows->len == 0)
    return TRUE;
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  for (guint i = 0; work != NULL && i < rows->len; i++)
    if (!write_noted(work, g_ptr_array_index(rows, i), error))
      return FALSE;
  if (work == NULL)
    return FALSE;
  work_notify(work, CHANGE_CERTIFICATES, "");
  return work_commit(work, error);
}

void
certificate_registry_revocations(Services *services, RevocationFacts *ret_facts)
{
  certificate_memory_revocations(services->certificates, ret_facts);
}
