/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who must have a second factor, as an expression of SQL: one truth for the account that is read and for the
 * sign-ins that are known by heart. By a group; by a role that is bound to the account or to a group of its;
 * or because the role that everybody has requires it, which devices' accounts are not meant by.
 */
#pragma once

#include "broker/model/role.h"

/* The rules are the outer loop (SQLite keeps the order of a CROSS JOIN): mostly there is none. */
#define FACTOR_DEMAND(account)                                                                               \
  "(EXISTS (SELECT 1 FROM membership dm JOIN account_group dg ON dg.id = dm.group_id"                        \
  " WHERE dm.account_id = " account " AND dg.second_factor_required = 1)"                                    \
  " OR (EXISTS (SELECT 1 FROM role_rule dr WHERE dr.role = '" ROLE_USER                                      \
  "' AND dr.second_factor_required = 1)"                                                                     \
  " AND NOT EXISTS (SELECT 1 FROM device dv WHERE dv.account_id = " account "))"                             \
  " OR EXISTS (SELECT 1 FROM role_rule dr CROSS JOIN role_binding db WHERE dr.second_factor_required = 1"    \
  " AND db.role = dr.role AND (db.account_id = " account " OR db.group_id IN"                                \
  " (SELECT dm.group_id FROM membership dm WHERE dm.account_id = " account "))))"
