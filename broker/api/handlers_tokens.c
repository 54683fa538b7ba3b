/* SPDX-License-Identifier: Apache-2.0 */
/* Access tokens of an account. */
#include "broker/api/account_handlers.h"
#include "broker/api/views.h"
#include "broker/service/people/access_tokens.h"
#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/secret.h"

#define NAME_MAX_BYTES   255
#define DEFAULT_LIFETIME (30 * 24 * 3600)

static void
view_members(JsonBuilder *builder, const AccessToken *token)
{
  g_auto(GStrv) scopes = access_token_scope_names(token->scopes);
  view_text(builder, "id", token->id);
  view_text(builder, "name", token->name);
  view_texts(builder, "scopes", (const char *const *)scopes);
  view_time(builder, "created", token->created_us);
  view_time(builder, "expires", token->expires_us);
  view_time(builder, "last_used", token->used_us);
  view_text(builder, "address", token->address);
}

static void
view_token(JsonBuilder *builder, gconstpointer token)
{
  json_builder_begin_object(builder);
  view_members(builder, token);
  json_builder_end_object(builder);
}

static gboolean
read_scopes(JsonObject *body, PermissionSet *ret_scopes, GError **error)
{
  JsonArray *names = json_get_array(body, "scopes", PERMISSIONS, error);
  if (names == NULL)
    return FALSE;
  PermissionSet scopes = 0;
  for (guint i = 0; i < json_array_get_length(names); i++) {
    JsonNode *node = json_array_get_element(names, i);
    const char *name = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;
    Permission permission;
    if (!access_token_scope_from_name(name, &permission)) {
      g_set_error_literal(
          error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
          "“scopes” holds names of permissions: those that roles hold, own and console.open.");
      return FALSE;
    }
    scopes |= PERMISSION_BIT(permission);
  }
  *ret_scopes = scopes;
  return TRUE;
}

static void
answer_new_token(Answer *answer, const AccessToken *token, const char *text)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  view_text(builder, "token", text);
  view_members(builder, token);
  json_builder_end_object(builder);
  answer_set_json(answer, 201, builder);
}

gboolean
handle_create_token(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"name", "scopes", "lifetime_s", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  NewAccessToken wanted = {.name =
                               body != NULL ? json_get_string(body, "name", NAME_MAX_BYTES, error) : NULL};
  if (wanted.name == NULL || !read_scopes(body, &wanted.scopes, error) ||
      !json_get_optional_int(body, "lifetime_s", ACCESS_TOKEN_LIFETIME_MIN_S, ACCESS_TOKEN_LIFETIME_MAX_S,
                             DEFAULT_LIFETIME, &wanted.lifetime_s, error))
    return FALSE;
  char *text = NULL;
  g_autoptr(AccessToken) token =
      access_tokens_create(context->services, request->caller, &wanted, &text, error);
  if (token == NULL)
    return FALSE;
  answer_new_token(answer, token, text);
  secret_free(text);
  return TRUE;
}

static gboolean
answer_list(const ApiContext *context, const Request *request, const char *user, Answer *answer,
            GError **error)
{
  g_autoptr(GPtrArray) tokens = access_tokens_list(context->services, request->caller, user, error);
  if (tokens == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = view_page(tokens, view_token, NULL);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

gboolean
handle_tokens(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return answer_list(context, request, NULL, answer, error);
}

gboolean
handle_revoke_token(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return access_tokens_revoke(context->services, request->caller, request_parameter(request, 0), error);
}

gboolean
handle_user_tokens(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return answer_list(context, request, request_parameter(request, 0), answer, error);
}

gboolean
handle_revoke_user_tokens(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return access_tokens_revoke_all(context->services, request->caller, request_parameter(request, 0), error);
}
