/* SPDX-License-Identifier: Apache-2.0 */
#include "host/desktops.h"

#include "common/base/error.h"
#include "common/base/log.h"
#include "host/desktop_commands.h"
#include "host/plan/capacity.h"
#include "host/plan/command.h"
#include "host/recovery.h"
#include "host/tombstones.h"

#define TICK_MS          5000
#define TICKS_PER_LOOK   12 /* the safety net behind events: once a minute */
#define RETRY_MS         5000
#define BOOT_LIMIT_MS    (10 * 60 * 1000)
#define RESTART_LIMIT_MS 30000

struct Desktops {
  DesktopOwner owner;
  const char *installation;
  const DesktopsListener *listener;
  gpointer user_data;
  GHashTable *by_id; /* id -> Desktop */
  Tombstones *tombstones;
  Recovery *recovery; /* of the first look, for what is not ours */
  GError *recovery_error;
  gboolean is_looking;
  guint tick_source, retry_source, ticks;
};

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
  log_write(LOG_LEVEL_INFO, LOG_FIELDS(.desktop = record->id), "desktop %s is gone", record->name);
  tombstones_add(desktops->tombstones, record);
  desktops->listener->gone(record->id, record->epoch, "destroyed", desktops->user_data);
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
      .changed = on_changed,
      .gone = on_gone,
      .user_data = desktops,
  };
  desktops->installation = installation;
  desktops->listener = listener;
  desktops->user_data = user_data;
  desktops->by_id = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)desktop_free);
  desktops->tombstones = tombstones_new();
  return desktops;
}

static void
recover_one(Desktops *desktops, RecoveredDesktop *found)
{
  if (found->record->stage == DESKTOP_STAGE_DESTROYED) {
    tombstones_add(desktops->tombstones, found->record);
    return;
  }
  if (found->reason != NULL)
    log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.desktop = found->record->id), "desktop %s: %s",
              found->record->name, found->reason);
  if (found->action == RECONCILE_FAIL)
    desktop_record_set_stage(found->record, DESKTOP_STAGE_FAILED, error_code_name(CARAWAY_ERROR_HYPERVISOR),
                             "Its virtual machine ended while the host's agent was stopped.");
  Desktop *desktop = desktop_new(&desktops->owner, g_steal_pointer(&found->record));
  g_hash_table_insert(desktops->by_id, g_strdup(desktop_record(desktop)->id), desktop);
  switch (found->action) {
  case RECONCILE_ADOPT:
    desktop_adopt(desktop);
    break;
  case RECONCILE_CREATE_AGAIN:
    desktop_push(desktop, DESKTOP_JOB_CREATE_AGAIN, NULL, NULL);
    break;
  case RECONCILE_DESTROY:
    desktop_push(desktop, DESKTOP_JOB_DESTROY, NULL, NULL);
    break;
  case RECONCILE_FAIL:
    desktop_push(desktop, DESKTOP_JOB_SAVE, NULL, NULL);
    break;
  default:
    break;
  }
}

static void
on_recovery_run(gpointer data)
{
  Desktops *desktops = data;
  desktops->recovery =
      recovery_run(desktops->owner.context, desktops->installation, &desktops->recovery_error);
}

static gboolean
on_retry(gpointer data)
{
  Desktops *desktops = data;
  desktops->retry_source = 0;
  desktops_recover(desktops);
  return G_SOURCE_REMOVE;
}

static void
on_recovery_done(gpointer data)
{
  Desktops *desktops = data;
  if (desktops->recovery == NULL) {
    log_error("looking at the virtual machines: %s; trying again", desktops->recovery_error->message);
    g_clear_error(&desktops->recovery_error);
    desktops->retry_source = g_timeout_add(RETRY_MS, on_retry, desktops);
    return;
  }
  for (guint i = 0; i < desktops->recovery->desktops->len; i++)
    recover_one(desktops, desktops->recovery->desktops->pdata[i]);
  desktops->tick_source = g_timeout_add(TICK_MS, on_tick, desktops);
  desktops->listener->recovered(desktops->user_data);
}

void
desktops_recover(Desktops *desktops)
{
  workers_push(desktops->owner.workers, on_recovery_run, on_recovery_done, desktops);
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
is_listed(const GPtrArray *domains, const char *id)
{
  for (guint i = 0; i < domains->len; i++)
    if (g_str_equal(((const HypervisorDomain *)domains->pdata[i])->id, id))
      return TRUE;
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
    if (!is_listed(look->domains, desktop_record(item->data)->id))
      desktop_note_missing(item->data);
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

static gint64
promised_memory_mib(const Desktops *desktops)
{
  gint64 sum = 0;
  GHashTableIter iter;
  gpointer desktop;
  g_hash_table_iter_init(&iter, desktops->by_id);
  while (g_hash_table_iter_next(&iter, NULL, &desktop))
    if (desktop_record(desktop)->stage != DESKTOP_STAGE_FAILED)
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

static void
make_desktop(Desktops *desktops, const HostCommand *command, DesktopDone done, gpointer user_data)
{
  CapacityFacts facts;
  g_autoptr(GError) error = NULL;
  gather_facts(desktops, &facts);
  if (!capacity_admits(&facts, command->memory_mib, &error)) {
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
  if (desktop == NULL)
    make_desktop(desktops, command, done, user_data);
  else
    desktop_commands_run(desktop, command, done, user_data);
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
  if (desktop != NULL)
    desktop_ask_guest(desktop, &message, on_unlocked, NULL);
}

void
desktops_match(Desktops *desktops, const HostDesktopRef *wanted, guint count)
{
  g_autoptr(GPtrArray) records = g_ptr_array_new();
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, desktops->by_id);
  while (g_hash_table_iter_next(&iter, NULL, &value))
    g_ptr_array_add(records, (gpointer)desktop_record(value));
  g_autoptr(GPtrArray) orphans =
      reconcile_orphans((const DesktopRecord *const *)records->pdata, records->len, wanted, count);
  for (guint i = 0; i < orphans->len; i++) {
    Desktop *orphan = g_hash_table_lookup(desktops->by_id, orphans->pdata[i]);
    log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.desktop = desktop_record(orphan)->id),
              "the broker does not know desktop %s; removing it", desktop_record(orphan)->name);
    desktop_push(orphan, DESKTOP_JOB_DESTROY, NULL, NULL);
  }
  for (guint i = 0; i < count; i++) {
    Desktop *desktop = g_hash_table_lookup(desktops->by_id, wanted[i].id);
    if (desktop != NULL && epoch_compare(wanted[i].epoch, desktop_record(desktop)->epoch) > 0)
      desktop_raise_epoch(desktop, wanted[i].epoch, NULL, NULL);
  }
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

GArray *
desktops_quarantined(const Desktops *desktops)
{
  GArray *values = g_array_new(FALSE, TRUE, sizeof(HostQuarantined));
  for (guint i = 0; desktops->recovery != NULL && i < desktops->recovery->quarantined->len; i++) {
    HostQuarantined value = {desktops->recovery->quarantined->pdata[i],
                             desktops->recovery->reasons->pdata[i]};
    g_array_append_val(values, value);
  }
  return values;
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
  recovery_free(desktops->recovery);
  g_clear_error(&desktops->recovery_error);
  g_free(desktops);
}
