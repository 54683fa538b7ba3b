/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/away/known_access.h"

#include "broker/model/desktop.h"
#include "broker/service/connect/console_grant.h"
#include "broker/service/services_private.h"
#include "common/base/error.h"
#include "common/base/log.h"
#include "common/base/secret.h"

static const char FROM_MEMORY[] =
    "The broker's database is away; this is what the broker knows by heart and may be old.";

/* Refuses with what the database said. */
static void
refuse(GError *trouble, GError **error)
{
  g_propagate_error(error, database_watch_refusal(trouble));
}

/* Every event of security is written, or it does not happen (I8). */
static gboolean
note(Services *services, const char *actor, const char *address, const char *action, const char *session_id,
     const char *detail, GError **error)
{
  g_autofree char *object = g_strconcat("session/", session_id, NULL);
  const AuditEntry entry = {.time_us = clock_wall_us(&services->time),
                            .actor = (char *)actor,
                            .action = (char *)action,
                            .object = object,
                            .succeeded = TRUE,
                            .code = (char *)"",
                            .detail = (char *)detail,
                            .address = (char *)address};
  if (away_journal_add(services->journal, &entry))
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_OVERLOADED,
              "The database is away, and too much waits to be written to the audit log; try again later.");
  return FALSE;
}

/* --- who --- */

static gboolean
is_alive(const Services *services, const KnownSignIn *sign_in)
{
  return sign_in_limits_hold(&services->sign_in_limits, sign_in->user->administrates, sign_in->used_us,
                             sign_in->expires_us, clock_wall_us(&services->time));
}

Caller *
known_access_caller(Services *services, const char *token_hash, const char *address, GError *trouble,
                    GError **error)
{
  g_autoptr(GError) cause = trouble;
  g_autoptr(KnownSignIn) sign_in = known_sign_ins_find(services->known_sign_ins, token_hash);
  if (sign_in == NULL || !is_alive(services, sign_in)) {
    refuse(cause, error);
    return NULL;
  }
  const User *user = sign_in->user;
  Caller *caller = caller_new(user->id, user->name, FALSE, address, token_hash);
  caller->known_administrator = user->administrator;
  caller->password_change_required = user->password_change_required;
  caller->second_factor_us = sign_in->factor_us;
  return caller;
}

User *
known_access_user(Services *services, const Caller *caller, GError *trouble, GError **error)
{
  g_autoptr(GError) cause = trouble;
  g_autoptr(KnownSignIn) sign_in = known_sign_ins_find(services->known_sign_ins, caller->token_hash);
  if (sign_in != NULL)
    return g_steal_pointer(&sign_in->user);
  refuse(cause, error);
  return NULL;
}

/* Something has to be written though the database may be back already. */
static void
wake_if_back(Services *services)
{
  if (database_watch_check(services->watch, DB_WRITE, NULL))
    services_wake(services);
}

gboolean
known_access_sign_out(Services *services, const Caller *caller, GError *trouble, GError **error)
{
  g_autoptr(GError) cause = trouble;
  if (!away_sign_outs_add(services->sign_outs, caller, clock_wall_us(&services->time))) {
    refuse(cause, error);
    return FALSE;
  }
  log_info("While the database is away: %s signed out", caller->user_name);
  session_hub_cut(services->hub, caller->user_id, caller->token_hash);
  wake_if_back(services);
  return TRUE;
}

static void
let_in(Services *services, const char *session_id, const char *device)
{
  known_sessions_set_device(services->known_sessions, session_id, device);
  wake_if_back(services);
}

/* --- what --- */

static Session *
shown(KnownSession *known)
{
  Session *session = g_steal_pointer(&known->session);
  session_add_reason(session, FROM_MEMORY);
  return session;
}

static gboolean
is_of(const KnownSession *known, const Caller *caller)
{
  return known != NULL && g_str_equal(known->session->user_id, caller->user_id);
}

Session *
known_access_session(Services *services, const Caller *caller, const char *id, GError *trouble,
                     GError **error)
{
  g_autoptr(GError) cause = trouble;
  g_autoptr(KnownSession) known = known_sessions_find(services->known_sessions, id);
  if (is_of(known, caller) || (known != NULL && (caller->known_administrator || caller->trusted)))
    return shown(known);
  refuse(cause, error);
  return NULL;
}

GPtrArray *
known_access_sessions(Services *services, const Caller *caller, GError *trouble, GError **error)
{
  g_autoptr(GError) cause = trouble;
  g_autoptr(GPtrArray) known = known_sessions_of_user(services->known_sessions, caller->user_id);
  g_autoptr(GPtrArray) sessions = g_ptr_array_new_with_free_func((GDestroyNotify)session_free);
  for (guint i = 0; i < known->len; i++)
    g_ptr_array_add(sessions, shown(g_ptr_array_index(known, i)));
  if (sessions->len > 0)
    return g_steal_pointer(&sessions);
  refuse(cause, error); /* there may be some that are not known */
  return NULL;
}

static DesktopOffer *
offer_new(const KnownSession *known)
{
  DesktopOffer *offer = g_new0(DesktopOffer, 1);
  offer->pool_id = g_strdup(known->session->pool_id);
  offer->pool_name = g_strdup(known->session->pool_name);
  offer->description = g_strdup(known->description);
  offer->available = TRUE;
  offer->kind = known->session->kind;
  offer->on_logoff = known->session->on_logoff;
  offer->sessions = g_ptr_array_new_with_free_func((GDestroyNotify)session_free);
  offer->desktops = g_ptr_array_new_with_free_func((GDestroyNotify)desktop_free);
  return offer;
}

/* They come by pool. */
GPtrArray *
known_access_offers(Services *services, const Caller *caller, GError *trouble, GError **error)
{
  g_autoptr(GError) cause = trouble;
  g_autoptr(GPtrArray) known = known_sessions_of_user(services->known_sessions, caller->user_id);
  g_autoptr(GPtrArray) offers = g_ptr_array_new_with_free_func((GDestroyNotify)desktop_offer_free);
  DesktopOffer *offer = NULL;
  for (guint i = 0; i < known->len; i++) {
    KnownSession *at = g_ptr_array_index(known, i);
    if (offer == NULL || !g_str_equal(offer->pool_id, at->session->pool_id))
      g_ptr_array_add(offers, offer = offer_new(at));
    g_ptr_array_add(offer->sessions, shown(at));
  }
  if (offers->len > 0)
    return g_steal_pointer(&offers);
  refuse(cause, error);
  return NULL;
}

/* --- coming back --- */

static gboolean
is_wanted(const Session *session, const char *pool, const ConnectOptions *options)
{
  return (g_str_equal(session->pool_id, pool) || g_str_equal(session->pool_name, pool)) &&
         (options->desktop == NULL || g_str_equal(session->desktop_id, options->desktop) ||
          g_strcmp0(session->desktop_name, options->desktop) == 0);
}

static KnownSession *
find_wanted(Services *services, const Caller *caller, const char *pool, const ConnectOptions *options)
{
  if (options->another)
    return NULL;
  g_autoptr(GPtrArray) known = known_sessions_of_user(services->known_sessions, caller->user_id);
  for (guint i = 0; i < known->len; i++)
    if (is_wanted(((KnownSession *)g_ptr_array_index(known, i))->session, pool, options))
      return g_ptr_array_steal_index(known, i);
  return NULL;
}

static gboolean
is_elsewhere(const KnownSession *known, const Caller *caller)
{
  const Session *session = known->session;
  return session->state == SESSION_CONNECTED && *session->device != '\0' &&
         !g_str_equal(session->device, caller->token_hash);
}

static gboolean
check_device(const KnownSession *known, const Caller *caller, gboolean take_over, GError **error)
{
  return console_grant_check_device(caller, known->session, known->take_over, take_over, error);
}

Session *
known_access_resume(Services *services, const Caller *caller, const char *pool, const ConnectOptions *options,
                    GError *trouble, GError **error)
{
  g_autoptr(GError) cause = trouble;
  g_autoptr(KnownSession) known = find_wanted(services, caller, pool, options);
  if (known == NULL) {
    refuse(cause, error);
    return NULL;
  }
  gboolean elsewhere = is_elsewhere(known, caller);
  if (!console_grant_check_factor(caller, known->second_factor, error))
    return NULL;
  if (elsewhere && !check_device(known, caller, options->take_over, error))
    return NULL;
  Session *session = known->session;
  if (!note(services, caller->user_name, caller->address, elsewhere ? "session.take-over" : "session.resume",
            session->id, "While the database was away.", error))
    return NULL;
  let_in(services, session->id, caller->token_hash);
  return shown(known);
}

static gboolean
check_ready(const KnownSession *known, GError **error)
{
  const Session *session = known->session;
  if (session->state == SESSION_REQUESTED || session->state == SESSION_PREPARING) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_READY,
                "The desktop was still being made (%s) when the database went away; wait until it is back.",
                session->step);
    return FALSE;
  }
  if (!known->host_is_up)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_HOST_GONE,
                "The host of your desktop, %s, does not answer; try again in half a minute.", session->host);
  return known->host_is_up;
}

static ConsoleFacts
facts_of(const KnownSession *known)
{
  return (ConsoleFacts){.session = known->session,
                        .epoch = known->epoch,
                        .channels = known->channels,
                        .relay_address = known->relay_address,
                        .relay_port = known->relay_port};
}

static gboolean
add_secret(Services *services, const Caller *caller, const ConsoleFacts *facts, Viewer viewer,
           ConsoleAccess *access, GError **error)
{
  gint64 now_us = clock_wall_us(&services->time);
  console_grant_set_place(access, facts);
  if (viewer == VIEWER_NATIVE) {
    access->grant =
        console_grant_sign(services, facts, viewer_name(viewer), now_us, &access->expires_us, error);
    return access->grant != NULL;
  }
  access->password = secret_random(CONSOLE_PASSWORD_BYTES);
  access->expires_us = now_us + CONSOLE_PASSWORD_LIFE_S * SECOND_US;
  g_autofree char *hash = secret_hash(access->password);
  known_passwords_add(services->known_passwords, hash, facts->session->id, viewer_name(viewer), caller,
                      access->expires_us);
  return TRUE;
}

ConsoleAccess *
known_access_console(Services *services, const Caller *caller, const char *session_id, Viewer viewer,
                     gboolean take_over, GError *trouble, GError **error)
{
  g_autoptr(GError) cause = trouble;
  g_autoptr(KnownSession) known = known_sessions_find(services->known_sessions, session_id);
  if (!is_of(known, caller)) { /* not an administrator either: looking into it is the owner's alone */
    refuse(cause, error);
    return NULL;
  }
  if (!check_ready(known, error) || !console_grant_check_factor(caller, known->second_factor, error) ||
      !check_device(known, caller, take_over, error) ||
      !note(services, caller->user_name, caller->address, "console.grant", session_id, viewer_name(viewer),
            error))
    return NULL;
  const ConsoleFacts facts = facts_of(known);
  g_autoptr(ConsoleAccess) access = g_new0(ConsoleAccess, 1);
  if (!add_secret(services, caller, &facts, viewer, access, error))
    return NULL;
  let_in(services, session_id, caller->token_hash);
  return g_steal_pointer(&access);
}

/* --- passwords --- */

static gboolean
spend(Services *services, const char *hash, GError **error)
{
  switch (known_passwords_spend(services->known_passwords, hash, clock_wall_us(&services->time))) {
  case KNOWN_PASSWORD_GOOD:
    return TRUE;
  case KNOWN_PASSWORD_EXPIRED:
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_GRANT_EXPIRED,
                "This console password has expired; open the desktop again.");
    return FALSE;
  case KNOWN_PASSWORD_USED:
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_GRANT_USED,
                "This console password was used before; open the desktop again.");
    return FALSE;
  default:
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_GRANT_INVALID, "There is no such console password.");
    return FALSE;
  }
}

static char *
redeem(Services *services, const char *hash, const char *session_id, const char *viewer,
       const char *peer_role, const char *peer_name, GError **error)
{
  g_autoptr(KnownSession) known = known_sessions_find(services->known_sessions, session_id);
  if (known == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_SESSION_ENDED,
                "The session of this console password has ended.");
    return NULL;
  }
  g_autofree char *actor = g_strdup_printf("%s/%s", peer_role, peer_name);
  if (!console_grant_check_peer(known->session, peer_role, peer_name, error) ||
      !spend(services, hash, error) ||
      !note(services, actor, "", "console.redeem", session_id, viewer, error))
    return NULL;
  const ConsoleFacts facts = facts_of(known);
  return console_grant_sign(services, &facts, viewer, clock_wall_us(&services->time), NULL, error);
}

gboolean
known_access_redeem(Services *services, const char *password, const char *peer_role, const char *peer_name,
                    char **ret_grant, GError **error)
{
  g_autofree char *hash = secret_hash(password);
  g_autofree char *session_id = NULL;
  g_autofree char *viewer = NULL;
  if (!known_passwords_find(services->known_passwords, hash, &session_id, &viewer))
    return FALSE;
  *ret_grant = redeem(services, hash, session_id, viewer, peer_role, peer_name, error);
  return TRUE;
}
