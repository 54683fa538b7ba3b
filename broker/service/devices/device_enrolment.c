/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/devices/device_enrolment.h"

#include "broker/auth/device_nonce.h"
#include "broker/policy/names.h"
#include "broker/service/devices/device_proofs.h"
#include "broker/store/device_store.h"
#include "common/base/error.h"
#include "common/base/ordered_uuid.h"
#include "common/base/secret.h"

#define SECRET_BYTES   32
#define TEXT_MAX_BYTES 100
#define WAITING_US     (DEVICE_WAITING_S * SECOND_US)

G_STATIC_ASSERT(DEVICE_NONCE_LIFE_US == DEVICE_CHALLENGE_S * SECOND_US);

char *
device_enrolment_challenge(Services *services)
{
  return device_nonce_new(services->nonce_key, clock_wall_us(&services->time));
}

static gboolean
check_request(Services *services, const DeviceRequest *request, GError **error)
{
  if (!names_check_text(request->model, TEXT_MAX_BYTES, "model", error) ||
      !names_check_text(request->hostname, TEXT_MAX_BYTES, "host name", error) ||
      !names_check_text(request->version, TEXT_MAX_BYTES, "version", error))
    return FALSE;
  if (!device_proof_key_is_good(request->public_key))
    return device_proofs_refuse(error);
  return device_proofs_check(services, DEVICE_PROOF_ENROL, request->public_key, request->nonce,
                             request->public_key, request->signature, error);
}

static gboolean
check_room(Work *work, const char *address, GError **error)
{
  gint64 total, from_address;
  if (!device_store_count_waiting(work->transaction, address, &total, &from_address, error))
    return FALSE;
  if (total < DEVICE_WAITING_MAX && from_address < DEVICE_WAITING_ADDRESS_MAX)
    return TRUE;
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_OVERLOADED,
                      "Too many devices wait for an administrator; try again later.");
  return FALSE;
}

static char *
copy(const char *text)
{
  return g_strdup(text != NULL ? text : "");
}

static void
describe(Device *device, const DeviceRequest *request)
{
  g_free(device->model);
  g_free(device->hostname);
  g_free(device->client_version);
  g_free(device->address);
  device->model = copy(request->model);
  device->hostname = copy(request->hostname);
  device->client_version = copy(request->version);
  device->address = copy(request->address);
}

/* Who asks is nobody yet. */
static Caller *
caller_of(const DeviceRequest *request)
{
  return caller_new("", "(device)", FALSE, request->address, NULL);
}

static gboolean
enter(Work *work, const DeviceRequest *request, const char *code, const char *secret_hash, GError **error)
{
  g_autoptr(Device) device = g_new0(Device, 1);
  device->id = ordered_uuid_new(&work->services->time);
  device->public_key = g_strdup(request->public_key);
  device->code = g_strdup(code);
  device->created_us = work->now_us;
  device->expires_us = work->now_us + WAITING_US;
  describe(device, request);
  g_autoptr(Caller) caller = caller_of(request);
  return check_room(work, request->address, error) &&
         device_store_add(work->transaction, device, secret_hash, error) &&
         work_audit(work, caller, "device.enrol", "device", device->id, code, error);
}

static gboolean
renew(Work *work, Device *device, const DeviceRequest *request, const char *secret_hash, GError **error)
{
  if (device->state == DEVICE_REVOKED) {
    g_set_error_literal(
        error, CARAWAY_ERROR, CARAWAY_ERROR_DEVICE_REVOKED,
        "This device was revoked; an administrator has to delete it before it can join again.");
    return FALSE;
  }
  describe(device, request);
  if (device->state == DEVICE_PENDING)
    device->expires_us = work->now_us + WAITING_US;
  return device_store_renew(work->transaction, device, secret_hash, error);
}

/* What waited too long, and nobody has cleared away yet, is not there any more. */
static gboolean
is_over(const Device *device, gint64 now_us)
{
  return device->account_id == NULL && device->expires_us <= now_us;
}

/* The device with @public_key; NULL without failure when there is none. */
static gboolean
find_known(Work *work, const char *public_key, Device **ret_device, GError **error)
{
  GError *problem = NULL;
  *ret_device = device_store_find_by_key(work->transaction, public_key, &problem);
  if (*ret_device != NULL)
    return TRUE;
  if (g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_clear_error(&problem);
    return TRUE;
  }
  g_propagate_error(error, problem);
  return FALSE;
}

/* The code of the device that asks. It costs much to make, so nobody makes us do it for nothing: it is read
 * where the key is known, and not made where there is no room. */
static char *
code_of(Services *services, const DeviceRequest *request, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  g_autoptr(Device) known = NULL;
  if (work == NULL || !find_known(work, request->public_key, &known, error))
    return NULL;
  if (known != NULL)
    return g_strdup(known->code);
  if (!check_room(work, request->address, error))
    return NULL;
  g_clear_pointer(&work, work_free);
  return device_proof_code(request->public_key, services->installation);
}

static gboolean
find_alive(Work *work, const char *public_key, Device **ret_device, GError **error)
{
  g_autoptr(Device) device = NULL;
  if (!find_known(work, public_key, &device, error))
    return FALSE;
  if (device != NULL && is_over(device, work->now_us))
    return device_store_remove(work->transaction, device->id, error);
  *ret_device = g_steal_pointer(&device);
  return TRUE;
}

static DeviceEnrolment *
write_request(Services *services, const DeviceRequest *request, const char *code, GError **error)
{
  g_autoptr(DeviceEnrolment) enrolment = g_new0(DeviceEnrolment, 1);
  enrolment->secret = secret_random(SECRET_BYTES);
  g_autofree char *hash = secret_hash(enrolment->secret);
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autoptr(Device) known = NULL;
  if (work == NULL || !device_proofs_use(work, request->nonce, error) ||
      !find_alive(work, request->public_key, &known, error))
    return NULL;
  if (known != NULL ? !renew(work, known, request, hash, error) : !enter(work, request, code, hash, error))
    return NULL;
  enrolment->device = device_store_find_by_key(work->transaction, request->public_key, error);
  return enrolment->device != NULL && work_commit(work, error) ? g_steal_pointer(&enrolment) : NULL;
}

DeviceEnrolment *
device_enrolment_take(Services *services, const DeviceRequest *request, GError **error)
{
  gint64 now_us = clock_boottime_us(services->clock);
  if (!device_budget_check(services->device_budget, DEVICE_BUDGET_FAILURE, request->address, now_us, error) ||
      !device_budget_check(services->device_budget, DEVICE_BUDGET_ENROL, request->address, now_us, error))
    return NULL;
  device_budget_take(services->device_budget, DEVICE_BUDGET_ENROL, request->address, now_us);
  GError *problem = NULL;
  DeviceEnrolment *enrolment = NULL;
  if (check_request(services, request, &problem)) {
    g_autofree char *code = code_of(services, request, &problem);
    enrolment = code != NULL ? write_request(services, request, code, &problem) : NULL;
  }
  if (enrolment != NULL)
    return enrolment;
  device_proofs_refused(services, "device.enrol", "device/(new)", request->address, problem);
  g_propagate_error(error, problem);
  return NULL;
}

static Device *
find_with_secret(Services *services, const char *id, const char *secret, GError **error)
{
  g_autofree char *given = secret != NULL ? secret_hash(secret) : NULL;
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  g_autofree char *hash = work != NULL ? device_store_secret_hash(work->transaction, id, error) : NULL;
  if (hash == NULL)
    return NULL;
  g_autoptr(Device) device = device_store_find(work->transaction, id, error);
  if (device == NULL)
    return NULL;
  if (secret_equal(hash, given) && !is_over(device, work->now_us))
    return g_steal_pointer(&device);
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND, "There is no such device.");
  return NULL;
}

Device *
device_enrolment_state(Services *services, const char *id, const char *secret, const char *address,
                       GError **error)
{
  gint64 now_us = clock_boottime_us(services->clock);
  if (!device_budget_check(services->device_budget, DEVICE_BUDGET_FAILURE, address, now_us, error))
    return NULL;
  GError *problem = NULL;
  Device *device = find_with_secret(services, id, secret, &problem);
  if (device != NULL)
    return device;
  if (g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND))
    device_budget_take(services->device_budget, DEVICE_BUDGET_FAILURE, address, now_us);
  g_propagate_error(error, problem);
  return NULL;
}

void
device_enrolment_free(DeviceEnrolment *enrolment)
{
  if (enrolment == NULL)
    return;
  device_free(enrolment->device);
  secret_free(enrolment->secret);
  g_free(enrolment);
}
