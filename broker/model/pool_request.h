/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an administrator asks of a pool, before anybody judged it: values as they were said.
 */
#pragma once

#include "broker/model/pool.h"

/** For a change, NULL and -1 leave a member as it is. Everything is borrowed. */
typedef struct {
  const char *name;
  const char *description;
  const char *const *tags;
  const char *kind;
  const char *image;
  const char *naming;
  gint64 size;
  gint64 size_min;
  gint64 spares;
  gint64 desktops_per_user;
  gint64 vcpus;
  gint64 memory_mib;
  gint64 disks; /**< how many of disks_mib count */
  gint64 disks_mib[POOL_DISKS_MAX];
  const char *network;
  gint64 heads;
  const char *account;
  const char *const *channels;
  const char *on_disconnect;
  gint64 on_disconnect_delay_s;
  const char *on_logoff;
  gint64 idle_limit_s;
  gint64 session_limit_s;
  gint64 warning_s;
  gint64 may_restart; /**< 0, 1 */
  gint64 may_reset;   /**< 0, 1 */
  const char *take_over;
  const char *second_factor;
  const char *const *hosts;
  const char *placement;
  const PoolSchedule *schedule;
  gboolean no_schedule; /**< takes the schedule away */
} PoolSettings;

/** Every member of PoolSettings left as it is. */
#define POOL_SETTINGS_NONE                                                                                   \
  ((PoolSettings){.size = -1,                                                                                \
                  .size_min = -1,                                                                            \
                  .spares = -1,                                                                              \
                  .desktops_per_user = -1,                                                                   \
                  .vcpus = -1,                                                                               \
                  .memory_mib = -1,                                                                          \
                  .disks = -1,                                                                               \
                  .heads = -1,                                                                               \
                  .on_disconnect_delay_s = -1,                                                               \
                  .idle_limit_s = -1,                                                                        \
                  .session_limit_s = -1,                                                                     \
                  .warning_s = -1,                                                                           \
                  .may_restart = -1,                                                                         \
                  .may_reset = -1})
