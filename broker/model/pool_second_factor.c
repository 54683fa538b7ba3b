/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/pool_second_factor.h"

#include "broker/model/name_table.h"

static const char *const names[POOL_SECOND_FACTORS] = {"none", "required"};

const char *
pool_second_factor_name(PoolSecondFactor policy)
{
  return name_table_name(names, POOL_SECOND_FACTORS, (int)policy);
}

int
pool_second_factor_value(const char *name)
{
  return name_table_value(names, POOL_SECOND_FACTORS, name);
}
