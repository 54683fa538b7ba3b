/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading JSON from peers, strictly and with bounds, on top of json-glib: RFC 8259 text, at most a given size
 * and 32 levels deep, no duplicate keys. Typed getters name the member that is missing or wrong in their
 * error (CARAWAY_ERROR_INVALID). Writing is json-glib's JsonBuilder, ended with json_builder_text(), or
 * json_writer.h.
 */
#pragma once

#include <json-glib/json-glib.h>

#define JSON_MAX_DEPTH 32

/**
 * Parses @size bytes at @text, which must hold one object. Fails with CARAWAY_ERROR_TOO_LARGE beyond
 * @max_size, else with CARAWAY_ERROR_MALFORMED. Returns the object (transfer full).
 */
JsonObject *json_parse_object(const char *text, gsize size, gsize max_size,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The string member @name of at most @max_bytes, which must be plain (see text.h) (transfer none); NULL and
 * @error else. */
const char *json_get_string(JsonObject *object, const char *name, gsize max_bytes,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** As json_get_string(), but the text may have several lines, with a line feed between them. */
const char *json_get_lines(JsonObject *object, const char *name, gsize max_bytes,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** As json_get_string(), but a missing or null member gives TRUE and NULL in @ret_value. */
gboolean json_get_optional_string(JsonObject *object, const char *name, gsize max_bytes,
                                  const char **ret_value, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The integer member @name within @minimum … @maximum. */
gboolean json_get_int(JsonObject *object, const char *name, gint64 minimum, gint64 maximum, gint64 *ret_value,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** As json_get_int(), but a missing member gives @fallback. */
gboolean json_get_optional_int(JsonObject *object, const char *name, gint64 minimum, gint64 maximum,
                               gint64 fallback, gint64 *ret_value, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The boolean member @name; a missing member gives @fallback. */
gboolean json_get_optional_bool(JsonObject *object, const char *name, gboolean fallback, gboolean *ret_value,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The object member @name (transfer none). */
JsonObject *json_get_object(JsonObject *object, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The array member @name with at most @max_elements (transfer none). */
JsonArray *json_get_array(JsonObject *object, const char *name, guint max_elements,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Fails with CARAWAY_ERROR_INVALID when @object has a member that is not in the NULL-terminated list @names.
 */
gboolean json_check_members(JsonObject *object, const char *const *names,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The compact text of what @builder built (transfer full). */
char *json_builder_text(JsonBuilder *builder);

/** The compact text of @object (transfer full). */
char *json_object_text(JsonObject *object);
