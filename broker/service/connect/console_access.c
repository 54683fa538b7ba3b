/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/connect/console_access.h"

#include "broker/service/audit_log.h"
#include "broker/service/away/known_access.h"
#include "broker/service/connect/console_grant.h"
#include "broker/service/connect/own_session.h"
#include "broker/store/console_password_store.h"
#include "broker/store/desktop_store.h"
#include "broker/store/host_store.h"
#include "broker/store/pool_store.h"
#include "broker/store/session_store.h"
#include "common/base/error.h"
#include "common/base/secret.h"
#include "common/base/text.h"

/* What the database knows about the place of @session, which is live. */
typedef struct {
  ConsoleFacts facts;
  Desktop *desktop;
  Host *host;
  Pool *pool;
} Place;

static void
place_clear(Place *place)
{
  desktop_free(place->desktop);
  host_free(place->host);
  pool_free(place->pool);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

static gboolean
read_place(Work *work, const Session *session, Place *place, GError **error)
{
  place->desktop = desktop_store_find(work->transaction, session->desktop_id, error);
  place->host = place->desktop != NULL ? host_store_find(work->transaction, session->host, error) : NULL;
  place->pool = place->host != NULL ? pool_store_find(work->transaction, session->pool_id, error) : NULL;
  if (place->pool == NULL)
    return FALSE;
  place->facts = (ConsoleFacts){.session = session,
                                .epoch = place->desktop->epoch,
                                .channels = place->pool->channels,
                                .relay_address = place->host->relay_address,
                                .relay_port = place->host->relay_port};
  return TRUE;
}

static gboolean
add_secret(Work *work, ConsoleAccess *access, const Place *place, Viewer viewer, GError **error)
{
  console_grant_set_place(access, &place->facts);
  if (viewer == VIEWER_NATIVE) {
    access->grant = console_grant_sign(work->services, &place->facts, viewer_name(viewer), work->now_us,
                                       &access->expires_us, error);
    return access->grant != NULL;
  }
  access->password = secret_random(CONSOLE_PASSWORD_BYTES);
  access->expires_us = work->now_us + CONSOLE_PASSWORD_LIFE_S * SECOND_US;
  g_autofree char *hash = secret_hash(access->password);
  return console_password_store_add(work->transaction, hash, place->facts.session->id, viewer_name(viewer),
                                    access->expires_us, error);
}

static gboolean
note_device(Work *work, const Caller *caller, Session *session, Viewer viewer, GError **error)
{
  g_free(session->device);
  session->device = g_strdup(caller->token_hash);
  work_tell(work, session->id);
  return session_store_update(work->transaction, session, error) &&
         work_audit(work, caller, "console.grant", "session", session->id, viewer_name(viewer), error);
}

static ConsoleAccess *
create(Services *services, const Caller *caller, const char *session_id, Viewer viewer, gboolean take_over,
       GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return NULL;
  g_autoptr(Session) session =
      own_session_find_ready(work, caller, session_id, PERMISSION_SESSION_READ, error);
  if (session == NULL)
    return NULL;
  if (!g_str_equal(session->user_id, caller->user_id)) { /* whoever may see it does not look into it */
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_FORBIDDEN, "Only its owner may open this desktop.");
    return NULL;
  }
  g_autoptr(ConsoleAccess) access = g_new0(ConsoleAccess, 1);
  g_auto(Place) place = {0};
  if (!read_place(work, session, &place, error) ||
      !console_grant_check_factor(caller, place.pool->second_factor, error) ||
      !console_grant_check_device(caller, session, place.pool->take_over, take_over, error) ||
      !add_secret(work, access, &place, viewer, error) ||
      !note_device(work, caller, session, viewer, error) || !work_commit(work, error))
    return NULL;
  return g_steal_pointer(&access);
}

ConsoleAccess *
console_access_create(Services *services, const Caller *caller, const char *session_id, Viewer viewer,
                      gboolean take_over, GError **error)
{
  ConsoleAccess *access =
      viewer == VIEWER_NATIVE ? grant_batch_create(services->grant_batch, caller, session_id) : NULL;
  if (access != NULL)
    return access;
  GError *problem = NULL;
  access = create(services, caller, session_id, viewer, take_over, &problem);
  if (database_watch_is_trouble(problem))
    access = known_access_console(services, caller, session_id, viewer, take_over, g_steal_pointer(&problem),
                                  &problem);
  if (access != NULL)
    return access;
  g_autofree char *shown = text_cut(session_id, 36);
  g_autofree char *object = g_strconcat("session/", shown, NULL);
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
  if (session == NULL || !console_grant_check_peer(session, peer_role, peer_name, error) ||
      !check_row(work, row, hash, error))
    return NULL;
  g_autofree char *actor = g_strdup_printf("%s/%s", peer_role, peer_name);
  g_autoptr(Caller) machine = caller_new("", actor, FALSE, "", NULL);
  g_auto(Place) place = {0};
  char *grant = read_place(work, session, &place, error)
                    ? console_grant_sign(services, &place.facts, row->viewer, work->now_us, NULL, error)
                    : NULL;
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
  char *grant = NULL;
  if (!known_access_redeem(services, password, peer_role, peer_name, &grant, &problem))
    grant = redeem(services, password, peer_role, peer_name, &problem);
  if (grant != NULL)
    return grant;
  g_autofree char *object = g_strdup_printf("%s/%s", peer_role, peer_name);
  audit_log_refusal(services, NULL, "console.redeem", object, "", problem);
  g_propagate_error(error, problem);
  return NULL;
}
