/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Model values as the JSON of docs/openapi.yaml. Each function adds one value at the builder's place. Hashes,
 * tokens and other sign-ins' devices never get here.
 */
#pragma once

#include "broker/model/access.h"
#include "broker/model/desktop.h"
#include "broker/model/entitlement.h"
#include "broker/model/group.h"
#include "broker/model/host.h"
#include "broker/model/image.h"
#include "broker/model/second_factor.h"
#include "broker/model/session.h"
#include "broker/model/user.h"
#include "broker/service/connect/connect.h"
#include "broker/service/pools/pool_admin.h"
#include "broker/service/pools/pool_explain.h"
#include "common/base/rule.h"
#include "common/wire/audit_entry.h"

#include <json-glib/json-glib.h>

/** Adds one value of a list. */
typedef void (*View)(JsonBuilder *builder, gconstpointer value);

/** Adds the member @name with the text @value (nullable: null). */
void view_text(JsonBuilder *builder, const char *name, const char *value);

/** Adds the member @name with the number @value. */
void view_number(JsonBuilder *builder, const char *name, gint64 value);

/** Adds the member @name with the truth of @value. */
void view_bool(JsonBuilder *builder, const char *name, gboolean value);

/** Adds the member @name with the list @values (nullable: empty). */
void view_texts(JsonBuilder *builder, const char *name, const char *const *values);

/** Adds the member @name with the list @values (nullable: empty), each by @view. */
void view_list(JsonBuilder *builder, const char *name, const GPtrArray *values, View view);

/** Adds the member @name with @time_us (since 1970 UTC) as RFC 3339 text, null for 0. */
void view_time(JsonBuilder *builder, const char *name, gint64 time_us);

/** Adds the list of @rules (of Rule) as {rule, ok, text}. */
void view_rules(JsonBuilder *builder, const GPtrArray *rules);

/** The page {"items": […], "next": cursor|null} of @values, each by @view (transfer full). */
JsonBuilder *view_page(GPtrArray *values, View view, const char *next);

/** A View: SESSION. */
void view_session(JsonBuilder *builder, gconstpointer session);
/** Adds the members of the SESSION of @session to the object that @builder has open. */
void view_session_members(JsonBuilder *builder, const Session *session);
/** A View: OFFER, of a DesktopOffer. */
void view_offer(JsonBuilder *builder, gconstpointer offer);
/** Adds the ME of @user, who has @access (nullable: is not known, as while the database is away) by a sign-in
 * of @standing. */
void view_me(JsonBuilder *builder, const User *user, const Access *access, FactorStanding standing);
/** A View: USER. */
void view_user(JsonBuilder *builder, gconstpointer user);
/** A View: GROUP. */
void view_group(JsonBuilder *builder, gconstpointer group);
/** A View: POOL, of a PoolStatus. */
void view_pool(JsonBuilder *builder, gconstpointer pool_status);
/** A View: SPAN of a schedule, of a ScheduleSpan. */
void view_span(JsonBuilder *builder, gconstpointer span);
/** A View: EXPLANATION, of a PoolExplanation. */
void view_explanation(JsonBuilder *builder, gconstpointer explanation);
/** A View: ENTITLEMENT. */
void view_entitlement(JsonBuilder *builder, gconstpointer entitlement);
/** A View: IMAGE. */
void view_image(JsonBuilder *builder, gconstpointer image);
/** A View: HOST. */
void view_host(JsonBuilder *builder, gconstpointer host);
/** A View: DESKTOP. */
void view_desktop(JsonBuilder *builder, gconstpointer desktop);
/** A View: AUDIT ENTRY, of an AuditEntry. */
void view_audit_entry(JsonBuilder *builder, gconstpointer audit_entry);
