/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/views.h"

#include "broker/model/role.h"

void
view_text(JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name(builder, name);
  if (value != NULL)
    json_builder_add_string_value(builder, value);
  else
    json_builder_add_null_value(builder);
}

void
view_number(JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name(builder, name);
  json_builder_add_int_value(builder, value);
}

void
view_bool(JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name(builder, name);
  json_builder_add_boolean_value(builder, value);
}

void
view_texts(JsonBuilder *builder, const char *name, const char *const *values)
{
  json_builder_set_member_name(builder, name);
  json_builder_begin_array(builder);
  for (; values != NULL && *values != NULL; values++)
    json_builder_add_string_value(builder, *values);
  json_builder_end_array(builder);
}

void
view_list(JsonBuilder *builder, const char *name, const GPtrArray *values, View view)
{
  json_builder_set_member_name(builder, name);
  json_builder_begin_array(builder);
  for (guint i = 0; values != NULL && i < values->len; i++)
    view(builder, g_ptr_array_index(values, i));
  json_builder_end_array(builder);
}

void
view_time(JsonBuilder *builder, const char *name, gint64 time_us)
{
  g_autoptr(GDateTime) time = time_us != 0 ? g_date_time_new_from_unix_utc(time_us / G_USEC_PER_SEC) : NULL;
  g_autofree char *text = time != NULL ? g_date_time_format_iso8601(time) : NULL;
  view_text(builder, name, text);
}

void
view_rules(JsonBuilder *builder, const GPtrArray *rules)
{
  json_builder_begin_array(builder);
  for (guint i = 0; i < rules->len; i++) {
    const Rule *rule = g_ptr_array_index(rules, i);
    json_builder_begin_object(builder);
    view_text(builder, "rule", rule->name);
    view_bool(builder, "ok", rule->ok);
    view_text(builder, "text", rule->text);
    json_builder_end_object(builder);
  }
  json_builder_end_array(builder);
}

JsonBuilder *
view_page(GPtrArray *values, View view, const char *next)
{
  JsonBuilder *builder = json_builder_new();
  json_builder_begin_object(builder);
  view_list(builder, "items", values, view);
  view_text(builder, "next", next);
  json_builder_end_object(builder);
  return builder;
}

static void
begin_member(JsonBuilder *builder, const char *name)
{
  json_builder_set_member_name(builder, name);
  json_builder_begin_object(builder);
}

void
view_session_members(JsonBuilder *builder, const Session *session)
{
  view_text(builder, "id", session->id);
  begin_member(builder, "pool");
  view_text(builder, "id", session->pool_id);
  view_text(builder, "name", session->pool_name);
  json_builder_end_object(builder);
  if (session->desktop_id == NULL) {
    view_text(builder, "desktop", NULL);
  } else {
    begin_member(builder, "desktop");
    view_text(builder, "id", session->desktop_id);
    view_text(builder, "name", session->desktop_name);
    view_text(builder, "host", session->host);
    view_text(builder, "kind", pool_kind_name(session->kind));
    view_text(builder, "power", session->power);
    json_builder_end_object(builder);
  }
  view_number(builder, "slot", session->slot);
  view_text(builder, "user", session->user_name);
  view_text(builder, "state", session_state_name(session->state));
  view_text(builder, "step", session->step != NULL ? session->step : "");
  view_number(builder, "progress", session->progress);
  view_time(builder, "created", session->created_us);
  view_text(builder, "connected_from", session->connected_from);
  view_text(builder, "viewer", session->viewer != NULL ? session->viewer : "");
  view_bool(builder, "may_restart", session->may_restart);
  view_bool(builder, "may_reset", session->may_reset);
  view_bool(builder, "may_lock", session_has_agent(session));
  view_text(builder, "on_logoff", pool_logoff_name(session->on_logoff));
  SessionNotice notice = session_notice(session);
  view_text(builder, "warning", session->notice);
  view_text(builder, "warning_code", notice.code);
  view_text(builder, "warning_action", notice.action);
  view_time(builder, "warning_until", notice.until_us);
  view_texts(builder, "reasons", (const char *const *)session->reasons);
  if (session->end_code != NULL)
    view_text(builder, "end_code", session->end_code);
}

void
view_session(JsonBuilder *builder, gconstpointer session)
{
  json_builder_begin_object(builder);
  view_session_members(builder, session);
  json_builder_end_object(builder);
}

static void
add_own(JsonBuilder *builder, gconstpointer value)
{
  const Desktop *desktop = value;
  json_builder_begin_object(builder);
  view_text(builder, "id", desktop->id);
  view_text(builder, "name", desktop->name);
  view_text(builder, "power", power_name(desktop->power));
  view_number(builder, "slot", desktop->slot);
  view_text(builder, "session", desktop->session_id);
  json_builder_end_object(builder);
}

static void
add_what_is_theirs(JsonBuilder *builder, const DesktopOffer *offer)
{
  if (offer->sessions->len > 0) {
    json_builder_set_member_name(builder, "session");
    view_session(builder, g_ptr_array_index(offer->sessions, 0));
  }
  view_list(builder, "sessions", offer->sessions, view_session);
  view_list(builder, "desktops", offer->desktops, add_own);
  view_bool(builder, "may_open_another", offer->may_open_another);
}

void
view_offer(JsonBuilder *builder, gconstpointer value)
{
  const DesktopOffer *offer = value;
  gboolean has_session = offer->sessions->len > 0;
  json_builder_begin_object(builder);
  begin_member(builder, "pool");
  view_text(builder, "id", offer->pool_id);
  view_text(builder, "name", offer->pool_name);
  view_text(builder, "description", offer->description != NULL ? offer->description : "");
  view_text(builder, "kind", pool_kind_name(offer->kind));
  view_text(builder, "on_logoff", pool_logoff_name(offer->on_logoff));
  json_builder_end_object(builder);
  view_text(builder, "state", has_session ? "yours" : offer->available ? "available" : "unavailable");
  add_what_is_theirs(builder, offer);
  view_texts(builder, "reasons", (const char *const *)offer->reasons);
  json_builder_end_object(builder);
}

static const char *const *
account_roles(const User *user)
{
  static const char *const ADMINISTRATOR[] = {ROLE_ADMINISTRATOR, ROLE_USER, NULL};
  return user->administrator ? ADMINISTRATOR : ADMINISTRATOR + 1;
}

static void
add_account(JsonBuilder *builder, const User *user, const char *const *roles)
{
  view_text(builder, "id", user->id);
  view_text(builder, "name", user->name);
  view_text(builder, "full_name", user->full_name != NULL ? user->full_name : "");
  view_texts(builder, "roles", roles);
  view_bool(builder, "password_change_required", user->password_change_required);
}

void
view_me(JsonBuilder *builder, const User *user, const Access *access, FactorStanding standing)
{
  g_auto(GStrv) roles = access != NULL ? access_role_names(access) : NULL;
  g_auto(GStrv) permissions = permission_set_names(access != NULL ? access_permissions(access) : 0);
  json_builder_begin_object(builder);
  add_account(builder, user, roles != NULL ? (const char *const *)roles : account_roles(user));
  view_texts(builder, "permissions", (const char *const *)permissions);
  view_text(builder, "source", user->source);
  view_text(builder, "second_factor", factor_standing_name(standing));
  json_builder_end_object(builder);
}

void
view_user(JsonBuilder *builder, gconstpointer value)
{
  const User *user = value;
  json_builder_begin_object(builder);
  add_account(builder, user, account_roles(user));
  view_texts(builder, "groups", (const char *const *)user->groups);
  view_bool(builder, "disabled", user->disabled);
  view_text(builder, "source", user->source);
  view_bool(builder, "second_factor", user->second_factor);
  view_bool(builder, "second_factor_required", user->second_factor_required);
  json_builder_end_object(builder);
}

void
view_group(JsonBuilder *builder, gconstpointer value)
{
  const Group *group = value;
  json_builder_begin_object(builder);
  view_text(builder, "id", group->id);
  view_text(builder, "name", group->name);
  view_text(builder, "description", group->description != NULL ? group->description : "");
  view_bool(builder, "second_factor_required", group->second_factor_required);
  view_texts(builder, "members", (const char *const *)group->members);
  view_text(builder, "authenticator", group->authenticator);
  view_text(builder, "external_name", group->external_name);
  json_builder_end_object(builder);
}

void
view_entitlement(JsonBuilder *builder, gconstpointer value)
{
  const Entitlement *entitlement = value;
  json_builder_begin_object(builder);
  view_text(builder, "kind", entitlement_kind_name(entitlement->kind));
  view_text(builder, "id", entitlement->subject_id);
  view_text(builder, "name", entitlement->name);
  json_builder_end_object(builder);
}

void
view_image(JsonBuilder *builder, gconstpointer value)
{
  const Image *image = value;
  json_builder_begin_object(builder);
  view_text(builder, "name", image->name);
  view_text(builder, "hash", image->hash != NULL ? image->hash : "");
  view_number(builder, "size_mib", (gint64)image->size_mib);
  view_texts(builder, "hosts", (const char *const *)image->hosts);
  view_bool(builder, "registered", image->registered);
  json_builder_end_object(builder);
}

static void
view_copy(JsonBuilder *builder, gconstpointer value)
{
  const ImageCopy *copy = value;
  json_builder_begin_object(builder);
  view_text(builder, "name", copy->name);
  view_text(builder, "hash", copy->hash);
  view_number(builder, "size_mib", (gint64)copy->size_mib);
  view_text(builder, "state", copy->damaged ? "damaged" : "present");
  view_text(builder, "detail", copy->detail != NULL ? copy->detail : "");
  json_builder_end_object(builder);
}

static void
view_quarantine(JsonBuilder *builder, gconstpointer value)
{
  const HostQuarantine *entry = value;
  json_builder_begin_object(builder);
  view_text(builder, "name", entry->name);
  view_text(builder, "reason", entry->reason);
  json_builder_end_object(builder);
}

static void
view_foreign(JsonBuilder *builder, gconstpointer value)
{
  const Foreign *domain = value;
  json_builder_begin_object(builder);
  view_text(builder, "uuid", domain->uuid);
  view_text(builder, "name", domain->name);
  view_text(builder, "power", host_power_name(domain->power));
  view_bool(builder, "adoptable", domain->adoptable);
  view_text(builder, "reason", domain->reason);
  json_builder_end_object(builder);
}

void
view_host(JsonBuilder *builder, gconstpointer value)
{
  const Host *host = value;
  json_builder_begin_object(builder);
  view_text(builder, "name", host->name);
  view_text(builder, "state", host_state_name(host->state));
  view_text(builder, "duty", host_duty_name(host->duty));
  view_text(builder, "accelerator", host->accelerator != NULL ? host->accelerator : "");
  view_text(builder, "accelerator_reason", host->accelerator_reason != NULL ? host->accelerator_reason : "");
  begin_member(builder, "capacity");
  view_number(builder, "cpus", host->capacity.cpus);
  view_number(builder, "memory_mib", host->capacity.memory_mib);
  view_number(builder, "memory_free_mib", host->capacity.memory_free_mib);
  view_number(builder, "disk_free_mib", host->capacity.disk_free_mib);
  json_builder_end_object(builder);
  view_list(builder, "images", host->images, view_copy);
  view_number(builder, "desktops", host->desktops);
  view_list(builder, "quarantined", host->quarantined, view_quarantine);
  if (host->foreign != NULL)
    view_list(builder, "foreign", host->foreign, view_foreign);
  begin_member(builder, "relay");
  view_text(builder, "address", host->relay_address);
  view_number(builder, "port", host->relay_port);
  json_builder_end_object(builder);
  view_time(builder, "last_seen", host->last_seen_us);
  json_builder_end_object(builder);
}

void
view_desktop(JsonBuilder *builder, gconstpointer value)
{
  const Desktop *desktop = value;
  g_autofree char *epoch = epoch_text(desktop->epoch);
  json_builder_begin_object(builder);
  view_text(builder, "id", desktop->id);
  view_text(builder, "name", desktop->name);
  view_text(builder, "pool", desktop->pool_name);
  view_text(builder, "kind", pool_kind_name(desktop->kind));
  view_text(builder, "host", desktop->host);
  view_text(builder, "assignment", assignment_name(desktop->assignment));
  view_text(builder, "power", power_name(desktop->power));
  view_text(builder, "step", desktop->step != NULL ? desktop->step : "");
  view_number(builder, "progress", desktop->progress);
  view_text(builder, "epoch", epoch);
  begin_member(builder, "guest");
  view_bool(builder, "ready", desktop->guest.ready);
  view_text(builder, "user", desktop->guest.user);
  json_builder_set_member_name(builder, "idle_ms");
  if (desktop->guest.idle_ms >= 0)
    json_builder_add_int_value(builder, desktop->guest.idle_ms);
  else
    json_builder_add_null_value(builder); /* it runs no agent of ours */
  view_bool(builder, "locked", desktop->guest.locked);
  json_builder_end_object(builder);
  view_text(builder, "session", desktop->session_id);
  view_text(builder, "owner", desktop->owner_name);
  json_builder_end_object(builder);
}

void
view_audit_entry(JsonBuilder *builder, gconstpointer value)
{
  const AuditEntry *entry = value;
  json_builder_begin_object(builder);
  view_number(builder, "id", entry->id);
  view_time(builder, "time", entry->time_us);
  view_text(builder, "actor", entry->actor);
  view_text(builder, "action", entry->action);
  view_text(builder, "object", entry->object);
  view_text(builder, "result", entry->succeeded ? "ok" : "refused");
  view_text(builder, "code", entry->code);
  view_text(builder, "detail", entry->detail);
  view_text(builder, "address", entry->address);
  view_text(builder, "broker", entry->broker);
  view_number(builder, "repeats", entry->count);
  json_builder_end_object(builder);
}
