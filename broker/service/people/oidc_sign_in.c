/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/people/oidc_sign_in.h"

#include "broker/auth/oidc/oidc_authenticator.h"
#include "broker/policy/throttle.h"
#include "broker/service/audit_log.h"
#include "broker/service/people/external_account.h"
#include "broker/service/people/sign_in_methods.h"
#include "broker/service/work.h"
#include "broker/store/oidc_store.h"
#include "common/base/error.h"
#include "common/base/secret.h"

#define LIFETIME_US          (OIDC_SIGN_IN_LIFETIME_S * SECOND_US)
#define HAND_OVER_US         (60 * SECOND_US)
#define CODE_BYTES           32
#define BEGUN_MAX            16384
#define BEGUN_OF_NETWORK_MAX 512 /* an office behind one address */

static OidcProvider *
find_provider(Services *services, const char *name, GError **error)
{
  Authenticator *authenticator = sign_in_methods_find(services, name, error);
  OidcProvider *provider = authenticator != NULL ? oidc_authenticator_provider(authenticator) : NULL;
  if (authenticator != NULL && provider == NULL)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND, "“%s” is not an OpenID provider.", name);
  return provider;
}

static gboolean
refuse_expired(GError **error)
{
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_SIGN_IN_EXPIRED,
                      "This sign-in took too long, or was begun in another window. Begin again.");
  return FALSE;
}

/* Who has a network of addresses is counted as one, and whoever fills the table makes room in it. */
static gboolean
make_room(DbTransaction *transaction, const char *network, GError **error)
{
  gint64 all = 0, own = 0;
  if (!oidc_store_count(transaction, network, &all, &own, error))
    return FALSE;
  if (own < BEGUN_OF_NETWORK_MAX)
    return all < BEGUN_MAX || oidc_store_give_way(transaction, error);
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_THROTTLED,
                      "Too many sign-ins were begun from this address and not finished. Wait a few minutes.");
  return FALSE;
}

static gboolean
enter(Services *services, const OidcSignInAsking *asking, const OidcTransaction *transaction,
      const char *redirect_uri, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return FALSE;
  g_autofree char *network = throttle_network(asking->address);
  const OidcBegun row = {
      .key = transaction->key,
      .authenticator = (char *)asking->authenticator,
      .redirect_uri = (char *)redirect_uri,
      .address = network,
      .client_port = asking->client_port,
      .client_challenge = (char *)(asking->client_challenge != NULL ? asking->client_challenge : ""),
      .expires_us = work->now_us + LIFETIME_US,
  };
  return oidc_store_remove_expired(work->transaction, work->now_us, error) &&
         make_room(work->transaction, network, error) && oidc_store_begin(work->transaction, &row, error) &&
         work_commit(work, error);
}

char *
oidc_sign_in_begin(Services *services, const OidcSignInAsking *asking, char **ret_secret, GError **error)
{
  OidcProvider *provider = find_provider(services, asking->authenticator, error);
  if (provider == NULL)
    return NULL;
  g_autoptr(OidcTransaction) transaction = oidc_transaction_new();
  g_autofree char *redirect_uri =
      g_strdup_printf("%s/api/v1/oidc/%s/callback", asking->origin, asking->authenticator);
  g_autofree char *address = oidc_provider_begin(provider, transaction, redirect_uri, error);
  if (address == NULL || !enter(services, asking, transaction, redirect_uri, error))
    return NULL;
  *ret_secret = g_steal_pointer(&transaction->secret);
  return g_steal_pointer(&address);
}

/* The row that was begun by the browser of @transaction; it is taken before the provider is asked, so that
 * nothing can be tried twice with it. */
static OidcBegun *
take(Services *services, const OidcTransaction *transaction, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return NULL;
  GError *problem = NULL;
  g_autoptr(OidcBegun) row = oidc_store_take(work->transaction, transaction->key, work->now_us, &problem);
  if (g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_clear_error(&problem);
    refuse_expired(error);
  } else if (problem != NULL) {
    g_propagate_error(error, problem);
  }
  return row != NULL && work_commit(work, error) ? g_steal_pointer(&row) : NULL;
}

/* A state that is not this browser's is another's answer, and takes nothing away from who began here. One
 * that came to another authenticator's address is a mix-up. */
static OidcBegun *
find_begun(Services *services, const OidcSignInReturn *came, const OidcTransaction *transaction,
           GError **error)
{
  if (transaction == NULL || came->state == NULL || !secret_equal(came->state, transaction->state)) {
    refuse_expired(error);
    return NULL;
  }
  g_autoptr(OidcBegun) row = take(services, transaction, error);
  if (row != NULL && !g_str_equal(row->authenticator, came->authenticator)) {
    refuse_expired(error);
    return NULL;
  }
  return g_steal_pointer(&row);
}

static char *
method_name(const char *authenticator)
{
  return g_strconcat("oidc ", authenticator, NULL);
}

static User *
accept(Services *services, const OidcIdentity *identity, const OidcSignInReturn *came, GError **error)
{
  const ExternalIdentity external = {
      .authenticator = (char *)came->authenticator,
      .external_id = identity->external_id,
      .user_name = identity->user_name,
      .full_name = identity->full_name,
      .groups = identity->groups,
  };
  return external_account_accept(services, &external, came->address, error);
}

static gboolean
hand_over(Services *services, const OidcBegun *begun, const User *user, gboolean second_factor,
          OidcSignInOutcome *outcome, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return FALSE;
  char *code = secret_random(CODE_BYTES);
  g_autofree char *hash = secret_hash(code);
  g_autofree char *method = method_name(begun->authenticator);
  const OidcFinished row = {hash,   begun->client_challenge, user->id,
                            method, second_factor,           work->now_us + HAND_OVER_US};
  if (oidc_store_finish(work->transaction, &row, error) && work_commit(work, error)) {
    outcome->code = code;
    return TRUE;
  }
  secret_free(code);
  return FALSE;
}

static gboolean
complete(Services *services, const OidcBegun *begun, const OidcIdentity *identity,
         const OidcSignInReturn *came, OidcSignInOutcome *outcome, GError **error)
{
  g_autoptr(User) user = accept(services, identity, came, error);
  if (user == NULL)
    return FALSE;
  if (begun->client_port != 0)
    return hand_over(services, begun, user, identity->has_second_factor, outcome, error);
  g_autofree char *method = method_name(begun->authenticator);
  const SignInEntry entry = {.user_id = user->id,
                             .method = method,
                             .address = came->address,
                             .client = came->client,
                             .second_factor_proven = identity->has_second_factor};
  outcome->sign_in = sign_in_enter(services, &entry, error);
  return outcome->sign_in != NULL;
}

static gboolean
finish(Services *services, OidcProvider *provider, const OidcSignInReturn *came, OidcSignInOutcome *outcome,
       GError **error)
{
  g_autoptr(OidcTransaction) transaction = oidc_transaction_of(came->secret);
  g_autoptr(OidcBegun) begun = find_begun(services, came, transaction, error);
  if (begun == NULL)
    return FALSE;
  outcome->client_port = (guint16)begun->client_port;
  outcome->client_challenge = g_strdup(begun->client_challenge);
  const OidcAnswer answer = {came->code, came->issuer, came->error};
  g_autoptr(OidcIdentity) identity =
      oidc_provider_finish(provider, &answer, transaction, begun->redirect_uri, error);
  return identity != NULL && complete(services, begun, identity, came, outcome, error);
}

gboolean
oidc_sign_in_finish(Services *services, const OidcSignInReturn *came, OidcSignInOutcome *ret_outcome,
                    GError **error)
{
  OidcProvider *provider = find_provider(services, came->authenticator, error);
  if (provider == NULL)
    return FALSE;
  GError *problem = NULL;
  if (finish(services, provider, came, ret_outcome, &problem))
    return TRUE;
  g_autofree char *object = g_strconcat("authenticator/", came->authenticator, NULL);
  audit_log_refusal(services, NULL, "sign-in", object, came->address, problem);
  g_propagate_error(error, problem);
  return FALSE;
}

/* The row of @code, taken; a wrong verifier has spent the code. */
static OidcFinished *
fetch(Services *services, const char *code, const char *verifier, GError **error)
{
  g_autofree char *hash = secret_hash(code);
  g_autofree char *challenge = oidc_transaction_challenge(verifier);
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return NULL;
  GError *problem = NULL;
  g_autoptr(OidcFinished) row = oidc_store_fetch(work->transaction, hash, work->now_us, &problem);
  if (row == NULL && !g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_propagate_error(error, problem);
    return NULL;
  }
  g_clear_error(&problem);
  if (row != NULL && !work_commit(work, error))
    return NULL;
  if (row == NULL || !secret_equal(row->challenge, challenge)) {
    refuse_expired(error);
    return NULL;
  }
  return g_steal_pointer(&row);
}

SignIn *
oidc_sign_in_redeem(Services *services, const char *code, const char *verifier, const SignInOrigin *origin,
                    GError **error)
{
  GError *problem = NULL;
  g_autoptr(OidcFinished) row = fetch(services, code, verifier, &problem);
  SignInEntry entry = {.address = origin->address, .client = origin->client};
  SignIn *sign_in = NULL;
  if (row != NULL) {
    entry.user_id = row->user_id;
    entry.method = row->method;
    entry.second_factor_proven = row->second_factor;
    sign_in = sign_in_enter(services, &entry, &problem);
  }
  if (sign_in != NULL)
    return sign_in;
  audit_log_refusal(services, NULL, "sign-in", "authenticator/(hand-over)", origin->address, problem);
  g_propagate_error(error, problem);
  return NULL;
}

void
oidc_sign_in_outcome_clear(OidcSignInOutcome *outcome)
{
  sign_in_free(outcome->sign_in);
  g_free(outcome->client_challenge);
  secret_free(outcome->code);
}
