/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/simulated_host_parts.h"

#include "tests/simulation/chance.h"
#include "tests/simulation/mutants.h"

#include "common/base/error.h"

#define WRITTEN_DOWN 64 /* destroyed machines that can still come back */

SimulatedHost *
simulated_host_new(World *world, guint number)
{
  SimulatedHost *host = g_new0(SimulatedHost, 1);
  host->world = world;
  host->name = g_strdup_printf("kvm%u", number);
  host->old_links = g_ptr_array_new_with_free_func((GDestroyNotify)simulated_link_free);
  host->machines = g_ptr_array_new_with_free_func((GDestroyNotify)machine_free);
  host->destroyed = g_ptr_array_new_with_free_func((GDestroyNotify)machine_free);
  host->spent = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  return host;
}

const char *
simulated_host_name(const SimulatedHost *host)
{
  return host->name;
}

void
simulated_host_note(SimulatedHost *host, EventKind kind, const char *desktop, const char *text)
{
  world_note(host->world, (Event){.kind = kind, .host = host->name, .desktop = desktop, .text = text});
}

void
simulated_host_say(SimulatedHost *host, const HostMessage *message)
{
  Link *link = host->link != NULL ? host->link : host->waiting;
  if (link != NULL)
    g_queue_push_tail(&link->to_broker, host_message_build(message));
}

static void
say_machine(SimulatedHost *host, const Machine *machine)
{
  HostMessage message = {.type = HOST_MESSAGE_DESKTOP};
  machine_describe(machine, &message.desktop);
  simulated_host_say(host, &message);
}

void
simulated_host_say_console(SimulatedHost *host, const Machine *machine, gboolean open)
{
  HostMessage message = {.type = HOST_MESSAGE_CONSOLE,
                         .console = {.session = machine->console,
                                     .desktop = machine->record->id,
                                     .client = "198.51.100.7",
                                     .viewer = "native",
                                     .state = open ? HOST_CONSOLE_CONNECTED : HOST_CONSOLE_DISCONNECTED}};
  simulated_host_say(host, &message);
}

static void
answer(SimulatedHost *host, gint64 command, const char *code, const char *detail)
{
  HostMessage message = {.type = HOST_MESSAGE_RESULT,
                         .result = {.command = command, .ok = code == NULL, .code = code, .detail = detail}};
  Link *link = host->answering != NULL ? host->answering : host->link != NULL ? host->link : host->waiting;
  guint times = chance_of(3) ? 2 : 1; /* told twice */
  for (guint i = 0; link != NULL && i < times; i++)
    g_queue_push_tail(&link->to_broker, host_message_build(&message));
}

Machine *
simulated_host_find(const GPtrArray *machines, const char *desktop)
{
  for (guint i = 0; i < machines->len; i++) {
    Machine *machine = g_ptr_array_index(machines, i);
    if (g_str_equal(machine->record->id, desktop))
      return machine;
  }
  return NULL;
}

void
simulated_host_close(SimulatedHost *host, Machine *machine)
{
  if (machine->console == NULL)
    return;
  simulated_host_say_console(host, machine, FALSE);
  g_clear_pointer(&machine->console, g_free);
}

/* --- what the broker orders --- */

static void
create(SimulatedHost *host, const HostCommand *command)
{
  Machine *begun = simulated_host_find(host->machines, command->desktop);
  if (begun != NULL) { /* it is at work, and answers when it is done */
    begun->command = command->id;
    return;
  }
  if (!host->world->is_healed && chance_of(4)) {
    simulated_host_note(host, EVENT_CREATE_FAILED, command->desktop, "no-disk-space");
    answer(host, command->id, "no-disk-space", "The disk is full.");
    return;
  }
  g_ptr_array_add(host->machines, machine_new(command));
  simulated_host_note(host, EVENT_MACHINE_STARTED, command->desktop, NULL);
}

static void
destroy(SimulatedHost *host, Machine *machine, const char *why)
{
  simulated_host_close(host, machine);
  simulated_host_note(host, EVENT_MACHINE_STOPPED, machine->record->id, why);
  guint index;
  g_ptr_array_find(host->machines, machine, &index);
  g_ptr_array_steal_index(host->machines, index);
  desktop_record_set_stage(machine->record, DESKTOP_STAGE_DESTROYED, NULL, NULL);
  if (host->destroyed->len >= WRITTEN_DOWN)
    g_ptr_array_remove_index(host->destroyed, 0);
  g_ptr_array_add(host->destroyed, machine);
}

static void
destroy_as_told(SimulatedHost *host, Machine *machine, const HostCommand *command)
{
  if (machine != NULL)
    destroy(host, machine, "destroyed");
  HostMessage gone = {
      .type = HOST_MESSAGE_DESKTOP_GONE,
      .desktop_gone = {.id = command->desktop, .epoch = command->epoch, .reason = "destroyed"}};
  gboolean first = chance_of(50);
  if (first)
    simulated_host_say(host, &gone);
  answer(host, command->id, NULL, NULL);
  if (!first && chance_of(50))
    simulated_host_say(host, &gone);
}

static void
carry_out(SimulatedHost *host, const HostCommand *command)
{
  Machine *machine = simulated_host_find(host->machines, command->desktop);
  if (command->kind == HOST_COMMAND_CREATE) {
    create(host, command);
    return;
  }
  if (command->kind == HOST_COMMAND_DESTROY) {
    destroy_as_told(host, machine, command);
    return;
  }
  if (machine != NULL && machine_obey(machine, command))
    simulated_host_close(host, machine);
  if (machine != NULL && machine->record->stage == DESKTOP_STAGE_RUNNING && !machine->ready)
    say_machine(host, machine);
  answer(host, command->id, NULL, NULL);
}

static void
judge(SimulatedHost *host, const HostCommand *command)
{
  const Machine *known = simulated_host_find(host->machines, command->desktop);
  if (known == NULL)
    known = simulated_host_find(host->destroyed, command->desktop);
  g_autoptr(GError) error = NULL;
  CommandVerdict verdict = command_judge(command, mutants_highest_term(host->highest_term),
                                         known != NULL ? known->record : NULL, &error);
  host->highest_term = MAX(host->highest_term, command->term);
  if (verdict != COMMAND_REFUSE)
    world_note(host->world, (Event){.kind = EVENT_OBEYED,
                                    .host = host->name,
                                    .desktop = command->desktop,
                                    .text = host_command_name((HostCommandKind)command->kind),
                                    .number = command->term});
  if (verdict == COMMAND_REFUSE)
    answer(host, command->id, error_stable_name(error), error->message);
  else if (verdict == COMMAND_DONE)
    answer(host, command->id, NULL, NULL);
  else
    carry_out(host, command);
}

static void
learn_time(SimulatedHost *host, gint64 broker_time_ms)
{
  host->told_time_us = clock_boottime_us(&host->world->clock.clock);
  host->broker_ahead_us = broker_time_ms * 1000 - host->told_time_us;
}

/* What the welcome does not name is an orphan. */
static void
take_welcome(SimulatedHost *host, const HostWelcome *welcome)
{
  world_note(host->world, (Event){.kind = EVENT_WELCOMED, .host = host->name, .number = welcome->term});
  host->highest_term = MAX(host->highest_term, welcome->term);
  learn_time(host, welcome->broker_time_ms);
  for (guint i = host->machines->len; i-- > 0;) {
    Machine *machine = g_ptr_array_index(host->machines, i);
    gboolean named = FALSE;
    for (guint at = 0; at < welcome->desktop_count && !named; at++)
      named = g_str_equal(welcome->desktops[at].id, machine->record->id);
    if (!named)
      destroy(host, machine, "orphan");
  }
}

/* What comes over a link that was given up is not read, but a command may have been read before and be judged
 * only now. */
static void
take_message(SimulatedHost *host, Link *link, const HostMessage *message)
{
  gboolean was_welcomed = host->link != NULL && host->highest_term >= host->link->term;
  if (link != host->link && !was_welcomed)
    return;
  if (message->type == HOST_MESSAGE_WELCOME && link == host->link)
    take_welcome(host, &message->welcome);
  else if (message->type == HOST_MESSAGE_TIME && link == host->link)
    learn_time(host, message->time.broker_time_ms);
  else if (message->type == HOST_MESSAGE_COMMAND) {
    host->answering = link;
    judge(host, &message->command);
    host->answering = NULL;
  }
}

gboolean
simulated_host_obey(SimulatedHost *host)
{
  Link *link = simulated_host_pick_link(host, FALSE);
  if (link == NULL)
    return FALSE;
  g_autofree char *text = g_queue_pop_head(&link->to_host);
  g_autoptr(GError) error = NULL;
  g_autoptr(HostMessage) message = host_message_parse(text, strlen(text), &error);
  if (message == NULL)
    g_error("a broker's message cannot be read: %s: %s", error->message, text);
  take_message(host, link, message);
  return TRUE;
}

/* --- what happens by itself --- */

Machine *
simulated_host_pick(SimulatedHost *host, gboolean running)
{
  g_autoptr(GPtrArray) fitting = g_ptr_array_new();
  for (guint i = 0; i < host->machines->len; i++) {
    Machine *machine = g_ptr_array_index(host->machines, i);
    if (running ? machine_is_ready(machine) : machine_is_at_work(machine))
      g_ptr_array_add(fitting, machine);
  }
  return fitting->len > 0 ? g_ptr_array_index(fitting, chance_below(fitting->len)) : NULL;
}

static void
fail(SimulatedHost *host, Machine *machine, const char *code, const char *detail)
{
  simulated_host_close(host, machine);
  simulated_host_note(host, EVENT_MACHINE_STOPPED, machine->record->id, "failed");
  gint64 command = machine->command;
  machine_fail(machine, code, detail);
  say_machine(host, machine);
  if (command != 0)
    answer(host, command, code, detail);
}

gboolean
simulated_host_progress(SimulatedHost *host)
{
  Machine *machine = simulated_host_pick(host, FALSE);
  if (machine == NULL)
    return FALSE;
  if (!host->world->is_healed && chance_of(4)) {
    fail(host, machine, "hypervisor-failed", "It did not boot.");
    return TRUE;
  }
  gint64 command = machine->command;
  gboolean made = machine_progress(machine);
  say_machine(host, machine);
  if (made && command != 0)
    answer(host, command, NULL, NULL);
  return TRUE;
}

gboolean
simulated_host_crash_machine(SimulatedHost *host)
{
  Machine *machine = simulated_host_pick(host, TRUE);
  if (machine == NULL)
    return FALSE;
  fail(host, machine, "hypervisor-failed", "QEMU ended.");
  return TRUE;
}

gboolean
simulated_host_sign_out(SimulatedHost *host)
{
  Machine *machine = simulated_host_pick(host, TRUE);
  if (machine == NULL || !machine->signed_in)
    return FALSE;
  machine->signed_in = FALSE;
  simulated_host_note(host, EVENT_SIGNED_OUT, machine->record->id, NULL);
  say_machine(host, machine);
  return TRUE;
}

void
simulated_host_kill_agent(SimulatedHost *host)
{
  world_note(host->world, (Event){.kind = EVENT_FAULT, .host = host->name, .text = "agent killed"});
  simulated_host_cut(host, chance_of(70));
  g_ptr_array_set_size(host->old_links, 0);
  for (guint i = 0; i < host->machines->len; i++)
    ((Machine *)g_ptr_array_index(host->machines, i))->command = 0;
}

void
simulated_host_reboot(SimulatedHost *host)
{
  world_note(host->world, (Event){.kind = EVENT_FAULT, .host = host->name, .text = "rebooted"});
  simulated_host_cut(host, chance_of(70));
  g_ptr_array_set_size(host->old_links, 0);
  host->boots++;
  gboolean keeps_records = chance_of(50);
  for (guint i = 0; i < host->machines->len; i++) {
    Machine *machine = g_ptr_array_index(host->machines, i);
    simulated_host_note(host, EVENT_MACHINE_STOPPED, machine->record->id, "host");
    g_clear_pointer(&machine->console, g_free);
    machine_fail(machine, "host-gone", "Its host was restarted.");
  }
  if (!keeps_records)
    g_ptr_array_set_size(host->machines, 0);
}

gboolean
simulated_host_resurrect(SimulatedHost *host)
{
  if (host->destroyed->len == 0 || host->link != NULL)
    return FALSE;
  Machine *machine = g_ptr_array_steal_index(host->destroyed, chance_below(host->destroyed->len));
  machine_revive(machine);
  g_ptr_array_add(host->machines, machine);
  world_note(host->world, (Event){.kind = EVENT_FAULT,
                                  .host = host->name,
                                  .desktop = machine->record->id,
                                  .text = "destroyed machine runs again"});
  simulated_host_note(host, EVENT_MACHINE_STARTED, machine->record->id, "again");
  return TRUE;
}

void
simulated_host_free(SimulatedHost *host)
{
  if (host == NULL)
    return;
  simulated_link_free(host->link);
  simulated_link_free(host->waiting);
  g_ptr_array_unref(host->old_links);
  g_ptr_array_unref(host->machines);
  g_ptr_array_unref(host->destroyed);
  g_hash_table_unref(host->spent);
  g_free(host->name);
  g_free(host);
}
