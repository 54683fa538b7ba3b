/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices as the JSON of docs/openapi.yaml: as administrators see them, and as they see themselves.
 */
#pragma once

#include "broker/api/views.h"
#include "broker/model/device.h"

/** A View: DEVICE. */
void view_device(JsonBuilder *builder, gconstpointer device);

/** A View: OWN DEVICE. */
void view_own_device(JsonBuilder *builder, gconstpointer device);
