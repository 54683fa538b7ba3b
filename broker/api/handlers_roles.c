/* SPDX-License-Identifier: Apache-2.0 */
/* Roles, who has which, and what oneself may do. */
#include "broker/api/role_handlers.h"
#include "broker/api/views.h"
#include "broker/service/rights/binding_admin.h"
#include "broker/service/rights/role_admin.h"
#include "common/base/error.h"
#include "common/base/json.h"

#define NAME_MAX_BYTES        255
#define DESCRIPTION_MAX_BYTES 1000
#define OBJECT_MAX_BYTES      300

static void
view_role(JsonBuilder *builder, gconstpointer value)
{
  const Role *role = value;
  g_auto(GStrv) permissions = permission_set_names(role->permissions);
  json_builder_begin_object(builder);
  view_text(builder, "name", role->name);
  view_text(builder, "description", role->description);
  view_texts(builder, "permissions", (const char *const *)permissions);
  view_bool(builder, "fixed", role->fixed);
  view_bool(builder, "second_factor_required", role->second_factor_required);
  json_builder_end_object(builder);
}

static void
view_binding(JsonBuilder *builder, gconstpointer value)
{
  const RoleBinding *binding = value;
  g_autofree char *object = role_binding_shown(binding);
  json_builder_begin_object(builder);
  view_text(builder, "id", binding->id);
  view_text(builder, "kind", entitlement_kind_name(binding->kind));
  view_text(builder, "subject", binding->subject_name);
  view_text(builder, "role", binding->role);
  view_text(builder, "object", object);
  view_time(builder, "created", binding->created_us);
  json_builder_end_object(builder);
}

static void
answer_role(Answer *answer, guint status, const Role *role)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();
  view_role(builder, role);
  answer_set_json(answer, status, builder);
  answer_set_version(answer, role->version);
}

static gboolean
read_permissions(JsonObject *body, PermissionSet *ret_set, GError **error)
{
  JsonArray *names = json_get_array(body, "permissions", PERMISSIONS, error);
  if (names == NULL)
    return FALSE;
  *ret_set = 0;
  for (guint i = 0; i < json_array_get_length(names); i++) {
    JsonNode *node = json_array_get_element(names, i);
    Permission permission;
    if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_STRING ||
        !permission_from_name(json_node_get_string(node), &permission)) {
      g_set_error_literal(
          error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
          "“permissions” may hold names as session.read; the role administrator shows them all.");
      return FALSE;
    }
    *ret_set |= PERMISSION_BIT(permission);
  }
  return TRUE;
}

gboolean
handle_roles(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  g_autoptr(GPtrArray) roles = role_admin_list(context->services, error);
  if (roles == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = view_page(roles, view_role, NULL);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

gboolean
handle_create_role(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"name", "description", "permissions", "second_factor_required", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  NewRole new_role = {.name = body != NULL ? json_get_string(body, "name", NAME_MAX_BYTES, error) : NULL};
  if (new_role.name == NULL ||
      !json_get_optional_string(body, "description", DESCRIPTION_MAX_BYTES, &new_role.description, error) ||
      !json_get_optional_bool(body, "second_factor_required", FALSE, &new_role.second_factor_required,
                              error) ||
      !read_permissions(body, &new_role.permissions, error))
    return FALSE;
  g_autoptr(Role) role = role_admin_create(context->services, request->caller, &new_role, error);
  if (role == NULL)
    return FALSE;
  answer_role(answer, 201, role);
  g_autofree char *location = g_strconcat("/api/v1/roles/", role->name, NULL);
  answer_set_header(answer, "Location", location);
  return TRUE;
}

gboolean
handle_role(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  g_autoptr(Role) role = role_admin_get(context->services, request_parameter(request, 0), error);
  if (role == NULL)
    return FALSE;
  answer_role(answer, 200, role);
  return TRUE;
}

gboolean
handle_change_role(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"description", "permissions", "second_factor_required", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  RoleChange change = {.second_factor_required = -1};
  PermissionSet permissions;
  gboolean required = FALSE;
  gint64 version = 0;
  if (body == NULL || !request_version(request, &version, error) ||
      !json_get_optional_string(body, "description", DESCRIPTION_MAX_BYTES, &change.description, error) ||
      !json_get_optional_bool(body, "second_factor_required", FALSE, &required, error))
    return FALSE;
  if (json_object_has_member(body, "second_factor_required"))
    change.second_factor_required = required;
  if (json_object_has_member(body, "permissions")) {
    if (!read_permissions(body, &permissions, error))
      return FALSE;
    change.permissions = &permissions;
  }
  g_autoptr(Role) role = role_admin_change(context->services, request->caller, request_parameter(request, 0),
                                           &change, version, error);
  if (role == NULL)
    return FALSE;
  answer_role(answer, 200, role);
  return TRUE;
}

gboolean
handle_delete_role(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return role_admin_delete(context->services, request->caller, request_parameter(request, 0), error);
}

gboolean
handle_bindings(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const NAMES[] = {"limit", "cursor", NULL};
  Page page;
  if (!request_check_query(request, NAMES, error) || !request_page(request, &page, error))
    return FALSE;
  g_autofree char *next = NULL;
  g_autoptr(GPtrArray) bindings = binding_admin_list(context->services, request->caller, &page, &next, error);
  if (bindings == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = view_page(bindings, view_binding, next);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

static gboolean
read_binding(JsonObject *body, NewBinding *binding, GError **error)
{
  const char *kind = json_get_string(body, "kind", NAME_MAX_BYTES, error);
  if (kind == NULL)
    return FALSE;
  if (!entitlement_kind_from_name(kind, &binding->kind)) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "“kind” must be “user” or “group”.");
    return FALSE;
  }
  binding->subject = json_get_string(body, "subject", NAME_MAX_BYTES, error);
  binding->role = binding->subject != NULL ? json_get_string(body, "role", NAME_MAX_BYTES, error) : NULL;
  if (binding->role == NULL ||
      !json_get_optional_string(body, "object", OBJECT_MAX_BYTES, &binding->object, error))
    return FALSE;
  if (binding->object == NULL)
    binding->object = "/";
  return TRUE;
}

gboolean
handle_create_binding(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"kind", "subject", "role", "object", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  NewBinding new_binding = {0};
  if (body == NULL || !read_binding(body, &new_binding, error))
    return FALSE;
  g_autoptr(RoleBinding) binding =
      binding_admin_create(context->services, request->caller, &new_binding, error);
  if (binding == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = json_builder_new();
  view_binding(builder, binding);
  answer_set_json(answer, 201, builder);
  return TRUE;
}

gboolean
handle_delete_binding(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return binding_admin_delete(context->services, request->caller, request_parameter(request, 0), error);
}

static void
view_held(JsonBuilder *builder, gconstpointer value)
{
  const HeldRole *held = value;
  g_auto(GStrv) permissions = permission_set_names(held->permissions);
  json_builder_begin_object(builder);
  view_text(builder, "role", held->role);
  view_text(builder, "group", held->group);
  view_texts(builder, "permissions", (const char *const *)permissions);
  json_builder_end_object(builder);
}

gboolean
handle_my_permissions(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const NAMES[] = {"object", NULL};
  const char *object = request_query(request, "object");
  if (!request_check_query(request, NAMES, error))
    return FALSE;
  g_autoptr(Access) access =
      binding_admin_mine_on(context->services, request->caller, object != NULL ? object : "/", error);
  if (access == NULL)
    return FALSE;
  g_auto(GStrv) permissions = permission_set_names(access_permissions(access));
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  view_texts(builder, "permissions", (const char *const *)permissions);
  view_list(builder, "by", access->roles, view_held);
  json_builder_end_object(builder);
  answer_set_json(answer, 200, builder);
  return TRUE;
}
