/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/desktop.h"

#include "broker/model/name_table.h"

static const char *const assignment_names[] = {
    [ASSIGNMENT_NONE] = "none",
    [ASSIGNMENT_SPARE] = "spare",
    [ASSIGNMENT_ASSIGNED] = "assigned",
    [ASSIGNMENT_RECYCLING] = "recycling",
};

static const char *const power_names[] = {
    [POWER_PLANNED] = "planned", [POWER_CLONING] = "cloning", [POWER_STARTING] = "starting",
    [POWER_UP] = "up",           [POWER_OFF] = "off",         [POWER_FAILED] = "failed",
    [POWER_LOST] = "lost",
};

const char *
assignment_name(Assignment assignment)
{
  return name_table_name(assignment_names, ASSIGNMENTS, assignment);
}

Assignment
assignment_from_name(const char *name)
{
  int value = name_table_value(assignment_names, ASSIGNMENTS, name);
  return value < 0 ? ASSIGNMENT_RECYCLING : (Assignment)value;
}

const char *
power_name(Power power)
{
  return name_table_name(power_names, POWERS, power);
}

gboolean
power_from_name(const char *name, Power *ret_power)
{
  int value = name_table_value(power_names, POWERS, name);
  if (value < 0)
    return FALSE;
  *ret_power = (Power)value;
  return TRUE;
}

gboolean
desktop_can_be_shown(const Desktop *desktop)
{
  return desktop->power == POWER_UP && desktop->guest.ready && !desktop->stopping && !desktop->signing_out;
}

gboolean
desktop_is_signed_off(const Desktop *desktop)
{
  gboolean agent_answers = desktop->guest.idle_ms >= 0;
  return desktop->kind == POOL_DEDICATED && desktop->power == POWER_UP && agent_answers &&
         desktop->guest.user == NULL && !desktop->guest.ready && !desktop->stopping &&
         desktop->restart_until_us == 0;
}

gint64
desktop_idle_us(const Desktop *desktop, gint64 now_us)
{
  if (desktop->guest.idle_ms < 0)
    return -1;
  return desktop->guest.idle_ms * 1000 + MAX(0, now_us - desktop->guest.idle_at_us);
}

void
desktop_free(Desktop *desktop)
{
  if (desktop == NULL)
    return;
  g_free(desktop->id);
  g_free(desktop->name);
  g_free(desktop->pool_id);
  g_free(desktop->pool_name);
  g_free(desktop->host);
  g_free(desktop->owner_id);
  g_free(desktop->owner_name);
  g_free(desktop->session_id);
  g_free(desktop->shape);
  g_free(desktop->step);
  g_free(desktop->guest.user);
  g_free(desktop->remade_for);
  g_free(desktop);
}
