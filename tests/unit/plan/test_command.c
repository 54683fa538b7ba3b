/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"
#include "host/plan/command.h"

#define ID   "4f1c9a52-8d1e-4b52-9a51-0c6e2f1d7a10"
#define DO   -1 /* verdicts of the table; anything else is the code of a refusal */
#define DONE -2

static const int stages[] = {DESKTOP_STAGE_CREATING, DESKTOP_STAGE_RUNNING,    DESKTOP_STAGE_OFF,
                             DESKTOP_STAGE_FAILED,   DESKTOP_STAGE_DESTROYING, DESKTOP_STAGE_DESTROYED};

#define NOT_READY CARAWAY_ERROR_NOT_READY
#define NOT_FOUND CARAWAY_ERROR_NOT_FOUND
#define STALE     CARAWAY_ERROR_STALE_EPOCH
#define FAILED    CARAWAY_ERROR_HYPERVISOR
#define CONFLICT  CARAWAY_ERROR_CONFLICT

/* kind x (unknown, then every stage) */
static const struct {
  HostCommandKind kind;
  int unknown;
  int by_stage[6];
} table[] = {
    /*                         unknown     creating   running off        failed     destroying destroyed */
    {HOST_COMMAND_CREATE, DO, {DO, DONE, DONE, FAILED, STALE, STALE}},
    {HOST_COMMAND_DESTROY, DONE, {DO, DO, DO, DO, DO, DONE}},
    {HOST_COMMAND_RESTART, NOT_FOUND, {NOT_READY, DO, DO, NOT_READY, NOT_FOUND, NOT_FOUND}},
    {HOST_COMMAND_RESET, NOT_FOUND, {NOT_READY, DO, DO, NOT_READY, NOT_FOUND, NOT_FOUND}},
    {HOST_COMMAND_SHUTDOWN, NOT_FOUND, {NOT_READY, DO, DONE, NOT_READY, NOT_FOUND, NOT_FOUND}},
    {HOST_COMMAND_EPOCH, NOT_FOUND, {DONE, DONE, DONE, DONE, DONE, NOT_FOUND}},
    {HOST_COMMAND_CUT, DONE, {DO, DO, DO, DO, DO, DONE}},
    {HOST_COMMAND_LOCK, NOT_FOUND, {NOT_READY, DO, NOT_READY, NOT_READY, NOT_FOUND, NOT_FOUND}},
    {HOST_COMMAND_LOGOFF, NOT_FOUND, {NOT_READY, DO, NOT_READY, NOT_READY, NOT_FOUND, NOT_FOUND}},
    {HOST_COMMAND_MESSAGE, NOT_FOUND, {NOT_READY, DO, NOT_READY, NOT_READY, NOT_FOUND, NOT_FOUND}},
    {HOST_COMMAND_START, NOT_FOUND, {NOT_READY, DONE, DO, NOT_READY, NOT_FOUND, NOT_FOUND}},
    {HOST_COMMAND_ADOPT, DO, {CONFLICT, CONFLICT, CONFLICT, CONFLICT, CONFLICT, DO}},
    {HOST_COMMAND_RELEASE, DONE, {CONFLICT, CONFLICT, CONFLICT, CONFLICT, CONFLICT, DONE}},
};

/* The same for a machine that was adopted, where it differs. */
static const struct {
  HostCommandKind kind;
  int by_stage[6];
} adopted_table[] = {
    {HOST_COMMAND_CREATE, {CONFLICT, CONFLICT, CONFLICT, FAILED, STALE, STALE}},
    {HOST_COMMAND_DESTROY, {CONFLICT, CONFLICT, CONFLICT, CONFLICT, CONFLICT, DONE}},
    {HOST_COMMAND_ADOPT, {DO, DONE, DONE, DONE, NOT_READY, DO}},
    {HOST_COMMAND_RELEASE, {DO, DO, DO, DO, DO, DONE}},
    {HOST_COMMAND_START, {NOT_READY, DONE, DO, NOT_READY, NOT_FOUND, NOT_FOUND}},
    {HOST_COMMAND_RESET, {NOT_READY, DO, DO, NOT_READY, NOT_FOUND, NOT_FOUND}},
};

static HostCommand
command_of(HostCommandKind kind)
{
  return (HostCommand){.desktop = ID,
                       .term = 3,
                       .epoch = {1, 5},
                       .kind = (int)kind,
                       .name = "n",
                       .pool = "p",
                       .image = "i",
                       .memory_mib = 64};
}

static DesktopRecord
record_of(int stage)
{
  return (DesktopRecord){.id = (char *)ID,
                         .name = (char *)"n",
                         .pool = (char *)"p",
                         .image = (char *)"i",
                         .memory_mib = 64,
                         .epoch = {1, 5},
                         .stage = stage,
                         .code = (char *)(stage == DESKTOP_STAGE_FAILED ? "hypervisor-failed" : NULL)};
}

static int
judge(const HostCommand *command, const DesktopRecord *record)
{
  g_autoptr(GError) error = NULL;
  switch (command_judge(command, 3, record, &error)) {
  case COMMAND_DO:
    g_assert_no_error(error);
    return DO;
  case COMMAND_DONE:
    g_assert_no_error(error);
    return DONE;
  case COMMAND_REFUSE:
    break;
  }
  g_assert_cmpuint(error->domain, ==, CARAWAY_ERROR);
  g_assert_cmpstr(error->message, !=, "");
  return error->code;
}

static void
test_every_cell(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
    const HostCommand command = command_of(table[i].kind);
    g_assert_cmpint(judge(&command, NULL), ==, table[i].unknown);
    for (guint k = 0; k < G_N_ELEMENTS(stages); k++) {
      const DesktopRecord record = record_of(stages[k]);
      g_test_message("%s in stage %u", host_command_name(table[i].kind), k);
      g_assert_cmpint(judge(&command, &record), ==, table[i].by_stage[k]);
    }
  }
}

static void
test_every_cell_of_adopted(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(adopted_table); i++)
    for (guint k = 0; k < G_N_ELEMENTS(stages); k++) {
      DesktopRecord record = record_of(stages[k]);
      record.kind = HOST_KIND_ADOPTED;
      const HostCommand command = command_of(adopted_table[i].kind);
      g_assert_cmpint(judge(&command, &record), ==, adopted_table[i].by_stage[k]);
    }
}

/* One that is switching off: asking once more changes nothing, and who starts it is not told that it runs. */
static void
test_while_it_switches_off(void)
{
  static const struct {
    DesktopWish wish;
    int shutdown, start;
  } cases[] = {
      {DESKTOP_WISH_NONE, DO, DONE}, {DESKTOP_WISH_OFF, DONE, DO}, {DESKTOP_WISH_OFF_THEN_ON, DO, DONE}};
  const HostCommand shut_down = command_of(HOST_COMMAND_SHUTDOWN), start = command_of(HOST_COMMAND_START);
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    DesktopRecord record = record_of(DESKTOP_STAGE_RUNNING);
    record.wish = (int)cases[i].wish;
    g_assert_cmpint(judge(&shut_down, &record), ==, cases[i].shutdown);
    g_assert_cmpint(judge(&start, &record), ==, cases[i].start);
  }
}

static void
test_create_of_another_kind(void)
{
  const DesktopRecord record = record_of(DESKTOP_STAGE_RUNNING);
  HostCommand command = command_of(HOST_COMMAND_CREATE);
  command.desktop_kind = HOST_KIND_DEDICATED;
  g_assert_cmpint(judge(&command, &record), ==, CONFLICT);
}

static void
test_older_epoch_is_refused(void)
{
  const DesktopRecord record = record_of(DESKTOP_STAGE_RUNNING);
  for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
    HostCommand command = command_of(table[i].kind);
    command.epoch = (Epoch){1, 4};
    g_assert_cmpint(judge(&command, &record), ==, STALE);
    command.epoch = (Epoch){0, 9};
    g_assert_cmpint(judge(&command, &record), ==, STALE);
  }
}

static void
test_newer_epoch_is_raised(void)
{
  const DesktopRecord record = record_of(DESKTOP_STAGE_RUNNING);
  HostCommand command = command_of(HOST_COMMAND_EPOCH);
  command.epoch = (Epoch){2, 0};
  g_assert_cmpint(judge(&command, &record), ==, DO);
}

static void
test_older_term_is_refused(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
    HostCommand command = command_of(table[i].kind);
    command.term = 2;
    g_assert_cmpint(judge(&command, NULL), ==, STALE);
  }
}

static void
test_create_of_something_else_under_that_id(void)
{
  const DesktopRecord record = record_of(DESKTOP_STAGE_RUNNING);
  HostCommand command = command_of(HOST_COMMAND_CREATE);
  command.image = "other";
  g_assert_cmpint(judge(&command, &record), ==, CARAWAY_ERROR_CONFLICT);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/command/every-cell", test_every_cell);
  g_test_add_func("/command/every-cell-of-adopted", test_every_cell_of_adopted);
  g_test_add_func("/command/switching-off", test_while_it_switches_off);
  g_test_add_func("/command/another-kind", test_create_of_another_kind);
  g_test_add_func("/command/older-epoch", test_older_epoch_is_refused);
  g_test_add_func("/command/newer-epoch", test_newer_epoch_is_raised);
  g_test_add_func("/command/older-term", test_older_term_is_refused);
  g_test_add_func("/command/conflict", test_create_of_something_else_under_that_id);
  return g_test_run();
}
