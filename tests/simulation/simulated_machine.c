/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/simulated_machine.h"

#define STEPS_TO_MAKE    2
#define STEPS_TO_RESTART 1

Machine *
machine_new(const HostCommand *command)
{
  Machine *machine = g_new0(Machine, 1);
  machine->record = desktop_record_new("installation", command);
  machine->steps = STEPS_TO_MAKE;
  machine->command = command->id;
  return machine;
}

static HostPower
power_of(const Machine *machine)
{
  switch ((DesktopStage)machine->record->stage) {
  case DESKTOP_STAGE_CREATING:
    return HOST_POWER_CLONING;
  case DESKTOP_STAGE_RUNNING:
    return machine->ready ? HOST_POWER_UP : HOST_POWER_STARTING;
  case DESKTOP_STAGE_OFF:
    return HOST_POWER_OFF;
  default:
    return HOST_POWER_FAILED;
  }
}

void
machine_describe(const Machine *machine, HostDesktop *ret_desktop)
{
  const DesktopRecord *record = machine->record;
  *ret_desktop = (HostDesktop){.id = record->id,
                               .name = record->name,
                               .pool = record->pool,
                               .epoch = record->epoch,
                               .power = (int)power_of(machine),
                               .guest = {.ready = machine->ready, .user = machine->signed_in ? "user" : NULL},
                               .step = machine->ready ? "ready" : "booting",
                               .progress = machine->ready ? 100 : 50,
                               .code = record->code,
                               .detail = record->detail};
}

gboolean
machine_is_ready(const Machine *machine)
{
  return machine->record->stage == DESKTOP_STAGE_RUNNING && machine->ready;
}

gboolean
machine_is_at_work(const Machine *machine)
{
  return machine->record->stage == DESKTOP_STAGE_CREATING ||
         (machine->record->stage == DESKTOP_STAGE_RUNNING && !machine->ready);
}

gboolean
machine_progress(Machine *machine)
{
  if (machine->steps > 0)
    machine->steps--;
  gboolean made = machine->steps == 0 && machine->record->stage == DESKTOP_STAGE_CREATING;
  if (made)
    desktop_record_set_stage(machine->record, DESKTOP_STAGE_RUNNING, NULL, NULL);
  machine->ready = machine->steps == 0;
  machine->signed_in = machine->ready;
  if (made)
    machine->command = 0;
  return made;
}

void
machine_fail(Machine *machine, const char *code, const char *detail)
{
  desktop_record_set_stage(machine->record, DESKTOP_STAGE_FAILED, code, detail);
  machine->ready = FALSE;
  machine->signed_in = FALSE;
  machine->command = 0;
}

void
machine_revive(Machine *machine)
{
  desktop_record_set_stage(machine->record, DESKTOP_STAGE_RUNNING, NULL, NULL);
  machine->ready = TRUE;
  machine->signed_in = TRUE;
}

gboolean
machine_obey(Machine *machine, const HostCommand *command)
{
  DesktopRecord *record = machine->record;
  switch ((HostCommandKind)command->kind) {
  case HOST_COMMAND_EPOCH: {
    gboolean raised = epoch_compare(command->epoch, record->epoch) > 0;
    if (raised)
      record->epoch = command->epoch;
    return raised;
  }
  case HOST_COMMAND_CUT:
    return g_strcmp0(machine->console, command->session) == 0;
  case HOST_COMMAND_RESTART:
  case HOST_COMMAND_RESET:
    machine->steps = STEPS_TO_RESTART;
    machine->ready = FALSE;
    machine->signed_in = FALSE;
    return TRUE;
  default:
    return FALSE;
  }
}

void
machine_free(Machine *machine)
{
  if (machine == NULL)
    return;
  desktop_record_free(machine->record);
  g_free(machine->console);
  g_free(machine);
}
