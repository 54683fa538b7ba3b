/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api_client/api_factor.h"

ApiRequest *
api_factor_request(const char *act, const char *password, const char *code)
{
  ApiRequest *request = api_request_new("POST", "me", "second-factor", act, NULL);
  JsonObject *body = json_object_new();
  if (password != NULL)
    json_object_set_string_member(body, "password", password);
  if (code != NULL)
    json_object_set_string_member(body, "code", code);
  api_request_take_body(request, body);
  return request;
}

ApiRequest *
api_factor_verify_request(const char *code)
{
  return api_factor_request("verify", NULL, code);
}

ApiRequest *
api_factor_state_request(void)
{
  return api_request_new("GET", "me", "second-factor", NULL);
}
