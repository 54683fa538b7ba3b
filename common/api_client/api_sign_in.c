/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api_client/api_sign_in.h"

#include "common/api_client/api_value.h"
#include "common/base/secret.h"

#include <string.h>

#define DIGEST_BYTES 32

ApiRequest *
api_sign_in_methods_request(void)
{
  return api_request_new("GET", "sign-in-methods", NULL);
}

/* A method of another kind gives an entry without a name. */
static gpointer
method_from_object(JsonObject *object, GError **error)
{
  g_autoptr(ApiSignInMethod) method = g_new0(ApiSignInMethod, 1);
  const char *kind = json_get_string(object, "kind", API_VALUE_MAX_TEXT, error);
  if (kind == NULL)
    return NULL;
  if (strcmp(kind, "redirect") == 0 && (!api_value_text(object, "name", &method->name, error) ||
                                        !api_value_text(object, "label", &method->label, error)))
    return NULL;
  return g_steal_pointer(&method);
}

GPtrArray *
api_sign_in_methods_from_answer(const ApiAnswer *answer, GError **error)
{
  JsonObject *object = api_value_object(answer, error);
  GPtrArray *methods = object != NULL ? api_value_list(object, "items", method_from_object,
                                                       (GDestroyNotify)api_sign_in_method_free, error)
                                      : NULL;
  for (guint i = methods != NULL ? methods->len : 0; i > 0; i--)
    if (((ApiSignInMethod *)methods->pdata[i - 1])->name == NULL)
      g_ptr_array_remove_index(methods, i - 1);
  return methods;
}

char *
api_sign_in_challenge(const char *verifier)
{
  guint8 digest[DIGEST_BYTES];
  gsize size = sizeof digest;
  g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
  g_checksum_update(checksum, (const guchar *)verifier, -1);
  g_checksum_get_digest(checksum, digest, &size);
  return secret_to_base64url(digest, size);
}

char *
api_sign_in_address(const char *url, const char *method, guint16 port, const char *challenge)
{
  g_autofree char *name = g_uri_escape_string(method, NULL, FALSE);
  return g_strdup_printf("%s/api/v1/oidc/%s/begin?client_port=%u&client_challenge=%s", url, name, port,
                         challenge);
}

ApiRequest *
api_sign_in_redeem_request(const char *code, const char *verifier)
{
  ApiRequest *request = api_request_new("POST", "oidc", "redeem", NULL);
  JsonObject *body = json_object_new();
  json_object_set_string_member(body, "code", code);
  json_object_set_string_member(body, "verifier", verifier);
  api_request_take_body(request, body);
  return request;
}

void
api_sign_in_method_free(ApiSignInMethod *method)
{
  if (method == NULL)
    return;
  g_free(method->name);
  g_free(method->label);
  g_free(method);
}
