/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/device.h"

#include "broker/model/name_table.h"

static const char *const STATES[] = {
    [DEVICE_PENDING] = "pending",
    [DEVICE_APPROVED] = "approved",
    [DEVICE_REJECTED] = "rejected",
    [DEVICE_REVOKED] = "revoked",
};

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

void
device_free(Device *device)
{
  if (device == NULL)
    return;
  char *const texts[] = {device->id,        device->name,       device->description, device->public_key,
                         device->code,      device->model,      device->hostname,    device->client_version,
                         device->address,   device->account_id, device->account,     device->approved_by,
                         device->seen_from, device->pool_id,    device->pool};
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
    g_free(texts[i]);
  g_free(device);
}
