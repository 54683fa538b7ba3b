/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/pools/pool_explain.h"

#include "broker/service/connect/connect_case.h"

static const char *
desktop_of(const ConnectCase *connect, const ConnectDecision *decision)
{
  switch (decision->outcome) {
  case CONNECT_RESUME:
  case CONNECT_START:
    return connect->own.name;
  case CONNECT_ASSIGN:
    return connect->facts.ready != NULL ? connect->facts.ready : connect->facts.starting;
  default:
    return NULL;
  }
}

static PoolExplanation *
explain(ConnectCase *connect, GError **error)
{
  ConnectDecision decision;
  if (!connect_case_read_own(connect, error))
    return NULL;
  if (connect->pool == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNKNOWN_POOL, "There is no such pool.");
    return NULL;
  }
  if (!connect_case_decide(connect, &decision, error))
    return NULL;
  PoolExplanation *explanation = g_new0(PoolExplanation, 1);
  explanation->decision = decision;
  explanation->pool = g_strdup(connect->pool->name);
  explanation->user = g_strdup(connect->user->name);
  explanation->desktop = g_strdup(desktop_of(connect, &decision));
  return explanation;
}

PoolExplanation *
pool_explain(Services *services, const char *key, const char *user, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  if (work == NULL)
    return NULL;
  g_auto(ConnectCase) connect = {.work = work,
                                 .user_id = user,
                                 .device = "",
                                 .pool_key = key,
                                 .explains = TRUE,
                                 .placement = {.host = -1}};
  return explain(&connect, error);
}

void
pool_explanation_free(PoolExplanation *explanation)
{
  if (explanation == NULL)
    return;
  g_free(explanation->pool);
  g_free(explanation->user);
  g_free(explanation->desktop);
  connect_decision_clear(&explanation->decision);
  g_free(explanation);
}
