/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api_client/api_account.h"

#include "common/api_client/api_value.h"

ApiRequest *
api_account_login_request(const char *user, const char *password)
{
  ApiRequest *request = api_request_new("POST", "login", NULL);
  JsonObject *body = json_object_new();
  json_object_set_string_member(body, "user", user);
  json_object_set_string_member(body, "password", password);
  api_request_take_body(request, body);
  return request;
}

void
api_account_login_add_device(ApiRequest *request, const char *device)
{
  json_object_set_string_member(request->body, "device", device);
}

char *
api_account_device_from_login(const ApiAnswer *answer)
{
  const char *device = NULL;
  return json_get_optional_string(answer->object, "device", API_VALUE_MAX_TEXT, &device, NULL)
             ? g_strdup(device)
             : NULL;
}

char *
api_account_token_from_login(const ApiAnswer *answer, GError **error)
{
  JsonObject *object = api_value_object(answer, error);
  return object != NULL ? g_strdup(json_get_string(object, "token", API_VALUE_MAX_TEXT, error)) : NULL;
}

static ApiAccount *
account_from_object(JsonObject *object, GError **error)
{
  g_autoptr(ApiAccount) account = g_new0(ApiAccount, 1);
  if (!api_value_text(object, "id", &account->id, error) ||
      !api_value_text(object, "name", &account->name, error) ||
      !api_value_optional_text(object, "full_name", &account->full_name, error) ||
      !api_value_texts(object, "roles", &account->roles, error) ||
      !api_value_optional_text(object, "second_factor", &account->second_factor, error) ||
      !json_get_optional_bool(object, "password_change_required", FALSE, &account->password_change_required,
                              error))
    return NULL;
  if (account->full_name == NULL)
    account->full_name = g_strdup("");
  if (account->second_factor == NULL)
    account->second_factor = g_strdup("none");
  return g_steal_pointer(&account);
}

ApiAccount *
api_account_from_login(const ApiAnswer *answer, GError **error)
{
  JsonObject *object = api_value_object(answer, error);
  JsonObject *user = object != NULL ? json_get_object(object, "user", error) : NULL;
  return user != NULL ? account_from_object(user, error) : NULL;
}

ApiRequest *
api_account_logout_request(void)
{
  return api_request_new("POST", "logout", NULL);
}

ApiRequest *
api_account_me_request(void)
{
  return api_request_new("GET", "me", NULL);
}

ApiAccount *
api_account_from_answer(const ApiAnswer *answer, GError **error)
{
  JsonObject *object = api_value_object(answer, error);
  return object != NULL ? account_from_object(object, error) : NULL;
}

ApiRequest *
api_account_password_request(const char *old_password, const char *new_password)
{
  ApiRequest *request = api_request_new("POST", "me", "password", NULL);
  JsonObject *body = json_object_new();
  json_object_set_string_member(body, "old", old_password);
  json_object_set_string_member(body, "new", new_password);
  api_request_take_body(request, body);
  return request;
}

void
api_account_free(ApiAccount *account)
{
  if (account == NULL)
    return;
  g_free(account->id);
  g_free(account->name);
  g_free(account->full_name);
  g_strfreev(account->roles);
  g_free(account->second_factor);
  g_free(account);
}
