/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/pool_settings.h"

#include "broker/policy/desktop_naming.h"
#include "broker/policy/names.h"
#include "broker/policy/pool_combination.h"
#include "broker/policy/schedule.h"
#include "common/base/error.h"
#include "common/base/text.h"
#include "common/wire/grant.h"

#include <string.h>

#define DESCRIPTION_MAX_BYTES 500
#define BRIDGE_PREFIX         "bridge:"
#define BRIDGE_MAX_BYTES      15 /* of an interface's name, as Linux has it (IFNAMSIZ less its end) */

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

/* 0 stands for none, and less than a minute is a mistake. */
static gboolean
set_limit(guint *place, gint64 value, const char *what, GError **error)
{
  if (value == 0) {
    *place = 0;
    return TRUE;
  }
  return set_number(place, value, POOL_LIMIT_MIN_S, POOL_SECONDS_MAX, what, error);
}

static void
set_text(char **place, const char *text)
{
  if (text == NULL)
    return;
  g_free(*place);
  *place = g_strdup(text);
}

/* The value @name (nullable) has by @value_of; @choices are for the sentence. */
static gboolean
set_choice(int *place, const char *name, int (*value_of)(const char *), const char *member,
           const char *choices, GError **error)
{
  if (name == NULL)
    return TRUE;
  int value = value_of(name);
  if (value < 0) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "“%s” must be %s.", member, choices);
    return FALSE;
  }
  *place = value;
  return TRUE;
}

static void
set_texts(GStrv *place, const char *const *texts)
{
  g_strfreev(*place);
  *place = g_strdupv((GStrv)texts);
}

static gboolean
check_channels(const char *const *channels, GError **error)
{
  for (guint i = 0; channels[i] != NULL; i++)
    if (!g_strv_contains(grant_channel_names(), channels[i])) {
      g_autofree char *shown = text_cut(channels[i], 32);
      g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "There is no channel \"%s\".", shown);
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
  set_texts(&pool->channels, channels);
  return TRUE;
}

/* Words that names are made of, each once. */
static gboolean
set_words(GStrv *place, const char *const *words, guint maximum, const char *what, const char *member,
          GError **error)
{
  if (words == NULL)
    return TRUE;
  if (g_strv_length((GStrv)words) > maximum) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "“%s” has at most %u entries.", member, maximum);
    return FALSE;
  }
  for (guint i = 0; words[i] != NULL; i++) {
    if (!names_check(words[i], what, error))
      return FALSE;
    for (guint j = 0; j < i; j++)
      if (g_str_equal(words[i], words[j])) {
        g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "“%s” has %s twice.", member, words[i]);
        return FALSE;
      }
  }
  set_texts(place, words);
  return TRUE;
}

static gboolean
set_disks(Pool *pool, const PoolSettings *settings, GError **error)
{
  guint count = pool->disks;
  if (!set_number(&count, settings->disks, 0, POOL_DISKS_MAX, "The number of extra disks", error))
    return FALSE;
  for (gint64 i = 0; i < settings->disks; i++)
    if (settings->disks_mib[i] == -1 ||
        !set_number(&pool->disks_mib[i], settings->disks_mib[i], POOL_DISK_MIN_MIB, POOL_DISK_MAX_MIB,
                    "The size of a disk in MiB", error))
      return FALSE;
  pool->disks = count;
  return TRUE;
}

static gboolean
is_network(const char *network)
{
  if (g_str_equal(network, "default") || g_str_equal(network, "none"))
    return TRUE;
  if (!g_str_has_prefix(network, BRIDGE_PREFIX))
    return FALSE;
  const char *bridge = network + strlen(BRIDGE_PREFIX);
  gsize length = strlen(bridge);
  return g_ascii_isalnum(bridge[0]) && length <= BRIDGE_MAX_BYTES &&
         strspn(bridge, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "._-") == length;
}

static gboolean
set_network(Pool *pool, const char *network, GError **error)
{
  if (network != NULL && !is_network(network)) {
    g_set_error(
        error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
        "“network” must be default, none or bridge:NAME with the name of a bridge on the hosts (at most "
        "%d characters).",
        BRIDGE_MAX_BYTES);
    return FALSE;
  }
  set_text(&pool->network, network);
  return TRUE;
}

static gboolean
set_naming(Pool *pool, const char *naming, GError **error)
{
  if (naming != NULL && !desktop_naming_check(naming, error))
    return FALSE;
  set_text(&pool->naming, naming);
  return TRUE;
}

static gboolean
set_schedule(Pool *pool, const PoolSettings *settings, GError **error)
{
  if (settings->schedule == NULL && !settings->no_schedule)
    return TRUE;
  if (settings->schedule != NULL && !schedule_check(settings->schedule, POOL_SIZE_MAX, error))
    return FALSE;
  pool_schedule_free(pool->schedule);
  pool->schedule = pool_schedule_copy(settings->schedule);
  return TRUE;
}

static gboolean
set_numbers(Pool *pool, const PoolSettings *settings, GError **error)
{
  return set_number(&pool->size, settings->size, 0, POOL_SIZE_MAX, "The size", error) &&
         set_number(&pool->size_min, settings->size_min, 0, POOL_SIZE_MAX, "The least size", error) &&
         set_number(&pool->spares, settings->spares, 0, POOL_SIZE_MAX, "The number of spares", error) &&
         set_number(&pool->desktops_per_user, settings->desktops_per_user, 1, POOL_DESKTOPS_USER_MAX,
                    "The number of desktops per user", error) &&
         set_number(&pool->vcpus, settings->vcpus, 1, 64, "The number of virtual processors", error) &&
         set_number(&pool->memory_mib, settings->memory_mib, 256, 1024 * 1024, "The memory in MiB", error) &&
         set_number(&pool->heads, settings->heads, 1, 4, "The number of monitors", error);
}

static gboolean
set_times(Pool *pool, const PoolSettings *settings, GError **error)
{
  return set_number(&pool->on_disconnect_delay_s, settings->on_disconnect_delay_s, 0, POOL_SECONDS_MAX,
                    "The delay after a disconnection in seconds", error) &&
         set_limit(&pool->idle_limit_s, settings->idle_limit_s,
                   "The idle limit in seconds, when it is not 0 for none,", error) &&
         set_limit(&pool->session_limit_s, settings->session_limit_s,
                   "The longest session in seconds, when it is not 0 for none,", error) &&
         set_number(&pool->warning_s, settings->warning_s, 0, POOL_WARNING_MAX_S, "The warning in seconds",
                    error);
}

static gboolean
set_choices(Pool *pool, const PoolSettings *settings, GError **error)
{
  int on_disconnect = (int)pool->on_disconnect, on_logoff = (int)pool->on_logoff;
  int take_over = (int)pool->take_over, placement = (int)pool->placement;
  int second_factor = (int)pool->second_factor;
  if (!set_choice(&on_disconnect, settings->on_disconnect, pool_disconnect_value, "on_disconnect",
                  "keep, lock, logoff or shutdown", error) ||
      !set_choice(&on_logoff, settings->on_logoff, pool_logoff_value, "on_logoff", "reclone, keep or stop",
                  error) ||
      !set_choice(&take_over, settings->take_over, pool_take_over_value, "take_over", "refuse, ask or take",
                  error) ||
      !set_choice(&second_factor, settings->second_factor, pool_second_factor_value, "second_factor",
                  "none or required", error) ||
      !set_choice(&placement, settings->placement, pool_placement_value, "placement", "spread or pack",
                  error))
    return FALSE;
  pool->on_disconnect = (PoolDisconnect)on_disconnect;
  pool->on_logoff = (PoolLogoff)on_logoff;
  pool->take_over = (PoolTakeOver)take_over;
  pool->second_factor = (PoolSecondFactor)second_factor;
  pool->placement = (PoolPlacement)placement;
  pool->may_restart = settings->may_restart != -1 ? settings->may_restart != 0 : pool->may_restart;
  pool->may_reset = settings->may_reset != -1 ? settings->may_reset != 0 : pool->may_reset;
  return TRUE;
}

static gboolean
check_unchanging(const Pool *pool, const PoolSettings *settings, GError **error)
{
  const char *sentence = NULL;
  if (settings->name != NULL && !g_str_equal(settings->name, pool->name))
    sentence = "A pool keeps its name; make another pool instead.";
  else if (settings->kind != NULL && !g_str_equal(settings->kind, pool_kind_name(pool->kind)))
    sentence = "A pool keeps its kind; make another pool instead.";
  if (sentence != NULL)
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, sentence);
  return sentence == NULL;
}

gboolean
pool_settings_apply(Pool *pool, const PoolSettings *settings, GError **error)
{
  if (!check_unchanging(pool, settings, error) ||
      !pool_combination_check_asked(pool->kind, settings, error) ||
      !names_check_text(settings->description, DESCRIPTION_MAX_BYTES, "description", error) ||
      (settings->image != NULL && !names_check(settings->image, "image", error)) ||
      (settings->account != NULL && !names_check(settings->account, "local account", error)) ||
      !set_numbers(pool, settings, error) || !set_times(pool, settings, error) ||
      !set_channels(pool, settings->channels, error) ||
      !set_words(&pool->tags, settings->tags, POOL_TAGS_MAX, "tag", "tags", error) ||
      !set_words(&pool->hosts, settings->hosts, POOL_HOSTS_MAX, "host", "hosts", error) ||
      !set_disks(pool, settings, error) || !set_network(pool, settings->network, error) ||
      !set_naming(pool, settings->naming, error) || !set_schedule(pool, settings, error) ||
      !set_choices(pool, settings, error))
    return FALSE;
  set_text(&pool->description, settings->description);
  set_text(&pool->image, settings->image);
  set_text(&pool->account, settings->account);
  return pool_combination_check(pool, error);
}

static Pool *
default_pool(PoolKind kind, const char *name)
{
  gboolean made = kind != POOL_MANUAL;
  Pool *pool = g_new0(Pool, 1);
  pool->name = g_strdup(name);
  pool->description = g_strdup("");
  pool->tags = g_new0(char *, 1);
  pool->kind = kind;
  pool->image = g_strdup("");
  pool->naming = made ? desktop_naming_default(name) : g_strdup("");
  pool->size = made ? 10 : 0;
  pool->spares = made ? 1 : 0;
  pool->desktops_per_user = 1;
  pool->vcpus = made ? 2 : 0;
  pool->memory_mib = made ? 2048 : 0;
  pool->network = g_strdup(made ? "default" : "");
  pool->heads = 1;
  pool->account = g_strdup(made ? "user" : "");
  pool->channels = g_strdupv((GStrv)default_channels);
  pool->on_logoff = kind == POOL_FLOATING ? POOL_LOGOFF_RECLONE : POOL_LOGOFF_KEEP;
  pool->warning_s = POOL_WARNING_DEFAULT_S;
  pool->may_restart = TRUE;
  pool->may_reset = TRUE;
  pool->take_over = POOL_TAKE_OVER_ASK;
  pool->hosts = g_new0(char *, 1);
  return pool;
}

Pool *
pool_settings_new_pool(const PoolSettings *settings, GError **error)
{
  int kind = POOL_FLOATING;
  if (!set_choice(&kind, settings->kind, pool_kind_value, "kind", "floating, dedicated or manual", error) ||
      !names_check(settings->name, "pool", error) ||
      (kind != POOL_MANUAL && !names_check(settings->image, "image", error)))
    return NULL;
  g_autoptr(Pool) pool = default_pool((PoolKind)kind, settings->name);
  return pool_settings_apply(pool, settings, error) ? g_steal_pointer(&pool) : NULL;
}
