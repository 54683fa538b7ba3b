/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a pool asks of sign-ins that open its desktops: that they were proven with a second factor, or not.
 */
#pragma once

typedef enum { POOL_SECOND_FACTOR_NONE, POOL_SECOND_FACTOR_REQUIRED, POOL_SECOND_FACTORS } PoolSecondFactor;

/** The stable name of @policy (static). */
const char *pool_second_factor_name(PoolSecondFactor policy);

/** The policy called @name (nullable), -1 when there is none. */
int pool_second_factor_value(const char *name);
