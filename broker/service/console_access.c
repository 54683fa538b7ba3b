/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/console_access.h"

#include "broker/model/name_table.h"
#include "broker/service/audit_log.h"
#include "broker/service/own_session.h"
#include "broker/store/console_password_store.h"
#include "broker/store/desktop_store.h"
#include "broker/store/host_store.h"
#include "broker/store/pool_store.h"
#include "broker/store/session_store.h"
#include "common/base/error.h"
#include "common/base/secret.h"

#define GRANT_LIFE_S    30
#define PASSWORD_LIFE_S 120
#define PASSWORD_BYTES  32 /* 43 characters: stock viewers refuse more than 60 */

static const char *const viewer_names[] = {
    [VIEWER_NATIVE] = "native", [VIEWER_BROWSER] = "browser", [VIEWER_VV] = "vv"};

gboolean
viewer_from_name(const char *name, Viewer *ret_viewer)
{
  int value = name_table_value(viewer_names, G_N_ELEMENTS(viewer_names), name);
  if (value < 0)
    return FALSE;
  *ret_viewer = (Viewer)value;
  return TRUE;
}

/* Signs for @session, which is ready. */
static char *
sign(Work *work, const Session *session, const char *viewer, gint64 *ret_expires_us, GError **error)
{
  Services *services = work->services;
  if (services->signer == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INTERNAL, "This broker has no key to sign grants with.");
    return NULL;
  }
  g_autoptr(Desktop) desktop = desktop_store_find(work->transaction, session->desktop_id, error);
  if (desktop == NULL)
    return NULL;
  g_autoptr(Host) host = host_store_find(work->transaction, desktop->host, error);
  if (host == NULL)
    return NULL;
  g_autoptr(Pool) pool = pool_store_find(work->transaction, desktop->pool_id, error);
  if (pool == NULL)
    return NULL;
  g_autofree char *id = g_uuid_string_random();
  g_autofree char *identity = g_strconcat("relay/", host->name, NULL);
  const Grant grant = {.id = id,
                       .session = session->id,
                       .desktop = desktop->id,
                       .epoch = desktop->epoch,
                       .host = host->name,
                       .address = host->relay_address,
                       .port = host->relay_port,
                       .identity = identity,
                       .user = session->user_name,
                       .channels = pool->channels,
                       .issued_s = work->now_us / SECOND_US,
                       .expires_s = work->now_us / SECOND_US + GRANT_LIFE_S,
                       .viewer = (char *)viewer};
  if (ret_expires_us != NULL)
    *ret_expires_us = grant.expires_s * SECOND_US;
  return services->signer->sign(services->signer, &grant, error);
}

static gboolean
check_device(const Caller *caller, const Session *session, gboolean take_over, GError **error)
{
  if (*session->device == '\0' &&
      !take_over) { /* else viewers that come back by themselves undo it at once */
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DISCONNECTED,
                "This desktop was disconnected on purpose; connect to it again to go on.");
    return FALSE;
  }
  if (take_over || session->state != SESSION_CONNECTED || g_str_equal(session->device, caller->token_hash))
    return TRUE;
  GError *refusal =
      g_error_new_literal(CARAWAY_ERROR, CARAWAY_ERROR_IN_USE_ELSEWHERE,
                          "This desktop is open on another device; take it over to go on here.");
  g_autofree char *reason =
      g_strdup_printf("It is open on the device at %s.",
                      session->connected_from != NULL ? session->connected_from : "an unknown address");
  error_set_reasons(refusal, (const char *const[]){reason, NULL});
  g_propagate_error(error, refusal);
  return FALSE;
}

static gboolean
add_secret(Work *work, ConsoleAccess *access, const Session *session, Viewer viewer, GError **error)
{
  if (viewer == VIEWER_NATIVE) {
    access->grant = sign(work, session, viewer_names[viewer], &access->expires_us, error);
    return access->grant != NULL;
  }
  access->password = secret_random(PASSWORD_BYTES);
  access->expires_us = work->now_us + PASSWORD_LIFE_S * SECOND_US;
  g_autofree char *hash = secret_hash(access->password);
  return console_password_store_add(work->transaction, hash, session->id, viewer_names[viewer],
                                    access->expires_us, error);
}

static gboolean
add_place(Work *work, ConsoleAccess *access, const Session *session, GError **error)
{
  g_autoptr(Host) host = host_store_find(work->transaction, session->host, error);
  if (host == NULL)
    return FALSE;
  access->session_id = g_strdup(session->id);
  access->desktop_name = g_strdup(session->desktop_name);
  access->pool_name = g_strdup(session->pool_name);
  access->host = g_strdup(host->name);
  access->relay_address = g_strdup(host->relay_address);
  access->relay_port = host->relay_port;
  access->relay_identity = g_strconcat("relay/", host->name, NULL);
  return TRUE;
}

static gboolean
note_device(Work *work, const Caller *caller, Session *session, Viewer viewer, GError **error)
{
  g_free(session->device);
  session->device = g_strdup(caller->token_hash);
  return session_store_update(work->transaction, session, error) &&
         work_audit(work, caller, "console.grant", "session", session->id, viewer_names[viewer], error);
}

static ConsoleAccess *
create(Services *services, const Caller *caller, const char *session_id, Viewer viewer, gboolean take_over,
       GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return NULL;
  g_autoptr(Session) session = own_session_find_ready(work, caller, session_id, error);
  if (session == NULL)
    return NULL;
  if (!g_str_equal(session->user_id,
                   caller->user_id)) { /* an administrator sees it, but does not look into it */
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_FORBIDDEN, "Only its owner may open this desktop.");
    return NULL;
  }
  g_autoptr(ConsoleAccess) access = g_new0(ConsoleAccess, 1);
  if (!check_device(caller, session, take_over, error) || !add_secret(work, access, session, viewer, error) ||
      !add_place(work, access, session, error) || !note_device(work, caller, session, viewer, error) ||
      !work_commit(work, error))
    return NULL;
  return g_steal_pointer(&access);
}

ConsoleAccess *
console_access_create(Services *services, const Caller *caller, const char *session_id, Viewer viewer,
                      gboolean take_over, GError **error)
{
  GError *problem = NULL;
  ConsoleAccess *access = create(services, caller, session_id, viewer, take_over, &problem);
  if (access != NULL)
    return access;
  g_autofree char *object = g_strdup_printf("session/%.36s", session_id);
  audit_log_refusal(services, caller, "console.grant", object, caller->address, problem);
  g_propagate_error(error, problem);
  return NULL;
}

void
console_access_free(ConsoleAccess *access)
{
  if (access == NULL)
    return;
  secret_free(access->grant);
  secret_free(access->password);
  g_free(access->session_id);
  g_free(access->desktop_name);
  g_free(access->pool_name);
  g_free(access->host);
  g_free(access->relay_address);
  g_free(access->relay_identity);
  g_free(access);
}

static gboolean
refuse_password(CarawayErrorCode code, const char *sentence, GError **error)
{
  g_set_error_literal(error, CARAWAY_ERROR, (int)code, sentence);
  return FALSE;
}

static gboolean
check_row(Work *work, const ConsolePasswordRow *row, const char *hash, GError **error)
{
  gboolean spent;
  if (row->expires_us <= work->now_us)
    return refuse_password(CARAWAY_ERROR_GRANT_EXPIRED,
                           "This console password has expired; open the desktop again.", error);
  if (!console_password_store_spend(work->transaction, hash, &spent, error))
    return FALSE;
  return spent || refuse_password(CARAWAY_ERROR_GRANT_USED,
                                  "This console password was used before; open the desktop again.", error);
}

static gboolean
check_session(const Session *session, const char *peer_role, const char *peer_name, GError **error)
{
  if (session->state == SESSION_ENDED)
    return refuse_password(CARAWAY_ERROR_SESSION_ENDED, "The session of this console password has ended.",
                           error);
  if (g_str_equal(peer_role, "portal") ||
      (g_str_equal(peer_role, "relay") && g_str_equal(peer_name, session->host)))
    return TRUE;
  return refuse_password(CARAWAY_ERROR_GRANT_INVALID, "This console password is not for this relay.", error);
}

static char *
redeem(Services *services, const char *password, const char *peer_role, const char *peer_name, GError **error)
{
  g_autofree char *hash = secret_hash(password);
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return NULL;
  GError *problem = NULL;
  g_autoptr(ConsolePasswordRow) row = console_password_store_find(work->transaction, hash, &problem);
  if (row == NULL) {
    if (g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
      g_clear_error(&problem);
      refuse_password(CARAWAY_ERROR_GRANT_INVALID, "There is no such console password.", &problem);
    }
    g_propagate_error(error, problem);
    return NULL;
  }
  g_autoptr(Session) session = session_store_find(work->transaction, row->session_id, error);
  if (session == NULL || !check_session(session, peer_role, peer_name, error) ||
      !check_row(work, row, hash, error))
    return NULL;
  g_autofree char *actor = g_strdup_printf("%s/%s", peer_role, peer_name);
  g_autoptr(Caller) machine = caller_new("", actor, FALSE, "", NULL);
  char *grant = sign(work, session, row->viewer, NULL, error);
  if (grant != NULL &&
      work_audit(work, machine, "console.redeem", "session", session->id, row->viewer, error) &&
      work_commit(work, error))
    return grant;
  secret_free(grant);
  return NULL;
}

char *
console_access_redeem(Services *services, const char *password, const char *peer_role, const char *peer_name,
                      GError **error)
{
  GError *problem = NULL;
  char *grant = redeem(services, password, peer_role, peer_name, &problem);
  if (grant != NULL)
    return grant;
  g_autofree char *object = g_strdup_printf("%s/%s", peer_role, peer_name);
  audit_log_refusal(services, NULL, "console.redeem", object, "", problem);
  g_propagate_error(error, problem);
  return NULL;
}
