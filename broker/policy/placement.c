/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/placement.h"

#define OUTSIDERS_NAMED 5

static gint64
memory_left_mib(const PlacementHost *host)
{
  return host->capacity.memory_free_mib - (gint64)host->promised_mib;
}

static gint64
memory_needed_mib(const PlacementNeed *need)
{
  return (gint64)need->memory_mib + PLACEMENT_MEMORY_OVERHEAD_MIB;
}

static char *
memory_reason(const PlacementHost *host, const PlacementNeed *need)
{
  return g_strdup_printf("%s has %.1f GiB of memory to give, %.1f GiB are needed", host->name,
                         (double)MAX(memory_left_mib(host), 0) / 1024,
                         (double)memory_needed_mib(need) / 1024);
}

static char *
state_reason(const PlacementHost *host)
{
  return host->state == HOST_JOINING ? g_strdup_printf("%s has joined but was never connected", host->name)
                                     : g_strdup_printf("%s does not answer", host->name);
}

static gboolean
is_of_pool(const PlacementHost *host, const PlacementNeed *need)
{
  return need->hosts == NULL || need->hosts[0] == NULL || g_strv_contains(need->hosts, host->name);
}

/* Why @host cannot take it (transfer full), NULL when it can; the most telling rule first. */
static char *
refusal(const PlacementHost *host, const PlacementNeed *need, CarawayErrorCode *ret_code)
{
  *ret_code = CARAWAY_ERROR_HOST_GONE;
  if (host->state != HOST_UP)
    return state_reason(host);
  if (host->duty != HOST_ACTIVE)
    return g_strdup_printf(host->duty == HOST_DRAINING ? "%s is being drained" : "%s is in maintenance",
                           host->name);
  if (host->image != PLACEMENT_IMAGE_PRESENT) {
    gboolean damaged = host->image == PLACEMENT_IMAGE_DAMAGED;
    *ret_code = damaged ? CARAWAY_ERROR_IMAGE_BAD : CARAWAY_ERROR_IMAGE_MISSING;
    return g_strdup_printf(damaged ? "the image %s on %s is damaged" : "the image %s is missing on %s",
                           need->image, host->name);
  }
  *ret_code = CARAWAY_ERROR_NO_CAPACITY;
  if (memory_left_mib(host) < memory_needed_mib(need))
    return memory_reason(host, need);
  if (host->capacity.disk_free_mib < PLACEMENT_DISK_RESERVE_MIB)
    return g_strdup_printf("%s has only %" G_GINT64_FORMAT " MiB of disk left", host->name,
                           host->capacity.disk_free_mib);
  if (host->vcpus_used + need->vcpus > (guint64)host->capacity.cpus * PLACEMENT_VCPUS_PER_CPU)
    return g_strdup_printf("%s runs %u virtual processors on %" G_GINT64_FORMAT " already", host->name,
                           host->vcpus_used, host->capacity.cpus);
  return NULL;
}

/* The refusal that got furthest stands for all: a host that is only full says more than one that is gone. */
static int
code_rank(CarawayErrorCode code)
{
  switch (code) {
  case CARAWAY_ERROR_NO_CAPACITY:
    return 4;
  case CARAWAY_ERROR_IMAGE_BAD:
    return 3;
  case CARAWAY_ERROR_IMAGE_MISSING:
    return 2;
  default:
    return 1;
  }
}

static char *
acceptance(const PlacementHost *host)
{
  return g_strdup_printf("%s can take it: it has %.1f GiB of memory to give", host->name,
                         (double)memory_left_mib(host) / 1024);
}

/* Of hosts that are as good the first stays. */
static gboolean
is_better(const PlacementHost *host, const PlacementHost *best, const PlacementNeed *need)
{
  gint64 left = memory_left_mib(host), best_left = memory_left_mib(best);
  return need->placement == POOL_PLACEMENT_PACK ? left < best_left : left > best_left;
}

static void
add_verdict(Placement *placement, GStrvBuilder *reasons, gboolean ok, char *text)
{
  if (!ok)
    g_strv_builder_add(reasons, text);
  g_ptr_array_add(placement->verdicts, rule_new("placement", ok, text));
}

/* One sentence for all hosts that the pool is kept off: there may be hundreds. */
static void
add_outsiders(Placement *placement, GStrvBuilder *reasons, const PlacementHost *hosts, guint count,
              const PlacementNeed *need)
{
  g_autoptr(GString) names = g_string_new(NULL);
  guint outsiders = 0;
  for (guint i = 0; i < count; i++)
    if (!is_of_pool(&hosts[i], need) && outsiders++ < OUTSIDERS_NAMED)
      g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", hosts[i].name);
  if (outsiders > OUTSIDERS_NAMED)
    g_string_append_printf(names, " and %u more", outsiders - OUTSIDERS_NAMED);
  if (outsiders > 0)
    add_verdict(placement, reasons, FALSE,
                g_strdup_printf("%s %s not among the hosts that the pool %s may use", names->str,
                                outsiders == 1 ? "is" : "are", need->pool));
}

/* A pool may name hosts that were removed since; without them nothing else would say why. */
static void
add_missing(Placement *placement, GStrvBuilder *reasons, const PlacementHost *hosts, guint count,
            const PlacementNeed *need)
{
  for (guint i = 0; need->hosts != NULL && need->hosts[i] != NULL; i++) {
    guint at = 0;
    while (at < count && !g_str_equal(hosts[at].name, need->hosts[i]))
      at++;
    if (at == count)
      add_verdict(placement, reasons, FALSE,
                  g_strdup_printf("%s, a host of the pool %s, has not joined", need->hosts[i], need->pool));
  }
}

Placement
placement_choose(const PlacementHost *hosts, guint count, const PlacementNeed *need)
{
  Placement placement = {.host = -1, .code = CARAWAY_ERROR_HOST_GONE, .verdicts = rule_list_new()};
  g_autoptr(GStrvBuilder) reasons = g_strv_builder_new();
  for (guint i = 0; i < count; i++) {
    CarawayErrorCode code;
    if (!is_of_pool(&hosts[i], need))
      continue;
    char *reason = refusal(&hosts[i], need, &code);
    gboolean ok = reason == NULL;
    add_verdict(&placement, reasons, ok, ok ? acceptance(&hosts[i]) : reason);
    if (!ok)
      placement.code = code_rank(code) > code_rank(placement.code) ? code : placement.code;
    else if (placement.host < 0 || is_better(&hosts[i], &hosts[placement.host], need))
      placement.host = (int)i;
  }
  add_outsiders(&placement, reasons, hosts, count, need);
  add_missing(&placement, reasons, hosts, count, need);
  if (count == 0)
    add_verdict(&placement, reasons, FALSE, g_strdup("no host has joined yet"));
  placement.reasons = g_strv_builder_end(reasons);
  return placement;
}

void
placement_clear(Placement *placement)
{
  g_clear_pointer(&placement->reasons, g_strfreev);
  g_clear_pointer(&placement->verdicts, g_ptr_array_unref);
}
