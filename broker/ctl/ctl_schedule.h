/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rule of a pool's schedule as people write it, "mon-fri 07:00-18:00 spares=8 size=40", and as the JSON of
 * the interface. Pure.
 */
#pragma once

#include <json-glib/json-glib.h>

/** The rule in @text as JSON (transfer full); CARAWAY_ERROR_INVALID says what was expected. */
JsonObject *ctl_schedule_parse_rule(const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** @rule as that text (transfer full). */
char *ctl_schedule_rule_text(JsonObject *rule);
