/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A desktop: one virtual machine of a pool. Two fields say how it is: to whom it belongs (assignment), and
 * what its machine does (power).
 */
#pragma once

#include "common/wire/epoch.h"

typedef enum {
  ASSIGNMENT_NONE,      /**< being made, nobody's */
  ASSIGNMENT_SPARE,     /**< ready, nobody's */
  ASSIGNMENT_ASSIGNED,  /**< has an owner, ready or not */
  ASSIGNMENT_RECYCLING, /**< is being destroyed, never to be used again */
  ASSIGNMENTS
} Assignment;

typedef enum {
  POWER_PLANNED, /**< decided, the host has not said anything yet */
  POWER_CLONING,
  POWER_STARTING,
  POWER_UP,
  POWER_OFF,
  POWER_FAILED,
  POWER_LOST, /**< its host is down */
  POWERS
} Power;

/** What the agent inside says. */
typedef struct {
  gboolean ready;
  char *user; /**< (nullable): signed-in user */
  gint64 idle_ms;
  gboolean locked;
} GuestState;

typedef struct {
  char *id;   /**< UUID, that of the virtual machine too */
  char *name; /**< POOL-0001 */
  char *pool_id;
  char *pool_name;
  char *host; /**< where it was placed */
  Assignment assignment;
  Power power;
  char *owner_id;   /**< (nullable) user */
  char *owner_name; /**< (nullable) user */
  char *session_id; /**< (nullable) the session that has not ended */
  char *shape;      /**< image and virtual hardware it was made with, to be compared with its pool's */
  guint vcpus;
  guint memory_mib;
  Epoch epoch;
  char *step;     /**< what is being done, as a sentence */
  guint progress; /**< 0 … 100 */
  GuestState guest;
  gint64 restart_until_us; /**< till then a sign-out inside is the restart that was asked for; 0: none was */
  gint64 created_us;
} Desktop;

/** The stable name of @assignment (static). */
const char *assignment_name(Assignment assignment);

/** The assignment called @name; ASSIGNMENT_RECYCLING for anything unknown, so that nobody is given it. */
Assignment assignment_from_name(const char *name);

/** The stable name of @power (static). */
const char *power_name(Power power);

/** The power called @name; FALSE when there is none. */
gboolean power_from_name(const char *name, Power *ret_power);

/** Frees @desktop (nullable). */
void desktop_free(Desktop *desktop);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Desktop, desktop_free)
