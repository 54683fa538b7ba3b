/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/devices/device_sign_in.h"

#include "broker/policy/names.h"
#include "broker/service/away/database_return.h"
#include "broker/service/devices/device_proofs.h"
#include "broker/store/device_store.h"
#include "broker/store/sign_in_store.h"
#include "common/base/error.h"

/* How stale the noted time may be: a write for each look would cost a disk flush each. */
#define SEEN_INTERVAL_US (60 * SECOND_US)

#define VERSION_MAX_BYTES 100

/* The device @id, which is no name here; whether there is none is for its signature to tell. */
static Device *
find(Work *work, const char *id, GError **error)
{
  GError *problem = NULL;
  g_autoptr(Device) device = device_store_find(work->transaction, id, &problem);
  if (device != NULL && g_str_equal(device->id, id))
    return g_steal_pointer(&device);
  if (problem != NULL && !g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_propagate_error(error, problem);
    return NULL;
  }
  g_clear_error(&problem);
  device_proofs_refuse(error);
  return NULL;
}

static Device *
read_device(Services *services, const char *id, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  return work != NULL ? find(work, id, error) : NULL;
}

static gboolean
check_state(const Device *device, GError **error)
{
  if (device->state == DEVICE_APPROVED)
    return TRUE;
  if (device->state != DEVICE_REVOKED)
    return device_proofs_refuse(error);
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_DEVICE_REVOKED,
                      "This device was revoked; an administrator has to let it join again.");
  return FALSE;
}

/* Uses the nonce and what came before this sign-in; the account's name. */
static char *
prepare(Services *services, const DeviceAnswer *answer, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autoptr(Device) device = work != NULL ? find(work, answer->device, error) : NULL;
  if (device == NULL || !check_state(device, error) || !device_proofs_use(work, answer->nonce, error) ||
      !device_store_forget_secret(work->transaction, device->id, error) ||
      !device_store_seen(work->transaction, device->id, answer->address, answer->version, work->now_us,
                         error) ||
      !sign_in_store_remove_of_user(work->transaction, device->account_id, NULL, error))
    return NULL;
  work_notify(work, CHANGE_SIGN_IN, device->account_id);
  return work_commit(work, error) ? g_strdup(device->account_id) : NULL;
}

static SignIn *
try_sign_in(Services *services, const DeviceAnswer *answer, GError **error)
{
  g_autoptr(Device) device = read_device(services, answer->device, error);
  if (device == NULL || !device_proofs_check(services, DEVICE_PROOF_SIGN_IN, device->id, answer->nonce,
                                             device->public_key, answer->signature, error))
    return NULL;
  g_autofree char *account = prepare(services, answer, error);
  if (account == NULL)
    return NULL;
  return sign_in_enter(services,
                       &(SignInEntry){.user_id = account,
                                      .method = "device",
                                      .address = answer->address,
                                      .lifetime_us = DEVICE_SIGN_IN_US,
                                      .is_machine = TRUE},
                       error);
}

SignIn *
device_sign_in_begin(Services *services, const DeviceAnswer *answer, GError **error)
{
  if (!device_budget_check(services->device_budget, DEVICE_BUDGET_FAILURE, answer->address,
                           clock_boottime_us(services->clock), error) ||
      !names_check_text(answer->version, VERSION_MAX_BYTES, "version", error))
    return NULL;
  GError *problem = NULL;
  SignIn *sign_in = try_sign_in(services, answer, &problem);
  if (sign_in != NULL)
    return sign_in;
  gboolean has_id = g_uuid_string_is_valid(answer->device);
  g_autofree char *object = g_strconcat("device/", has_id ? answer->device : "(not an id)", NULL);
  device_proofs_refused(services, "device.sign-in", object, answer->address, problem);
  g_propagate_error(error, problem);
  return NULL;
}

static gboolean
note_seen(Services *services, const Device *device, const char *address, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  return work != NULL &&
         device_store_seen(work->transaction, device->id, address, NULL, work->now_us, error) &&
         work_commit(work, error);
}

/* That it was seen need not be written at once. */
static gboolean
note_seen_when_due(Services *services, const Device *device, const char *address, GError **error)
{
  GError *problem = NULL;
  if (clock_wall_us(&services->time) - device->seen_us < SEEN_INTERVAL_US ||
      note_seen(services, device, address, &problem))
    return TRUE;
  return database_return_forgive(services, problem, error);
}

Device *
device_sign_in_self(Services *services, const Caller *caller, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  g_autoptr(Device) device =
      work != NULL ? device_store_find_by_account(work->transaction, caller->user_id, error) : NULL;
  g_clear_pointer(&work, work_free);
  return device != NULL && note_seen_when_due(services, device, caller->address, error)
             ? g_steal_pointer(&device)
             : NULL;
}
