/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/pools/pool_explain.h"

#include "broker/service/people/group_admin.h"
#include "broker/service/pools/pool_admin.h"
#include "broker/service/pools/pool_schedule.h"
#include "broker/service/sessions/session_control.h"
#include "tests/unit/service/service_fixture.h"

#include <string.h>

static PoolExplanation *
explain(ServiceFixture *fixture, const char *user)
{
  g_autoptr(GError) error = NULL;
  PoolExplanation *explanation = pool_explain(fixture->services, "office", user, &error);
  g_assert_no_error(error);
  return explanation;
}

static void
change(ServiceFixture *fixture, const PoolSettings *settings)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(PoolStatus) status =
      pool_admin_change(fixture->services, fixture->admin, "office", settings, 0, &error);
  g_assert_no_error(error);
}

static const Rule *
rule_of(const PoolExplanation *explanation, const char *name)
{
  for (guint i = 0; i < explanation->decision.rules->len; i++) {
    const Rule *rule = g_ptr_array_index(explanation->decision.rules, i);
    if (g_str_equal(rule->name, name))
      return rule;
  }
  g_error("no rule %s was asked", name);
  return NULL;
}

/* What is explained is what connecting does next. */
static void
test_as_connecting(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  service_fixture_pool(fixture, 2, 1);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(Caller) bob = service_fixture_user(fixture, "bob");
  g_autoptr(Caller) carol = service_fixture_user(fixture, "carol");
  g_autoptr(PoolExplanation) before = explain(fixture, "alice");
  g_assert_cmpint(before->decision.outcome, ==, CONNECT_ASSIGN);
  g_assert_cmpstr(before->desktop, ==, "office-0001");
  g_autoptr(Session) session = service_fixture_connect(fixture, alice, NULL, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(session->desktop_name, ==, before->desktop);
  g_autoptr(PoolExplanation) after = explain(fixture, "alice");
  g_assert_cmpint(after->decision.outcome, ==, CONNECT_RESUME);
  g_assert_cmpstr(after->desktop, ==, "office-0001");
  g_autoptr(Session) second = service_fixture_connect(fixture, bob, NULL, &error);
  g_assert_no_error(error);
  g_autoptr(PoolExplanation) full = explain(fixture, "carol");
  g_assert_cmpint(full->decision.outcome, ==, CONNECT_REFUSE);
  g_assert_cmpint(full->decision.code, ==, CARAWAY_ERROR_NO_FREE_DESKTOP);
  g_assert_false(rule_of(full, "room-in-pool")->ok);
  g_assert_null(service_fixture_connect(fixture, carol, NULL, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NO_FREE_DESKTOP);
}

/* Every spare sits on a host that has just fallen silent, and the pool has room for no more. */
static void
test_spares_on_a_silent_host(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  service_fixture_pool(fixture, 2, 2);
  service_fixture_settle(fixture);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  service_fixture_host_silent(fixture);
  g_autoptr(PoolExplanation) explanation = explain(fixture, "alice");
  g_assert_cmpint(explanation->decision.code, ==, CARAWAY_ERROR_HOST_GONE);
  g_assert_cmpstr(rule_of(explanation, "spare-ready")->text, ==,
                  "No desktop of office is ready; 2 are on kvm1, which does not answer.");
  g_assert_null(service_fixture_connect(fixture, alice, NULL, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_HOST_GONE);
  g_assert_nonnull(strstr(error->message, "does not answer"));
  g_clear_error(&error);
  g_autoptr(GPtrArray) offers = connect_offers(fixture->services, alice, &error);
  g_assert_no_error(error);
  const DesktopOffer *offer = g_ptr_array_index(offers, 0);
  g_assert_false(offer->available);
  g_assert_cmpstr(offer->reasons[0], ==, "Free desktops are on kvm1, which does not answer at the moment.");
}

static void
test_groups(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  service_fixture_pool(fixture, 2, 1);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_assert_true(
      pool_admin_withdraw(fixture->services, fixture->admin, "office", ENTITLEMENT_USER, "alice", &error));
  g_autoptr(PoolExplanation) stranger = explain(fixture, "alice");
  g_assert_cmpint(stranger->decision.code, ==, CARAWAY_ERROR_NOT_ENTITLED);
  g_assert_false(rule_of(stranger, "entitled")->ok);
  rule_of(stranger, "placement"); /* the rest is told too */
  g_autoptr(Group) group =
      group_admin_create(fixture->services, fixture->admin, &(NewGroup){.name = "nurses"}, &error);
  g_assert_no_error(error);
  g_assert_true(group_admin_add_member(fixture->services, fixture->admin, "nurses", "alice", &error));
  g_assert_true(
      pool_admin_entitle(fixture->services, fixture->admin, "office", ENTITLEMENT_GROUP, "nurses", &error));
  g_assert_no_error(error);
  g_autoptr(PoolExplanation) member = explain(fixture, "alice");
  g_assert_cmpstr(rule_of(member, "entitled")->text, ==, "alice is entitled to office by the group nurses.");
}

static void
test_unknown(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  service_fixture_pool(fixture, 2, 1);
  g_assert_null(pool_explain(fixture->services, "office", "nobody", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
  g_clear_error(&error);
  g_assert_null(pool_explain(fixture->services, "attic", "admin", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNKNOWN_POOL);
}

static void
test_hosts(void)
{
  g_autoptr(GError) error = NULL;
  static const char *const unknown[] = {"kvm9", NULL};
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  service_fixture_pool(fixture, 2, 0);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  g_autoptr(PoolExplanation) made = explain(fixture, "alice");
  g_assert_cmpint(made->decision.outcome, ==, CONNECT_MAKE);
  g_assert_nonnull(strstr(rule_of(made, "placement")->text, "kvm1 can take it"));
  PoolSettings settings = POOL_SETTINGS_NONE;
  settings.hosts = unknown;
  g_assert_null(pool_admin_change(fixture->services, fixture->admin, "office", &settings, 0, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
  g_assert_cmpstr(error->message, ==, "There is no host \"kvm9\"; let it join before the pool names it.");
}

static const PoolSchedule nights = {
    .time_zone = (char *)"Europe/London", .count = 1, .rules = {{SCHEDULE_EVERY_DAY, 20 * 60, 6 * 60, 0, 0}}};

/* The fixture's clock stands at 22:13 in London. */
static void
test_schedule(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  service_fixture_pool(fixture, 2, 0);
  g_autoptr(Caller) alice = service_fixture_user(fixture, "alice");
  PoolSettings settings = POOL_SETTINGS_NONE;
  settings.schedule = &nights;
  change(fixture, &settings);
  g_autoptr(PoolExplanation) closed = explain(fixture, "alice");
  g_assert_cmpint(closed->decision.code, ==, CARAWAY_ERROR_NO_FREE_DESKTOP);
  g_assert_cmpstr(
      rule_of(closed, "schedule")->text, ==,
      "office has the size 0 and gives nobody another desktop: 0 ready of at most 0 by rule 1 of the "
      "schedule (daily 20:00-06:00). Its schedule's next change is on 2023-11-15 at 06:00 UTC.");
  g_autoptr(PoolStatus) status = pool_admin_get(fixture->services, "office", &error);
  g_assert_cmpuint(status->wanted.size, ==, 0);
  g_assert_nonnull(strstr(rule_of(closed, "schedule")->text, status->wanted.reason));
  g_autoptr(GPtrArray) spans = pool_schedule_preview(fixture->services, "office", 0, 24, &error);
  g_assert_cmpuint(spans->len, ==, 3); /* night, day, night */
  const ScheduleSpan *day = g_ptr_array_index(spans, 1);
  g_assert_cmpuint(day->size, ==, 2);
  g_assert_cmpint(day->until_us - day->from_us, ==, (gint64)14 * 3600 * G_USEC_PER_SEC);
}

static void
test_unknown_zone(void)
{
  static const char *const zones[] = {"Europe/Atlantis", "Mars", "EUROPE/LONDON/X"};
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  service_fixture_pool(fixture, 2, 0);
  for (guint i = 0; i < G_N_ELEMENTS(zones); i++) {
    g_autoptr(GError) error = NULL;
    PoolSchedule schedule = nights;
    schedule.time_zone = (char *)zones[i];
    PoolSettings settings = POOL_SETTINGS_NONE;
    settings.schedule = &schedule;
    g_assert_null(pool_admin_change(fixture->services, fixture->admin, "office", &settings, 0, &error));
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
    g_assert_nonnull(strstr(error->message, "There is no time zone"));
  }
}

static void
test_tags(void)
{
  static const char *const tags[] = {"ward_3", "nurses", NULL};
  static const struct {
    const char *tag;
    guint found;
  } cases[] = {{"nurses", 1}, {"ward_3", 1}, {"ward", 0}, {"ward-3", 0}, {"ward_3 nurses", 0}, {NULL, 1}};
  const Page page = {.limit = 10};
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  service_fixture_pool(fixture, 2, 0);
  PoolSettings settings = POOL_SETTINGS_NONE;
  settings.tags = tags;
  change(fixture, &settings);
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) pools = pool_admin_list(fixture->services, cases[i].tag, &page, NULL, &error);
    if (pools == NULL)
      g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
    g_assert_cmpuint(pools != NULL ? pools->len : 0, ==, cases[i].found);
  }
}

/* Whoever keeps the pools, each broker tells why one is short. */
static void
test_problems_without_a_keeper(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  service_fixture_pool(fixture, 2, 1);
  g_autoptr(PoolStatus) good = pool_admin_get(fixture->services, "office", &error);
  g_assert_cmpuint(g_strv_length(good->problems), ==, 0); /* short, but not for long */
  service_fixture_host_silent(fixture);
  g_autoptr(PoolStatus) short_of = pool_admin_get(fixture->services, "office", &error);
  g_assert_cmpstr(short_of->problems[0], ==, "kvm1 does not answer");
  PoolSettings content = POOL_SETTINGS_NONE;
  content.spares = 0;
  change(fixture, &content);
  g_autoptr(PoolStatus) wants_none = pool_admin_get(fixture->services, "office", &error);
  g_assert_cmpuint(g_strv_length(wants_none->problems), ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/pool-explain/as-connecting", test_as_connecting);
  g_test_add_func("/pool-explain/groups", test_groups);
  g_test_add_func("/pool-explain/silent-host", test_spares_on_a_silent_host);
  g_test_add_func("/pool-explain/unknown", test_unknown);
  g_test_add_func("/pool-explain/hosts", test_hosts);
  g_test_add_func("/pool-explain/schedule", test_schedule);
  g_test_add_func("/pool-explain/unknown-zone", test_unknown_zone);
  g_test_add_func("/pool-explain/tags", test_tags);
  g_test_add_func("/pool-explain/problems-without-a-keeper", test_problems_without_a_keeper);
  return g_test_run();
}
