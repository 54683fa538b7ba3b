/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/hosts/host_registry.h"

#include "broker/policy/names.h"
#include "broker/service/audit_log.h"
#include "broker/service/trust/certificate_registry.h"
#include "broker/service/work.h"
#include "broker/store/foreign_store.h"
#include "broker/store/host_store.h"
#include "broker/store/image_store.h"
#include "broker/store/join_token_store.h"
#include "common/base/error.h"
#include "common/base/secret.h"

#define SECRET_BYTES       16
#define LIFETIME_DEFAULT_S 3600
#define LIFETIME_MIN_S     60
#define LIFETIME_MAX_S     (7 * 24 * 3600)
#define ADDRESS_MAX_BYTES  253

JoinToken *
host_registry_create_join_token(Services *services, const Caller *caller, const char *role, gint64 lifetime_s,
                                GError **error)
{
  gint64 wanted_s = lifetime_s == 0 ? LIFETIME_DEFAULT_S : lifetime_s;
  if (g_strcmp0(role, "host") != 0 && g_strcmp0(role, "portal") != 0) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "The role is \"host\" or \"portal\".");
    return NULL;
  }
  if (wanted_s < LIFETIME_MIN_S || wanted_s > LIFETIME_MAX_S) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "The lifetime is between %d and %d seconds.",
                LIFETIME_MIN_S, LIFETIME_MAX_S);
    return NULL;
  }
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return NULL;
  g_autoptr(JoinToken) token = g_new0(JoinToken, 1);
  token->secret = secret_random(SECRET_BYTES);
  token->expires_us = work->now_us + wanted_s * SECOND_US;
  g_autofree char *hash = secret_hash(token->secret);
  if (!join_token_store_add(work->transaction, hash, role, token->expires_us, error) ||
      !work_audit(work, caller, "join-token.create", "role", role, "", error) || !work_commit(work, error))
    return NULL;
  return g_steal_pointer(&token);
}

static gboolean
check_new_name(Work *work, const char *name, GError **error)
{
  GError *problem = NULL;
  g_autoptr(Host) host = host_store_find(work->transaction, name, &problem);
  if (host == NULL && !g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  g_clear_error(&problem);
  /* One that never got as far as a first hello may begin again: its reply may have been lost. */
  if (host == NULL || host->state == HOST_JOINING)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
              "A host called %s has joined already; remove it first or choose another name.", name);
  return FALSE;
}

static gboolean
enter_host(Work *work, const char *name, const char *relay_address, guint16 relay_port, GError **error)
{
  const Host host = {.name = (char *)name,
                     .state = HOST_JOINING,
                     .state_since_us = work->now_us,
                     .boot_id = (char *)"",
                     .agent_version = (char *)"",
                     .accelerator = (char *)"",
                     .accelerator_reason = (char *)"",
                     .relay_address = (char *)relay_address,
                     .relay_port = relay_port};
  return check_new_name(work, name, error) && host_store_put(work->transaction, &host, error);
}

static gboolean
take_token(Work *work, const char *secret, const char *role, GError **error)
{
  g_autofree char *hash = secret_hash(secret);
  gboolean taken;
  if (!join_token_store_take(work->transaction, hash, role, work->now_us, &taken, error))
    return FALSE;
  if (!taken)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_JOIN_TOKEN,
                "This join token is wrong, was used before or has expired; make a new one and join with it.");
  return taken;
}

static gboolean
join(Services *services, const char *secret, const char *role, const char *name, const char *relay_address,
     guint16 relay_port, const GPtrArray *certificates, const char *address, GError **error)
{
  gboolean is_host = g_str_equal(role, "host");
  if (!names_check(name, role, error) ||
      (is_host && !names_check_text(relay_address, ADDRESS_MAX_BYTES, "relay address", error)))
    return FALSE;
  if (is_host && (relay_address == NULL || *relay_address == '\0' || relay_port == 0)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                "A host joins with the address and port of its relay.");
    return FALSE;
  }
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return FALSE;
  g_autofree char *actor = g_strdup_printf("%s/%s", role, name);
  g_autoptr(Caller) machine = caller_new("", actor, FALSE, address, NULL);
  return take_token(work, secret, role, error) &&
         (!is_host || enter_host(work, name, relay_address, relay_port, error)) &&
         work_audit(work, machine, "join", role, name, "", error) &&
         (certificates == NULL || certificate_registry_enter(work, machine, certificates, error)) &&
         work_commit(work, error);
}

gboolean
host_registry_join(Services *services, const char *secret, const char *role, const char *name,
                   const char *relay_address, guint16 relay_port, const GPtrArray *certificates,
                   const char *address, GError **error)
{
  GError *problem = NULL;
  if (join(services, secret, role, name, relay_address, relay_port, certificates, address, &problem))
    return TRUE;
  g_autofree char *object = g_strdup_printf("%s/%.63s", role, names_is_valid(name) ? name : "(not a name)");
  audit_log_refusal(services, NULL, "join", object, address, problem);
  g_propagate_error(error, problem);
  return FALSE;
}

static gboolean
complete(Work *work, Host *host, GError **error)
{
  GPtrArray *images = image_store_of_host(work->transaction, host->name, error);
  if (images == NULL)
    return FALSE;
  g_ptr_array_unref(host->images);
  host->images = images;
  gint64 heard_us = host_pulse_read(work->services->host_pulse, host);
  if (heard_us != 0)
    host->last_seen_us = work->now_us - (clock_boottime_us(work->services->clock) - heard_us);
  return host_store_count_desktops(work->transaction, host, error) &&
         host_store_read_quarantine(work->transaction, host, error);
}

static gboolean
complete_in_full(Work *work, Host *host, GError **error)
{
  host->foreign = foreign_store_of_host(work->transaction, host->name, error);
  return host->foreign != NULL && complete(work, host, error);
}

GPtrArray *
host_registry_list(Services *services, const Page *page, char **ret_next, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  if (work == NULL)
    return NULL;
  g_autofree char *next = NULL;
  g_autoptr(GPtrArray) hosts = host_store_list(work->transaction, page, &next, error);
  for (guint i = 0; hosts != NULL && i < hosts->len; i++)
    if (!complete(work, g_ptr_array_index(hosts, i), error))
      return NULL;
  if (hosts != NULL && ret_next != NULL)
    *ret_next = g_steal_pointer(&next);
  return g_steal_pointer(&hosts);
}

Host *
host_registry_get(Services *services, const char *name, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  if (work == NULL)
    return NULL;
  g_autoptr(Host) host = host_store_find(work->transaction, name, error);
  return host != NULL && complete_in_full(work, host, error) ? g_steal_pointer(&host) : NULL;
}

void
join_token_free(JoinToken *token)
{
  if (token == NULL)
    return;
  secret_free(token->secret);
  g_free(token);
}
