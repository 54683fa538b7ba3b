/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/device_views.h"

#include "common/wire/device_proof.h"

static void
add_settings(JsonBuilder *builder, const Device *device)
{
  view_text(builder, "id", device->id);
  view_text(builder, "name", device->name);
  view_text(builder, "pool", device->pool);
}

void
view_device(JsonBuilder *builder, gconstpointer value)
{
  const Device *device = value;
  g_autofree char *fingerprint = device_proof_fingerprint(device->public_key);
  json_builder_begin_object(builder);
  add_settings(builder, device);
  view_text(builder, "description", device->description);
  view_text(builder, "state", device_state_name(device->state));
  view_text(builder, "code", device->code);
  view_text(builder, "fingerprint", fingerprint);
  view_text(builder, "model", device->model);
  view_text(builder, "hostname", device->hostname);
  view_text(builder, "client_version", device->client_version);
  view_text(builder, "address", device->address);
  view_text(builder, "account", device->account);
  view_text(builder, "decided_by", *device->approved_by != '\0' ? device->approved_by : NULL);
  view_time(builder, "created", device->created_us);
  view_time(builder, "expires", device->account_id == NULL ? device->expires_us : 0);
  view_time(builder, "approved", device->approved_us);
  view_time(builder, "seen", device->seen_us);
  view_text(builder, "seen_from", *device->seen_from != '\0' ? device->seen_from : NULL);
  json_builder_end_object(builder);
}

void
view_own_device(JsonBuilder *builder, gconstpointer value)
{
  json_builder_begin_object(builder);
  add_settings(builder, value);
  json_builder_end_object(builder);
}
