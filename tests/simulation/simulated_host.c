/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/simulated_host.h"

#include "tests/simulation/chance.h"
#include "tests/simulation/database_faults.h"
#include "tests/simulation/simulated_machine.h"

#include "broker/hostlink/command_text.h"
#include "broker/service/host_events.h"
#include "common/base/error.h"

#define WRITTEN_DOWN 64 /* destroyed machines that can still come back */

struct SimulatedHost {
  World *world;
  char *name;
  guint boots;
  GPtrArray *machines;  /* of Machine */
  GPtrArray *destroyed; /* of Machine: tombstones */
  GHashTable *spent;    /* set of ids of grants */
  gint64 highest_term;
  gint64 told_time_us;       /* steady time when the next was told */
  gint64 broker_ahead_us;    /* broker's wall clock over our steady one, when it was last told */
  Broker *broker;            /* NULL: no link */
  gint64 term;               /* of the link */
  GQueue to_host, to_broker; /* of JSON text */
};

SimulatedHost *
simulated_host_new(World *world, guint number)
{
  SimulatedHost *host = g_new0(SimulatedHost, 1);
  host->world = world;
  host->name = g_strdup_printf("kvm%u", number);
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

gboolean
simulated_host_is_linked(const SimulatedHost *host, const Broker *broker)
{
  return host->broker != NULL && (broker == NULL || host->broker == broker);
}

static void
note(SimulatedHost *host, EventKind kind, const char *desktop, const char *text)
{
  world_note(host->world, (Event){.kind = kind, .host = host->name, .desktop = desktop, .text = text});
}

static void
say(SimulatedHost *host, const HostMessage *message)
{
  if (host->broker != NULL)
    g_queue_push_tail(&host->to_broker, host_message_build(message));
}

static void
say_machine(SimulatedHost *host, const Machine *machine)
{
  HostMessage message = {.type = HOST_MESSAGE_DESKTOP};
  machine_describe(machine, &message.desktop);
  say(host, &message);
}

static void
say_console(SimulatedHost *host, const Machine *machine, gboolean open)
{
  HostMessage message = {.type = HOST_MESSAGE_CONSOLE,
                         .console = {.session = machine->console,
                                     .desktop = machine->record->id,
                                     .client = "198.51.100.7",
                                     .viewer = "native",
                                     .state = open ? HOST_CONSOLE_CONNECTED : HOST_CONSOLE_DISCONNECTED}};
  say(host, &message);
}

static void
answer(SimulatedHost *host, gint64 command, const char *code, const char *detail)
{
  HostMessage message = {.type = HOST_MESSAGE_RESULT,
                         .result = {.command = command, .ok = code == NULL, .code = code, .detail = detail}};
  say(host, &message);
  if (chance_of(3))
    say(host, &message); /* told twice */
}

static Machine *
find(const GPtrArray *machines, const char *desktop)
{
  for (guint i = 0; i < machines->len; i++) {
    Machine *machine = g_ptr_array_index(machines, i);
    if (g_str_equal(machine->record->id, desktop))
      return machine;
  }
  return NULL;
}

static void
close_console(SimulatedHost *host, Machine *machine)
{
  if (machine->console == NULL)
    return;
  say_console(host, machine, FALSE);
  g_clear_pointer(&machine->console, g_free);
}

/* --- what the broker orders --- */

static void
create(SimulatedHost *host, const HostCommand *command)
{
  Machine *begun = find(host->machines, command->desktop);
  if (begun != NULL) { /* it is at work, and answers when it is done */
    begun->command = command->id;
    return;
  }
  if (!host->world->is_healed && chance_of(4)) {
    note(host, EVENT_CREATE_FAILED, command->desktop, "no-disk-space");
    answer(host, command->id, "no-disk-space", "The disk is full.");
    return;
  }
  g_ptr_array_add(host->machines, machine_new(command));
  note(host, EVENT_MACHINE_STARTED, command->desktop, NULL);
}

static void
destroy(SimulatedHost *host, Machine *machine, const char *why)
{
  close_console(host, machine);
  note(host, EVENT_MACHINE_STOPPED, machine->record->id, why);
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
    say(host, &gone);
  answer(host, command->id, NULL, NULL);
  if (!first && chance_of(50))
    say(host, &gone);
}

static void
carry_out(SimulatedHost *host, const HostCommand *command)
{
  Machine *machine = find(host->machines, command->desktop);
  if (command->kind == HOST_COMMAND_CREATE) {
    create(host, command);
    return;
  }
  if (command->kind == HOST_COMMAND_DESTROY) {
    destroy_as_told(host, machine, command);
    return;
  }
  if (machine != NULL && machine_obey(machine, command))
    close_console(host, machine);
  if (machine != NULL && machine->record->stage == DESKTOP_STAGE_RUNNING && !machine->ready)
    say_machine(host, machine);
  answer(host, command->id, NULL, NULL);
}

static void
judge(SimulatedHost *host, const HostCommand *command)
{
  const Machine *known = find(host->machines, command->desktop);
  if (known == NULL)
    known = find(host->destroyed, command->desktop);
  g_autoptr(GError) error = NULL;
  CommandVerdict verdict =
      command_judge(command, host->highest_term, known != NULL ? known->record : NULL, &error);
  host->highest_term = MAX(host->highest_term, command->term);
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

gboolean
simulated_host_obey(SimulatedHost *host)
{
  g_autofree char *text = g_queue_pop_head(&host->to_host);
  if (text == NULL)
    return FALSE;
  g_autoptr(GError) error = NULL;
  g_autoptr(HostMessage) message = host_message_parse(text, strlen(text), &error);
  if (message == NULL)
    g_error("a broker's message cannot be read: %s: %s", error->message, text);
  if (message->type == HOST_MESSAGE_WELCOME)
    take_welcome(host, &message->welcome);
  else if (message->type == HOST_MESSAGE_TIME)
    learn_time(host, message->time.broker_time_ms);
  else if (message->type == HOST_MESSAGE_COMMAND)
    judge(host, &message->command);
  return TRUE;
}

/* --- the link --- */

static void
clear_queue(GQueue *queue)
{
  g_queue_clear_full(queue, g_free);
}

void
simulated_host_cut(SimulatedHost *host, gboolean broker_notices)
{
  Broker *broker = host->broker;
  if (broker == NULL)
    return;
  host->broker = NULL;
  clear_queue(&host->to_host);
  clear_queue(&host->to_broker);
  note(host, EVENT_LINK_DOWN, NULL, NULL);
  if (!broker_notices || broker->services == NULL)
    return;
  g_autoptr(GError) error = NULL;
  if (!host_events_silent(broker->services, host->name, host->term, &error))
    world_note(host->world, (Event){.kind = EVENT_FAULT, .host = host->name, .text = "silence not stored"});
  world_after(host->world, broker);
}

static char *
build_hello(SimulatedHost *host)
{
  guint count = host->machines->len, consoles = 0;
  g_autofree HostDesktop *desktops = g_new0(HostDesktop, count + 1);
  g_autofree HostConsole *open = g_new0(HostConsole, count + 1);
  g_autofree char *boot_id = g_strdup_printf("boot-%u", host->boots);
  for (guint i = 0; i < count; i++) {
    const Machine *machine = g_ptr_array_index(host->machines, i);
    machine_describe(machine, &desktops[i]);
    if (machine->console != NULL)
      open[consoles++] = (HostConsole){.session = machine->console,
                                       .desktop = machine->record->id,
                                       .client = "198.51.100.7",
                                       .viewer = "native",
                                       .state = HOST_CONSOLE_CONNECTED};
  }
  HostImage image = {.name = WORLD_POOL, .hash = "abc", .size_mib = 900, .state = HOST_IMAGE_PRESENT};
  HostMessage message = {.type = HOST_MESSAGE_HELLO,
                         .hello = {.versions = 1u << HOST_MESSAGE_VERSION,
                                   .host = host->name,
                                   .boot_id = boot_id,
                                   .agent_version = "0.1.0",
                                   .accelerator = HOST_ACCELERATOR_KVM,
                                   .accelerator_reason = "simulated",
                                   .capacity = {64, 131072, 131072, 100000},
                                   .relay = {"192.0.2.10", 8444},
                                   .images = &image,
                                   .image_count = 1,
                                   .desktops = desktops,
                                   .desktop_count = count,
                                   .consoles = open,
                                   .console_count = consoles}};
  return host_message_build(&message);
}

static void
push_welcome(SimulatedHost *host, const Broker *broker, const GPtrArray *known)
{
  g_autofree HostDesktopRef *desktops = g_new0(HostDesktopRef, known->len + 1);
  for (guint i = 0; i < known->len; i++) {
    const Desktop *desktop = g_ptr_array_index(known, i);
    desktops[i] = (HostDesktopRef){desktop->id, desktop->epoch};
  }
  HostMessage message = {.type = HOST_MESSAGE_WELCOME,
                         .welcome = {.version = HOST_MESSAGE_VERSION,
                                     .installation = services_installation(broker->services),
                                     .term = host->term,
                                     .broker_time_ms = host->world->clock.wall_us / 1000,
                                     .heartbeat_ms = 5000,
                                     .desktops = desktops,
                                     .desktop_count = known->len}};
  g_queue_push_tail(&host->to_host, host_message_build(&message));
}

/* A dial replaces a link that the broker still believes in, as the newest does in the hub. */
gboolean
simulated_host_dial(SimulatedHost *host, Broker *broker)
{
  clear_queue(&host->to_host);
  clear_queue(&host->to_broker);
  host->broker = NULL;
  g_autofree char *text = build_hello(host);
  g_autoptr(GError) error = NULL;
  g_autoptr(HostMessage) hello = host_message_parse(text, strlen(text), &error);
  g_assert_no_error(error);
  g_autoptr(HostGreeting) greeting = host_events_hello(broker->services, host->name, &hello->hello, &error);
  gboolean welcome = greeting != NULL && !database_faults_is_dead();
  if (welcome) {
    host->broker = broker;
    host->term = greeting->term;
    push_welcome(host, broker, greeting->desktops);
    note(host, EVENT_LINK_UP, NULL, NULL);
    welcome = host_events_welcomed(broker->services, host->name, host->term, &error);
  }
  world_after(host->world, broker);
  return welcome && host->broker != NULL;
}

void
simulated_host_drop_link(SimulatedHost *host, const Broker *broker, gint64 term)
{
  if (host->broker == broker && host->term <= term)
    simulated_host_cut(host, FALSE);
}

gboolean
simulated_host_deliver(SimulatedHost *host, const char *text)
{
  g_queue_push_tail(&host->to_host, command_text_with_term(text, host->term));
  return TRUE;
}

static gboolean
take_event(Services *services, const SimulatedHost *host, const HostMessage *message, GError **error)
{
  switch (message->type) {
  case HOST_MESSAGE_HEARTBEAT:
    return host_events_heartbeat(services, host->name, host->term, &message->heartbeat.capacity, error);
  case HOST_MESSAGE_RESULT:
    return host_events_result(services, host->name, host->term, &message->result, error);
  case HOST_MESSAGE_DESKTOP:
    return host_events_desktop(services, host->name, host->term, &message->desktop, error);
  case HOST_MESSAGE_DESKTOP_GONE:
    return host_events_desktop_gone(services, host->name, host->term, &message->desktop_gone, error);
  case HOST_MESSAGE_CONSOLE:
    return host_events_console(services, host->name, host->term, &message->console, error);
  default:
    g_assert_not_reached();
  }
}

/* As the hub: after a failure to store an event the host has to dial once more. */
gboolean
simulated_host_be_heard(SimulatedHost *host)
{
  g_autofree char *text = g_queue_pop_head(&host->to_broker);
  if (text == NULL)
    return FALSE;
  Broker *broker = host->broker;
  g_autoptr(GError) error = NULL;
  g_autoptr(HostMessage) message = host_message_parse(text, strlen(text), &error);
  if (message == NULL)
    g_error("a host's message cannot be read: %s: %s", error->message, text);
  if (message->type == HOST_MESSAGE_HEARTBEAT) {
    HostMessage time = {.type = HOST_MESSAGE_TIME,
                        .time = {.broker_time_ms = host->world->clock.wall_us / 1000}};
    g_queue_push_tail(&host->to_host, host_message_build(&time));
  }
  gboolean taken = take_event(broker->services, host, message, &error);
  world_after(host->world, broker);
  if (!taken && host->broker != NULL &&
      (g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE) ||
       g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_NO_SPACE)))
    simulated_host_cut(host, TRUE);
  return TRUE;
}

gboolean
simulated_host_heartbeat(SimulatedHost *host)
{
  HostMessage message = {.type = HOST_MESSAGE_HEARTBEAT,
                         .heartbeat = {.capacity = {64, 131072, 131072, 100000}}};
  say(host, &message);
  return host->broker != NULL;
}

/* --- what happens by itself --- */

static Machine *
pick(SimulatedHost *host, gboolean running)
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
  close_console(host, machine);
  note(host, EVENT_MACHINE_STOPPED, machine->record->id, "failed");
  gint64 command = machine->command;
  machine_fail(machine, code, detail);
  say_machine(host, machine);
  if (command != 0)
    answer(host, command, code, detail);
}

gboolean
simulated_host_progress(SimulatedHost *host)
{
  Machine *machine = pick(host, FALSE);
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
  Machine *machine = pick(host, TRUE);
  if (machine == NULL)
    return FALSE;
  fail(host, machine, "hypervisor-failed", "QEMU ended.");
  return TRUE;
}

gboolean
simulated_host_sign_out(SimulatedHost *host)
{
  Machine *machine = pick(host, TRUE);
  if (machine == NULL || !machine->signed_in)
    return FALSE;
  machine->signed_in = FALSE;
  note(host, EVENT_SIGNED_OUT, machine->record->id, NULL);
  say_machine(host, machine);
  return TRUE;
}

void
simulated_host_kill_agent(SimulatedHost *host)
{
  world_note(host->world, (Event){.kind = EVENT_FAULT, .host = host->name, .text = "agent killed"});
  simulated_host_cut(host, chance_of(70));
  for (guint i = 0; i < host->machines->len; i++)
    ((Machine *)g_ptr_array_index(host->machines, i))->command = 0;
}

void
simulated_host_reboot(SimulatedHost *host)
{
  world_note(host->world, (Event){.kind = EVENT_FAULT, .host = host->name, .text = "rebooted"});
  simulated_host_cut(host, chance_of(70));
  host->boots++;
  gboolean keeps_records = chance_of(50);
  for (guint i = 0; i < host->machines->len; i++) {
    Machine *machine = g_ptr_array_index(host->machines, i);
    note(host, EVENT_MACHINE_STOPPED, machine->record->id, "host");
    g_clear_pointer(&machine->console, g_free);
    machine_fail(machine, "host-gone", "Its host was restarted.");
  }
  if (!keeps_records)
    g_ptr_array_set_size(host->machines, 0);
}

gboolean
simulated_host_resurrect(SimulatedHost *host)
{
  if (host->destroyed->len == 0 || host->broker != NULL)
    return FALSE;
  Machine *machine = g_ptr_array_steal_index(host->destroyed, chance_below(host->destroyed->len));
  machine_revive(machine);
  g_ptr_array_add(host->machines, machine);
  world_note(host->world, (Event){.kind = EVENT_FAULT,
                                  .host = host->name,
                                  .desktop = machine->record->id,
                                  .text = "destroyed machine runs again"});
  note(host, EVENT_MACHINE_STARTED, machine->record->id, "again");
  return TRUE;
}

/* --- consoles --- */

/* What the relay and the agent look at, in their order. */
static const char *
refusal(SimulatedHost *host, const Machine *machine, const Grant *grant)
{
  gint64 now_s = (clock_boottime_us(&host->world->clock.clock) + host->broker_ahead_us) / G_USEC_PER_SEC;
  if (g_hash_table_contains(host->spent, grant->id))
    return "grant-already-used";
  if (grant_is_expired(grant, now_s))
    return "grant-expired";
  if (machine == NULL || !machine_is_ready(machine))
    return "host-gone";
  return epoch_compare(grant->epoch, machine->record->epoch) < 0 ? "grant-superseded" : NULL;
}

void
simulated_host_admit(SimulatedHost *host, const Grant *grant)
{
  Machine *machine = find(host->machines, grant->desktop);
  const char *code = refusal(host, machine, grant);
  world_note(host->world, (Event){.kind = code == NULL ? EVENT_CONSOLE : EVENT_CONSOLE_REFUSED,
                                  .user = grant->user,
                                  .key = grant->id,
                                  .session = grant->session,
                                  .desktop = grant->desktop,
                                  .host = host->name,
                                  .text = code,
                                  .epoch = grant->epoch,
                                  .number = host->told_time_us});
  if (code != NULL)
    return;
  g_hash_table_add(host->spent, g_strdup(grant->id));
  machine->record->epoch = grant->epoch;
  close_console(host, machine);
  machine->console = g_strdup(grant->session);
  say_console(host, machine, TRUE);
}

gboolean
simulated_host_close_console(SimulatedHost *host)
{
  Machine *machine = pick(host, TRUE);
  if (machine == NULL || machine->console == NULL)
    return FALSE;
  close_console(host, machine);
  return TRUE;
}

/* --- looking at it --- */

gboolean
simulated_host_is_ready(const SimulatedHost *host, const char *desktop)
{
  const Machine *machine = find(host->machines, desktop);
  return machine != NULL && machine_is_ready(machine);
}

void
simulated_host_report_machines(SimulatedHost *host)
{
  for (guint i = 0; i < host->machines->len; i++)
    note(host, EVENT_FINAL_MACHINE, ((Machine *)g_ptr_array_index(host->machines, i))->record->id, NULL);
}

gboolean
simulated_host_is_quiet(const SimulatedHost *host)
{
  for (guint i = 0; i < host->machines->len; i++)
    if (machine_is_at_work(g_ptr_array_index(host->machines, i)))
      return FALSE;
  return g_queue_is_empty((GQueue *)&host->to_host) && g_queue_is_empty((GQueue *)&host->to_broker);
}

void
simulated_host_free(SimulatedHost *host)
{
  if (host == NULL)
    return;
  clear_queue(&host->to_host);
  clear_queue(&host->to_broker);
  g_ptr_array_unref(host->machines);
  g_ptr_array_unref(host->destroyed);
  g_hash_table_unref(host->spent);
  g_free(host->name);
  g_free(host);
}
