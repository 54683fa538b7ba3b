/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api_client/api_device.h"

#include "common/api_client/api_value.h"
#include "common/base/secret.h"

static ApiRequest *
post(const char *act, const char *first, const char *first_value, const char *nonce, const char *signature)
{
  ApiRequest *request = api_request_new("POST", "devices", act, NULL);
  JsonObject *body = json_object_new();
  json_object_set_string_member(body, first, first_value);
  json_object_set_string_member(body, "nonce", nonce);
  json_object_set_string_member(body, "signature", signature);
  json_object_set_string_member(body, "version", CARAWAY_VERSION);
  api_request_take_body(request, body);
  return request;
}

ApiRequest *
api_device_challenge_request(void)
{
  ApiRequest *request = api_request_new("POST", "devices", "challenge", NULL);
  api_request_take_body(request, json_object_new());
  return request;
}

ApiDeviceChallenge *
api_device_challenge_from_answer(const ApiAnswer *answer, GError **error)
{
  g_autoptr(ApiDeviceChallenge) challenge = g_new0(ApiDeviceChallenge, 1);
  JsonObject *object = api_value_object(answer, error);
  return object != NULL && api_value_text(object, "nonce", &challenge->nonce, error) &&
                 api_value_text(object, "installation", &challenge->installation, error)
             ? g_steal_pointer(&challenge)
             : NULL;
}

ApiRequest *
api_device_enrol_request(const char *public_key, const char *nonce, const char *signature)
{
  ApiRequest *request = post("enrol", "public_key", public_key, nonce, signature);
  json_object_set_string_member(request->body, "hostname", g_get_host_name());
  return request;
}

ApiRequest *
api_device_enrolment_request(const char *id)
{
  return api_request_new("GET", "devices", "enrolment", id, NULL);
}

ApiDeviceEnrolment *
api_device_enrolment_from_answer(const ApiAnswer *answer, GError **error)
{
  g_autoptr(ApiDeviceEnrolment) enrolment = g_new0(ApiDeviceEnrolment, 1);
  JsonObject *object = api_value_object(answer, error);
  return object != NULL && api_value_text(object, "id", &enrolment->id, error) &&
                 api_value_text(object, "state", &enrolment->state, error) &&
                 api_value_optional_text(object, "secret", &enrolment->secret, error)
             ? g_steal_pointer(&enrolment)
             : NULL;
}

ApiRequest *
api_device_sign_in_request(const char *id, const char *nonce, const char *signature)
{
  return post("sign-in", "device", id, nonce, signature);
}

ApiRequest *
api_device_own_request(void)
{
  return api_request_new("GET", "me", "device", NULL);
}

gboolean
api_device_pool_from_answer(const ApiAnswer *answer, char **ret_pool, GError **error)
{
  JsonObject *object = api_value_object(answer, error);
  return object != NULL && api_value_optional_text(object, "pool", ret_pool, error);
}

void
api_device_challenge_free(ApiDeviceChallenge *challenge)
{
  if (challenge == NULL)
    return;
  g_free(challenge->nonce);
  g_free(challenge->installation);
  g_free(challenge);
}

void
api_device_enrolment_free(ApiDeviceEnrolment *enrolment)
{
  if (enrolment == NULL)
    return;
  g_free(enrolment->id);
  g_free(enrolment->state);
  secret_free(enrolment->secret);
  g_free(enrolment);
}
