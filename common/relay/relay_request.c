/* SPDX-License-Identifier: Apache-2.0 */
#include "common/relay/relay_request.h"

#include "common/base/secret.h"
#include "common/relay/relay_letters.h"
#include "common/relay/relay_steps.h"

#include <gio/gio.h>
#include <unistd.h>

struct RelayRequest {
  grefcount references;
  RelayLoop *loop;
  guint64 connection;
  RelayWay way;
  char *credential, *client_address, *forwarded_address, *peer_identity;
  gboolean has_link, is_answered;
  SpiceLinkMessage link;
};

typedef enum {
  ANSWER_READ_LINK,
  ANSWER_REFUSE,
  ANSWER_ADMIT_FD,
  ANSWER_ADMIT_TARGET,
} AnswerKind;

/* The owner's answer on its way to the loop. */
typedef struct {
  RelayTask task;
  AnswerKind kind;
  CarawayErrorCode code;
  char *detail;
  RelayPolicy policy;
  int fd;
  char *address, *identity, *grant;
  guint16 port;
} Answer;

RelayRequest *
relay_request_new(const RelayConnection *connection)
{
  RelayRequest *request = g_new0(RelayRequest, 1);
  g_ref_count_init(&request->references);
  request->loop = relay_loop_ref(connection->loop);
  request->connection = connection->id;
  request->way = connection->way;
  request->credential = g_strdup(connection->credential);
  request->client_address = g_strdup(connection->client_address);
  request->forwarded_address = g_strdup(connection->forwarded_address);
  request->peer_identity = g_strdup(connection->peer_identity);
  request->has_link = connection->has_link;
  request->link = connection->link;
  return request;
}

guint64
relay_request_connection(const RelayRequest *request)
{
  return request->connection;
}

RelayWay
relay_request_way(const RelayRequest *request)
{
  return request->way;
}

const char *
relay_request_credential(const RelayRequest *request)
{
  return request->credential;
}

const SpiceLinkMessage *
relay_request_link(const RelayRequest *request)
{
  return request->has_link ? &request->link : NULL;
}

const char *
relay_request_client_address(const RelayRequest *request)
{
  return request->client_address;
}

const char *
relay_request_forwarded_address(const RelayRequest *request)
{
  return request->forwarded_address;
}

const char *
relay_request_peer_identity(const RelayRequest *request)
{
  return request->peer_identity;
}

static void
answer_free(Answer *answer)
{
  if (answer->fd >= 0)
    close(answer->fd);
  g_free(answer->detail);
  g_free(answer->address);
  g_free(answer->identity);
  secret_free(answer->grant);
  g_free(answer);
}

static void
apply_admission(RelayConnection *connection, Answer *answer)
{
  connection->is_admitted = TRUE;
  connection->policy = answer->policy;
  if (answer->kind == ANSWER_ADMIT_FD) {
    relay_upstream_use_fd(connection, answer->fd);
    answer->fd = -1;
    return;
  }
  connection->target_identity = g_steal_pointer(&answer->identity);
  connection->target_grant = g_steal_pointer(&answer->grant);
  if (answer->address == NULL)
    relay_connection_refuse(connection, CARAWAY_ERROR_HOST_GONE, "the host's name is not known here");
  else
    relay_upstream_connect(connection, answer->address, answer->port);
}

static void
apply(Answer *answer, RelayConnection *connection)
{
  if (answer->kind == ANSWER_REFUSE) {
    relay_connection_refuse(connection, answer->code, answer->detail);
  } else if (answer->kind == ANSWER_READ_LINK) {
    relay_head_accept(connection);
    relay_connection_enter(connection, RELAY_STATE_CLIENT_LINK, connection->shared->setup_limit_us);
  } else {
    apply_admission(connection, answer);
  }
}

static void
run_answer(RelayTask *task, RelayConnection *connection, RelayShared *shared)
{
  Answer *answer = (Answer *)task;
  gboolean admits = answer->kind == ANSWER_ADMIT_FD || answer->kind == ANSWER_ADMIT_TARGET;
  gboolean in_time = connection != NULL && connection->state == RELAY_STATE_ASKED;
  if (in_time)
    apply(answer, connection);
  else if (admits && shared != NULL)
    relay_letters_closed(shared, &(RelayClosed){.connection = task->connection,
                                                .code = CARAWAY_ERROR_LAST,
                                                .detail = "the client had gone before it was admitted"});
  answer_free(answer);
}

static Answer *
answer_new(AnswerKind kind)
{
  Answer *answer = g_new0(Answer, 1);
  answer->task.run = run_answer;
  answer->kind = kind;
  answer->fd = -1;
  return answer;
}

static void
post(RelayRequest *request, Answer *answer)
{
  g_return_if_fail(!request->is_answered);
  request->is_answered = TRUE;
  answer->task.connection = request->connection;
  relay_loop_post(request->loop, &answer->task);
}

void
relay_request_read_link(RelayRequest *request)
{
  g_return_if_fail(!request->has_link);
  post(request, answer_new(ANSWER_READ_LINK));
}

void
relay_request_refuse(RelayRequest *request, CarawayErrorCode code, const char *detail)
{
  Answer *answer = answer_new(ANSWER_REFUSE);
  answer->code = code;
  answer->detail = g_strdup(detail);
  post(request, answer);
}

void
relay_request_admit_fd(RelayRequest *request, const RelayPolicy *policy, int fd)
{
  Answer *answer = answer_new(ANSWER_ADMIT_FD);
  answer->policy = *policy;
  answer->fd = fd;
  post(request, answer);
}

typedef struct {
  RelayRequest *request;
  Answer *answer;
} Lookup;

static void
on_resolved(GObject *resolver, GAsyncResult *result, gpointer user_data)
{
  Lookup *lookup = user_data;
  GList *addresses = g_resolver_lookup_by_name_finish(G_RESOLVER(resolver), result, NULL);
  g_clear_pointer(&lookup->answer->address, g_free);
  if (addresses != NULL)
    lookup->answer->address = g_inet_address_to_string(addresses->data);
  g_resolver_free_addresses(addresses);
  post(lookup->request, lookup->answer);
  relay_request_unref(lookup->request);
  g_free(lookup);
}

void
relay_request_admit_target(RelayRequest *request, const RelayPolicy *policy, const RelayTarget *target)
{
  Answer *answer = answer_new(ANSWER_ADMIT_TARGET);
  answer->policy = *policy;
  answer->address = g_strdup(target->address);
  answer->port = target->port;
  answer->identity = g_strdup(target->identity);
  answer->grant = g_strdup(target->grant);
  if (g_hostname_is_ip_address(target->address)) {
    post(request, answer);
    return;
  }
  Lookup *lookup = g_new0(Lookup, 1);
  lookup->request = relay_request_ref(request);
  lookup->answer = answer;
  g_autoptr(GResolver) resolver = g_resolver_get_default();
  g_resolver_lookup_by_name_async(resolver, target->address, NULL, on_resolved, lookup);
}

RelayRequest *
relay_request_ref(RelayRequest *request)
{
  g_ref_count_inc(&request->references);
  return request;
}

void
relay_request_unref(RelayRequest *request)
{
  if (request == NULL || !g_ref_count_dec(&request->references))
    return;
  if (!request->is_answered)
    relay_request_refuse(request, CARAWAY_ERROR_INTERNAL, "the request was dropped; try again");
  g_free(request->client_address);
  g_free(request->forwarded_address);
  g_free(request->peer_identity);
  secret_free(request->credential);
  relay_loop_unref(request->loop);
  g_free(request);
}
