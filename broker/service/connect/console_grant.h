/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What opens a console, made from facts that are known already: the signed grant, where to go with it, and
 * which device may. No database.
 */
#pragma once

#include "broker/model/session.h"
#include "broker/service/connect/console_access.h"
#include "broker/store/grant_store.h"

#define CONSOLE_PASSWORD_LIFE_S 120
#define CONSOLE_PASSWORD_BYTES  32 /* 43 characters: stock viewers refuse more than 60 */

/** The facts; all borrowed. */
typedef struct {
  const Session *session;
  Epoch epoch;
  GStrv channels;            /**< SPICE channels that its pool allows */
  const char *relay_address; /**< of its host's relay */
  guint16 relay_port;        /**< of its host's relay */
} ConsoleFacts;

/** The stable name of @viewer (static). */
const char *viewer_name(Viewer viewer);

/** Signs a grant for @viewer (stable name) at @now_us (transfer full); @ret_expires_us (nullable). */
char *console_grant_sign(Services *services, const ConsoleFacts *facts, const char *viewer, gint64 now_us,
                         gint64 *ret_expires_us, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Sets where @access leads. */
void console_grant_set_place(ConsoleAccess *access, const ConsoleFacts *facts);

/** What opens a console of @session for our native viewer, entered at @now_us with the facts of @row (whose
 * own session may be NULL); NULL when it cannot be signed, and the general way has to say why. */
ConsoleAccess *console_grant_open(Services *services, const Session *session, const GrantRow *row,
                                  gint64 now_us);

/** Whether @caller may open a console of its session now: CARAWAY_ERROR_DISCONNECTED after it was told to
 * leave, CARAWAY_ERROR_IN_USE_ELSEWHERE or CARAWAY_ERROR_NO_TAKE_OVER while another device has it open and
 * @rule does not let it take over; @take_over: its user asked for that. */
gboolean console_grant_check_device(const Caller *caller, const Session *session, PoolTakeOver rule,
                                    gboolean take_over, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether @caller has what @policy of the pool asks for: CARAWAY_ERROR_SECOND_FACTOR_REQUIRED. */
gboolean console_grant_check_factor(const Caller *caller, PoolSecondFactor policy,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether the machine @peer_role @peer_name may redeem a password for @session: CARAWAY_ERROR_SESSION_ENDED,
 * CARAWAY_ERROR_GRANT_INVALID. */
gboolean console_grant_check_peer(const Session *session, const char *peer_role, const char *peer_name,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
