/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading members of answers into owned values, with the bounds that all nouns share. On failure the error is
 * CARAWAY_ERROR_INVALID and names the member. Used only inside common/api_client.
 */
#pragma once

#include "common/api_client/api_request.h"
#include "common/base/json.h"

#define API_VALUE_MAX_TEXT  4096
#define API_VALUE_MAX_ITEMS 500

/** The object of @answer (transfer none); an error when the answer has none. */
JsonObject *api_value_object(const ApiAnswer *answer, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Copies the text @name into @ret_value (transfer full). */
gboolean api_value_text(JsonObject *object, const char *name, char **ret_value,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** As api_value_text(), but a missing or null member leaves NULL. */
gboolean api_value_optional_text(JsonObject *object, const char *name, char **ret_value,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The index in @names (@count) of the text @name; a text that is not there is an error. */
gboolean api_value_choice(JsonObject *object, const char *name, const char *const *names, guint count,
                          guint *ret_index, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Copies the array of texts @name; a missing member gives an empty array (transfer full). */
gboolean api_value_texts(JsonObject *object, const char *name, char ***ret_value,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The object member @name (transfer none); a missing or null member leaves NULL. */
gboolean api_value_optional_object(JsonObject *object, const char *name, JsonObject **ret_value,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Makes a value of each object in the array @name; all are freed with @free on the first failure. */
GPtrArray *api_value_list(JsonObject *object, const char *name,
                          gpointer (*make)(JsonObject *element, GError **error), GDestroyNotify free_value,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
