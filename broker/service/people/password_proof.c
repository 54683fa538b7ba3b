/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/people/password_proof.h"

#include "broker/policy/names.h"
#include "broker/service/people/external_account.h"
#include "broker/service/people/sign_in_methods.h"
#include "broker/service/work.h"
#include "broker/store/user_store.h"
#include "common/base/error.h"

#include <string.h>

#define TYPED_MAX_BYTES 200
#define NOT_A_NAME      "(not a name)"

gboolean
password_proof_refuse(GError **error)
{
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_BAD_CREDENTIALS,
              "The name or the password is wrong; check both and try again.");
  return FALSE;
}

char *
password_proof_name(Services *services, const char *typed)
{
  return sign_in_methods_have_directory(services) ? g_ascii_strdown(typed, -1) : g_strdup(typed);
}

/* ASCII alone: a directory takes other characters for the ones that they look like (RFC 4518 section 2.3),
 * and whoever guesses would have as many tries as there are ways to write a name. A mail address is a name,
 * too. */
gboolean
password_proof_is_plain(const char *name)
{
  return g_ascii_isalnum(name[0]) && strlen(name) <= TYPED_MAX_BYTES &&
         name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-@")] == '\0';
}

const char *
password_proof_counted_name(const char *name)
{
  return names_is_valid(name) || password_proof_is_plain(name) ? name : NOT_A_NAME;
}

/* The account @name and its hash; both NULL without failure when there is none. */
static gboolean
read_account(Services *services, const char *name, User **ret_user, char **ret_hash, GError **error)
{
  if (!names_is_valid(name))
    return TRUE;
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  if (work == NULL)
    return FALSE;
  GError *problem = NULL;
  g_autoptr(User) user = user_store_find(work->transaction, name, &problem);
  if (user == NULL && g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_clear_error(&problem);
    return TRUE;
  }
  if (user == NULL) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  if (!g_str_equal(user->name, name)) /* ids are no names to sign in with */
    return TRUE;
  *ret_hash = user_store_password_hash(work->transaction, user->id, error);
  *ret_user = g_steal_pointer(&user);
  return *ret_hash != NULL;
}

static gboolean
check_here(Services *services, const char *name, const User *user, const char *hash, const char *password,
           GError **error)
{
  gboolean is_ours = user != NULL && !user->disabled && !user_is_external(user);
  const AuthenticatorAccount account = {
      .name = name, .exists = is_ours, .password_hash = is_ours ? hash : NULL};
  gboolean accepted;
  if (!authenticator_check(services->authenticator, &account, password, &accepted, NULL, error))
    return FALSE;
  return accepted || password_proof_refuse(error);
}

gboolean
password_proof_check_local(Services *services, const char *name, const char *password, User **ret_user,
                           char **ret_hash, GError **error)
{
  return read_account(services, name, ret_user, ret_hash, error) &&
         check_here(services, name, *ret_user, *ret_hash, password, error);
}

gboolean
password_proof_may_wait(Services *services, const char *name, gboolean *ret_may_wait, GError **error)
{
  g_autoptr(User) user = NULL;
  g_autofree char *hash = NULL;
  *ret_may_wait = FALSE;
  if (!sign_in_methods_have_directory(services) || !password_proof_is_plain(name))
    return TRUE;
  if (!read_account(services, name, &user, &hash, error))
    return FALSE;
  *ret_may_wait = user == NULL || user_is_external(user);
  return TRUE;
}

gboolean
password_proof_keeper(Services *services, const char *user_id, PasswordKeeper *ret_keeper, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  g_autoptr(User) user = work != NULL ? user_store_find(work->transaction, user_id, error) : NULL;
  if (user == NULL)
    return FALSE;
  const Authenticator *authenticator =
      user_is_external(user) ? authenticator_folder_find(services->directories, user->source) : NULL;
  if (!user_is_external(user))
    *ret_keeper = PASSWORD_KEEPER_BROKER;
  else if (authenticator != NULL && authenticator->kind == AUTHENTICATOR_PASSWORD)
    *ret_keeper = PASSWORD_KEEPER_DIRECTORY;
  else
    *ret_keeper = PASSWORD_KEEPER_NOBODY;
  return TRUE;
}

/* What the directories say of @name. All are asked, in the same order and with the same effort, whoever has
 * the account: only the one that may have it is given the password (@exists). The identity is NULL when none
 * accepts it. */
static ExternalIdentity *
ask_directories(Services *services, const char *name, const User *user, const char *password, GError **error)
{
  g_autoptr(ExternalIdentity) identity = NULL;
  GError *away = NULL;
  for (guint i = 0; identity == NULL && i < authenticator_folder_count(services->directories); i++) {
    Authenticator *authenticator = authenticator_folder_at(services->directories, i);
    gboolean is_its = password != NULL && (user == NULL || g_str_equal(user->source, authenticator->name));
    const AuthenticatorAccount account = {.name = name, .exists = is_its};
    gboolean accepted;
    GError *problem = NULL;
    if (authenticator_check(authenticator, &account, is_its ? password : "", &accepted, &identity, &problem))
      continue;
    if (!is_its || away != NULL)
      g_error_free(problem);
    else
      away = problem;
  }
  if (identity != NULL)
    g_clear_error(&away);
  else if (away != NULL)
    g_propagate_error(error, away);
  else
    password_proof_refuse(error);
  return g_steal_pointer(&identity);
}

static gboolean
check_elsewhere(Services *services, const char *name, const User *user, const char *password,
                const char *address, ProvenAccount *ret_proven, GError **error)
{
  g_autoptr(GError) wrong = NULL;
  if (check_here(services, name, NULL, NULL, password, &wrong) ||
      !g_error_matches(wrong, CARAWAY_ERROR, CARAWAY_ERROR_BAD_CREDENTIALS)) {
    g_propagate_error(error, g_steal_pointer(&wrong));
    return FALSE;
  }
  /* An empty password is an unauthenticated bind, which succeeds (RFC 4513 section 5.1.2). */
  g_autoptr(ExternalIdentity) identity =
      ask_directories(services, name, user, *password != '\0' ? password : NULL, error);
  g_autoptr(User) accepted =
      identity != NULL ? external_account_accept(services, identity, address, error) : NULL;
  if (accepted == NULL)
    return FALSE;
  *ret_proven = (ProvenAccount){g_strdup(accepted->id), g_strdup(accepted->name), NULL};
  return TRUE;
}

gboolean
password_proof_check(Services *services, const char *name, const char *password, const char *address,
                     ProvenAccount *ret_proven, GError **error)
{
  g_autoptr(User) user = NULL;
  g_autofree char *hash = NULL;
  if (!read_account(services, name, &user, &hash, error))
    return FALSE;
  gboolean is_ours = user != NULL && !user_is_external(user);
  if (!is_ours && sign_in_methods_have_directory(services) && password_proof_is_plain(name))
    return check_elsewhere(services, name, user, password, address, ret_proven, error);
  if (!check_here(services, name, user, hash, password, error) || user == NULL)
    return FALSE;
  *ret_proven = (ProvenAccount){g_strdup(user->id), g_strdup(user->name), g_steal_pointer(&hash)};
  return TRUE;
}

void
proven_account_clear(ProvenAccount *proven)
{
  g_free(proven->user_id);
  g_free(proven->user_name);
  g_free(proven->password_hash);
}

void
password_proof_pretend(Services *services, const char *name)
{
  g_autoptr(ExternalIdentity) nobody =
      password_proof_is_plain(name) ? ask_directories(services, name, NULL, NULL, NULL) : NULL;
}
