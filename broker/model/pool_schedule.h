/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a pool wants how much: rules by weekday and time of day, in a time zone. Plain values and the text
 * that the database keeps; what they mean at an instant is decided in broker/policy/schedule.
 */
#pragma once

#include <glib.h>

/** So many rules at most, and so many minutes are in a day. */
#define SCHEDULE_RULES_MAX   32
#define SCHEDULE_DAY_MINUTES 1440

/** Weekdays as bits, Monday first; SCHEDULE_EVERY_DAY has all seven. */
#define SCHEDULE_DAYS      7
#define SCHEDULE_EVERY_DAY 0x7f

/** On each of the days, from one time of day (local minutes after midnight) to another. */
typedef struct {
  guint days;        /**< bit 0: Monday … bit 6: Sunday; the day on which the rule begins */
  guint from_minute; /**< 0 … 1439 */
  guint to_minute;   /**< 0 … 1439; not later than from_minute: of the next day */
  gint64 spares;     /**< -1: says nothing about them */
  gint64 size;       /**< -1: says nothing about it */
} ScheduleRule;

typedef struct {
  char *time_zone; /**< of the IANA database: "Europe/Berlin" */
  guint count;
  ScheduleRule rules[SCHEDULE_RULES_MAX];
} PoolSchedule;

/** The short English name of @day, 0 … 6: "mon" (static). */
const char *pool_schedule_day_name(guint day);

/** The day called @name ("mon"), -1 when there is none. */
int pool_schedule_day_from_name(const char *name);

/** "mon-fri 07:00-18:00" (transfer full): days in a row are joined, every day is "daily". */
char *pool_schedule_rule_title(const ScheduleRule *rule);

/** Minutes after midnight of the text "HH:MM"; -1 when it is none. */
int pool_schedule_minute_from_text(const char *text);

/** @schedule (nullable) as one text for the database (transfer full): "" for none. */
char *pool_schedule_to_text(const PoolSchedule *schedule);

/** The schedule of that text (transfer full); NULL for "" and for what is no schedule. */
PoolSchedule *pool_schedule_from_text(const char *text);

/** A copy of @schedule (nullable). */
PoolSchedule *pool_schedule_copy(const PoolSchedule *schedule);

/** Frees @schedule (nullable). */
void pool_schedule_free(PoolSchedule *schedule);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PoolSchedule, pool_schedule_free)
