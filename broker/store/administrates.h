/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is administrator of everything, as an expression of SQL: by a binding of its own or of a group of its.
 * The column account.administrator knows the first alone.
 */
#pragma once

#include "broker/model/role.h"

#define ADMINISTRATES(account)                                                                               \
  "EXISTS (SELECT 1 FROM role_binding ab WHERE ab.role = '" ROLE_ADMINISTRATOR                               \
  "' AND ab.object = '/' AND (ab.account_id = " account " OR ab.group_id IN"                                 \
  " (SELECT am.group_id FROM membership am WHERE am.account_id = " account ")))"
