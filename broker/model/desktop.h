/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A desktop: one virtual machine of a pool. Two fields say how it is: to whom it belongs (assignment), and
 * what its machine does (power).
 */
#pragma once

#include "broker/model/pool.h"
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
  char *user;        /**< (nullable): signed-in user */
  gint64 idle_ms;    /**< so long nobody had moved when it was told; -1: not known */
  gint64 idle_at_us; /**< when it was told */
  gboolean locked;
} GuestState;

typedef struct {
  char *id;   /**< UUID, that of the virtual machine too */
  char *name; /**< POOL-0001 */
  char *pool_id;
  char *pool_name;
  PoolKind kind;        /**< of its pool */
  PoolLogoff on_logoff; /**< of its pool */
  char *host;           /**< where it was placed */
  Assignment assignment;
  Power power;
  char *owner_id;   /**< (nullable) user */
  char *owner_name; /**< (nullable) user */
  guint slot;       /**< which of its owner's desktops of the pool it is, from 1; 0: nobody's */
  char *session_id; /**< (nullable) the session that has not ended */
  char *shape;      /**< image and virtual hardware it was made with, to be compared with its pool's */
  guint vcpus;
  guint memory_mib;
  Epoch epoch;
  char *step;     /**< what is being done, as a sentence */
  guint progress; /**< 0 … 100 */
  GuestState guest;
  gint64 restart_until_us; /**< till then a sign-out inside is the restart that was asked for; 0: none was */
  gboolean used;           /**< its owner has had a console of it */
  gboolean stopping;       /**< was told to shut down and has not done so yet */
  gboolean signing_out;    /**< was told to sign its user out and has not done so yet */
  char *remade_for;        /**< (nullable) user who gets another one once this is gone */
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

/** Whether a console on @desktop would show a desktop now, and not one that is about to go. */
gboolean desktop_can_be_shown(const Desktop *desktop);

/** Whether @desktop runs with nobody signed in, though a user of its own account is what it shows: signing in
 * again takes a restart. */
gboolean desktop_is_signed_off(const Desktop *desktop);

/** For how long nobody has moved in @desktop at @now_us, in microseconds; -1: not known. */
gint64 desktop_idle_us(const Desktop *desktop, gint64 now_us);

/** Frees @desktop (nullable). */
void desktop_free(Desktop *desktop);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Desktop, desktop_free)
