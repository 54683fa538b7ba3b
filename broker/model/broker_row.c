/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/broker_row.h"

void
broker_row_free(BrokerRow *row)
{
  if (row == NULL)
    return;
  g_free(row->name);
  g_free(row->instance);
  g_free(row->address);
  g_free(row->version);
  g_free(row);
}

BrokerKey *
broker_key_new(const char *id, const char *public_key)
{
  BrokerKey *key = g_new0(BrokerKey, 1);
  key->id = g_strdup(id);
  key->public_key = g_strdup(public_key);
  return key;
}

void
broker_key_free(BrokerKey *key)
{
  if (key == NULL)
    return;
  g_free(key->id);
  g_free(key->public_key);
  g_free(key);
}
