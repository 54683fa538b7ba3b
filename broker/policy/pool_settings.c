/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/pool_settings.h"

#include "broker/policy/names.h"
#include "common/base/error.h"
#include "common/wire/grant.h"

#define DESCRIPTION_MAX_BYTES 500

static const char *const default_channels[] = {"main",     "display", "inputs", "cursor",
                                               "playback", "record",  NULL};

/* Without these no viewer shows anything. */
static const char *const needed_channels[] = {"main", "display", "inputs"};

static gboolean
set_number(guint *place, gint64 value, gint64 minimum, gint64 maximum, const char *what, GError **error)
{
  if (value == -1)
    return TRUE;
  if (value < minimum || value > maximum) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                "%s must be between %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT ".", what, minimum, maximum);
    return FALSE;
  }
  *place = (guint)value;
  return TRUE;
}

static void
set_text(char **place, const char *text)
{
  if (text == NULL)
    return;
  g_free(*place);
  *place = g_strdup(text);
}

static gboolean
check_channels(const char *const *channels, GError **error)
{
  for (guint i = 0; channels[i] != NULL; i++)
    if (!g_strv_contains(grant_channel_names(), channels[i])) {
      g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "There is no channel \"%.32s\".", channels[i]);
      return FALSE;
    }
  for (guint i = 0; i < G_N_ELEMENTS(needed_channels); i++)
    if (!g_strv_contains(channels, needed_channels[i])) {
      g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "The channel %s cannot be left out.",
                  needed_channels[i]);
      return FALSE;
    }
  return TRUE;
}

static gboolean
set_channels(Pool *pool, const char *const *channels, GError **error)
{
  if (channels == NULL)
    return TRUE;
  if (!check_channels(channels, error))
    return FALSE;
  g_strfreev(pool->channels);
  pool->channels = g_strdupv((GStrv)channels);
  return TRUE;
}

static gboolean
set_numbers(Pool *pool, const PoolSettings *settings, GError **error)
{
  return set_number(&pool->size, settings->size, 0, 10000, "The size", error) &&
         set_number(&pool->spares, settings->spares, 0, 10000, "The number of spares", error) &&
         set_number(&pool->vcpus, settings->vcpus, 1, 64, "The number of virtual processors", error) &&
         set_number(&pool->memory_mib, settings->memory_mib, 256, 1024 * 1024, "The memory in MiB", error) &&
         set_number(&pool->heads, settings->heads, 1, 4, "The number of monitors", error);
}

gboolean
pool_settings_apply(Pool *pool, const PoolSettings *settings, GError **error)
{
  if (settings->name != NULL && g_strcmp0(settings->name, pool->name) != 0) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                "A pool keeps its name; make another pool instead.");
    return FALSE;
  }
  if (!names_check_text(settings->description, DESCRIPTION_MAX_BYTES, "description", error) ||
      (settings->image != NULL && !names_check(settings->image, "image", error)) ||
      (settings->account != NULL && !names_check(settings->account, "local account", error)) ||
      !set_numbers(pool, settings, error) || !set_channels(pool, settings->channels, error))
    return FALSE;
  set_text(&pool->description, settings->description);
  set_text(&pool->image, settings->image);
  set_text(&pool->account, settings->account);
  return TRUE;
}

Pool *
pool_settings_new_pool(const PoolSettings *settings, GError **error)
{
  if (!names_check(settings->name, "pool", error) || !names_check(settings->image, "image", error))
    return NULL;
  g_autoptr(Pool) pool = g_new0(Pool, 1);
  pool->name = g_strdup(settings->name);
  pool->description = g_strdup("");
  pool->size = 10;
  pool->spares = 1;
  pool->vcpus = 2;
  pool->memory_mib = 2048;
  pool->heads = 1;
  pool->account = g_strdup("user");
  pool->channels = g_strdupv((GStrv)default_channels);
  return pool_settings_apply(pool, settings, error) ? g_steal_pointer(&pool) : NULL;
}
