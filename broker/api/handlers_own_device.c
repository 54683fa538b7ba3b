/* SPDX-License-Identifier: Apache-2.0 */
/* What devices ask: to join, to sign in, and what they are to do. */
#include "broker/api/device_handlers.h"
#include "broker/api/device_views.h"
#include "broker/api/sign_in_answer.h"
#include "broker/service/devices/device_enrolment.h"
#include "broker/service/devices/device_sign_in.h"
#include "common/base/json.h"
#include "common/wire/device_proof.h"

#define KEY_MAX       64
#define SIGNATURE_MAX 128
#define NONCE_MAX     128
#define TEXT_MAX      1000
#define ID_MAX        64

gboolean
handle_device_challenge(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  if (!request_check_no_members(request, error))
    return FALSE;
  g_autofree char *nonce = device_enrolment_challenge(context->services);
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  view_text(builder, "nonce", nonce);
  view_text(builder, "installation", services_installation(context->services));
  view_number(builder, "life_s", DEVICE_CHALLENGE_S);
  json_builder_end_object(builder);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

static gboolean
read_proof(JsonObject *body, const char **ret_nonce, const char **ret_signature, GError **error)
{
  *ret_nonce = json_get_string(body, "nonce", NONCE_MAX, error);
  *ret_signature = *ret_nonce != NULL ? json_get_string(body, "signature", SIGNATURE_MAX, error) : NULL;
  return *ret_signature != NULL;
}

static gboolean
read_request(JsonObject *body, DeviceRequest *device, GError **error)
{
  device->public_key = json_get_string(body, "public_key", KEY_MAX, error);
  return device->public_key != NULL && read_proof(body, &device->nonce, &device->signature, error) &&
         json_get_optional_string(body, "model", TEXT_MAX, &device->model, error) &&
         json_get_optional_string(body, "hostname", TEXT_MAX, &device->hostname, error) &&
         json_get_optional_string(body, "version", TEXT_MAX, &device->version, error);
}

static void
add_enrolment(JsonBuilder *builder, const Device *device)
{
  g_autofree char *fingerprint = device_proof_fingerprint(device->public_key);
  view_text(builder, "id", device->id);
  view_text(builder, "state", device_state_name(device->state));
  view_text(builder, "name", device->name);
  view_text(builder, "code", device->code);
  view_text(builder, "fingerprint", fingerprint);
  view_time(builder, "expires", device->account_id == NULL ? device->expires_us : 0);
}

gboolean
handle_enrol_device(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"public_key", "nonce",   "signature", "model",
                                        "hostname",   "version", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  DeviceRequest device = {.address = request->address};
  if (body == NULL || !read_request(body, &device, error))
    return FALSE;
  g_autoptr(DeviceEnrolment) enrolment = device_enrolment_take(context->services, &device, error);
  if (enrolment == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  add_enrolment(builder, enrolment->device);
  view_text(builder, "secret", enrolment->secret);
  json_builder_end_object(builder);
  answer_set_json(answer, 201, builder);
  return TRUE;
}

gboolean
handle_device_enrolment(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  g_autoptr(Device) device = device_enrolment_state(context->services, request_parameter(request, 0),
                                                    request->token, request->address, error);
  if (device == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  add_enrolment(builder, device);
  json_builder_end_object(builder);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

gboolean
handle_device_sign_in(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"device", "nonce", "signature", "version", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  DeviceAnswer proof = {.address = request->address};
  proof.device = body != NULL ? json_get_string(body, "device", ID_MAX, error) : NULL;
  if (proof.device == NULL || !read_proof(body, &proof.nonce, &proof.signature, error) ||
      !json_get_optional_string(body, "version", TEXT_MAX, &proof.version, error))
    return FALSE;
  g_autoptr(SignIn) sign_in = device_sign_in_begin(context->services, &proof, error);
  if (sign_in == NULL)
    return FALSE;
  sign_in_answer_set(context, answer, sign_in, FALSE);
  return TRUE;
}

gboolean
handle_own_device(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  g_autoptr(Device) device = device_sign_in_self(context->services, request->caller, error);
  if (device == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = json_builder_new();
  view_own_device(builder, device);
  answer_set_json(answer, 200, builder);
  answer_set_version(answer, device->version);
  return TRUE;
}
