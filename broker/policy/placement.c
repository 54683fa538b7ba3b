/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/placement.h"

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

/* Why @host cannot take it (transfer full), NULL when it can; the most telling rule first. */
static char *
refusal(const PlacementHost *host, const PlacementNeed *need, CarawayErrorCode *ret_code)
{
  if (host->state != HOST_UP) {
    *ret_code = CARAWAY_ERROR_HOST_GONE;
    return state_reason(host);
  }
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

Placement
placement_choose(const PlacementHost *hosts, guint count, const PlacementNeed *need)
{
  Placement placement = {.host = -1, .code = CARAWAY_ERROR_HOST_GONE};
  g_autoptr(GStrvBuilder) reasons = g_strv_builder_new();
  for (guint i = 0; i < count; i++) {
    CarawayErrorCode code;
    g_autofree char *reason = refusal(&hosts[i], need, &code);
    if (reason != NULL) {
      g_strv_builder_add(reasons, reason);
      placement.code = code_rank(code) > code_rank(placement.code) ? code : placement.code;
    } else if (placement.host < 0 || memory_left_mib(&hosts[i]) > memory_left_mib(&hosts[placement.host])) {
      placement.host = (int)i;
    }
  }
  if (count == 0)
    g_strv_builder_add(reasons, "no host has joined yet");
  placement.reasons = g_strv_builder_end(reasons);
  return placement;
}

void
placement_clear(Placement *placement)
{
  g_clear_pointer(&placement->reasons, g_strfreev);
}
