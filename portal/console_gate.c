/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/console_gate.h"

#include "common/base/log.h"
#include "common/base/secret.h"
#include "portal/grant_keyring.h"

#define WAITING_MAX 512

struct ConsoleGate {
  BrokerClient *client;
  GrantKeyring *keyring;
  PortalCounters *counters;
  GHashTable *passwords; /* SHA-256 of a password -> Redeemed, while its main channel lives */
  GHashTable *admitted;  /* SHA-256 of a grant -> Admitted, while a connection with it lives */
  GHashTable *waiting;   /* of Waiting */
  gboolean is_stopped;
};

/* A password that was turned into a grant; every channel of the same viewer sends it again. */
typedef struct {
  char *grant;
  guint64 main_connection;
} Redeemed;

/* A grant that was found genuine. Its key may be retired while the console lives: further channels present
 * what the first did, to the byte, and need it no more. */
typedef struct {
  Grant *grant;
  GHashTable *connections; /* set of guint64 */
} Admitted;

/* A request that waits for the broker. */
typedef struct {
  ConsoleGate *gate;
  RelayRequest *request;
  char *grant; /* NULL while a password is being redeemed */
} Waiting;

static void
redeemed_free(gpointer data)
{
  Redeemed *redeemed = data;
  secret_free(redeemed->grant);
  g_free(redeemed);
}

static void
admitted_free(gpointer data)
{
  Admitted *admitted = data;
  grant_free(admitted->grant);
  g_hash_table_unref(admitted->connections);
  g_free(admitted);
}

static void
waiting_free(gpointer data)
{
  Waiting *waiting = data;
  relay_request_unref(waiting->request);
  secret_free(waiting->grant);
  g_free(waiting);
}

static Waiting *
wait_for_broker(ConsoleGate *gate, RelayRequest *request, const char *grant)
{
  Waiting *waiting = g_new0(Waiting, 1);
  waiting->gate = gate;
  waiting->request = relay_request_ref(request);
  waiting->grant = g_strdup(grant);
  g_hash_table_add(gate->waiting, waiting);
  return waiting;
}

static void
refuse(ConsoleGate *gate, RelayRequest *request, CarawayErrorCode code, const char *detail)
{
  gate->counters->consoles_refused++;
  log_write(LOG_LEVEL_INFO, LOG_FIELDS(.code = error_code_name(code)), "refused a console for %s: %s",
            relay_request_client_address(request), detail);
  relay_request_refuse(request, code, detail);
}

static void
refuse_error(ConsoleGate *gate, RelayRequest *request, const GError *error)
{
  CarawayErrorCode code =
      error->domain == CARAWAY_ERROR ? (CarawayErrorCode)error->code : CARAWAY_ERROR_INTERNAL;
  refuse(gate, request, code, error->message);
}

static SpiceChannelSet
channel_set(const Grant *grant)
{
  SpiceChannelSet set = 0;
  uint8_t type = 0;
  for (char **name = grant->channels; *name != NULL; name++)
    if (spice_channel_from_name(*name, &type))
      set |= spice_channel_set_of(type);
  return set;
}

/* What is remembered of @grant (transfer full) by the hash of its text. */
static Admitted *
remember(ConsoleGate *gate, const char *text, Grant *grant)
{
  Admitted *admitted = g_new0(Admitted, 1);
  admitted->grant = grant;
  admitted->connections = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  g_hash_table_replace(gate->admitted, secret_hash(text), admitted);
  return admitted;
}

static Admitted *
find_admitted(ConsoleGate *gate, const char *text)
{
  g_autofree char *hash = secret_hash(text);
  return g_hash_table_lookup(gate->admitted, hash);
}

static void
admit_verified(ConsoleGate *gate, RelayRequest *request, const char *text)
{
  g_autoptr(GError) error = NULL;
  Admitted *admitted = find_admitted(gate, text);
  Grant *fresh = admitted == NULL ? grant_keyring_verify(gate->keyring, text, &error) : NULL;
  if (admitted == NULL && fresh == NULL) {
    refuse_error(gate, request, error);
    return;
  }
  if (admitted == NULL)
    admitted = remember(gate, text, fresh);
  guint64 connection = relay_request_connection(request);
  g_hash_table_add(admitted->connections, g_memdup2(&connection, sizeof connection));
  const Grant *grant = admitted->grant;
  const RelayPolicy policy = {.channels = channel_set(grant)};
  const RelayTarget target = {
      .address = grant->address, .port = grant->port, .identity = grant->identity, .grant = text};
  gate->counters->consoles_admitted++;
  gate->counters->consoles++;
  log_write(LOG_LEVEL_DEBUG,
            LOG_FIELDS(.session = grant->session, .desktop = grant->desktop, .host = grant->host,
                       .user = grant->user),
            "passing a console of %s on", relay_request_client_address(request));
  relay_request_admit_target(request, &policy, &target);
}

static void
on_keys_refreshed(gpointer data)
{
  Waiting *waiting = data;
  admit_verified(waiting->gate, waiting->request, waiting->grant);
  g_hash_table_remove(waiting->gate->waiting, waiting);
}

static gboolean
is_full(ConsoleGate *gate, RelayRequest *request)
{
  if (g_hash_table_size(gate->waiting) < WAITING_MAX)
    return FALSE;
  refuse(gate, request, CARAWAY_ERROR_OVERLOADED,
         "Too many people are connecting at the moment. Try again in a few seconds.");
  return TRUE;
}

/* With a key that the portal does not know yet (another broker's, or a rotated one) the grant waits for it.
 */
static void
admit_grant(ConsoleGate *gate, RelayRequest *request, const char *text)
{
  if (find_admitted(gate, text) != NULL || grant_keyring_may_know(gate->keyring, text))
    admit_verified(gate, request, text);
  else if (!is_full(gate, request))
    grant_keyring_refresh(gate->keyring, on_keys_refreshed, wait_for_broker(gate, request, text));
}

static void
on_redeemed(const char *grant, const GError *error, gpointer data)
{
  Waiting *waiting = data;
  ConsoleGate *gate = waiting->gate;
  g_autoptr(RelayRequest) request = relay_request_ref(waiting->request);
  g_hash_table_remove(gate->waiting, waiting);
  if (grant == NULL) {
    gate->counters->redeem_failures++;
    refuse_error(gate, request, error);
    return;
  }
  gate->counters->redeemed++;
  Redeemed *redeemed = g_new0(Redeemed, 1);
  redeemed->grant = g_strdup(grant);
  redeemed->main_connection = relay_request_connection(request);
  g_hash_table_replace(gate->passwords, secret_hash(relay_request_credential(request)), redeemed);
  admit_grant(gate, request, grant);
}

/* The main channel spends the password; the others only come while that main lives. */
static void
admit_password(ConsoleGate *gate, RelayRequest *request)
{
  const SpiceLinkMessage *link = relay_request_link(request);
  const char *password = relay_request_credential(request);
  if (link->channel_type == SPICE_TYPE_MAIN && link->connection_id == 0) {
    if (!is_full(gate, request))
      broker_client_redeem(gate->client, password, on_redeemed, wait_for_broker(gate, request, NULL));
    return;
  }
  g_autofree char *hash = secret_hash(password);
  const Redeemed *redeemed = g_hash_table_lookup(gate->passwords, hash);
  if (redeemed == NULL)
    refuse(gate, request, CARAWAY_ERROR_GRANT_INVALID,
           "This one-time password is not in use. Open the desktop again from the portal.");
  else
    admit_grant(gate, request, redeemed->grant);
}

void
console_gate_admit(ConsoleGate *gate, RelayRequest *request)
{
  g_autoptr(RelayRequest) own = request;
  RelayWay way = relay_request_way(request);
  if (gate->is_stopped)
    refuse(gate, request, CARAWAY_ERROR_OVERLOADED, "This portal is being stopped. Try again in a minute.");
  else if (way == RELAY_WAY_CONNECT || way == RELAY_WAY_WEBSOCKET)
    admit_grant(gate, request, relay_request_credential(request));
  else
    admit_password(gate, request);
}

static gboolean
is_of_connection(gpointer key, gpointer value, gpointer data)
{
  return ((const Redeemed *)value)->main_connection == *(const guint64 *)data;
}

/* Whether the connection was the last one. */
static gboolean
is_left(gpointer key, gpointer value, gpointer data)
{
  GHashTable *connections = ((const Admitted *)value)->connections;
  return g_hash_table_remove(connections, data) && g_hash_table_size(connections) == 0;
}

void
console_gate_closed(ConsoleGate *gate, const RelayClosed *closed)
{
  guint64 connection = closed->connection;
  gate->counters->consoles--;
  g_hash_table_foreach_remove(gate->passwords, is_of_connection, &connection);
  g_hash_table_foreach_remove(gate->admitted, is_left, &connection);
  if (closed->code != CARAWAY_ERROR_LAST)
    log_write(LOG_LEVEL_INFO, LOG_FIELDS(.code = error_code_name(closed->code)), "a console ended: %s",
              closed->detail != NULL ? closed->detail : "no detail");
}

ConsoleGate *
console_gate_new(BrokerClient *client, JsonArray *grant_keys, PortalCounters *counters, GError **error)
{
  g_autoptr(GrantKeyring) keyring = grant_keyring_new(client, grant_keys, error);
  if (keyring == NULL)
    return NULL;
  ConsoleGate *gate = g_new0(ConsoleGate, 1);
  gate->client = client;
  gate->keyring = g_steal_pointer(&keyring);
  gate->counters = counters;
  gate->passwords = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, redeemed_free);
  gate->admitted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, admitted_free);
  gate->waiting = g_hash_table_new_full(NULL, NULL, waiting_free, NULL);
  return gate;
}

void
console_gate_stop(ConsoleGate *gate)
{
  gate->is_stopped = TRUE;
}

void
console_gate_free(ConsoleGate *gate)
{
  if (gate == NULL)
    return;
  g_hash_table_unref(gate->waiting);
  g_hash_table_unref(gate->passwords);
  g_hash_table_unref(gate->admitted);
  grant_keyring_free(gate->keyring);
  g_free(gate);
}
