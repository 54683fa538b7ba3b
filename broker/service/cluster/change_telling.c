/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/cluster/change_telling.h"

#include "broker/model/second_factor.h"
#include "broker/policy/access_decision.h"
#include "broker/service/away/known_feed.h"
#include "broker/service/sessions/session_view.h"
#include "broker/service/trust/grant_keys.h"
#include "broker/store/access_token_store.h"
#include "broker/store/host_store.h"
#include "broker/store/object_store.h"
#include "broker/store/role_binding_store.h"
#include "broker/store/sign_in_store.h"
#include "broker/store/user_store.h"
#include "common/base/error.h"

static GHashTable *
set_new(void)
{
  return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

Changes *
changes_new(void)
{
  Changes *changes = g_new0(Changes, 1);
  changes->sessions = set_new();
  changes->outboxes = set_new();
  changes->hosts = set_new();
  changes->accounts = set_new();
  return changes;
}

gboolean
changes_are_none(const Changes *changes)
{
  return !changes->rights && !changes->certificates && !changes->pools && !changes->brokers &&
         !changes->missed && g_hash_table_size(changes->sessions) == 0 &&
         g_hash_table_size(changes->outboxes) == 0 && g_hash_table_size(changes->hosts) == 0 &&
         g_hash_table_size(changes->accounts) == 0;
}

void
changes_free(Changes *changes)
{
  if (changes == NULL)
    return;
  g_hash_table_unref(changes->sessions);
  g_hash_table_unref(changes->outboxes);
  g_hash_table_unref(changes->hosts);
  g_hash_table_unref(changes->accounts);
  g_free(changes);
}

/* A row that is gone is nothing to tell; anything else that went wrong is a failure. */
static gboolean
is_gone(GError *problem, GError **error)
{
  if (g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_error_free(problem);
    return TRUE;
  }
  g_propagate_error(error, problem);
  return FALSE;
}

static gboolean
tell_session(Services *services, DbTransaction *transaction, const char *id, GError **error)
{
  GError *problem = NULL;
  g_autoptr(Session) session = session_view_find(transaction, id, &problem);
  if (session == NULL)
    return is_gone(problem, error);
  session_hub_publish(services->hub, session);
  return TRUE;
}

static gboolean
tell_sessions(Services *services, DbTransaction *transaction, const Changes *changes, GError **error)
{
  g_autoptr(GHashTable) followed = session_hub_sessions(services->hub);
  GHashTableIter iter;
  gpointer id;
  g_hash_table_iter_init(&iter, followed);
  while (g_hash_table_iter_next(&iter, &id, NULL))
    if ((changes->missed || g_hash_table_contains(changes->sessions, id)) &&
        !tell_session(services, transaction, id, error))
      return FALSE;
  return TRUE;
}

/* Sessions of others that @account follows, and may not see any more. */
static gboolean
review_strangers(Services *services, DbTransaction *transaction, const char *account, GError **error)
{
  g_autoptr(GHashTable) strangers = session_hub_strangers(services->hub, account);
  if (g_hash_table_size(strangers) == 0)
    return TRUE;
  g_autoptr(Access) access = role_binding_store_of_user(transaction, account, error);
  GHashTableIter iter;
  gpointer session;
  g_hash_table_iter_init(&iter, strangers);
  while (access != NULL && g_hash_table_iter_next(&iter, &session, NULL)) {
    g_auto(GStrv) paths = object_store_find(transaction, OBJECT_SESSION, session, error);
    if (paths == NULL)
      return FALSE;
    if (access_decision_role(access, PERMISSION_SESSION_READ, (const char *const *)paths) == NULL)
      session_hub_cut_stranger(services->hub, account, session);
  }
  return access != NULL;
}

/* Whether @device is a sign-in that still lacks the second factor of @user; an access token is none. */
static gboolean
is_pending(DbTransaction *transaction, const User *user, const char *device, gboolean *ret_pending,
           GError **error)
{
  GError *problem = NULL;
  g_autoptr(SignInRow) row = sign_in_store_find(transaction, device, &problem);
  *ret_pending = row != NULL && factor_standing_is_pending(factor_standing(user, row->factor_us));
  return row != NULL || is_gone(problem, error);
}

/* Those of @account who may not follow any more: by sign-ins that are over, or whose sessions they may not
 * see. */
static gboolean
review_account(Services *services, DbTransaction *transaction, const char *account, GError **error)
{
  GError *problem = NULL;
  g_autoptr(User) user = user_store_find(transaction, account, &problem);
  if (user == NULL && !is_gone(problem, error))
    return FALSE;
  if (user == NULL || user->disabled) {
    session_hub_cut(services->hub, account, NULL);
    return TRUE;
  }
  if (!review_strangers(services, transaction, account, error))
    return FALSE;
  g_autoptr(GHashTable) devices = session_hub_devices(services->hub, account);
  GHashTableIter iter;
  gpointer device;
  g_hash_table_iter_init(&iter, devices);
  while (g_hash_table_iter_next(&iter, &device, NULL)) {
    gboolean lives, pending;
    if (!access_token_store_device_lives(transaction, device, &lives, error) ||
        !is_pending(transaction, user, device, &pending, error))
      return FALSE;
    if (!lives || pending)
      session_hub_cut(services->hub, account, device);
  }
  return TRUE;
}

static gboolean
review_accounts(Services *services, DbTransaction *transaction, const Changes *changes, GError **error)
{
  g_autoptr(GHashTable) followers = session_hub_users(services->hub);
  GHashTableIter iter;
  gpointer id;
  g_hash_table_iter_init(&iter, followers);
  while (g_hash_table_iter_next(&iter, &id, NULL))
    if ((changes->missed || changes->rights || g_hash_table_contains(changes->accounts, id)) &&
        !review_account(services, transaction, id, error))
      return FALSE;
  return TRUE;
}

static void
drop_link(Services *services, const char *host, gint64 term)
{
  delivery_close(services->delivery, host, term);
  host_pulse_end(services->host_pulse, host, term);
  if (services->sender != NULL)
    services->sender->drop_link(services->sender, host, term);
}

/* Every broker counts silence from about the same moment; a link here that is not the newest is closed. */
static void
take_host(Services *services, const Host *host)
{
  gint64 now_us = clock_boottime_us(services->clock);
  if (host->state == HOST_SILENT)
    host_silence_us(services->host_silence, host->name, host->term, now_us);
  else
    host_silence_end(services->host_silence, host->name);
  if (g_strcmp0(host->link_broker, services->instance) == 0)
    return;
  drop_link(services, host->name, host->term);
}

/* A link of @host here would be that of a host which was removed. */
static void
take_missing_host(Services *services, const char *host)
{
  host_silence_end(services->host_silence, host);
  drop_link(services, host, G_MAXINT64);
}

static GHashTable *
names_of(const GPtrArray *hosts)
{
  GHashTable *names = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < hosts->len; i++)
    g_hash_table_add(names, ((Host *)g_ptr_array_index(hosts, i))->name);
  return names;
}

/* Those of @changes that are not entered; when anything may have been missed, of all that are heard here. */
static void
take_missing_hosts(Services *services, const Changes *changes, const GPtrArray *hosts)
{
  g_autoptr(GHashTable) entered = names_of(hosts);
  g_auto(GStrv) heard = changes->missed ? host_pulse_hosts(services->host_pulse) : g_new0(char *, 1);
  for (char **host = heard; *host != NULL; host++)
    if (!g_hash_table_contains(entered, *host))
      take_missing_host(services, *host);
  GHashTableIter iter;
  gpointer host;
  g_hash_table_iter_init(&iter, changes->hosts);
  while (g_hash_table_iter_next(&iter, &host, NULL))
    if (!g_hash_table_contains(entered, host))
      take_missing_host(services, host);
}

static gboolean
read_hosts(Services *services, DbTransaction *transaction, const Changes *changes, GError **error)
{
  if (!changes->missed && g_hash_table_size(changes->hosts) == 0)
    return TRUE;
  g_autoptr(GPtrArray) hosts = host_store_all(transaction, error);
  for (guint i = 0; hosts != NULL && i < hosts->len; i++) {
    const Host *host = g_ptr_array_index(hosts, i);
    if (changes->missed || g_hash_table_contains(changes->hosts, host->name))
      take_host(services, host);
  }
  if (hosts != NULL)
    take_missing_hosts(services, changes, hosts);
  return hosts != NULL;
}

static gboolean
tell(Services *services, const Changes *changes, GError **error)
{
  guint64 stamp = known_sign_ins_stamp(services->known_sign_ins);
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  DbTransaction *transaction = work != NULL ? work->transaction : NULL;
  return transaction != NULL && known_feed_take(work, changes, stamp, error) &&
         tell_sessions(services, transaction, changes, error) &&
         review_accounts(services, transaction, changes, error) &&
         read_hosts(services, transaction, changes, error) &&
         delivery_run(services->delivery, transaction, changes->missed ? NULL : changes->outboxes,
                      services->sender, error);
}

static gboolean
tell_brokers(Services *services, GError **error)
{
  gboolean keys_changed;
  if (!broker_directory_read(services, &keys_changed, error))
    return FALSE;
  g_autoptr(GPtrArray) keys = broker_directory_keys(services);
  if (keys_changed && services->sender != NULL)
    services->sender->tell_keys(services->sender, keys);
  if (services->grant_keys != NULL) {
    grant_keys_look_soon(services->grant_keys);
    services_wake(services);
  }
  cluster_wake(services->cluster);
  return TRUE;
}

/* Connections of machines whose certificates do not count any more are cut. */
static gboolean
tell_certificates(Services *services, GError **error)
{
  if (!certificate_memory_read(services->certificates, services->db, error))
    return FALSE;
  if (services->sender != NULL && services->sender->trust_changed != NULL)
    services->sender->trust_changed(services->sender);
  return TRUE;
}

gboolean
change_telling_run(Services *services, Changes *changes, GError **error)
{
  if (((changes->certificates || changes->missed) && !tell_certificates(services, error)) ||
      !tell(services, changes, error) ||
      ((changes->brokers || changes->missed) && !tell_brokers(services, error)))
    return FALSE;
  if (changes->pools || changes->missed)
    services_wake(services);
  return TRUE;
}
