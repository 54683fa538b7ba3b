/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/devices/device_admin.h"

#include "broker/policy/names.h"
#include "broker/service/devices/device_account.h"
#include "broker/service/rights/rights.h"
#include "broker/service/work.h"
#include "broker/store/device_store.h"
#include "broker/store/pool_store.h"
#include "common/base/error.h"
#include "common/wire/device_proof.h"

#define DESCRIPTION_MAX_BYTES 500

/* How long a device that was turned away is told so. */
#define REJECTED_US (15 * 60 * SECOND_US)

/* Two devices that show the same code: somebody may have made a key for it. */
static Device *
find_by_code(Work *work, const char *typed, GError **error)
{
  g_autofree char *code = device_proof_code_from_typed(typed);
  g_autoptr(GPtrArray) devices =
      device_store_with_code(work->transaction, code != NULL ? code : "", work->now_us, error);
  if (devices == NULL)
    return NULL;
  if (devices->len == 1)
    return g_ptr_array_steal_index(devices, 0);
  if (devices->len == 0)
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND, "There is no such device.");
  else
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
                "More than one device shows the code %s, which does not happen by chance; compare their "
                "fingerprints and name the right one by its id.",
                code);
  return NULL;
}

static Device *
find(Work *work, const char *key, GError **error)
{
  GError *problem = NULL;
  Device *device = device_store_find(work->transaction, key, &problem);
  if (device != NULL)
    return device;
  if (g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_clear_error(&problem);
    return find_by_code(work, key, error);
  }
  g_propagate_error(error, problem);
  return NULL;
}

static Device *
find_version(Work *work, const char *key, gint64 version, GError **error)
{
  g_autoptr(Device) device = find(work, key, error);
  if (device == NULL || version == 0 || version == device->version)
    return g_steal_pointer(&device);
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_STALE,
                      "Somebody else changed this device meanwhile; look at it again and repeat the change.");
  return NULL;
}

static gboolean
check_is(const Device *device, DeviceState state, gint64 now_us, GError **error)
{
  gboolean is_over = state == DEVICE_PENDING && device->expires_us <= now_us;
  if (device->state == state && !is_over)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT, "The device is %s; only one that is %s can be.",
              is_over ? "no longer waiting" : device_state_name(device->state), device_state_name(state));
  return FALSE;
}

static gboolean
check_settings(const DeviceSettings *settings, GError **error)
{
  return names_check_text(settings->description, DESCRIPTION_MAX_BYTES, "description", error);
}

static void
set_text(char **text, const char *value)
{
  if (value == NULL)
    return;
  g_free(*text);
  *text = g_strdup(value);
}

/* To be called when the device has its account. */
static gboolean
apply_pool(Work *work, const Caller *caller, Device *device, const char *key, GError **error)
{
  if (key == NULL)
    return TRUE;
  if (*key != '\0' &&
      !rights_check(work, caller, PERMISSION_POOL_ENTITLE, OBJECT_POOL, REACH_ONE, key, error))
    return FALSE;
  g_autoptr(Pool) pool = *key != '\0' ? pool_store_find(work->transaction, key, error) : NULL;
  if (pool == NULL && *key != '\0')
    return FALSE;
  g_autofree char *before = g_steal_pointer(&device->pool_id);
  device->pool_id = pool != NULL ? g_strdup(pool->id) : NULL;
  return device_account_entitle(work, caller, device, before, error);
}

static gboolean
apply(Work *work, const Caller *caller, Device *device, const DeviceSettings *settings, GError **error)
{
  set_text(&device->description, settings->description);
  return apply_pool(work, caller, device, settings->pool, error);
}

static const char *
name_of(const Device *device)
{
  return device->name != NULL ? device->name : device->id;
}

/* Writes @device, audits @action and commits; the device as it is then. */
static Device *
finish(Work *work, const Caller *caller, const Device *device, const char *action, const char *detail,
       GError **error)
{
  if (!device_store_update(work->transaction, device, error) ||
      !work_audit(work, caller, action, "device", name_of(device), detail, error))
    return NULL;
  g_autoptr(Device) changed = device_store_find(work->transaction, device->id, error);
  return changed != NULL && work_commit(work, error) ? g_steal_pointer(&changed) : NULL;
}

GPtrArray *
device_admin_list(Services *services, gboolean pending, const Page *page, char **ret_next, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  return work != NULL ? device_store_list(work->transaction, pending, page, ret_next, error) : NULL;
}

Device *
device_admin_get(Services *services, const char *key, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  return work != NULL ? find(work, key, error) : NULL;
}

static gboolean
check_name_free(Work *work, const char *name, GError **error)
{
  g_autoptr(GError) problem = NULL;
  g_autoptr(Device) device = device_store_find(work->transaction, name, &problem);
  if (device == NULL)
    return TRUE; /* when it could not be asked, what comes next fails, too */
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
              "There is a device \"%s\" already; choose another name.", name);
  return FALSE;
}

static Device *
approve(Work *work, const Caller *caller, Device *device, const char *group, const DeviceSettings *settings,
        GError **error)
{
  device->state = DEVICE_APPROVED;
  device->approved_us = work->now_us;
  set_text(&device->approved_by, caller->user_name);
  if (!apply(work, caller, device, settings, error) ||
      (group != NULL && !device_account_join(work, caller, device, group, error)))
    return NULL;
  g_autofree char *fingerprint = device_proof_fingerprint(device->public_key);
  g_autofree char *detail = g_strdup_printf(
      "code %s, fingerprint %s, account %s, pool %s, group %s", device->code, fingerprint, device->account,
      settings->pool != NULL ? settings->pool : "-", group != NULL ? group : "-");
  return finish(work, caller, device, "device.approve", detail, error);
}

Device *
device_admin_approve(Services *services, const Caller *caller, const char *key, const char *name,
                     const char *group, const DeviceSettings *settings, gint64 version, GError **error)
{
  if (!names_check(name, "device", error) || !check_settings(settings, error))
    return NULL;
  g_autofree char *hash = device_account_hash(services, error);
  g_autoptr(Work) work = hash != NULL ? work_begin(services, DB_WRITE, error) : NULL;
  g_autoptr(Device) device = work != NULL ? find_version(work, key, version, error) : NULL;
  if (device == NULL || !check_is(device, DEVICE_PENDING, work->now_us, error) ||
      !check_name_free(work, name, error))
    return NULL;
  set_text(&device->name, name);
  if (!device_account_make(work, device, hash, error))
    return NULL;
  return approve(work, caller, device, group, settings, error);
}

Device *
device_admin_reject(Services *services, const Caller *caller, const char *key, gint64 version, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autoptr(Device) device = work != NULL ? find_version(work, key, version, error) : NULL;
  if (device == NULL || !check_is(device, DEVICE_PENDING, work->now_us, error))
    return NULL;
  device->state = DEVICE_REJECTED;
  device->expires_us = work->now_us + REJECTED_US;
  set_text(&device->approved_by, caller->user_name);
  return finish(work, caller, device, "device.reject", device->code, error);
}

Device *
device_admin_revoke(Services *services, const Caller *caller, const char *key, gint64 version, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autoptr(Device) device = work != NULL ? find_version(work, key, version, error) : NULL;
  if (device == NULL || !check_is(device, DEVICE_APPROVED, work->now_us, error))
    return NULL;
  device->state = DEVICE_REVOKED;
  if (!device_account_close(work, caller, device, error))
    return NULL;
  return finish(work, caller, device, "device.revoke", "", error);
}

Device *
device_admin_change(Services *services, const Caller *caller, const char *key, const DeviceSettings *settings,
                    gint64 version, GError **error)
{
  if (!check_settings(settings, error))
    return NULL;
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autoptr(Device) device = work != NULL ? find_version(work, key, version, error) : NULL;
  if (device == NULL || !check_is(device, DEVICE_APPROVED, work->now_us, error) ||
      !apply(work, caller, device, settings, error))
    return NULL;
  return finish(work, caller, device, "device.change", "", error);
}

gboolean
device_admin_delete(Services *services, const Caller *caller, const char *key, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autoptr(Device) device = work != NULL ? find(work, key, error) : NULL;
  return device != NULL && device_store_remove(work->transaction, device->id, error) &&
         (device->account_id == NULL || device_account_remove(work, caller, device, error)) &&
         work_audit(work, caller, "device.delete", "device", name_of(device), device->code, error) &&
         work_commit(work, error);
}
