/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/oidc/oidc_identity.h"

#include "broker/auth/oidc/oidc_claims.h"
#include "broker/auth/oidc/oidc_error.h"
#include "common/base/json.h"
#include "common/base/text.h"

#include <string.h>

#define NAME_MAX_BYTES      255
#define FULL_NAME_MAX_BYTES 200
#define GROUP_MAX_BYTES     255
#define GROUPS_MAX          1000
#define METHODS_MAX         16

/* The node of @name that counts: that of the token before that of userinfo. */
static JsonNode *
claim(JsonObject *claims, JsonObject *more, const char *name)
{
  if (json_object_has_member(claims, name))
    return json_object_get_member(claims, name);
  return more != NULL ? json_object_get_member(more, name) : NULL;
}

static const char *
text_of(JsonNode *node, gsize max_bytes)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_STRING)
    return NULL;
  const char *text = json_node_get_string(node);
  return *text != '\0' && strlen(text) <= max_bytes && text_is_plain(text) ? text : NULL;
}

/* An address that the provider has not verified is anybody's to claim (OpenID Connect Core 1.0 section 5.7).
 */
static gboolean
check_email(JsonObject *claims, JsonObject *more, const char *name, GError **error)
{
  JsonNode *verified = claim(claims, more, "email_verified");
  return !g_str_equal(name, "email") ||
         (verified != NULL && JSON_NODE_HOLDS_VALUE(verified) &&
          json_node_get_value_type(verified) == G_TYPE_BOOLEAN && json_node_get_boolean(verified)) ||
         oidc_refuse(error, "The provider does not say that it verified the address (email_verified).");
}

static char *
read_name(JsonObject *claims, JsonObject *more, const OidcSettings *settings, GError **error)
{
  const char *text = text_of(claim(claims, more, settings->name_claim), NAME_MAX_BYTES);
  if (text == NULL) {
    oidc_refuse(error, "The provider gives no usable “%s”, which is to be the account's name.",
                settings->name_claim);
    return NULL;
  }
  if (!check_email(claims, more, settings->name_claim, error))
    return NULL;
  g_autofree char *name = g_ascii_strdown(text, -1);
  if (settings->name_domain == NULL)
    return g_steal_pointer(&name);
  char *domain = strrchr(name, '@');
  if (domain == NULL || g_ascii_strcasecmp(domain + 1, settings->name_domain) != 0) {
    oidc_refuse(error, "“%s” of this person is not of the domain %s.", settings->name_claim,
                settings->name_domain);
    return NULL;
  }
  *domain = '\0';
  return g_steal_pointer(&name);
}

static gboolean
add_group(GPtrArray *groups, JsonNode *node)
{
  const char *group = text_of(node, GROUP_MAX_BYTES);
  if (group != NULL)
    g_ptr_array_add(groups, g_strdup(group));
  return group != NULL;
}

/* "_claim_names" (Core section 5.6.2) says that the list is elsewhere: without it everybody would lose rights
 * that they have. */
static gboolean
read_groups(JsonObject *claims, JsonObject *more, const char *name, GStrv *ret_groups, GError **error)
{
  JsonNode *node = claim(claims, more, name);
  JsonNode *names = json_object_get_member(claims, "_claim_names");
  if (node == NULL && names != NULL && JSON_NODE_HOLDS_OBJECT(names) &&
      json_object_has_member(json_node_get_object(names), name))
    return oidc_refuse(error, "The provider left out “%s”: there are too many for a token.", name);
  if (node == NULL || JSON_NODE_HOLDS_NULL(node))
    return TRUE;
  g_autoptr(GPtrArray) groups = g_ptr_array_new_with_free_func(g_free);
  gboolean is_good = TRUE;
  if (JSON_NODE_HOLDS_ARRAY(node)) {
    JsonArray *array = json_node_get_array(node);
    guint count = json_array_get_length(array);
    is_good = count <= GROUPS_MAX;
    for (guint i = 0; i < count && is_good; i++)
      is_good = add_group(groups, json_array_get_element(array, i));
  } else {
    is_good = add_group(groups, node);
  }
  if (!is_good)
    return oidc_refuse(error, "“%s” is not a list of at most %d names of groups.", name, GROUPS_MAX);
  g_ptr_array_add(groups, NULL);
  *ret_groups = (GStrv)g_ptr_array_free(g_steal_pointer(&groups), FALSE);
  return TRUE;
}

static gboolean
is_among(JsonNode *node, char **values)
{
  const char *text = text_of(node, GROUP_MAX_BYTES);
  return text != NULL && g_strv_contains((const char *const *)values, text);
}

/* acr is one text, amr a list of them (Core section 2); only the signed token is asked. */
static gboolean
has_second_factor(JsonObject *claims, const char *values)
{
  if (values == NULL || *values == '\0')
    return FALSE;
  g_auto(GStrv) wanted = g_strsplit(values, " ", -1);
  JsonNode *methods = json_object_get_member(claims, "amr");
  gboolean found = is_among(json_object_get_member(claims, "acr"), wanted);
  if (methods == NULL || !JSON_NODE_HOLDS_ARRAY(methods))
    return found;
  JsonArray *array = json_node_get_array(methods);
  for (guint i = 0; i < MIN(json_array_get_length(array), METHODS_MAX) && !found; i++)
    found = is_among(json_array_get_element(array, i), wanted);
  return found;
}

gboolean
oidc_identity_is_wanting(JsonObject *claims, const OidcSettings *settings)
{
  return settings->asks_userinfo &&
         (!json_object_has_member(claims, settings->name_claim) || !json_object_has_member(claims, "name") ||
          (settings->groups_claim != NULL && !json_object_has_member(claims, settings->groups_claim)));
}

OidcIdentity *
oidc_identity_read(JsonObject *claims, JsonObject *more, const OidcSettings *settings, GError **error)
{
  g_autoptr(OidcIdentity) identity = g_new0(OidcIdentity, 1);
  const char *subject = oidc_claims_subject(claims);
  identity->user_name = subject != NULL ? read_name(claims, more, settings, error) : NULL;
  if (identity->user_name == NULL ||
      (settings->groups_claim != NULL &&
       !read_groups(claims, more, settings->groups_claim, &identity->groups, error)))
    return NULL;
  identity->external_id = g_strconcat(settings->issuer, " ", subject, NULL);
  identity->full_name = g_strdup(text_of(claim(claims, more, "name"), FULL_NAME_MAX_BYTES));
  identity->has_second_factor = has_second_factor(claims, settings->second_factor_values);
  return g_steal_pointer(&identity);
}

void
oidc_identity_free(OidcIdentity *identity)
{
  if (identity == NULL)
    return;
  g_free(identity->external_id);
  g_free(identity->user_name);
  g_free(identity->full_name);
  g_strfreev(identity->groups);
  g_free(identity);
}
