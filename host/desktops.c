/* SPDX-License-Identifier: Apache-2.0 */
#include "host/desktops_parts.h"

#include "common/base/error.h"
#include "common/base/log.h"
#include "host/desktop_commands.h"
#include "host/plan/capacity.h"
#include "host/plan/command.h"

#define TICK_MS          5000
#define TICKS_PER_LOOK   12 /* the safety net behind events: once a minute */
#define BOOT_LIMIT_MS    (10 * 60 * 1000)
#define RESTART_LIMIT_MS 30000

static void
on_changed(Desktop *desktop, gpointer user_data)
{
  Desktops *desktops = user_data;
  HostDesktop description;
  desktop_describe(desktop, &description);
  desktops->listener->changed(&description, desktops->user_data);
}

static void
on_gone(Desktop *desktop, gpointer user_data)
{
  Desktops *desktops = user_data;
  const DesktopRecord *record = desktop_record(desktop);
  gboolean is_adopted = record->kind == HOST_KIND_ADOPTED;
  log_write(LOG_LEVEL_INFO, LOG_FIELDS(.desktop = record->id), "desktop %s is %s", record->name,
            is_adopted ? "released" : "gone");
  if (!is_adopted) /* the id of a machine that is not ours may come again */
    tombstones_add(desktops->tombstones, record);
  desktops->listener->gone(record->id, record->epoch, is_adopted ? "released" : "destroyed",
                           desktops->user_data);
  g_hash_table_remove(desktops->by_id, record->id);
}

static void
for_each(const Desktops *desktops, void (*each)(Desktop *desktop))
{
  g_autoptr(GList) all = g_hash_table_get_values(desktops->by_id);
  for (GList *item = all; item != NULL; item = item->next)
    each(item->data);
}

static void look_again(Desktops *desktops);

static gboolean
on_tick(gpointer data)
{
  Desktops *desktops = data;
  for_each(desktops, desktop_tick);
  if (++desktops->ticks % TICKS_PER_LOOK == 0)
    look_again(desktops);
  return G_SOURCE_CONTINUE;
}

void
desktops_start_ticking(Desktops *desktops)
{
  desktops->tick_source = g_timeout_add(TICK_MS, on_tick, desktops);
}

Desktops *
desktops_new(JobContext *context, Workers *workers, const Clock *clock, const char *installation,
             const DesktopsListener *listener, gpointer user_data)
{
  Desktops *desktops = g_new0(Desktops, 1);
  desktops->owner = (DesktopOwner){
      .context = context,
      .workers = workers,
      .clock = clock,
      .expected_boot_ms = BOOT_DEFAULT_MS,
      .boot_limit_ms = BOOT_LIMIT_MS,
      .restart_limit_ms = RESTART_LIMIT_MS,
      .stop_limit_ms = context->settings->shutdown_limit_s * 1000,
      .changed = on_changed,
      .gone = on_gone,
      .user_data = desktops,
  };
  desktops->installation = installation;
  desktops->listener = listener;
  desktops->user_data = user_data;
  desktops->by_id = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)desktop_free);
  desktops->tombstones = tombstones_new();
  desktops->quarantine_texts = g_ptr_array_new_with_free_func(g_free);
  return desktops;
}

/* A look that finds a domain gone whose end nobody reported. */
typedef struct {
  Desktops *desktops;
  GPtrArray *domains;
} Look;

static void
on_look_run(gpointer data)
{
  Look *look = data;
  look->domains = hypervisor_list(look->desktops->owner.context->hypervisor, NULL);
}

static gboolean
is_running(const GPtrArray *domains, const char *id)
{
  for (guint i = 0; i < domains->len; i++)
    if (g_str_equal(((const HypervisorDomain *)domains->pdata[i])->id, id))
      return ((const HypervisorDomain *)domains->pdata[i])->is_running;
  return FALSE;
}

static void
on_look_done(gpointer data)
{
  g_autofree Look *look = data;
  look->desktops->is_looking = FALSE;
  if (look->domains == NULL)
    return;
  g_autoptr(GList) all = g_hash_table_get_values(look->desktops->by_id);
  for (GList *item = all; item != NULL; item = item->next)
    desktop_note_seen(item->data, is_running(look->domains, desktop_record(item->data)->id));
  g_ptr_array_unref(look->domains);
}

/* Only while nothing is being made or ended: a list that is older than a start would call it missing. */
static void
look_again(Desktops *desktops)
{
  if (desktops->is_looking || workers_load(desktops->owner.workers) > 0)
    return;
  desktops->is_looking = TRUE;
  Look *look = g_new0(Look, 1);
  look->desktops = desktops;
  workers_push(desktops->owner.workers, on_look_run, on_look_done, look);
}

gboolean
desktops_are_heard(const Desktops *desktops)
{
  GHashTableIter iter;
  gpointer desktop;
  g_hash_table_iter_init(&iter, desktops->by_id);
  while (g_hash_table_iter_next(&iter, NULL, &desktop))
    if (desktop_is_unheard(desktop))
      return FALSE;
  return TRUE;
}

const DesktopRecord *
desktops_record(const Desktops *desktops, const char *id)
{
  const Desktop *desktop = g_hash_table_lookup(desktops->by_id, id);
  return desktop != NULL ? desktop_record(desktop) : NULL;
}

static gboolean
takes_memory(const DesktopRecord *record)
{
  return record->stage != DESKTOP_STAGE_FAILED && record->stage != DESKTOP_STAGE_OFF;
}

static gint64
promised_memory_mib(const Desktops *desktops)
{
  gint64 sum = desktops->foreign_memory_mib;
  GHashTableIter iter;
  gpointer desktop;
  g_hash_table_iter_init(&iter, desktops->by_id);
  while (g_hash_table_iter_next(&iter, NULL, &desktop))
    if (takes_memory(desktop_record(desktop)))
      sum += desktop_record(desktop)->memory_mib;
  return sum;
}

static void
gather_facts(const Desktops *desktops, CapacityFacts *ret_facts)
{
  const HostSettings *settings = desktops->owner.context->settings;
  CapacityFacts facts = {
      .host = settings->name,
      .promised_memory_mib = promised_memory_mib(desktops),
      .reserved_memory_mib = settings->reserved_memory_mib,
      .reserved_disk_mib = settings->reserved_disk_mib,
  };
  hypervisor_measure(desktops->owner.context->hypervisor, settings->state_directory, &facts.machine);
  *ret_facts = facts;
}

void
desktops_note_foreign_memory(Desktops *desktops, gint64 memory_mib)
{
  desktops->foreign_memory_mib = memory_mib;
}

void
desktops_capacity(const Desktops *desktops, HostCapacity *ret_capacity)
{
  CapacityFacts facts;
  gather_facts(desktops, &facts);
  facts.machine.memory_free_mib = capacity_free_memory_mib(&facts);
  *ret_capacity = facts.machine;
}

static void
refuse(DesktopDone done, gpointer user_data, const GError *error)
{
  log_info("a command is refused: %s", error->message);
  done(error, user_data);
}

static gint64
disk_mib(const HostCommand *command)
{
  gint64 sum = 0;
  for (guint i = 0; i < command->disk_count; i++)
    sum += command->disks[i].size_mib;
  return sum;
}

/* One that is off was promised no memory. */
static gboolean
has_memory(const Desktops *desktops, const HostCommand *command, const DesktopRecord *record, GError **error)
{
  gboolean starts = command->kind == HOST_COMMAND_START || command->kind == HOST_COMMAND_RESTART ||
                    command->kind == HOST_COMMAND_RESET;
  if (!starts || record->stage != DESKTOP_STAGE_OFF)
    return TRUE;
  CapacityFacts facts;
  gather_facts(desktops, &facts);
  return capacity_admits_start(&facts, record->memory_mib, error);
}

static void
adopt_machine(Desktops *desktops, const HostCommand *command, DesktopDone done, gpointer user_data)
{
  Desktop *desktop = desktop_new(&desktops->owner, desktop_record_new(desktops->installation, command));
  g_hash_table_insert(desktops->by_id, g_strdup(command->desktop), desktop);
  desktop_push(desktop, DESKTOP_JOB_ADOPT, done, user_data);
}

static void
make_desktop(Desktops *desktops, const HostCommand *command, DesktopDone done, gpointer user_data)
{
  CapacityFacts facts;
  g_autoptr(GError) error = NULL;
  gather_facts(desktops, &facts);
  if (!capacity_admits(&facts, command->memory_mib, disk_mib(command), &error)) {
    refuse(done, user_data, error);
    return;
  }
  Desktop *desktop = desktop_new(&desktops->owner, desktop_record_new(desktops->installation, command));
  g_hash_table_insert(desktops->by_id, g_strdup(command->desktop), desktop);
  on_changed(desktop, desktops);
  desktop_push(desktop, DESKTOP_JOB_CREATE, done, user_data);
}

void
desktops_command(Desktops *desktops, const HostCommand *command, gint64 highest_term, DesktopDone done,
                 gpointer user_data)
{
  Desktop *desktop = g_hash_table_lookup(desktops->by_id, command->desktop);
  const DesktopRecord *record =
      desktop != NULL ? desktop_record(desktop) : tombstones_find(desktops->tombstones, command->desktop);
  g_autoptr(GError) error = NULL;
  switch (command_judge(command, highest_term, record, &error)) {
  case COMMAND_REFUSE:
    refuse(done, user_data, error);
    return;
  case COMMAND_DONE:
    done(NULL, user_data);
    return;
  case COMMAND_DO:
    break;
  }
  if (desktop == NULL && command->kind == HOST_COMMAND_ADOPT)
    adopt_machine(desktops, command, done, user_data);
  else if (desktop == NULL)
    make_desktop(desktops, command, done, user_data);
  else if (has_memory(desktops, command, record, &error))
    desktop_commands_run(desktop, command, done, user_data);
  else
    refuse(done, user_data, error);
}

static void
on_unlocked(const GError *error, gpointer user_data)
{
  if (error != NULL)
    log_warning("a desktop whose console was opened is not unlocked: %s", error->message);
}

/* Asked without looking whether it is locked: a lock that was asked for just before may not show yet. */
void
desktops_unlock(Desktops *desktops, const char *id)
{
  static const GuestMessage message = {.type = GUEST_MESSAGE_UNLOCK};
  Desktop *desktop = g_hash_table_lookup(desktops->by_id, id);
  if (desktop != NULL && desktop_record(desktop)->kind != HOST_KIND_ADOPTED)
    desktop_ask_guest(desktop, &message, on_unlocked, NULL);
}

GArray *
desktops_describe(const Desktops *desktops)
{
  GArray *descriptions = g_array_new(FALSE, TRUE, sizeof(HostDesktop));
  GHashTableIter iter;
  gpointer desktop;
  g_hash_table_iter_init(&iter, desktops->by_id);
  while (g_hash_table_iter_next(&iter, NULL, &desktop)) {
    HostDesktop description;
    desktop_describe(desktop, &description);
    g_array_append_val(descriptions, description);
  }
  return descriptions;
}

void
desktops_take_event(Desktops *desktops, const char *id, HypervisorEvent event)
{
  Desktop *desktop = id != NULL ? g_hash_table_lookup(desktops->by_id, id) : NULL;
  if (desktop != NULL)
    desktop_take_event(desktop, event);
}

void
desktops_free(Desktops *desktops)
{
  if (desktops == NULL)
    return;
  if (desktops->tick_source != 0)
    g_source_remove(desktops->tick_source);
  if (desktops->retry_source != 0)
    g_source_remove(desktops->retry_source);
  g_hash_table_unref(desktops->by_id);
  tombstones_free(desktops->tombstones);
  g_ptr_array_unref(desktops->quarantine_texts);
  recovery_free(desktops->recovery);
  g_clear_error(&desktops->recovery_error);
  g_free(desktops);
}
