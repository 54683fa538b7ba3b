/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_context.h"

#include "broker/ctl/ctl_render.h"
#include "common/base/error.h"
#include "common/base/secret.h"
#include "common/base/text.h"

#include <stdio.h>

gboolean
ctl_context_connect(CtlContext *context, GError **error)
{
  const CtlState *state = context->state;
  if (state->server == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNAUTHENTICATED,
                "No server is known yet. Sign in: carawayctl login --server ADDRESS.");
    return FALSE;
  }
  g_autoptr(ApiClient) client = api_client_new(state->server, error);
  if (client == NULL)
    return FALSE;
  if (state->fingerprint != NULL ? !api_client_set_pin(client, state->fingerprint, error)
                                 : !api_client_set_ca_file(client, state->ca_file, error))
    return FALSE;
  g_set_object(&context->client, client);
  return TRUE;
}

/* For programs: an access token, which goes before whoever is signed in and is not written down here. */
static gboolean
take_token_file(CtlState *state, GError **error)
{
  const char *path = g_getenv("CARAWAY_TOKEN_FILE");
  if (path == NULL || *path == '\0')
    return TRUE;
  char *text = NULL;
  g_autoptr(GError) cause = NULL;
  if (!g_file_get_contents(path, &text, NULL, &cause)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "CARAWAY_TOKEN_FILE cannot be read: %s",
                cause->message);
    return FALSE;
  }
  g_clear_pointer(&state->token, secret_free);
  state->token = g_strdup(g_strstrip(text));
  secret_free(text);
  return TRUE;
}

gboolean
ctl_context_open(CtlContext *context, GError **error)
{
  if (!ctl_context_connect(context, error))
    return FALSE;
  if (!take_token_file(context->state, error))
    return FALSE;
  if (context->state->token == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNAUTHENTICATED,
                "Nobody is signed in. Sign in: carawayctl login.");
    return FALSE;
  }
  api_client_set_token(context->client, context->state->token);
  return TRUE;
}

static void
write_json(JsonObject *object)
{
  g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);
  if (object != NULL)
    json_node_set_object(node, object);
  else
    json_node_take_object(node, json_object_new());
  g_autofree char *text = ctl_render_json(node);
  fputs(text, stdout);
}

void
ctl_context_show(CtlContext *context, const CtlColumn *columns, JsonObject *object)
{
  if (context->arguments->is_json) {
    write_json(object);
    return;
  }
  g_autofree char *text = ctl_render_object(columns, object);
  fputs(text, stdout);
}

void
ctl_context_tell(CtlContext *context, JsonObject *object, const char *sentence)
{
  if (context->arguments->is_json) {
    write_json(object);
    return;
  }
  g_autofree char *text = text_escape(sentence);
  printf("%s\n", text);
}
