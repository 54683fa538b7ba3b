/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/schedule.h"

#include "broker/policy/local_time.h"
#include "common/base/error.h"

#define WORKDAYS         0x1f
#define SATURDAY         0x20
#define SUNDAY           0x40
#define AT(hour, minute) ((hour)*60 + (minute))

static GTimeZone *
zone_of(const char *name)
{
  GTimeZone *zone = g_time_zone_new_identifier(name);
  g_assert_nonnull(zone); /* the tests need Debian's tzdata */
  return zone;
}

static gint64
instant(const char *text)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(text, NULL);
  g_assert_nonnull(time);
  return g_date_time_to_unix(time) * G_USEC_PER_SEC;
}

static char *
text_of(gint64 time_us)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(time_us / G_USEC_PER_SEC);
  return g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ");
}

static const PoolSchedule office = {
    .time_zone = (char *)"Europe/Berlin",
    .count = 4,
    .rules = {{WORKDAYS, AT(7, 0), AT(18, 0), 8, 40},
              {SATURDAY, AT(22, 0), AT(6, 0), 3, -1}, /* till Sunday */
              {1 << 2, AT(12, 0), AT(13, 0), 0, -1},  /* Wednesday noon: only the spares */
              {WORKDAYS, AT(17, 30), AT(19, 0), -1, 20}}};

static const Pool pool = {.spares = 1, .size = 10, .schedule = (PoolSchedule *)&office};

static void
test_table(void)
{
  /* 2026-11-23 is a Monday; Berlin is an hour before UTC in winter. */
  static const struct {
    const char *now;
    guint spares, size;
    const char *until;
    const char *reason;
  } cases[] = {
      {"2026-11-23T05:59:59Z", 1, 10, "2026-11-23T06:00:00Z",
       "1 ready of at most 10: no rule of the schedule holds, these are the pool's own numbers."},
      {"2026-11-23T06:00:00Z", 8, 40, "2026-11-23T16:30:00Z",
       "8 ready of at most 40 by rule 1 of the schedule (mon-fri 07:00-18:00)."},
      {"2026-11-23T16:30:00Z", 8, 20, "2026-11-23T17:00:00Z",
       "8 ready of at most 20: the number of spares by rule 1 of the schedule (mon-fri 07:00-18:00), the "
       "size by "
       "rule 4 of the schedule (mon-fri 17:30-19:00)."},
      {"2026-11-23T17:00:00Z", 1, 20, "2026-11-23T18:00:00Z",
       "1 ready of at most 20: the number of spares is the pool's own, the size by rule 4 of the schedule "
       "(mon-fri "
       "17:30-19:00)."},
      {"2026-11-25T11:30:00Z", 0, 40, "2026-11-25T12:00:00Z", NULL}, /* the later rule wins */
      {"2026-11-25T12:00:00Z", 8, 40, "2026-11-25T16:30:00Z", NULL}, /* and the earlier comes back */
      {"2026-11-28T20:59:59Z", 1, 10, "2026-11-28T21:00:00Z", NULL}, /* Saturday evening */
      {"2026-11-28T21:00:00Z", 3, 10, "2026-11-29T05:00:00Z", NULL}, /* over midnight */
      {"2026-11-29T04:59:59Z", 3, 10, "2026-11-29T05:00:00Z", NULL},
      {"2026-11-29T05:00:00Z", 1, 10, "2026-11-30T06:00:00Z", NULL}, /* the rest of Sunday */
      {"2026-07-06T05:00:00Z", 8, 40, "2026-07-06T15:30:00Z", NULL}, /* summer: two hours */
      {"1970-01-01T05:59:00Z", 1, 10, "1970-01-01T06:00:00Z", NULL}, /* a Thursday */
      {"1969-12-31T12:30:00Z", 8, 40, "1969-12-31T16:30:00Z", NULL}, /* a Wednesday before all counting */
  };
  g_autoptr(GTimeZone) zone = zone_of("Europe/Berlin");
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(ScheduleSpan) span = schedule_at(&pool, zone, instant(cases[i].now));
    g_autofree char *until = text_of(span.until_us);
    g_test_message("%s: %s", cases[i].now, span.reason);
    g_assert_cmpuint(span.spares, ==, cases[i].spares);
    g_assert_cmpuint(span.size, ==, cases[i].size);
    g_assert_cmpstr(until, ==, cases[i].until);
    if (cases[i].reason != NULL)
      g_assert_cmpstr(span.reason, ==, cases[i].reason);
  }
}

/* One rule that every day says 5 spares, and when it holds around a jump of the clock. */
static void
test_jumps(void)
{
  static const struct {
    const char *zone;
    guint from, to;
    const char *before; /* a moment without the rule */
    const char *begins, *ends;
  } cases[] = {
      /* Berlin, 2026-03-29: 02:00 is followed by 03:00 (01:00 UTC). */
      {"Europe/Berlin", AT(1, 30), AT(4, 0), "2026-03-29T00:00:00Z", "2026-03-29T00:30:00Z",
       "2026-03-29T02:00:00Z"},
      {"Europe/Berlin", AT(2, 30), AT(4, 0), "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z",
       "2026-03-29T02:00:00Z"},
      {"Europe/Berlin", AT(1, 0), AT(2, 30), "2026-03-28T22:00:00Z", "2026-03-29T00:00:00Z",
       "2026-03-29T01:00:00Z"},
      /* A rule inside the hour that is skipped does not hold that day. */
      {"Europe/Berlin", AT(2, 10), AT(2, 50), "2026-03-29T00:00:00Z", "2026-03-30T00:10:00Z",
       "2026-03-30T00:50:00Z"},
      /* Berlin, 2026-10-25: 03:00 is followed by 02:00 (01:00 UTC); 02:30 is at 00:30 and at 01:30 UTC. */
      {"Europe/Berlin", AT(2, 30), AT(4, 0), "2026-10-24T23:00:00Z", "2026-10-25T00:30:00Z",
       "2026-10-25T03:00:00Z"},
      {"Europe/Berlin", AT(1, 0), AT(2, 30), "2026-10-24T22:00:00Z", "2026-10-24T23:00:00Z",
       "2026-10-25T01:30:00Z"},
      {"Europe/Berlin", AT(2, 10), AT(2, 50), "2026-10-24T23:00:00Z", "2026-10-25T00:10:00Z",
       "2026-10-25T01:50:00Z"},
      /* A whole day that has 25 hours, over midnight too. */
      {"Europe/Berlin", AT(22, 0), AT(6, 0), "2026-10-24T19:00:00Z", "2026-10-24T20:00:00Z",
       "2026-10-25T05:00:00Z"},
      /* Dublin calls its winter the exception; the jumps are the same. */
      {"Europe/Dublin", AT(1, 30), AT(3, 0), "2026-10-24T23:30:00Z", "2026-10-25T00:30:00Z",
       "2026-10-25T03:00:00Z"},
      /* Lord Howe Island jumps by half an hour, east of Greenwich: 02:00 becomes 01:30. */
      {"Australia/Lord_Howe", AT(1, 45), AT(3, 0), "2026-04-04T14:00:00Z", "2026-04-04T14:45:00Z",
       "2026-04-04T16:30:00Z"},
      {"America/New_York", AT(7, 0), AT(18, 0), "2026-11-01T11:00:00Z", "2026-11-01T12:00:00Z",
       "2026-11-01T23:00:00Z"},
      {"Asia/Kathmandu", AT(7, 0), AT(18, 0), "2026-11-01T01:00:00Z", "2026-11-01T01:15:00Z",
       "2026-11-01T12:15:00Z"},
      {"UTC", AT(0, 0), AT(23, 59), "2026-11-01T23:59:30Z", "2026-11-02T00:00:00Z", "2026-11-02T23:59:00Z"},
  };
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    const PoolSchedule schedule = {.time_zone = (char *)cases[i].zone,
                                   .count = 1,
                                   .rules = {{SCHEDULE_EVERY_DAY, cases[i].from, cases[i].to, 5, -1}}};
    const Pool jumping = {.spares = 1, .size = 10, .schedule = (PoolSchedule *)&schedule};
    g_autoptr(GTimeZone) zone = zone_of(cases[i].zone);
    g_auto(ScheduleSpan) before = schedule_at(&jumping, zone, instant(cases[i].before));
    g_autofree char *begins = text_of(before.until_us);
    g_test_message("case %u", i);
    g_assert_cmpuint(before.spares, ==, 1);
    g_assert_cmpstr(begins, ==, cases[i].begins);
    g_auto(ScheduleSpan) during = schedule_at(&jumping, zone, before.until_us);
    g_autofree char *ends = text_of(during.until_us);
    g_assert_cmpuint(during.spares, ==, 5);
    g_assert_cmpstr(ends, ==, cases[i].ends);
  }
}

static void
test_without(void)
{
  const Pool plain = {.spares = 2, .size = 7};
  g_auto(ScheduleSpan) span = schedule_at(&plain, NULL, 5);
  g_assert_cmpuint(span.spares, ==, 2);
  g_assert_cmpuint(span.size, ==, 7);
  g_assert_cmpint(span.until_us, ==, SCHEDULE_FOREVER);
  g_assert_cmpstr(span.reason, ==, "2 ready of at most 7: the pool has no schedule.");
  g_auto(ScheduleSpan) lost = schedule_at(&pool, NULL, 5);
  g_assert_cmpuint(lost.spares, ==, 1);
  g_assert_nonnull(strstr(lost.reason, "cannot be loaded"));
}

static void
test_always(void)
{
  const PoolSchedule schedule = {.time_zone = (char *)"Europe/Berlin",
                                 .count = 1,
                                 .rules = {{SCHEDULE_EVERY_DAY, AT(8, 0), AT(8, 0), 5, -1}}};
  const Pool steady = {.spares = 1, .size = 10, .schedule = (PoolSchedule *)&schedule};
  g_autoptr(GTimeZone) zone = zone_of("Europe/Berlin");
  g_auto(ScheduleSpan) span = schedule_at(&steady, zone, instant("2026-10-24T12:00:00Z"));
  g_assert_cmpuint(span.spares, ==, 5);
  g_assert_cmpint(span.until_us, ==, SCHEDULE_FOREVER);
}

static void
test_spans(void)
{
  g_autoptr(GTimeZone) zone = zone_of("Europe/Berlin");
  gint64 from = instant("2026-11-23T00:30:00Z"), until = instant("2026-11-30T00:30:00Z");
  g_autoptr(GPtrArray) spans = schedule_spans(&pool, zone, from, until);
  g_assert_cmpuint(spans->len, ==, 5 * 4 + 2 + 3);
  for (guint i = 0; i < spans->len; i++) {
    const ScheduleSpan *span = g_ptr_array_index(spans, i);
    g_auto(ScheduleSpan) now = schedule_at(&pool, zone, span->from_us);
    g_assert_cmpint(span->from_us, ==, from);
    g_assert_cmpstr(span->reason, ==, now.reason);
    g_assert_cmpint(span->until_us, ==, MIN(now.until_us, until));
    from = span->until_us;
  }
  g_assert_cmpint(from, ==, until);
}

static void
test_check(void)
{
  PoolSchedule bad[10];
  for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
    bad[i] = office;
  bad[0].time_zone = NULL;
  bad[1].time_zone = (char *)"../../etc/passwd";
  bad[2].time_zone = (char *)"";
  bad[3].count = 0;
  bad[4].count = SCHEDULE_RULES_MAX + 1;
  bad[5].rules[1].days = 0;
  bad[6].rules[1].from_minute = SCHEDULE_DAY_MINUTES;
  bad[7].rules[1].spares = -1;
  bad[8].rules[0].size = 101;
  bad[9].rules[0].spares = -2;
  g_assert_true(schedule_check(&office, 100, NULL));
  for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_false(schedule_check(&bad[i], 100, &error));
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
  }
}

static void
test_text(void)
{
  static const char *const broken[] = {
      "UTC\n",           "UTC\n1 2 3 4",     "UTC\n0 0 0 1 1", "UTC\n1 1440 0 1 1",
      "UTC\n1 0 0 -2 1", "UTC\n1 0 0 1 1 1", "UTC\nx 0 0 1 1", "UTC\n1 0 0 1 9999999999"};
  g_autofree char *text = pool_schedule_to_text(&office);
  g_autoptr(PoolSchedule) same = pool_schedule_from_text(text);
  g_autofree char *again = pool_schedule_to_text(same);
  g_assert_cmpstr(text, ==, again);
  g_assert_cmpstr(same->time_zone, ==, "Europe/Berlin");
  g_assert_cmpuint(same->count, ==, 4);
  g_assert_cmpint(same->rules[3].size, ==, 20);
  g_assert_null(pool_schedule_from_text(""));
  g_assert_null(pool_schedule_from_text(NULL));
  for (guint i = 0; i < G_N_ELEMENTS(broken); i++)
    g_assert_null(pool_schedule_from_text(broken[i]));
}

static void
test_titles(void)
{
  static const struct {
    guint days;
    const char *title;
  } cases[] = {
      {WORKDAYS, "mon-fri 07:05-18:00"}, {SCHEDULE_EVERY_DAY, "daily 07:05-18:00"},
      {SUNDAY, "sun 07:05-18:00"},       {SATURDAY | SUNDAY, "sat,sun 07:05-18:00"},
      {0x15, "mon,wed,fri 07:05-18:00"}, {0x67, "mon-wed,sat,sun 07:05-18:00"},
  };
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    const ScheduleRule rule = {.days = cases[i].days, .from_minute = AT(7, 5), .to_minute = AT(18, 0)};
    g_autofree char *title = pool_schedule_rule_title(&rule);
    g_assert_cmpstr(title, ==, cases[i].title);
  }
}

static void
test_clock_texts(void)
{
  static const struct {
    const char *text;
    int minute;
  } cases[] = {{"00:00", 0}, {"07:30", 450}, {"23:59", 1439}, {"24:00", -1}, {"7:30", -1},   {"07:60", -1},
               {"", -1},     {"07-30", -1},  {"07:3x", -1},   {"-1:30", -1}, {"07:300", -1}, {"0a:00", -1}};
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
    g_assert_cmpint(pool_schedule_minute_from_text(cases[i].text), ==, cases[i].minute);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/schedule/table", test_table);
  g_test_add_func("/schedule/jumps", test_jumps);
  g_test_add_func("/schedule/without", test_without);
  g_test_add_func("/schedule/always", test_always);
  g_test_add_func("/schedule/spans", test_spans);
  g_test_add_func("/schedule/check", test_check);
  g_test_add_func("/schedule/text", test_text);
  g_test_add_func("/schedule/titles", test_titles);
  g_test_add_func("/schedule/clock-texts", test_clock_texts);
  return g_test_run();
}
