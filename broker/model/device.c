/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/device.h"

#include "broker/model/name_table.h"

static const char *const STATES[] = {
    [DEVICE_PENDING] = "pending",
    [DEVICE_APPROVED] = "approved",
    [DEVICE_REJECTED] = "rejected",
    [DEVICE_REVOKED] = "revoked",
};

static const char *const ENDS[] = {[DEVICE_END_REOPEN] = "reopen", [DEVICE_END_WAIT] = "wait"};

const char *
device_state_name(DeviceState state)
{
  return name_table_name(STATES, G_N_ELEMENTS(STATES), (int)state);
}

gboolean
device_state_from_name(const char *name, DeviceState *ret_state)
{
  int value = name_table_value(STATES, G_N_ELEMENTS(STATES), name);
  if (value >= 0)
    *ret_state = (DeviceState)value;
  return value >= 0;
}

const char *
device_end_name(DeviceEnd end)
{
  return name_table_name(ENDS, G_N_ELEMENTS(ENDS), (int)end);
}

gboolean
device_end_from_name(const char *name, DeviceEnd *ret_end)
{
  int value = name_table_value(ENDS, G_N_ELEMENTS(ENDS), name);
  if (value >= 0)
    *ret_end = (DeviceEnd)value;
  return value >= 0;
}

void
device_free(Device *device)
{
  if (device == NULL)
    return;
  char *const texts[] = {device->id,        device->name,       device->description, device->public_key,
                         device->code,      device->model,      device->hostname,    device->client_version,
                         device->address,   device->account_id, device->account,     device->approved_by,
                         device->seen_from, device->pool_id,    device->pool,        device->message};
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
    g_free(texts[i]);
  g_free(device);
}
