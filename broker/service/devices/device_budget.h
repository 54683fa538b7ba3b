/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often devices may ask without having been let in yet: from each address, and in total. In memory of
 * each broker, bounded.
 */
#pragma once

#include <glib.h>

typedef struct DeviceBudget DeviceBudget;

typedef enum {
  DEVICE_BUDGET_ENROL,   /**< each request to join costs one */
  DEVICE_BUDGET_FAILURE, /**< each proof or secret that was wrong */
  DEVICE_BUDGETS
} DeviceBudgetKind;

/** One that nothing was taken from. */
DeviceBudget *device_budget_new(void);

/** Fails with CARAWAY_ERROR_THROTTLED when nothing of @kind is left for @address at @now_us (steady time). */
gboolean device_budget_check(DeviceBudget *budget, DeviceBudgetKind kind, const char *address, gint64 now_us,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Takes one of @kind from @address. */
void device_budget_take(DeviceBudget *budget, DeviceBudgetKind kind, const char *address, gint64 now_us);

/** Frees @budget (nullable). */
void device_budget_free(DeviceBudget *budget);
