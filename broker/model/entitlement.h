/* SPDX-License-Identifier: Apache-2.0 */
/*
 * That a user or a group may use a pool.
 */
#pragma once

#include <glib.h>

typedef enum {
  ENTITLEMENT_USER,
  ENTITLEMENT_GROUP,
} EntitlementKind;

typedef struct {
  EntitlementKind kind;
  char *subject_id; /**< of the user or group */
  char *name;       /**< of the user or group */
} Entitlement;

/** "user" or "group" (static). */
const char *entitlement_kind_name(EntitlementKind kind);

/** The kind called @name (nullable); FALSE when there is none. */
gboolean entitlement_kind_from_name(const char *name, EntitlementKind *ret_kind);

/** Frees @entitlement (nullable). */
void entitlement_free(Entitlement *entitlement);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Entitlement, entitlement_free)
