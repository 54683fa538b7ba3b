/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts, as an administrator keeps them. */
#include "broker/api/admin_handlers.h"
#include "broker/api/views.h"
#include "broker/service/people/user_admin.h"
#include "common/base/error.h"
#include "common/base/json.h"

#include <string.h>

#define NAME_MAX_BYTES     255
#define PASSWORD_MAX_BYTES 1024
#define ROLES_MAX          8

static void
answer_user(Answer *answer, guint status, const User *user)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();
  view_user(builder, user);
  answer_set_json(answer, status, builder);
  answer_set_version(answer, user->version);
}

/* -1 without the member; else whether "administrator" is among the roles. */
static gboolean
read_roles(JsonObject *body, int *ret_administrator, GError **error)
{
  *ret_administrator = -1;
  if (!json_object_has_member(body, "roles"))
    return TRUE;
  JsonArray *roles = json_get_array(body, "roles", ROLES_MAX, error);
  if (roles == NULL)
    return FALSE;
  *ret_administrator = FALSE;
  for (guint i = 0; i < json_array_get_length(roles); i++) {
    JsonNode *node = json_array_get_element(roles, i);
    const char *role = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;
    if (g_strcmp0(role, "administrator") == 0) {
      *ret_administrator = TRUE;
    } else if (g_strcmp0(role, "user") != 0) {
      g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                          "“roles” may hold “administrator” and “user”.");
      return FALSE;
    }
  }
  return TRUE;
}

/* -1 without the member. */
static gboolean
read_flag(JsonObject *body, const char *name, int *ret_flag, GError **error)
{
  gboolean value = FALSE;
  if (!json_get_optional_bool(body, name, FALSE, &value, error))
    return FALSE;
  *ret_flag = json_object_has_member(body, name) ? value : -1;
  return TRUE;
}

gboolean
handle_users(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const NAMES[] = {"limit", "cursor", NULL};
  Page page;
  if (!request_check_query(request, NAMES, error) || !request_page(request, &page, error))
    return FALSE;
  g_autofree char *next = NULL;
  g_autoptr(GPtrArray) users = user_admin_list(context->services, &page, &next, error);
  if (users == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = view_page(users, view_user, next);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

gboolean
handle_create_user(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {
      "name", "full_name", "password", "roles", "disabled", "password_change_required", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  NewUser user = {0};
  int administrator = -1;
  if (body == NULL)
    return FALSE;
  user.name = json_get_string(body, "name", NAME_MAX_BYTES, error);
  if (user.name == NULL)
    return FALSE;
  user.password = json_get_string(body, "password", PASSWORD_MAX_BYTES, error);
  if (user.password == NULL ||
      !json_get_optional_string(body, "full_name", NAME_MAX_BYTES, &user.full_name, error) ||
      !read_roles(body, &administrator, error) ||
      !json_get_optional_bool(body, "disabled", FALSE, &user.disabled, error) ||
      !json_get_optional_bool(body, "password_change_required", FALSE, &user.password_change_required, error))
    return FALSE;
  user.administrator = administrator == TRUE;
  g_autoptr(User) created = user_admin_create(context->services, request->caller, &user, error);
  if (created == NULL)
    return FALSE;
  answer_user(answer, 201, created);
  g_autofree char *location = g_strconcat("/api/v1/users/", created->id, NULL);
  answer_set_header(answer, "Location", location);
  return TRUE;
}

gboolean
handle_user(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  g_autoptr(User) user = user_admin_get(context->services, request_parameter(request, 0), error);
  if (user == NULL)
    return FALSE;
  answer_user(answer, 200, user);
  return TRUE;
}

gboolean
handle_change_user(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"full_name", "roles", "disabled", "password_change_required", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  UserChange change = USER_CHANGE_NONE;
  gint64 version = 0;
  if (body == NULL || !request_version(request, &version, error) ||
      !json_get_optional_string(body, "full_name", NAME_MAX_BYTES, &change.full_name, error) ||
      !read_roles(body, &change.administrator, error) ||
      !read_flag(body, "disabled", &change.disabled, error) ||
      !read_flag(body, "password_change_required", &change.password_change_required, error))
    return FALSE;
  g_autoptr(User) user = user_admin_change(context->services, request->caller, request_parameter(request, 0),
                                           &change, version, error);
  if (user == NULL)
    return FALSE;
  answer_user(answer, 200, user);
  return TRUE;
}

gboolean
handle_delete_user(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return user_admin_delete(context->services, request->caller, request_parameter(request, 0), error);
}

gboolean
handle_set_password(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"password", "password_change_required", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  const char *password = body != NULL ? json_get_string(body, "password", PASSWORD_MAX_BYTES, error) : NULL;
  gboolean must_change = TRUE;
  return password != NULL &&
         json_get_optional_bool(body, "password_change_required", TRUE, &must_change, error) &&
         user_admin_set_password(context->services, request->caller, request_parameter(request, 0), password,
                                 must_change, error);
}
