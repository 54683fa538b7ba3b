/* SPDX-License-Identifier: Apache-2.0 */
#include "host/relay/console_gate.h"

#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/secret.h"
#include "host/relay/console_admission.h"
#include "host/relay/console_news.h"

#include <unistd.h>

#define STATE_LIMIT_MS 10000 /* how long a client waits for the first agent */
#define WAITING_MAX    512
#define TEXT_MAX       64

struct ConsoleGate {
  ConsoleGateParts parts;
  ConsoleGateEmpty empty;
  gpointer user_data;
  RelayEngine *engine;
  ConsoleRegistry *registry;
  GHashTable *admissions; /* set of Admission */
  ConsoleGateCounters counters;
};

/* One request on its way to an answer. */
typedef struct {
  ConsoleGate *gate;
  RelayRequest *request;
  char *grant_text; /* a secret */
  char *grant_id;   /* once it is in the registry */
  guint state_source;
  gboolean waits_for_older; /* consoles of its desktop to have ended */
  gboolean was_asked_for;   /* a broker was asked for the key of its grant */
} Admission;

static void
admission_free(gpointer data)
{
  Admission *admission = data;
  g_clear_handle_id(&admission->state_source, g_source_remove);
  relay_request_unref(admission->request);
  secret_free(admission->grant_text);
  g_free(admission->grant_id);
  g_free(admission);
}

static void
finish(Admission *admission)
{
  g_hash_table_remove(admission->gate->admissions, admission);
}

static LogFields
fields_of(const Grant *grant)
{
  return (LogFields){
      .session = grant->session, .desktop = grant->desktop, .host = grant->host, .user = grant->user};
}

static void open_waiting(ConsoleGate *gate);

/* The end of a console whose last connection is gone. */
static void
end_console(ConsoleGate *gate, Console *console)
{
  LogFields fields = fields_of(console->grant);
  fields.code = console->end_code != CARAWAY_ERROR_LAST ? error_code_name(console->end_code) : NULL;
  log_write(LOG_LEVEL_INFO, &fields, "the console of %s has ended", console->client);
  /* A console that was taken over does not end its session. */
  if (console->was_announced &&
      !console_registry_has_session(gate->registry, console->grant->session, console))
    agent_port_send(gate->parts.agent, console_news_change(console, "disconnected"));
  redeemer_forget(gate->parts.redeemer, console->grant_text);
  console_registry_end(gate->registry, console);
  if (console_registry_size(gate->registry) == 0)
    gate->empty(gate->user_data);
  open_waiting(gate);
}

static void
cut_console(ConsoleGate *gate, Console *console, CarawayErrorCode code)
{
  GHashTableIter iter;
  gpointer connection;
  if (console->end_code == CARAWAY_ERROR_LAST)
    console->end_code = code;
  console->main_lives = FALSE;
  g_hash_table_iter_init(&iter, console->connections);
  while (g_hash_table_iter_next(&iter, &connection, NULL))
    relay_engine_cut(gate->engine, *(guint64 *)connection, code);
}

static void
leave(ConsoleGate *gate, guint64 connection)
{
  Console *console = console_registry_of_connection(gate->registry, connection);
  if (console != NULL && console_registry_remove(gate->registry, console, connection))
    end_console(gate, console);
}

static void
refuse(Admission *admission, CarawayErrorCode code, const char *detail)
{
  ConsoleGate *gate = admission->gate;
  gate->counters.refused++;
  admission->waits_for_older = FALSE;
  log_write(LOG_LEVEL_INFO, LOG_FIELDS(.code = error_code_name(code)), "refused a console for %s: %s",
            relay_request_client_address(admission->request), detail);
  relay_request_refuse(admission->request, code, detail);
  if (admission->grant_id != NULL)
    leave(gate, relay_request_connection(admission->request));
  finish(admission);
}

static void
refuse_error(Admission *admission, const GError *error)
{
  CarawayErrorCode code =
      error->domain == CARAWAY_ERROR ? (CarawayErrorCode)error->code : CARAWAY_ERROR_INTERNAL;
  refuse(admission, code, error->message);
}

static SpiceChannelSet
channels_of(const Grant *grant)
{
  SpiceChannelSet set = 0;
  uint8_t type = 0;
  for (char **name = grant->channels; *name != NULL; name++)
    if (spice_channel_from_name(*name, &type))
      set |= spice_channel_set_of(type);
  return set;
}

static void
on_opened(int fd, const GError *error, gpointer user_data)
{
  Admission *admission = user_data;
  ConsoleGate *gate = admission->gate;
  const Console *console = console_registry_find(gate->registry, admission->grant_id);
  if (error != NULL) {
    refuse_error(admission, error);
    return;
  }
  if (console == NULL || !console->main_lives) {
    close(fd);
    refuse(admission,
           console != NULL && console->end_code != CARAWAY_ERROR_LAST ? console->end_code
                                                                      : CARAWAY_ERROR_SESSION_ENDED,
           "the console ended while its channel was being opened");
    return;
  }
  gate->counters.opened++;
  relay_request_admit_fd(admission->request, &(RelayPolicy){.channels = channels_of(console->grant)}, fd);
  finish(admission);
}

static void
open_channel(Admission *admission)
{
  const Console *console = console_registry_find(admission->gate->registry, admission->grant_id);
  const SpiceLinkMessage *link = relay_request_link(admission->request);
  agent_port_open(admission->gate->parts.agent, console->grant->desktop,
                  spice_channel_name(link->channel_type), on_opened, admission);
}

/* The server would throw an older console out by itself, in a way that can hurt it (relay_settle.h): so that
 * one ends first. */
static gboolean
has_older(const Admission *admission)
{
  const Console *console = console_registry_find(admission->gate->registry, admission->grant_id);
  return console_registry_has_desktop(admission->gate->registry, console->grant->desktop, console);
}

static void
go_on_waiting(Admission *admission)
{
  const Console *console = console_registry_find(admission->gate->registry, admission->grant_id);
  if (!console->main_lives) {
    refuse(admission, CARAWAY_ERROR_GRANT_STALE, "the desktop was opened elsewhere meanwhile");
    return;
  }
  admission->waits_for_older = has_older(admission);
  if (!admission->waits_for_older)
    open_channel(admission);
}

/* An answer to one may be the end of another: each is looked up again. */
static void
open_waiting(ConsoleGate *gate)
{
  g_autoptr(GList) admissions = g_hash_table_get_keys(gate->admissions);
  for (GList *at = admissions; at != NULL; at = at->next)
    if (g_hash_table_contains(gate->admissions, at->data) && ((Admission *)at->data)->waits_for_older)
      go_on_waiting(at->data);
}

static void
on_spent(const GError *error, gpointer user_data)
{
  Admission *admission = user_data;
  if (error != NULL)
    refuse_error(admission, error);
  else
    go_on_waiting(admission);
}

typedef struct {
  ConsoleGate *gate;
  const char *desktop;
} CutOlder;

static void
cut_if_older(Console *console, gpointer user_data)
{
  const CutOlder *older = user_data;
  if (g_str_equal(console->grant->desktop, older->desktop))
    cut_console(older->gate, console, CARAWAY_ERROR_GRANT_STALE);
}

static void
open_main(Admission *admission, Grant *grant)
{
  ConsoleGate *gate = admission->gate;
  const char *forwarded = relay_request_forwarded_address(admission->request);
  const char *client = forwarded != NULL ? forwarded : relay_request_client_address(admission->request);
  CutOlder older = {gate, grant->desktop};
  console_registry_foreach(gate->registry, cut_if_older, &older);
  admission->grant_id = g_strdup(grant->id);
  console_registry_begin(gate->registry, grant, admission->grant_text, client,
                         relay_request_connection(admission->request));
  redeemer_keep(gate->parts.redeemer, admission->grant_text);
  open_waiting(gate);
  spent_store_spend(gate->parts.store, grant->id, grant->expires_s, grant->desktop, grant->epoch, on_spent,
                    admission);
}

static void
open_other(Admission *admission, const Grant *grant)
{
  ConsoleGate *gate = admission->gate;
  Console *console = console_registry_find(gate->registry, grant->id);
  admission->grant_id = g_strdup(grant->id);
  console_registry_add(gate->registry, console, relay_request_connection(admission->request));
  open_channel(admission);
}

static ConsoleFacts
collect_facts(ConsoleGate *gate, const Grant *grant, const SpiceLinkMessage *link)
{
  const Console *console = console_registry_find(gate->registry, grant->id);
  const HostState *state = gate->parts.state;
  return (ConsoleFacts){
      .names_this_relay = g_strcmp0(grant->identity, gate->parts.identity) == 0,
      .is_expired = grant_is_expired(grant, host_state_now_s(state)),
      .grant_epoch = grant->epoch,
      .channels = channels_of(grant),
      .has_link = link != NULL,
      .channel_type = link != NULL ? link->channel_type : 0,
      .connection_id = link != NULL ? link->connection_id : 0,
      .desktop_is_here = host_state_has_desktop(state, grant->desktop),
      .highest_epoch = spent_store_epoch(gate->parts.store, grant->desktop),
      .is_spent = console != NULL || spent_store_is_spent(gate->parts.store, grant->id),
      .main_lives = console != NULL && console->main_lives,
      .session_is_known = console != NULL && console->session_is_known,
      .session_id = console != NULL ? console->session_id : 0,
  };
}

static void decide(Admission *admission);

static void
on_keys_found(gpointer user_data)
{
  decide(user_data);
}

/* A key that the agent has not told of yet: a broker knows. TRUE: it is judged again later. */
static gboolean
ask_for_key(Admission *admission)
{
  const ConsoleGateParts *parts = &admission->gate->parts;
  if (admission->was_asked_for || host_state_may_know(parts->state, admission->grant_text))
    return FALSE;
  admission->was_asked_for = key_finder_find(parts->keys, on_keys_found, admission);
  return admission->was_asked_for;
}

/* The key of a console that lives may have been retired since: its channels present what opened it, to the
 * byte. */
static const Grant *
grant_of_console(const Admission *admission)
{
  const Console *console = console_registry_of_text(admission->gate->registry, admission->grant_text);
  return console != NULL && console->main_lives ? console->grant : NULL;
}

/* @verified (transfer full) is NULL when @grant is that of a console. */
static void
judge_grant(Admission *admission, const Grant *grant, Grant *verified)
{
  g_autoptr(Grant) owned = verified;
  ConsoleFacts facts = collect_facts(admission->gate, grant, relay_request_link(admission->request));
  ConsoleDecision decision = console_admission_decide(&facts);
  switch (decision.verdict) {
  case CONSOLE_REFUSE:
    refuse(admission, decision.code, decision.detail);
    break;
  case CONSOLE_READ_LINK:
    relay_request_read_link(admission->request);
    finish(admission);
    break;
  case CONSOLE_OPEN_MAIN: /* a grant that opened a console is spent, so this one was verified */
    open_main(admission, g_steal_pointer(&owned));
    break;
  case CONSOLE_OPEN_OTHER:
    open_other(admission, grant);
    break;
  }
}

static void
decide(Admission *admission)
{
  g_autoptr(GError) error = NULL;
  Grant *verified =
      grant_verify(admission->grant_text, -1, host_state_keys(admission->gate->parts.state), &error);
  const Grant *grant = verified != NULL ? verified : grant_of_console(admission);
  if (grant != NULL)
    judge_grant(admission, grant, verified);
  else if (!ask_for_key(admission))
    refuse_error(admission, error);
}

static gboolean
on_state_limit(gpointer user_data)
{
  Admission *admission = user_data;
  admission->state_source = 0;
  refuse(admission, CARAWAY_ERROR_HOST_GONE, "the host's agent is not there at the moment; try again");
  return G_SOURCE_REMOVE;
}

/* Without the broker's time and the list of desktops nothing can be judged. */
static void
judge(Admission *admission)
{
  if (host_state_is_known(admission->gate->parts.state))
    decide(admission);
  else
    admission->state_source = g_timeout_add(STATE_LIMIT_MS, on_state_limit, admission);
}

static void
on_redeemed(const char *grant, const GError *error, gpointer user_data)
{
  Admission *admission = user_data;
  if (error != NULL) {
    refuse_error(admission, error);
    return;
  }
  admission->grant_text = g_strdup(grant);
  judge(admission);
}

static void
on_admit(RelayRequest *request, gpointer user_data)
{
  ConsoleGate *gate = user_data;
  RelayWay way = relay_request_way(request);
  Admission *admission = g_new0(Admission, 1);
  admission->gate = gate;
  admission->request = request;
  gboolean is_full = g_hash_table_size(gate->admissions) >= WAITING_MAX;
  g_hash_table_add(gate->admissions, admission);
  if (is_full) {
    refuse(admission, CARAWAY_ERROR_OVERLOADED, "too many people are connecting; try again in a moment");
  } else if (way == RELAY_WAY_SPICE || way == RELAY_WAY_WEBSOCKET_PASSWORD) {
    redeemer_redeem(gate->parts.redeemer, relay_request_credential(request), on_redeemed, admission);
  } else {
    admission->grant_text = g_strdup(relay_request_credential(request));
    judge(admission);
  }
}

static void
on_session_known(guint64 connection, guint32 session_id, gpointer user_data)
{
  ConsoleGate *gate = user_data;
  Console *console = console_registry_of_connection(gate->registry, connection);
  if (console == NULL || connection != console->main_connection || console->session_is_known)
    return;
  console->session_is_known = TRUE;
  console->session_id = session_id;
  console->was_announced = TRUE;
  LogFields fields = fields_of(console->grant);
  log_write(LOG_LEVEL_INFO, &fields, "a console of %s has begun", console->client);
  agent_port_send(gate->parts.agent, console_news_change(console, "connected"));
}

static void
on_closed(const RelayClosed *closed, gpointer user_data)
{
  ConsoleGate *gate = user_data;
  Console *console = console_registry_of_connection(gate->registry, closed->connection);
  if (console == NULL)
    return;
  log_debug("a channel of %s ended: %s (%" G_GUINT64_FORMAT " bytes out, %" G_GUINT64_FORMAT " in)",
            console->client, closed->detail, closed->to_client_bytes, closed->to_server_bytes);
  gboolean ends_console =
      closed->connection == console->main_connection || closed->code == CARAWAY_ERROR_PROTOCOL;
  if (ends_console)
    cut_console(gate, console, closed->code);
  leave(gate, closed->connection);
}

const RelayOwner *
console_gate_owner(void)
{
  static const RelayOwner owner = {.admit = on_admit, .session_known = on_session_known, .closed = on_closed};
  return &owner;
}

ConsoleGate *
console_gate_new(const ConsoleGateParts *parts, ConsoleGateEmpty empty, gpointer user_data)
{
  ConsoleGate *gate = g_new0(ConsoleGate, 1);
  gate->parts = *parts;
  gate->empty = empty;
  gate->user_data = user_data;
  gate->registry = console_registry_new();
  gate->admissions = g_hash_table_new_full(NULL, NULL, admission_free, NULL);
  return gate;
}

void
console_gate_set_engine(ConsoleGate *gate, RelayEngine *engine)
{
  gate->engine = engine;
}

static void
collect_announced(Console *console, gpointer user_data)
{
  if (console->was_announced && console->main_lives)
    g_ptr_array_add(user_data, console);
}

void
console_gate_agent_connected(ConsoleGate *gate)
{
  g_autoptr(GPtrArray) consoles = g_ptr_array_new();
  console_registry_foreach(gate->registry, collect_announced, consoles);
  guint first = 0;
  do {
    agent_port_send(gate->parts.agent, console_news_list(consoles, first));
    first += CONSOLE_NEWS_LIST_MAX;
  } while (first < consoles->len);
}

static void
cut_if_stale(Console *console, gpointer user_data)
{
  ConsoleGate *gate = user_data;
  if (host_state_is_revoked(gate->parts.state, console->grant_text))
    cut_console(gate, console, CARAWAY_ERROR_GRANT_INVALID);
  else if (!host_state_has_desktop(gate->parts.state, console->grant->desktop))
    cut_console(gate, console, CARAWAY_ERROR_SESSION_ENDED);
  else if (epoch_compare(console->grant->epoch,
                         spent_store_epoch(gate->parts.store, console->grant->desktop)) < 0)
    cut_console(gate, console, CARAWAY_ERROR_GRANT_STALE);
}

static void
judge_waiting(ConsoleGate *gate)
{
  g_autoptr(GList) waiting = g_hash_table_get_keys(gate->admissions);
  for (GList *at = waiting; at != NULL; at = at->next) {
    Admission *admission = at->data;
    if (admission->state_source == 0)
      continue;
    g_clear_handle_id(&admission->state_source, g_source_remove);
    judge(admission);
  }
}

typedef struct {
  ConsoleGate *gate;
  const char *session;
  CarawayErrorCode code;
} CutSession;

static void
cut_if_of_session(Console *console, gpointer user_data)
{
  const CutSession *cut = user_data;
  if (g_str_equal(console->grant->session, cut->session))
    cut_console(cut->gate, console, cut->code);
}

static gboolean
take_cut(ConsoleGate *gate, JsonObject *message, GError **error)
{
  const char *session = json_get_string(message, "session", TEXT_MAX, error);
  const char *reason = session != NULL ? json_get_string(message, "reason", TEXT_MAX, error) : NULL;
  if (reason == NULL)
    return FALSE;
  CutSession cut = {gate, session, error_code_from_name(reason)};
  console_registry_foreach(gate->registry, cut_if_of_session, &cut);
  open_waiting(gate);
  return TRUE;
}

void
console_gate_agent_message(ConsoleGate *gate, const char *type, JsonObject *message)
{
  gboolean is_known = FALSE;
  g_autoptr(GError) error = NULL;
  gboolean good = g_str_equal(type, "cut")
                      ? take_cut(gate, message, &error)
                      : host_state_take(gate->parts.state, type, message, &is_known, &error);
  if (!good)
    log_warning("the agent's message `%s` was not understood: %s", type, error->message);
  if (!good || !is_known)
    return;
  if (!host_state_is_known(gate->parts.state))
    return;
  console_registry_foreach(gate->registry, cut_if_stale, gate);
  open_waiting(gate);
  judge_waiting(gate);
}

guint
console_gate_size(ConsoleGate *gate)
{
  return console_registry_size(gate->registry);
}

ConsoleGateCounters
console_gate_counters(const ConsoleGate *gate)
{
  return gate->counters;
}

void
console_gate_free(ConsoleGate *gate)
{
  if (gate == NULL)
    return;
  g_hash_table_unref(gate->admissions);
  console_registry_free(gate->registry);
  g_free(gate);
}
