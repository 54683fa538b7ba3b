/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/oidc/oidc_knowledge.h"

#include "broker/auth/oidc/oidc_error.h"

#include <string.h>

#define DISCOVERY_AGE_US (3600 * G_TIME_SPAN_SECOND)
#define KEYS_AGE_US      (600 * G_TIME_SPAN_SECOND)
#define FAILURE_AGE_US   (5 * G_TIME_SPAN_SECOND)
#define ROTATIONS_MAX    5 /* fetches for a key that is not known, in as long as keys are kept */

struct OidcKnowledge {
  const char *issuer;
  OidcTransport *transport;
  const Clock *clock;
  OidcDiscovery *discovery;
  OidcKeySet *keys;
  gint64 discovery_us, keys_us, failure_us; /* steady times */
  GError *failure;                          /* nullable: the last fetch succeeded */
  gint64 rotations_us;
  guint rotations;
};

/* What the last fetch failed with is told again for a moment, without asking again. */
static gboolean
remember(OidcKnowledge *knowledge, const GError *problem)
{
  g_clear_error(&knowledge->failure);
  knowledge->failure = problem != NULL ? g_error_copy(problem) : NULL;
  knowledge->failure_us = clock_boottime_us(knowledge->clock);
  return problem == NULL;
}

static GBytes *
fetch(OidcKnowledge *knowledge, const char *url, GError **error)
{
  guint status = 0;
  if (knowledge->failure != NULL &&
      clock_boottime_us(knowledge->clock) - knowledge->failure_us < FAILURE_AGE_US) {
    g_propagate_error(error, g_error_copy(knowledge->failure));
    return NULL;
  }
  GError *problem = NULL;
  g_autoptr(GBytes) answer =
      knowledge->transport->send(knowledge->transport, &(OidcRequest){.url = url}, &status, &problem);
  if (answer != NULL && status != 200)
    g_set_error(&problem, CARAWAY_ERROR, CARAWAY_ERROR_PROVIDER_AWAY,
                "The provider answers with status %u instead of its description or keys.", status);
  if (remember(knowledge, problem))
    return g_steal_pointer(&answer);
  g_propagate_error(error, problem);
  return NULL;
}

static gboolean
is_old(const OidcKnowledge *knowledge, gint64 since_us, gint64 age_us)
{
  return clock_boottime_us(knowledge->clock) - since_us >= age_us;
}

const OidcDiscovery *
oidc_knowledge_discovery(OidcKnowledge *knowledge, GError **error)
{
  if (knowledge->discovery != NULL && !is_old(knowledge, knowledge->discovery_us, DISCOVERY_AGE_US))
    return knowledge->discovery;
  gsize size = strlen(knowledge->issuer);
  gboolean has_slash = size > 0 && knowledge->issuer[size - 1] == '/';
  g_autofree char *url =
      g_strdup_printf("%.*s" OIDC_DISCOVERY_PATH, (int)(size - has_slash), knowledge->issuer);
  g_autoptr(GBytes) document = fetch(knowledge, url, error);
  OidcDiscovery *discovery = document != NULL
                                 ? oidc_discovery_parse(g_bytes_get_data(document, NULL),
                                                        g_bytes_get_size(document), knowledge->issuer, error)
                                 : NULL;
  if (discovery == NULL)
    return NULL;
  oidc_discovery_free(knowledge->discovery);
  knowledge->discovery = discovery;
  knowledge->discovery_us = clock_boottime_us(knowledge->clock);
  return discovery;
}

/* Keys that are too old are gone before new ones come: what was withdrawn there signs nothing here. */
static gboolean
fetch_keys(OidcKnowledge *knowledge, GError **error)
{
  const OidcDiscovery *discovery = oidc_knowledge_discovery(knowledge, error);
  g_autoptr(GBytes) document = discovery != NULL ? fetch(knowledge, discovery->key_set, error) : NULL;
  OidcKeySet *keys = document != NULL ? oidc_key_set_parse(g_bytes_get_data(document, NULL),
                                                           g_bytes_get_size(document), error)
                                      : NULL;
  if (keys == NULL)
    return FALSE;
  oidc_key_set_free(knowledge->keys);
  knowledge->keys = keys;
  knowledge->keys_us = clock_boottime_us(knowledge->clock);
  return TRUE;
}

static gboolean
may_rotate(OidcKnowledge *knowledge)
{
  if (is_old(knowledge, knowledge->rotations_us, KEYS_AGE_US)) {
    knowledge->rotations_us = clock_boottime_us(knowledge->clock);
    knowledge->rotations = 0;
  }
  return knowledge->rotations++ < ROTATIONS_MAX;
}

static OidcToken *
verify_again(OidcKnowledge *knowledge, const char *text, GError **error)
{
  GError *problem = NULL;
  if (!fetch_keys(knowledge, error))
    return NULL;
  OidcToken *token = oidc_token_verify(text, knowledge->keys, &problem);
  if (g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    oidc_refuse(error, "%s", problem->message);
    g_error_free(problem);
  } else if (problem != NULL) {
    g_propagate_error(error, problem);
  }
  return token;
}

OidcToken *
oidc_knowledge_verify(OidcKnowledge *knowledge, const char *text, GError **error)
{
  if (knowledge->keys == NULL || is_old(knowledge, knowledge->keys_us, KEYS_AGE_US))
    return verify_again(knowledge, text, error);
  GError *problem = NULL;
  OidcToken *token = oidc_token_verify(text, knowledge->keys, &problem);
  if (token != NULL)
    return token;
  if (!g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_propagate_error(error, problem);
    return NULL;
  }
  g_clear_error(&problem);
  if (may_rotate(knowledge))
    return verify_again(knowledge, text, error);
  oidc_refuse(error, "The token names a key that is not known, and the keys were fetched too often already.");
  return NULL;
}

OidcKnowledge *
oidc_knowledge_new(const char *issuer, OidcTransport *transport, const Clock *clock)
{
  OidcKnowledge *knowledge = g_new0(OidcKnowledge, 1);
  *knowledge = (OidcKnowledge){.issuer = issuer, .transport = transport, .clock = clock};
  knowledge->rotations_us = clock_boottime_us(clock);
  return knowledge;
}

void
oidc_knowledge_free(OidcKnowledge *knowledge)
{
  if (knowledge == NULL)
    return;
  oidc_discovery_free(knowledge->discovery);
  oidc_key_set_free(knowledge->keys);
  g_clear_error(&knowledge->failure);
  g_free(knowledge);
}
