/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A floating pool: desktops made from one image, any of which serves any entitled user, each destroyed after
 * use. Everybody works in the pool's one local account.
 */
#pragma once

#include <glib.h>

/** How many of a pool's desktops are in which condition. */
typedef struct {
  guint spare;    /**< ready and without an owner */
  guint assigned; /**< owned, whether in use or not */
  guint starting; /**< being made, without an owner */
  guint failed;   /**< failed, lost or on their way out */
} PoolCounts;

typedef struct {
  char *id;   /**< UUID */
  char *name; /**< lower case, unique, first part of its desktops' names */
  char *description;
  char *image;  /**< name of a registered image */
  guint size;   /**< at most so many desktops at once */
  guint spares; /**< so many are kept ready, as far as the size allows */
  guint vcpus;
  guint memory_mib;
  guint heads;       /**< monitors, 1 … 4 */
  char *account;     /**< local account inside the desktop */
  GStrv channels;    /**< SPICE channels that its consoles may open */
  gboolean deleting; /**< goes away with its last desktop */
  gint64 created_us;
  gint64 version; /**< raised by each change; the API's ETag */
} Pool;

/** What an administrator sets. For a change, NULL and -1 leave a member as it is. */
typedef struct {
  const char *name;
  const char *description;
  const char *image;
  gint64 size;
  gint64 spares;
  gint64 vcpus;
  gint64 memory_mib;
  gint64 heads;
  const char *account;
  const char *const *channels;
} PoolSettings;

/** Every member of PoolSettings left as it is. */
#define POOL_SETTINGS_NONE                                                                                   \
  ((PoolSettings){.size = -1, .spares = -1, .vcpus = -1, .memory_mib = -1, .heads = -1})

/** A copy of @pool. */
Pool *pool_copy(const Pool *pool);

/** Frees @pool (nullable). */
void pool_free(Pool *pool);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pool, pool_free)
