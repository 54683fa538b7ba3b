/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/pool_settings.h"

#include "broker/policy/desktop_naming.h"
#include "common/base/error.h"
#include "common/wire/grant.h"

#include <string.h>

static PoolSettings
asked(const char *kind)
{
  PoolSettings settings = POOL_SETTINGS_NONE;
  settings.name = "office";
  settings.kind = kind;
  settings.image = g_strcmp0(kind, "manual") == 0 ? NULL : "debian12";
  return settings;
}

static void
test_defaults(void)
{
  const PoolSettings settings = asked(NULL);
  g_autoptr(Pool) pool = pool_settings_new_pool(&settings, NULL);
  g_assert_cmpint(pool->kind, ==, POOL_FLOATING);
  g_assert_cmpuint(pool->spares, ==, 1);
  g_assert_cmpuint(pool->size, ==, 10);
  g_assert_cmpuint(pool->desktops_per_user, ==, 1);
  g_assert_cmpstr(pool->naming, ==, "office-{n:4}");
  g_assert_cmpstr(pool->network, ==, "default");
  g_assert_cmpint(pool->on_disconnect, ==, POOL_DISCONNECT_KEEP);
  g_assert_cmpint(pool->on_logoff, ==, POOL_LOGOFF_RECLONE);
  g_assert_cmpint(pool->take_over, ==, POOL_TAKE_OVER_ASK);
  g_assert_cmpint(pool->placement, ==, POOL_PLACEMENT_SPREAD);
  g_assert_cmpuint(pool->idle_limit_s + pool->session_limit_s + pool->on_disconnect_delay_s, ==, 0);
  g_assert_cmpuint(pool->warning_s, ==, 60);
  g_assert_true(pool->may_restart && pool->may_reset);
  g_assert_cmpuint(g_strv_length(pool->tags) + g_strv_length(pool->hosts), ==, 0);
  g_assert_null(pool->schedule);
}

static void
test_kinds(void)
{
  const PoolSettings dedicated = asked("dedicated"), manual = asked("manual");
  g_autoptr(Pool) kept = pool_settings_new_pool(&dedicated, NULL);
  g_assert_cmpint(kept->on_logoff, ==, POOL_LOGOFF_KEEP);
  g_autoptr(Pool) brought = pool_settings_new_pool(&manual, NULL);
  g_assert_cmpint(brought->kind, ==, POOL_MANUAL);
  g_assert_cmpstr(brought->image, ==, "");
  g_assert_cmpuint(brought->size + brought->spares, ==, 0);
}

static const char *const many_tags[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i",
                                        "j", "k", "l", "m", "n", "o", "p", "q", NULL};
static const char *const odd_tags[] = {"Office", NULL};
static const char *const twice[] = {"kvm1", "kvm1", NULL};
static const char *const no_display[] = {"main", "inputs", NULL};
static const char *const unknown_channel[] = {"main", "display", "inputs", "telepathy", NULL};
static const char *const two_hosts[] = {"kvm1", "kvm2", NULL};
static const PoolSchedule small = {
    .time_zone = (char *)"UTC", .count = 1, .rules = {{SCHEDULE_EVERY_DAY, 0, 60, -1, 3}}};
static const PoolSchedule eager = {
    .time_zone = (char *)"UTC", .count = 1, .rules = {{SCHEDULE_EVERY_DAY, 0, 60, 5, 4}}};
static const PoolSchedule nowhere = {.time_zone = (char *)"", .count = 1, .rules = {{1, 0, 60, 5, -1}}};

/* Each wrong value, and a part of the sentence that says so. */
typedef struct {
  const char *kind;
  void (*change)(PoolSettings *settings);
  const char *sentence;
} Case;

#define CHANGE(name, statement)                                                                              \
  static void name(PoolSettings *settings)                                                                   \
  {                                                                                                          \
    statement;                                                                                               \
  }

CHANGE(bad_name, settings->name = "../office")
CHANGE(no_image, settings->image = NULL)
CHANGE(bad_kind, settings->kind = "leased")
CHANGE(bad_size, settings->size = -2)
CHANGE(big_size, settings->size = 10001)
CHANGE(bad_heads, settings->heads = 5)
CHANGE(bad_memory, settings->memory_mib = 0)
CHANGE(bad_vcpus, settings->vcpus = 65)
CHANGE(bad_each, settings->desktops_per_user = 9)
CHANGE(no_each, settings->desktops_per_user = 0)
CHANGE(bad_channels, settings->channels = no_display)
CHANGE(strange_channel, settings->channels = unknown_channel)
CHANGE(too_many_tags, settings->tags = many_tags)
CHANGE(bad_tag, settings->tags = odd_tags)
CHANGE(same_hosts, settings->hosts = twice)
CHANGE(many_disks, settings->disks = 5)
CHANGE(small_disk, settings->disks = 1; settings->disks_mib[0] = 63)
CHANGE(bad_network, settings->network = "lan")
CHANGE(bad_bridge, settings->network = "bridge:")
CHANGE(long_bridge, settings->network = "bridge:abcdefghijklmnop")
CHANGE(odd_bridge, settings->network = "bridge:br0/../x")
CHANGE(bad_naming, settings->naming = "office")
CHANGE(bad_disconnect, settings->on_disconnect = "explode")
CHANGE(bad_logoff, settings->on_logoff = "burn")
CHANGE(bad_take_over, settings->take_over = "steal")
CHANGE(bad_placement, settings->placement = "random")
CHANGE(short_idle, settings->idle_limit_s = 59)
CHANGE(long_session, settings->session_limit_s = 7 * 24 * 3600 + 1)
CHANGE(long_warning, settings->warning_s = 3601)
CHANGE(late_warning, settings->idle_limit_s = 60; settings->warning_s = 60)
CHANGE(late_end_warning, settings->session_limit_s = 600; settings->warning_s = 900)
CHANGE(useless_delay, settings->on_disconnect_delay_s = 10)
CHANGE(big_minimum, settings->size = 3; settings->size_min = 4)
CHANGE(each_over_size, settings->size = 2; settings->desktops_per_user = 3)
CHANGE(kept, settings->on_logoff = "keep")
CHANGE(stopped, settings->on_logoff = "stop")
CHANGE(shut_down, settings->on_disconnect = "shutdown")
CHANGE(recloned, settings->on_logoff = "reclone")
CHANGE(locked_away, settings->on_disconnect = "lock")
CHANGE(signed_out, settings->on_disconnect = "logoff")
CHANGE(with_idle_limit, settings->idle_limit_s = 600)
CHANGE(with_image, settings->image = "debian12")
CHANGE(with_size, settings->size = 3)
CHANGE(with_minimum, settings->size_min = 0)
CHANGE(with_spares, settings->spares = 0)
CHANGE(with_schedule, settings->schedule = &small)
CHANGE(with_memory, settings->memory_mib = 2048)
CHANGE(with_vcpus, settings->vcpus = 2)
CHANGE(with_disks, settings->disks = 0)
CHANGE(with_network, settings->network = "default")
CHANGE(with_heads, settings->heads = 1)
CHANGE(with_account, settings->account = "user")
CHANGE(with_naming, settings->naming = "office-{n}")
CHANGE(with_hosts, settings->hosts = two_hosts)
CHANGE(with_placement, settings->placement = "pack")
CHANGE(schedule_below, settings->size_min = 4; settings->schedule = &small)
CHANGE(schedule_over, settings->schedule = &eager)
CHANGE(schedule_nowhere, settings->schedule = &nowhere)

static const Case cases[] = {
    {"floating", bad_name, "name of a pool"},
    {"floating", no_image, "name of a image"},
    {"floating", bad_kind, "“kind” must be floating, dedicated or manual."},
    {"floating", bad_size, "The size must be between 0 and 10000."},
    {"floating", big_size, "The size must be between"},
    {"floating", bad_heads, "monitors must be between 1 and 4"},
    {"floating", bad_memory, "memory in MiB must be between 256"},
    {"floating", bad_vcpus, "virtual processors must be between 1 and 64"},
    {"floating", bad_each, "desktops per user must be between 1 and 8"},
    {"floating", no_each, "desktops per user must be between 1 and 8"},
    {"floating", bad_channels, "channel display cannot be left out"},
    {"floating", strange_channel, "no channel \"telepathy\""},
    {"floating", too_many_tags, "“tags” has at most 16"},
    {"floating", bad_tag, "name of a tag"},
    {"floating", same_hosts, "“hosts” has kvm1 twice"},
    {"floating", many_disks, "extra disks must be between 0 and 4"},
    {"floating", small_disk, "size of a disk in MiB must be between 64"},
    {"floating", bad_network, "“network” must be default, none or bridge:NAME"},
    {"floating", bad_bridge, "“network” must be"},
    {"floating", long_bridge, "“network” must be"},
    {"floating", odd_bridge, "“network” must be"},
    {"floating", bad_naming, "naming pattern"},
    {"floating", bad_disconnect, "“on_disconnect” must be keep, lock, logoff or shutdown."},
    {"floating", bad_logoff, "“on_logoff” must be reclone, keep or stop."},
    {"floating", bad_take_over, "“take_over” must be refuse, ask or take."},
    {"floating", bad_placement, "“placement” must be spread or pack."},
    {"floating", short_idle, "idle limit in seconds, when it is not 0 for none, must be between 60"},
    {"floating", long_session, "longest session in seconds"},
    {"floating", long_warning, "warning in seconds must be between 0 and 3600"},
    {"floating", late_warning, "warning of 60 seconds must come within “idle_limit_s” of 60"},
    {"floating", late_end_warning, "within “session_limit_s” of 600"},
    {"floating", useless_delay, "“on_disconnect” is keep"},
    {"floating", big_minimum, "“size_min” is 4 but the pool has only the size 3"},
    {"floating", each_over_size, "“desktops_per_user” is 3 but the pool has only the size 2"},
    {"floating", kept, "“on_logoff” can only be reclone"},
    {"floating", stopped, "“on_logoff” can only be reclone"},
    {"floating", shut_down, "never off"},
    {"floating", schedule_below,
     "rule daily 00:00-01:00 of the schedule has the size 3, less than “size_min” 4"},
    {"floating", schedule_over, "wants 5 spares but has only the size 4"},
    {"floating", schedule_nowhere, "no time zone"},
    {"manual", recloned, "never destroyed"},
    {"manual", locked_away, "“on_disconnect” of a manual pool can be keep or shutdown"},
    {"manual", signed_out, "“on_disconnect” of a manual pool can be keep or shutdown"},
    {"manual", with_idle_limit, "A manual pool has no “idle_limit_s”"},
    {"manual", with_image, "A manual pool has no image"},
    {"manual", with_size, "A manual pool has no size"},
    {"manual", with_minimum, "A manual pool has no least size"},
    {"manual", with_spares, "A manual pool has no spares"},
    {"manual", with_schedule, "A manual pool has no schedule"},
    {"manual", with_memory, "A manual pool has no memory"},
    {"manual", with_vcpus, "A manual pool has no virtual processors"},
    {"manual", with_disks, "A manual pool has no extra disks"},
    {"manual", with_network, "A manual pool has no network"},
    {"manual", with_heads, "A manual pool has no number of monitors"},
    {"manual", with_account, "A manual pool has no local account"},
    {"manual", with_naming, "A manual pool has no naming pattern"},
    {"manual", with_hosts, "A manual pool has no hosts"},
    {"manual", with_placement, "A manual pool has no placement"},
};

static void
test_refusals(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    PoolSettings settings = asked(cases[i].kind);
    g_autoptr(Pool) good = pool_settings_new_pool(&settings, &error);
    g_assert_no_error(error);
    cases[i].change(&settings);
    g_assert_null(pool_settings_new_pool(&settings, &error));
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, cases[i].sentence));
  }
}

static void
test_change(void)
{
  static const char *const tags[] = {"ward-3", "nurses", NULL};
  PoolSettings settings = asked("dedicated");
  g_autoptr(Pool) pool = pool_settings_new_pool(&settings, NULL);
  PoolSettings change = POOL_SETTINGS_NONE;
  change.kind = "dedicated";
  change.tags = tags;
  change.hosts = two_hosts;
  change.disks = 2;
  change.disks_mib[0] = 1024;
  change.disks_mib[1] = 2048;
  change.network = "bridge:br-lab.20";
  change.on_disconnect = "shutdown";
  change.on_disconnect_delay_s = 600;
  change.on_logoff = "stop";
  change.may_reset = 0;
  change.schedule = &small;
  g_assert_true(pool_settings_apply(pool, &change, NULL));
  g_assert_cmpstr(pool->tags[1], ==, "nurses");
  g_assert_cmpuint(pool->disks, ==, 2);
  g_assert_cmpuint(pool->disks_mib[1], ==, 2048);
  g_assert_true(pool->may_restart);
  g_assert_false(pool->may_reset);
  g_assert_cmpuint(pool->schedule->count, ==, 1);
  g_autoptr(Pool) copy = pool_copy(pool);
  PoolSettings back = POOL_SETTINGS_NONE;
  back.disks = 0;
  back.no_schedule = TRUE;
  g_assert_true(pool_settings_apply(pool, &back, NULL));
  g_assert_cmpuint(pool->disks, ==, 0);
  g_assert_null(pool->schedule);
  g_assert_cmpstr(copy->schedule->time_zone, ==, "UTC");
  g_assert_cmpuint(copy->disks, ==, 2);
}

static void
test_what_stays(void)
{
  g_autoptr(GError) error = NULL;
  const PoolSettings settings = asked(NULL);
  g_autoptr(Pool) pool = pool_settings_new_pool(&settings, NULL);
  PoolSettings rename = POOL_SETTINGS_NONE, rekind = POOL_SETTINGS_NONE;
  rename.name = "other";
  g_assert_false(pool_settings_apply(pool, &rename, &error));
  g_assert_cmpstr(error->message, ==, "A pool keeps its name; make another pool instead.");
  g_clear_error(&error);
  rekind.kind = "dedicated";
  g_assert_false(pool_settings_apply(pool, &rekind, &error));
  g_assert_cmpstr(error->message, ==, "A pool keeps its kind; make another pool instead.");
}

static void
test_naming(void)
{
  static const struct {
    const char *pattern;
    guint number;
    const char *name; /* NULL: refused */
  } patterns[] = {
      {"office-{n}", 7, "office-7"},
      {"office-{n:4}", 7, "office-0007"},
      {"office-{n:4}", 12345, "office-12345"},
      {"{n:2}-ward", 3, "03-ward"},
      {"{n}", 10, "10"},
      {"office", 1, NULL},
      {"office-{n}-{n}", 1, NULL},
      {"office-{m}", 1, NULL},
      {"office-{n:0}", 1, NULL},
      {"office-{n:7}", 1, NULL},
      {"office-{n:44}", 1, NULL},
      {"office-{n", 1, NULL},
      {"Office-{n}", 1, NULL},
      {"office.{n}", 1, NULL},
      {"-office{n}", 1, NULL},
      {"office{n}-", 1, NULL},
      {"", 1, NULL},
      {"a123456789a123456789a123456789a123456789a123456789abcdef-{n}", 999999,
       "a123456789a123456789a123456789a123456789a123456789abcdef-999999"},
      {"a123456789a123456789a123456789a123456789a123456789abcdefg-{n}", 1, NULL},
  };
  for (guint i = 0; i < G_N_ELEMENTS(patterns); i++) {
    g_test_message("%s", patterns[i].pattern);
    g_assert_cmpint(desktop_naming_check(patterns[i].pattern, NULL), ==, patterns[i].name != NULL);
    if (patterns[i].name == NULL)
      continue;
    g_autofree char *name = desktop_naming_name(patterns[i].pattern, patterns[i].number);
    g_assert_cmpstr(name, ==, patterns[i].name);
    g_assert_cmpuint(strlen(name), <=, DESKTOP_NAME_MAX_BYTES);
    g_assert_cmpuint(desktop_naming_number(patterns[i].pattern, name), ==, patterns[i].number);
  }
}

static void
test_numbers_in_names(void)
{
  static const struct {
    const char *pattern, *name;
    guint number;
  } names[] = {{"office-{n:4}", "office-12345", 12345},
               {"office-{n:4}", "office-012", 0},
               {"office-{n:4}", "office-", 0},
               {"office-{n}", "office-0", 0},
               {"office-{n}", "office-x", 0},
               {"office-{n}", "lab-1", 0},
               {"office-{n}", "office-1000000", 0},
               {"a{n}a", "a", 0},
               {"a{n}a", "a1a", 1},
               {"office", "office-1", 0}};
  for (guint i = 0; i < G_N_ELEMENTS(names); i++)
    g_assert_cmpuint(desktop_naming_number(names[i].pattern, names[i].name), ==, names[i].number);
}

/* Whatever a pool may be called, its desktops get names that fit. */
static void
test_default_naming(void)
{
  static const char *const names[] = {
      "office", "lab_2", "kvm-1.lab",
      "a",      "pool-", "a123456789a123456789a123456789a123456789a123456789a123456789abc"};
  for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autoptr(GError) error = NULL;
    g_autofree char *pattern = desktop_naming_default(names[i]);
    g_assert_true(desktop_naming_check(pattern, &error));
    g_assert_no_error(error);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/pool-settings/defaults", test_defaults);
  g_test_add_func("/pool-settings/kinds", test_kinds);
  g_test_add_func("/pool-settings/refusals", test_refusals);
  g_test_add_func("/pool-settings/change", test_change);
  g_test_add_func("/pool-settings/what-stays", test_what_stays);
  g_test_add_func("/pool-settings/naming", test_naming);
  g_test_add_func("/pool-settings/numbers-in-names", test_numbers_in_names);
  g_test_add_func("/pool-settings/default-naming", test_default_naming);
  return g_test_run();
}
