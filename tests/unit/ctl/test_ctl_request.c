/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_request.h"

#include "broker/ctl/ctl_nouns.h"
#include "common/base/error.h"
#include "common/base/json.h"

typedef struct {
  const char *line, *method, *path, *body;
} Row;

static const Row rows[] = {
    {"user list", "GET", "/users", NULL},
    {"user add alice --full-name 'A B' --roles user,administrator", "POST", "/users",
     "{\"name\":\"alice\",\"full_name\":\"A "
     "B\",\"roles\":[\"user\",\"administrator\"],\"password\":\"secret\"}"},
    {"user disable a/b", "PATCH", "/users/a%2Fb", "{\"disabled\":true}"},
    {"user password alice", "POST", "/users/alice/password", "{\"password\":\"secret\"}"},
    {"user password alice --permanent", "POST", "/users/alice/password",
     "{\"password_change_required\":false,\"password\":\"secret\"}"},
    {"user add bob --must-change-password", "POST", "/users",
     "{\"name\":\"bob\",\"password_change_required\":true,\"password\":\"secret\"}"},
    {"group add-member staff alice", "PUT", "/groups/staff/members/alice", NULL},
    {"pool create office --image debian --size 4 --channels 'main, display,'", "POST", "/pools",
     "{\"name\":\"office\",\"image\":\"debian\",\"size\":4,\"channels\":[\"main\",\"display\"]}"},
    {"pool create lab --kind dedicated --image debian --disks '1024, 2048' --may-reset no", "POST", "/pools",
     "{\"name\":\"lab\",\"kind\":\"dedicated\",\"image\":\"debian\",\"disks\":[{\"size_mib\":1024},{\"size_"
     "mib\":2048}],"
     "\"may_reset\":false}"},
    {"pool set office --disks '' --tags '' --hosts ''", "PATCH", "/pools/office",
     "{\"tags\":[],\"disks\":[],\"hosts\":[]}"},
    {"pool set office --schedule 'mon-tue 07:00-18:00 spares=8' --time-zone UTC --schedule 'sun 22:00-06:00 "
     "size=0'",
     "PATCH", "/pools/office",
     "{\"schedule\":{\"rules\":[{\"days\":[\"mon\",\"tue\"],\"from\":\"07:00\",\"to\":\"18:00\",\"spares\":8}"
     ","
     "{\"days\":[\"sun\"],\"from\":\"22:00\",\"to\":\"06:00\",\"size\":0}],\"time_zone\":\"UTC\"}}"},
    {"pool set office --no-schedule", "PATCH", "/pools/office", "{\"schedule\":null}"},
    {"pool list --tag ward-3", "GET", "/pools?tag=ward-3", NULL},
    {"pool schedule office --hours 48 --from 2026-11-23T07:00:00Z", "GET",
     "/pools/office/schedule?from=2026-11-23T07%3A00%3A00Z&hours=48", NULL},
    {"pool explain office --user alice", "GET", "/pools/office/explain?user=alice", NULL},
    {"pool set office --spares 0", "PATCH", "/pools/office", "{\"spares\":0}"},
    {"entitlement revoke office group staff", "DELETE", "/pools/office/entitlements/group/staff", NULL},
    {"host join-token --role portal --lifetime-s 60", "POST", "/hosts/join-tokens",
     "{\"role\":\"portal\",\"lifetime_s\":60}"},
    {"session logoff s1", "POST", "/sessions/s1/logoff", NULL},
    {"desktop adopt legacy kvm1 'old vm'", "POST", "/pools/legacy/desktops",
     "{\"host\":\"kvm1\",\"domain\":\"old vm\"}"},
    {"desktop assign old-vm erika", "PUT", "/admin/desktops/old-vm/owner", "{\"user\":\"erika\"}"},
    {"desktop unassign old-vm", "DELETE", "/admin/desktops/old-vm/owner", NULL},
    {"desktop delete office-0001", "DELETE", "/admin/desktops/office-0001", NULL},
};

static CtlArguments *
parse(const char *line)
{
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) words = NULL;
  g_assert_true(g_shell_parse_argv(line, NULL, &words, NULL));
  CtlArguments *arguments = ctl_arguments_parse(ctl_nouns(), words, &error);
  g_assert_no_error(error);
  return arguments;
}

static void
test_rows_become_requests(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(CtlArguments) arguments = parse(rows[i].line);
    gboolean asks =
        arguments->command->new_password_member != NULL || arguments->command->password_member != NULL;
    const char *password = asks ? "secret" : NULL;
    g_autoptr(ApiRequest) request = ctl_request_build(arguments, password, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(request->method, ==, rows[i].method);
    g_assert_cmpstr(request->path, ==, rows[i].path);
    g_autofree char *body = request->body != NULL ? json_object_text(request->body) : NULL;
    g_assert_cmpstr(body, ==, rows[i].body);
    g_assert_true((request->idempotency_key != NULL) == g_str_equal(rows[i].method, "POST"));
  }
}

static void
test_halves_of_a_schedule_are_refused(void)
{
  static const char *const lines[] = {"pool set office --schedule 'daily 07:00-18:00 spares=8'",
                                      "pool set office --time-zone UTC",
                                      "pool set office --no-schedule --time-zone UTC"};
  for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(CtlArguments) arguments = parse(lines[i]);
    g_assert_null(ctl_request_build(arguments, NULL, &error));
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
  }
}

static void
test_change_of_nothing_is_refused(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(CtlArguments) arguments = parse("pool set office");
  g_assert_null(ctl_request_build(arguments, NULL, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/ctl_request/rows_become_requests", test_rows_become_requests);
  g_test_add_func("/ctl_request/halves_of_a_schedule_are_refused", test_halves_of_a_schedule_are_refused);
  g_test_add_func("/ctl_request/change_of_nothing_is_refused", test_change_of_nothing_is_refused);
  return g_test_run();
}
