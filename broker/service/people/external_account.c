/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/people/external_account.h"

#include "broker/policy/external_account_rules.h"
#include "broker/service/cluster/change_feed.h"
#include "broker/service/connect/entitled.h"
#include "broker/service/desktops/lifecycle.h"
#include "broker/service/people/sign_in_ending.h"
#include "broker/store/external_account_store.h"
#include "broker/store/group_store.h"
#include "broker/store/session_store.h"
#include "broker/store/user_store.h"
#include "common/base/error.h"
#include "common/base/text.h"

#include <string.h>

#define FULL_NAME_MAX_BYTES   200
#define EXTERNAL_ID_MAX_BYTES 255

/* One acceptance on its way. */
typedef struct {
  Work *work;
  const ExternalIdentity *identity;
  const char *name;        /* as it is here */
  const char *full_name;   /* plain, not too long */
  ExternalAccountRow *row; /* (nullable) the account that there is */
  const char *user_id;
  const Caller *caller; /* the account itself */
} Acceptance;

static gboolean
find_name_holder(Acceptance *acceptance, ExternalNameHolder *ret_holder, GError **error)
{
  GError *problem = NULL;
  g_autoptr(User) holder = user_store_find(acceptance->work->transaction, acceptance->name, &problem);
  if (holder == NULL && g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_clear_error(&problem);
    *ret_holder = EXTERNAL_NAME_FREE;
    return TRUE;
  }
  if (holder == NULL) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  if (acceptance->row != NULL && g_str_equal(holder->id, acceptance->row->id))
    *ret_holder = EXTERNAL_NAME_OWN;
  else
    *ret_holder = user_is_external(holder) ? EXTERNAL_NAME_OTHER : EXTERNAL_NAME_LOCAL;
  return TRUE;
}

static gboolean
make_account(Acceptance *acceptance, GError **error)
{
  const ExternalIdentity *identity = acceptance->identity;
  const User user = {.id = (char *)acceptance->user_id,
                     .name = (char *)acceptance->name,
                     .full_name = (char *)acceptance->full_name,
                     .source = identity->authenticator,
                     .created_us = acceptance->work->now_us};
  g_autofree char *detail = g_strdup_printf("by the word of %s", identity->authenticator);
  return external_account_store_add(acceptance->work->transaction, &user, identity->external_id, error) &&
         work_audit(acceptance->work, acceptance->caller, "user.create", "user", acceptance->name, detail,
                    error);
}

static gboolean
rename_account(Acceptance *acceptance, GError **error)
{
  g_autofree char *detail = g_strdup_printf("was “%s”; by the word of %s", acceptance->row->name,
                                            acceptance->identity->authenticator);
  return external_account_store_rename(acceptance->work->transaction, acceptance->user_id, acceptance->name,
                                       acceptance->full_name, error) &&
         work_audit(acceptance->work, acceptance->caller, "user.rename", "user", acceptance->name, detail,
                    error);
}

static gboolean
keep_account(Acceptance *acceptance, GError **error)
{
  g_autoptr(User) user = user_store_find(acceptance->work->transaction, acceptance->user_id, error);
  if (user == NULL)
    return FALSE;
  return g_str_equal(user->full_name, acceptance->full_name) ||
         external_account_store_rename(acceptance->work->transaction, acceptance->user_id, acceptance->name,
                                       acceptance->full_name, error);
}

static gboolean
reopen_account(Acceptance *acceptance, GError **error)
{
  if (acceptance->row == NULL || !acceptance->row->closed)
    return TRUE;
  g_autofree char *detail = g_strdup_printf("%s knows it again", acceptance->identity->authenticator);
  return external_account_store_reopen(acceptance->work->transaction, acceptance->user_id, error) &&
         work_audit(acceptance->work, acceptance->caller, "user.reopen", "user", acceptance->name, detail,
                    error);
}

static gboolean
settle_account(Acceptance *acceptance, GError **error)
{
  ExternalNameHolder holder;
  if (!find_name_holder(acceptance, &holder, error))
    return FALSE;
  const ExternalAccountRow *row = acceptance->row;
  const ExternalAccountFacts facts = {.authenticator = acceptance->identity->authenticator,
                                      .name = acceptance->name,
                                      .exists = row != NULL,
                                      .disabled = row != NULL && row->disabled && !row->closed,
                                      .name_is = holder};
  switch (external_account_rules_decide(&facts, error)) {
  case EXTERNAL_ACCOUNT_MAKE:
    return make_account(acceptance, error);
  case EXTERNAL_ACCOUNT_RENAME:
    return rename_account(acceptance, error) && reopen_account(acceptance, error);
  case EXTERNAL_ACCOUNT_KEEP:
    return keep_account(acceptance, error) && reopen_account(acceptance, error);
  case EXTERNAL_ACCOUNT_REFUSE:
  default:
    return FALSE;
  }
}

static gboolean
belongs_to(const ExternalIdentity *identity, const LinkedGroup *group)
{
  return identity->groups != NULL && group->external_name != NULL &&
         g_strv_contains((const char *const *)identity->groups, group->external_name);
}

static gboolean
settle_group(Acceptance *acceptance, const LinkedGroup *group, gboolean *ret_left, GError **error)
{
  const ExternalIdentity *identity = acceptance->identity;
  DbTransaction *transaction = acceptance->work->transaction;
  gboolean belongs = belongs_to(identity, group);
  if (belongs == group->has_member)
    return TRUE;
  g_autofree char *detail =
      g_strdup_printf("%s; by the word of %s", acceptance->name, identity->authenticator);
  *ret_left = *ret_left || !belongs;
  /* A role may have gone with it and event streams with the role; or one came that requires a second factor.
   */
  work_notify(acceptance->work, CHANGE_SIGN_IN, acceptance->user_id);
  return (belongs ? group_store_add_member(transaction, group->id, acceptance->user_id, error)
                  : group_store_remove_member(transaction, group->id, acceptance->user_id, error)) &&
         work_audit(acceptance->work, acceptance->caller,
                    belongs ? "group.add-member" : "group.remove-member", "group", group->name, detail,
                    error);
}

static gboolean
settle_groups(Acceptance *acceptance, GError **error)
{
  g_autoptr(GPtrArray) groups = external_account_store_groups(
      acceptance->work->transaction, acceptance->identity->authenticator, acceptance->user_id, error);
  gboolean left = FALSE;
  if (groups == NULL)
    return FALSE;
  for (guint i = 0; i < groups->len; i++)
    if (!settle_group(acceptance, g_ptr_array_index(groups, i), &left, error))
      return FALSE;
  return !left || entitled_cut_user(acceptance->work, acceptance->caller, acceptance->user_id, error);
}

/* An id that is none would make one account of several people. */
static gboolean
check_identity(const ExternalIdentity *identity, GError **error)
{
  const char *id = identity->external_id;
  if (id != NULL && *id != '\0' && strlen(id) <= EXTERNAL_ID_MAX_BYTES && text_is_plain(id) &&
      !g_str_equal(identity->authenticator, USER_SOURCE_LOCAL))
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
              "%s gives you no id that an account can be known by; ask your administrator.",
              identity->authenticator);
  return FALSE;
}

static gboolean
groups_are_so(Work *work, const ExternalIdentity *identity, const char *user_id, gboolean *ret_same,
              GError **error)
{
  g_autoptr(GPtrArray) groups =
      external_account_store_groups(work->transaction, identity->authenticator, user_id, error);
  *ret_same = groups != NULL;
  for (guint i = 0; groups != NULL && i < groups->len; i++) {
    const LinkedGroup *group = g_ptr_array_index(groups, i);
    *ret_same = *ret_same && belongs_to(identity, group) == group->has_member;
  }
  return groups != NULL;
}

/* The account as it is, when nothing of it would change; NULL without failure when something would. Most are
 * so: a look at all of a directory writes nothing, and nobody has to forget anything. */
static gboolean
find_unchanged(Services *services, const Acceptance *acceptance, User **ret_user, GError **error)
{
  const ExternalIdentity *identity = acceptance->identity;
  g_autoptr(ExternalAccountRow) row = NULL;
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  if (work == NULL || !external_account_store_find(work->transaction, identity->authenticator,
                                                   identity->external_id, &row, error))
    return FALSE;
  if (row == NULL || row->disabled || row->closed || !g_str_equal(row->name, acceptance->name))
    return TRUE;
  g_autoptr(User) user = user_store_find(work->transaction, row->id, error);
  gboolean same;
  if (user == NULL || !groups_are_so(work, identity, row->id, &same, error))
    return FALSE;
  if (same && g_str_equal(user->full_name, acceptance->full_name))
    *ret_user = g_steal_pointer(&user);
  return TRUE;
}

static User *
accept_in(Work *work, Acceptance *acceptance, const char *address, GError **error)
{
  const ExternalIdentity *identity = acceptance->identity;
  g_autoptr(ExternalAccountRow) row = NULL;
  if (!external_account_store_find(work->transaction, identity->authenticator, identity->external_id, &row,
                                   error))
    return NULL;
  g_autofree char *id = row != NULL ? g_strdup(row->id) : g_uuid_string_random();
  g_autoptr(Caller) caller = caller_new(id, acceptance->name, FALSE, address, "");
  acceptance->work = work;
  acceptance->row = row;
  acceptance->user_id = id;
  acceptance->caller = caller;
  if (!settle_account(acceptance, error) || !settle_groups(acceptance, error))
    return NULL;
  work_notify(work, CHANGE_SIGN_IN, id);
  g_autoptr(User) user = user_store_find(work->transaction, id, error);
  return user != NULL && work_commit(work, error) ? g_steal_pointer(&user) : NULL;
}

User *
external_account_accept(Services *services, const ExternalIdentity *identity, const char *address,
                        GError **error)
{
  if (!check_identity(identity, error))
    return NULL;
  g_autofree char *name = external_account_rules_name(identity->authenticator, identity->user_name, error);
  if (name == NULL)
    return NULL;
  g_autofree char *plain = text_make_plain(identity->full_name != NULL ? identity->full_name : "");
  g_autofree char *full_name = text_cut(plain, FULL_NAME_MAX_BYTES);
  Acceptance acceptance = {.identity = identity, .name = name, .full_name = full_name};
  User *unchanged = NULL;
  if (!find_unchanged(services, &acceptance, &unchanged, error) || unchanged != NULL)
    return unchanged;
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  return work != NULL ? accept_in(work, &acceptance, address, error) : NULL;
}

static gboolean
close_in(Work *work, const ExternalAccountRow *row, const char *reason, GError **error)
{
  g_autoptr(GPtrArray) sessions = session_store_of_user(work->transaction, row->id, error);
  work_notify(work, CHANGE_SIGN_IN, row->id);
  return sessions != NULL && external_account_store_close(work->transaction, row->id, error) &&
         sign_in_ending_all(work, row->id, NULL, error) &&
         lifecycle_end_all(work, NULL, sessions, CARAWAY_ERROR_FORBIDDEN, reason, error) &&
         work_audit(work, NULL, "user.close", "user", row->name, reason, error) && work_commit(work, error);
}

gboolean
external_account_close(Services *services, const char *name, const char *external_id, const char *reason,
                       GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autoptr(ExternalAccountRow) row = NULL;
  if (work == NULL || !external_account_store_find(work->transaction, name, external_id, &row, error))
    return FALSE;
  return row == NULL || row->disabled || close_in(work, row, reason, error);
}

gboolean
external_account_check_password_is_here(const User *user, GError **error)
{
  if (!user_is_external(user))
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_EXTERNAL_ACCOUNT,
              "The password of %s is kept by %s; change it there.", user->name, user->source);
  return FALSE;
}
