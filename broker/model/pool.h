/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pool: desktops of one kind with the rules of their life. Floating desktops serve any entitled user and
 * are destroyed after use, dedicated ones stay their first user's, manual ones are machines that an
 * administrator brought. Everybody works in the pool's one local account.
 */
#pragma once

#include "broker/model/pool_schedule.h"
#include "broker/model/pool_second_factor.h"

#define POOL_DISKS_MAX 4

/** How many of a pool's desktops are in which condition. */
typedef struct {
  guint spare;    /**< ready and without an owner */
  guint assigned; /**< owned, whether in use or not */
  guint starting; /**< being made, without an owner */
  guint failed;   /**< failed, lost or on their way out */
} PoolCounts;

typedef enum { POOL_FLOATING, POOL_DEDICATED, POOL_MANUAL, POOL_KINDS } PoolKind;

/** What is done when the last console of a desktop has been closed for on_disconnect_delay_s. */
typedef enum {
  POOL_DISCONNECT_KEEP,
  POOL_DISCONNECT_LOCK,
  POOL_DISCONNECT_LOGOFF,
  POOL_DISCONNECT_SHUTDOWN,
  POOL_DISCONNECTS
} PoolDisconnect;

/** What becomes of a desktop after its user signed out. */
typedef enum {
  POOL_LOGOFF_RECLONE, /**< destroyed and made anew */
  POOL_LOGOFF_KEEP,    /**< stays up */
  POOL_LOGOFF_STOP,    /**< shut down */
  POOL_LOGOFFS
} PoolLogoff;

/** Whether a second device of the same user gets the console of the first. */
typedef enum { POOL_TAKE_OVER_REFUSE, POOL_TAKE_OVER_ASK, POOL_TAKE_OVER_TAKE, POOL_TAKE_OVERS } PoolTakeOver;

/** Where new desktops go: on the host with the most memory left, or with the least that is enough. */
typedef enum { POOL_PLACEMENT_SPREAD, POOL_PLACEMENT_PACK, POOL_PLACEMENTS } PoolPlacement;

typedef struct {
  char *id;   /**< UUID */
  char *name; /**< lower case, unique */
  char *description;
  GStrv tags;              /**< words to find it by */
  PoolKind kind;           /**< never changes */
  char *image;             /**< name of a registered image; "" of a manual pool */
  char *naming;            /**< of its desktops, with {n} or {n:DIGITS} once */
  guint size;              /**< at most so many desktops at once */
  guint size_min;          /**< at least so many, as far as the size allows */
  guint spares;            /**< so many are kept ready, as far as the size allows */
  guint desktops_per_user; /**< 1 … 8 */
  guint vcpus;
  guint memory_mib;
  guint disks; /**< how many extra data disks */
  guint disks_mib[POOL_DISKS_MAX];
  char *network;  /**< "default", "none" or "bridge:NAME" */
  guint heads;    /**< monitors, 1 … 4 */
  char *account;  /**< local account inside the desktop */
  GStrv channels; /**< SPICE channels that its consoles may open */
  PoolDisconnect on_disconnect;
  guint on_disconnect_delay_s;
  PoolLogoff on_logoff;
  guint idle_limit_s;    /**< 0: none */
  guint session_limit_s; /**< 0: none */
  guint warning_s;       /**< so long before a limit, at most half of it, the user is told */
  gboolean may_restart;  /**< users their own desktop */
  gboolean may_reset;
  PoolTakeOver take_over;
  PoolSecondFactor second_factor;
  GStrv hosts; /**< only these; empty: any */
  PoolPlacement placement;
  PoolSchedule *schedule; /**< (nullable) */
  gboolean deleting;      /**< goes away with its last desktop */
  gint64 created_us;
  gint64 version; /**< raised by each change; the API's ETag */
} Pool;

/** The stable name of @kind (static). */
const char *pool_kind_name(PoolKind kind);

/** The kind called @name (nullable), -1 when there is none; the same below. */
int pool_kind_value(const char *name);

/** The stable name of @action (static). */
const char *pool_disconnect_name(PoolDisconnect action);

/** The action called @name. */
int pool_disconnect_value(const char *name);

/** The stable name of @action (static). */
const char *pool_logoff_name(PoolLogoff action);

/** The action called @name. */
int pool_logoff_value(const char *name);

/** The stable name of @rule (static). */
const char *pool_take_over_name(PoolTakeOver rule);

/** The rule called @name. */
int pool_take_over_value(const char *name);

/** The stable name of @placement (static). */
const char *pool_placement_name(PoolPlacement placement);

/** The placement called @name. */
int pool_placement_value(const char *name);

/** A copy of @pool. */
Pool *pool_copy(const Pool *pool);

/** How long in microseconds before a limit of @limit_s seconds (0: none) its user is warned, when the pool
 * says
 * @warning_s: half of a short limit is warning enough. 0: not at all. */
gint64 pool_warning_us(guint limit_s, guint warning_s);

/** Frees @pool (nullable). */
void pool_free(Pool *pool);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pool, pool_free)
