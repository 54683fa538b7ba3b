/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/ldap/ldap_authenticator.h"

#include "broker/auth/ldap/ldap_directory.h"
#include "broker/auth/ldap/ldap_servers.h"
#include "broker/auth/ldap/ldap_text.h"
#include "common/base/error.h"
#include "common/base/log.h"

#include <string.h>

#define PASSWORD_MAX_BYTES 1024

typedef struct {
  Authenticator authenticator;
  LdapSettings *settings;
  LdapServers *servers;
  LdapTimer *timer;
  GMutex mutex;
  GCond left;
  guint visiting;
  guint waiting;
} LdapAuthenticator;

/* What a visitor wants, once it is in; TRUE unless the directory failed it. */
typedef gboolean (*Errand)(LdapVisit *visit, gpointer data, GError **error);

static gboolean
enter(LdapAuthenticator *ldap, GError **error)
{
  const LdapSettings *settings = ldap->settings;
  gint64 until_us = g_get_monotonic_time() + (gint64)settings->total_ms * 1000;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&ldap->mutex);
  gboolean may_wait = ldap->waiting < 2 * settings->workers;
  ldap->waiting++;
  while (may_wait && ldap->visiting >= settings->workers)
    may_wait = g_cond_wait_until(&ldap->left, &ldap->mutex, until_us);
  ldap->waiting--;
  if (ldap->visiting < settings->workers) {
    ldap->visiting++;
    return TRUE;
  }
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_OVERLOADED,
              "Too many people are signing in at this moment; try again in a few seconds.");
  return FALSE;
}

static void
leave(LdapAuthenticator *ldap)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&ldap->mutex);
  ldap->visiting--;
  g_cond_signal(&ldap->left);
}

static gboolean
refuse_away(LdapAuthenticator *ldap, GError **error)
{
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DIRECTORY_AWAY,
              "The directory %s does not answer as it should; try again in a minute.",
              ldap->authenticator.name);
  return FALSE;
}

/* @ret_answered: it answered something of the errand, whatever became of that. One answer that is too large
 * or late is of the account that was asked for; the server is not worse for all others by it. */
static gboolean
visit_server(LdapAuthenticator *ldap, const LdapServer *server, LdapDeadline *deadline, GPtrArray *steps,
             Errand errand, gpointer data, gboolean *ret_answered, GError **error)
{
  LdapVisit visit = {.settings = ldap->settings, .authenticator = ldap->authenticator.name, .steps = steps};
  g_autoptr(LdapConnection) connection = ldap_connection_open(server, ldap->settings, deadline, error);
  if (connection == NULL) {
    ldap_directory_note(&visit, "connect", FALSE, "%s: %s", server->uri,
                        error != NULL && *error != NULL ? (*error)->message : "failed");
    return FALSE;
  }
  ldap_directory_note(&visit, "connect", TRUE, "%s, with %s", server->uri,
                      server->by_start_tls ? "StartTLS" : "TLS");
  visit.connection = connection;
  if (!ldap_directory_enter(&visit, error))
    return FALSE;
  ldap_directory_note(&visit, "bind", TRUE, "The directory lets %s search.",
                      ldap->settings->bind_dn != NULL ? ldap->settings->bind_dn : "nobody in particular");
  guint before = ldap_connection_answers(connection);
  gboolean done = errand(&visit, data, error);
  *ret_answered = ldap_connection_answers(connection) > before;
  return done;
}

/* Tries the servers in their order till one answers. What an errand itself refuses is an answer. */
static gboolean
visit_any(LdapAuthenticator *ldap, GPtrArray *steps, Errand errand, gpointer data, GError **error)
{
  g_autoptr(LdapDeadline) deadline = ldap_deadline_new(ldap->timer, ldap->settings->total_ms);
  guint index;
  for (guint from = 0; ldap_deadline_left_ms(deadline) > 0 &&
                       ldap_servers_next(ldap->servers, from, g_get_monotonic_time(), &index);
       from = index + 1) {
    const LdapServer *server = g_ptr_array_index(ldap->settings->servers, index);
    GError *problem = NULL;
    gboolean answered = FALSE;
    gboolean done = visit_server(ldap, server, deadline, steps, errand, data, &answered, &problem);
    if (done || !g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_DIRECTORY_AWAY)) {
      ldap_servers_good(ldap->servers, index);
      if (!done)
        g_propagate_error(error, problem);
      return done;
    }
    if (answered)
      ldap_servers_good(ldap->servers, index);
    else
      ldap_servers_bad(ldap->servers, index, g_get_monotonic_time());
    log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.code = error_stable_name(problem)), "Directory %s, %s: %s",
              ldap->authenticator.name, server->uri, problem->message);
    g_error_free(problem);
  }
  return refuse_away(ldap, error);
}

static gboolean
visit(LdapAuthenticator *ldap, GPtrArray *steps, Errand errand, gpointer data, GError **error)
{
  if (!enter(ldap, error))
    return FALSE;
  gboolean done = visit_any(ldap, steps, errand, data, error);
  leave(ldap);
  return done;
}

typedef struct {
  const AuthenticatorAccount *account;
  const char *password;
  gboolean accepted;
  ExternalIdentity *identity;
} Proof;

/* Only who proved the password is told what is wrong with the account. */
static gboolean
check_is_open(const LdapEntry *entry, LdapBind bind, GError **error)
{
  const char *reason;
  if (ldap_entry_is_closed(entry, g_get_real_time(), &reason)) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_ACCOUNT_CLOSED, reason);
    return FALSE;
  }
  if (bind == LDAP_BIND_ACCEPTED && !ldap_entry_needs_password(entry))
    return TRUE;
  g_set_error_literal(
      error, CARAWAY_ERROR, CARAWAY_ERROR_DIRECTORY_PASSWORD,
      "Your password in the directory has to be changed first; change it there, then sign in.");
  return FALSE;
}

/* An empty password would bind as nobody and be accepted (RFC 4513 section 5.1.2). */
static gboolean
password_is_possible(const char *password)
{
  return *password != '\0' && strlen(password) <= PASSWORD_MAX_BYTES;
}

static gboolean
prove(LdapVisit *visit, gpointer data, GError **error)
{
  Proof *proof = data;
  g_autoptr(LdapEntry) entry = NULL;
  gboolean is_asked = proof->account->exists && password_is_possible(proof->password);
  LdapBind bind;
  if (!ldap_directory_find(visit, proof->account->name, &entry, error) ||
      !ldap_directory_prove(visit, is_asked ? entry : NULL, proof->password, &bind, error))
    return FALSE;
  if (entry == NULL || !is_asked || bind == LDAP_BIND_REFUSED)
    return TRUE;
  if (!check_is_open(entry, bind, error)) {
    ldap_directory_note(visit, "open", FALSE, "The account is closed, or its password must be changed.");
    return FALSE;
  }
  if (!ldap_directory_enter(visit, error)) /* groups are looked for by who may see them */
    return FALSE;
  proof->identity = ldap_directory_describe(visit, entry, error);
  proof->accepted = proof->identity != NULL;
  return proof->accepted;
}

static gboolean
check(Authenticator *authenticator, const AuthenticatorAccount *account, const char *password,
      gboolean *ret_accepted, ExternalIdentity **ret_identity, GError **error)
{
  Proof proof = {.account = account, .password = password};
  if (!visit((LdapAuthenticator *)authenticator, NULL, prove, &proof, error))
    return FALSE;
  *ret_accepted = proof.accepted;
  *ret_identity = proof.identity;
  return TRUE;
}

typedef struct {
  const char *external_id;
  AuthenticatorFinding finding;
  ExternalIdentity *identity;
} LookUp;

static gboolean
find_again(LdapVisit *visit, gpointer data, GError **error)
{
  LookUp *look_up = data;
  g_autoptr(LdapEntry) entry = NULL;
  const char *reason;
  if (!ldap_directory_find_id(visit, look_up->external_id, &entry, error))
    return FALSE;
  if (entry == NULL)
    look_up->finding = AUTHENTICATOR_GONE;
  else if (ldap_entry_is_closed(entry, g_get_real_time(), &reason))
    look_up->finding = AUTHENTICATOR_CLOSED;
  else
    look_up->identity = ldap_directory_describe(visit, entry, error);
  return entry == NULL || look_up->finding == AUTHENTICATOR_CLOSED || look_up->identity != NULL;
}

static gboolean
look_up(Authenticator *authenticator, const char *external_id, AuthenticatorFinding *ret_finding,
        ExternalIdentity **ret_identity, GError **error)
{
  LookUp wanted = {.external_id = external_id, .finding = AUTHENTICATOR_PRESENT};
  if (!visit((LdapAuthenticator *)authenticator, NULL, find_again, &wanted, error))
    return FALSE;
  *ret_finding = wanted.finding;
  *ret_identity = wanted.identity;
  return TRUE;
}

static gboolean
explain(Authenticator *authenticator, const char *name, const char *password, GPtrArray *steps,
        GError **error)
{
  const AuthenticatorAccount account = {.name = name, .exists = TRUE};
  Proof proof = {.account = &account, .password = password};
  gboolean done = visit((LdapAuthenticator *)authenticator, steps, prove, &proof, error);
  external_identity_free(proof.identity);
  return done;
}

/* A whole name, or the short one of the attribute that the configuration says. */
static char *
group_key(Authenticator *authenticator, const char *external_name, GError **error)
{
  const LdapSettings *settings = ((LdapAuthenticator *)authenticator)->settings;
  g_autofree char *key = strchr(external_name, '=') != NULL ? ldap_text_dn_key(external_name) : NULL;
  if (key != NULL && ldap_text_dn_is_within(key, settings->group_base))
    return g_steal_pointer(&key);
  if (key == NULL && strchr(external_name, '=') == NULL && settings->group_name_attribute != NULL)
    return g_utf8_strdown(external_name, -1);
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
              "A group of %s is called by its whole name there, below %s%s%s.", authenticator->name,
              settings->group_base, settings->group_name_attribute != NULL ? ", or by its " : "",
              settings->group_name_attribute != NULL ? settings->group_name_attribute : "");
  return NULL;
}

static void
free_ldap(Authenticator *authenticator)
{
  LdapAuthenticator *ldap = (LdapAuthenticator *)authenticator;
  ldap_timer_free(ldap->timer);
  ldap_servers_free(ldap->servers);
  ldap_settings_free(ldap->settings);
  g_mutex_clear(&ldap->mutex);
  g_cond_clear(&ldap->left);
  authenticator_clear(authenticator);
  g_free(ldap);
}

static Authenticator *
make(const char *name, const char *label, LdapSettings *settings)
{
  LdapAuthenticator *ldap = g_new0(LdapAuthenticator, 1);
  ldap->authenticator = (Authenticator){
      .check = check, .look_up = look_up, .explain = explain, .group_key = group_key, .free = free_ldap};
  authenticator_init(&ldap->authenticator, name, label, AUTHENTICATOR_PASSWORD);
  ldap->authenticator.recheck_s = settings->recheck_s;
  ldap->settings = settings;
  ldap->servers = ldap_servers_new(settings->servers->len);
  ldap->timer = ldap_timer_new();
  g_mutex_init(&ldap->mutex);
  g_cond_init(&ldap->left);
  return &ldap->authenticator;
}

Authenticator *
ldap_authenticator_open(const char *name, const Config *config, GError **error)
{
  LdapSettings *settings = ldap_settings_new(config, error);
  return settings != NULL ? make(name, config_string(config, AUTHENTICATOR_GROUP, "label"), settings) : NULL;
}
