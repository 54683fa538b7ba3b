/* SPDX-License-Identifier: Apache-2.0 */
/* Pools, what they want, and why somebody gets a desktop of one or not. */
#include "broker/api/schedule_reading.h"
#include "broker/api/views.h"

static void
add_machine(JsonBuilder *builder, const Pool *pool)
{
  view_number(builder, "vcpus", pool->vcpus);
  view_number(builder, "memory_mib", pool->memory_mib);
  json_builder_set_member_name(builder, "disks");
  json_builder_begin_array(builder);
  for (guint i = 0; i < pool->disks; i++) {
    json_builder_begin_object(builder);
    view_number(builder, "size_mib", pool->disks_mib[i]);
    json_builder_end_object(builder);
  }
  json_builder_end_array(builder);
  view_text(builder, "network", pool->network);
  view_number(builder, "heads", pool->heads);
  view_text(builder, "account", pool->account != NULL ? pool->account : "");
  view_texts(builder, "channels", (const char *const *)pool->channels);
}

static void
add_life(JsonBuilder *builder, const Pool *pool)
{
  view_text(builder, "on_disconnect", pool_disconnect_name(pool->on_disconnect));
  view_number(builder, "on_disconnect_delay_s", pool->on_disconnect_delay_s);
  view_text(builder, "on_logoff", pool_logoff_name(pool->on_logoff));
  view_number(builder, "idle_limit_s", pool->idle_limit_s);
  view_number(builder, "session_limit_s", pool->session_limit_s);
  view_number(builder, "warning_s", pool->warning_s);
  view_bool(builder, "may_restart", pool->may_restart);
  view_bool(builder, "may_reset", pool->may_reset);
  view_text(builder, "take_over", pool_take_over_name(pool->take_over));
  view_text(builder, "second_factor", pool_second_factor_name(pool->second_factor));
}

static void
add_wanted(JsonBuilder *builder, const ScheduleSpan *wanted)
{
  json_builder_set_member_name(builder, "wanted");
  json_builder_begin_object(builder);
  view_number(builder, "spares", wanted->spares);
  view_number(builder, "size", wanted->size);
  view_text(builder, "reason", wanted->reason);
  view_time(builder, "until", wanted->until_us != SCHEDULE_FOREVER ? wanted->until_us : 0);
  json_builder_end_object(builder);
}

static void
add_counts(JsonBuilder *builder, const PoolCounts *counts)
{
  json_builder_set_member_name(builder, "counts");
  json_builder_begin_object(builder);
  view_number(builder, "spare", counts->spare);
  view_number(builder, "assigned", counts->assigned);
  view_number(builder, "starting", counts->starting);
  view_number(builder, "failed", counts->failed);
  json_builder_end_object(builder);
}

void
view_pool(JsonBuilder *builder, gconstpointer value)
{
  const PoolStatus *status = value;
  const Pool *pool = status->pool;
  json_builder_begin_object(builder);
  view_text(builder, "id", pool->id);
  view_text(builder, "name", pool->name);
  view_text(builder, "description", pool->description != NULL ? pool->description : "");
  view_texts(builder, "tags", (const char *const *)pool->tags);
  view_text(builder, "kind", pool_kind_name(pool->kind));
  view_text(builder, "image", pool->image);
  view_text(builder, "naming", pool->naming);
  view_number(builder, "size_min", pool->size_min);
  view_number(builder, "size", pool->size);
  view_number(builder, "spares", pool->spares);
  view_number(builder, "desktops_per_user", pool->desktops_per_user);
  add_machine(builder, pool);
  add_life(builder, pool);
  view_texts(builder, "hosts", (const char *const *)pool->hosts);
  view_text(builder, "placement", pool_placement_name(pool->placement));
  json_builder_set_member_name(builder, "schedule");
  schedule_reading_show(builder, pool->schedule);
  add_counts(builder, &status->counts);
  add_wanted(builder, &status->wanted);
  view_texts(builder, "problems", (const char *const *)status->problems);
  json_builder_end_object(builder);
}

void
view_span(JsonBuilder *builder, gconstpointer value)
{
  const ScheduleSpan *span = value;
  json_builder_begin_object(builder);
  view_time(builder, "from", span->from_us);
  view_time(builder, "until", span->until_us);
  view_number(builder, "spares", span->spares);
  view_number(builder, "size", span->size);
  view_text(builder, "reason", span->reason);
  json_builder_end_object(builder);
}

void
view_explanation(JsonBuilder *builder, gconstpointer value)
{
  const PoolExplanation *explanation = value;
  const ConnectDecision *decision = &explanation->decision;
  json_builder_begin_object(builder);
  view_text(builder, "pool", explanation->pool);
  view_text(builder, "user", explanation->user);
  view_text(builder, "outcome", connect_rules_outcome_name(decision->outcome));
  if (decision->outcome == CONNECT_REFUSE) {
    view_text(builder, "code", error_code_name((int)decision->code));
    view_text(builder, "detail", decision->sentence);
  }
  if (explanation->desktop != NULL)
    view_text(builder, "desktop", explanation->desktop);
  json_builder_set_member_name(builder, "rules");
  view_rules(builder, decision->rules);
  json_builder_end_object(builder);
}
