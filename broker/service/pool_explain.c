/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/pool_explain.h"

#include "broker/service/connect_facts.h"
#include "broker/store/pool_store.h"

static const char *
desktop_of(const ConnectReading *reading, const ConnectDecision *decision)
{
  switch (decision->outcome) {
  case CONNECT_RESUME:
  case CONNECT_START:
    return reading->own.name;
  case CONNECT_ASSIGN:
    return reading->ready != NULL ? reading->ready : reading->starting;
  default:
    return NULL;
  }
}

static PoolExplanation *
explain(Work *work, const Pool *pool, const char *user, GError **error)
{
  g_auto(ConnectReading) reading = {0};
  if (!connect_facts_read(work, pool, user, "", CONNECT_KNOWS_ROOM, &reading, error))
    return NULL;
  reading.facts.explains = TRUE;
  PoolExplanation *explanation = g_new0(PoolExplanation, 1);
  explanation->decision = connect_rules_decide(&reading.facts);
  explanation->pool = g_strdup(pool->name);
  explanation->user = g_strdup(reading.user->name);
  explanation->desktop = g_strdup(desktop_of(&reading, &explanation->decision));
  return explanation;
}

PoolExplanation *
pool_explain(Services *services, const char *key, const char *user, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  g_autoptr(Pool) pool = work != NULL ? pool_store_find(work->transaction, key, error) : NULL;
  return pool != NULL ? explain(work, pool, user, error) : NULL;
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
