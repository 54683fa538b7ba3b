/* SPDX-License-Identifier: Apache-2.0 */
#include "host/relay/console_admission.h"

static ConsoleDecision
refuse(CarawayErrorCode code, const char *detail)
{
  return (ConsoleDecision){CONSOLE_REFUSE, code, detail};
}

static ConsoleDecision
accept(ConsoleVerdict verdict)
{
  return (ConsoleDecision){verdict, CARAWAY_ERROR_LAST, NULL};
}

/* A main channel, or a channel of which the kind is not known yet. */
static ConsoleDecision
decide_first(const ConsoleFacts *facts)
{
  if (facts->has_link && facts->connection_id != 0)
    return refuse(CARAWAY_ERROR_CONFLICT,
                  "a main channel begins a session of its own: nothing is being migrated");
  if (facts->is_spent && !facts->has_link && facts->main_lives)
    return accept(CONSOLE_READ_LINK);
  if (facts->is_spent)
    return refuse(CARAWAY_ERROR_GRANT_USED, "this permission was used before: ask for a new one");
  if (facts->is_expired)
    return refuse(CARAWAY_ERROR_GRANT_EXPIRED, "this permission has expired: ask for a new one");
  return accept(facts->has_link ? CONSOLE_OPEN_MAIN : CONSOLE_READ_LINK);
}

static ConsoleDecision
decide_other(const ConsoleFacts *facts)
{
  if (!facts->main_lives && facts->is_spent)
    return refuse(CARAWAY_ERROR_GRANT_USED, "the console that this channel belongs to has ended");
  if (!facts->main_lives)
    return refuse(CARAWAY_ERROR_CONFLICT, "the main channel comes first");
  if (!facts->session_is_known || facts->connection_id != facts->session_id)
    return refuse(CARAWAY_ERROR_CONFLICT, "the channel does not name the session of its main channel");
  return accept(CONSOLE_OPEN_OTHER);
}

ConsoleDecision
console_admission_decide(const ConsoleFacts *facts)
{
  if (!facts->names_this_relay)
    return refuse(CARAWAY_ERROR_GRANT_INVALID, "this permission is for another host");
  if (!facts->desktop_is_here)
    return refuse(CARAWAY_ERROR_SESSION_ENDED, "the desktop is no longer on this host");
  if (epoch_compare(facts->grant_epoch, facts->highest_epoch) < 0)
    return refuse(CARAWAY_ERROR_GRANT_STALE,
                  "the desktop has been given out anew since this permission was made");
  if (facts->has_link && (facts->channels & spice_channel_set_of(facts->channel_type)) == 0)
    return refuse(CARAWAY_ERROR_CHANNEL_FORBIDDEN, "this kind of channel is not allowed for the desktop");
  if (!facts->has_link || facts->channel_type == SPICE_TYPE_MAIN)
    return decide_first(facts);
  return decide_other(facts);
}
