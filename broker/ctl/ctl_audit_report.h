/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What checking the audit log found, for people: the parts that a broker answers added up, and the whole as
 * text. Pure.
 */
#pragma once

#include <json-glib/json-glib.h>

/** Adds @part, an answer of GET /audit/verify, to @total, an object that begins empty. */
gboolean ctl_audit_report_add(JsonObject *total, JsonObject *part, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether @total is unbroken. */
gboolean ctl_audit_report_is_unbroken(JsonObject *total);

/** @total as lines (transfer full). */
char *ctl_audit_report_text(JsonObject *total);
