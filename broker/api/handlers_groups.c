/* SPDX-License-Identifier: Apache-2.0 */
/* Groups and their members. */
#include "broker/api/admin_handlers.h"
#include "broker/api/factor_handlers.h"
#include "broker/api/views.h"
#include "broker/service/people/group_admin.h"
#include "common/base/json.h"

#define NAME_MAX_BYTES        255
#define DESCRIPTION_MAX_BYTES 1000

static void
answer_group(Answer *answer, guint status, const Group *group)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();
  view_group(builder, group);
  answer_set_json(answer, status, builder);
}

gboolean
handle_groups(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const NAMES[] = {"limit", "cursor", NULL};
  Page page;
  if (!request_check_query(request, NAMES, error) || !request_page(request, &page, error))
    return FALSE;
  g_autofree char *next = NULL;
  g_autoptr(GPtrArray) groups = group_admin_list(context->services, &page, &next, error);
  if (groups == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = view_page(groups, view_group, next);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

gboolean
handle_create_group(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"name", "description", "authenticator", "external_name", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  NewGroup new_group = {.name = body != NULL ? json_get_string(body, "name", NAME_MAX_BYTES, error) : NULL};
  if (new_group.name == NULL ||
      !json_get_optional_string(body, "description", DESCRIPTION_MAX_BYTES, &new_group.description, error) ||
      !json_get_optional_string(body, "authenticator", NAME_MAX_BYTES, &new_group.authenticator, error) ||
      !json_get_optional_string(body, "external_name", DESCRIPTION_MAX_BYTES, &new_group.external_name,
                                error))
    return FALSE;
  g_autoptr(Group) group = group_admin_create(context->services, request->caller, &new_group, error);
  if (group == NULL)
    return FALSE;
  answer_group(answer, 201, group);
  g_autofree char *location = g_strconcat("/api/v1/groups/", group->id, NULL);
  answer_set_header(answer, "Location", location);
  return TRUE;
}

gboolean
handle_group(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  g_autoptr(Group) group = group_admin_get(context->services, request_parameter(request, 0), error);
  if (group == NULL)
    return FALSE;
  answer_group(answer, 200, group);
  return TRUE;
}

gboolean
handle_change_group(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"description", "second_factor_required", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  GroupChange change = {NULL, -1};
  gboolean required = FALSE;
  if (body == NULL ||
      !json_get_optional_string(body, "description", DESCRIPTION_MAX_BYTES, &change.description, error) ||
      !json_get_optional_bool(body, "second_factor_required", FALSE, &required, error))
    return FALSE;
  if (json_object_has_member(body, "second_factor_required"))
    change.second_factor_required = required;
  g_autoptr(Group) group =
      group_admin_change(context->services, request->caller, request_parameter(request, 0), &change, error);
  if (group == NULL)
    return FALSE;
  answer_group(answer, 200, group);
  return TRUE;
}

gboolean
handle_delete_group(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return group_admin_delete(context->services, request->caller, request_parameter(request, 0), error);
}

gboolean
handle_add_member(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return request_check_no_members(request, error) &&
         group_admin_add_member(context->services, request->caller, request_parameter(request, 0),
                                request_parameter(request, 1), error);
}

gboolean
handle_remove_member(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return group_admin_remove_member(context->services, request->caller, request_parameter(request, 0),
                                   request_parameter(request, 1), error);
}
