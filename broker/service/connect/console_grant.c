/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/connect/console_grant.h"

#include "broker/model/name_table.h"
#include "broker/policy/take_over.h"
#include "broker/service/services_private.h"
#include "common/base/error.h"

#define GRANT_LIFE_S 30

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

const char *
viewer_name(Viewer viewer)
{
  return viewer_names[viewer];
}

char *
console_grant_sign(Services *services, const ConsoleFacts *facts, const char *viewer, gint64 now_us,
                   gint64 *ret_expires_us, GError **error)
{
  if (services->signer == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INTERNAL, "This broker has no key to sign grants with.");
    return NULL;
  }
  const Session *session = facts->session;
  g_autofree char *id = g_uuid_string_random();
  g_autofree char *identity = g_strconcat("relay/", session->host, NULL);
  const Grant grant = {.id = id,
                       .session = session->id,
                       .desktop = session->desktop_id,
                       .epoch = facts->epoch,
                       .host = session->host,
                       .address = (char *)facts->relay_address,
                       .port = facts->relay_port,
                       .identity = identity,
                       .user = session->user_name,
                       .channels = facts->channels,
                       .issued_s = now_us / SECOND_US,
                       .expires_s = now_us / SECOND_US + GRANT_LIFE_S,
                       .viewer = (char *)viewer};
  if (ret_expires_us != NULL)
    *ret_expires_us = grant.expires_s * SECOND_US;
  return services->signer->sign(services->signer, &grant, error);
}

void
console_grant_set_place(ConsoleAccess *access, const ConsoleFacts *facts)
{
  const Session *session = facts->session;
  access->session_id = g_strdup(session->id);
  access->desktop_name = g_strdup(session->desktop_name);
  access->pool_name = g_strdup(session->pool_name);
  access->host = g_strdup(session->host);
  access->relay_address = g_strdup(facts->relay_address);
  access->relay_port = facts->relay_port;
  access->relay_identity = g_strconcat("relay/", session->host, NULL);
}

ConsoleAccess *
console_grant_open(Services *services, const Session *session, const GrantRow *row, gint64 now_us)
{
  const ConsoleFacts facts = {.session = session,
                              .epoch = row->epoch,
                              .channels = row->channels,
                              .relay_address = row->relay_address,
                              .relay_port = row->relay_port};
  g_autoptr(GError) error = NULL;
  g_autoptr(ConsoleAccess) access = g_new0(ConsoleAccess, 1);
  access->grant =
      console_grant_sign(services, &facts, viewer_name(VIEWER_NATIVE), now_us, &access->expires_us, &error);
  if (access->grant == NULL)
    return NULL;
  console_grant_set_place(access, &facts);
  return g_steal_pointer(&access);
}

gboolean
console_grant_check_device(const Caller *caller, const Session *session, PoolTakeOver rule,
                           gboolean take_over, GError **error)
{
  if (*session->device == '\0' &&
      !take_over) { /* else viewers that come back by themselves undo it at once */
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DISCONNECTED,
                "This desktop was disconnected on purpose; connect to it again to go on.");
    return FALSE;
  }
  return !take_over_is_elsewhere(session, caller->token_hash) ||
         take_over_check(rule, session, take_over, error);
}

gboolean
console_grant_check_factor(const Caller *caller, PoolSecondFactor policy, GError **error)
{
  if (policy == POOL_SECOND_FACTOR_NONE || caller->second_factor_us > 0)
    return TRUE;
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_SECOND_FACTOR_REQUIRED,
                      "This pool needs a second factor: set one up in the web portal, then sign in with it.");
  return FALSE;
}

gboolean
console_grant_check_peer(const Session *session, const char *peer_role, const char *peer_name, GError **error)
{
  if (session->state == SESSION_ENDED) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_SESSION_ENDED,
                "The session of this console password has ended.");
    return FALSE;
  }
  if (g_str_equal(peer_role, "portal") ||
      (g_str_equal(peer_role, "relay") && g_str_equal(peer_name, session->host)))
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_GRANT_INVALID,
              "This console password is not for this relay.");
  return FALSE;
}
