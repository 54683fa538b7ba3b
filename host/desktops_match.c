/* SPDX-License-Identifier: Apache-2.0 */
/* What a welcome says of the desktops here, and what is kept aside because none names it. */
#include "common/base/log.h"
#include "host/desktops_parts.h"
#include "host/plan/reconcile.h"

#define SHORT_ID 8

static void
quarantine(Desktops *desktops, Desktop *desktop, gboolean is_quarantined)
{
  const DesktopRecord *record = desktop_record(desktop);
  log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.desktop = record->id), "dedicated desktop %s: %s", record->name,
            is_quarantined ? "the broker does not know it; it is switched off and kept"
                           : "the broker knows it again");
  desktop_set_quarantined(desktop, is_quarantined);
}

/* Whether what is kept aside changed. */
static gboolean
match_one(Desktops *desktops, Desktop *desktop, const HostDesktopRef *wanted)
{
  const DesktopRecord *record = desktop_record(desktop);
  ReconcileWelcome step = reconcile_welcome(record, wanted != NULL);
  switch (step) {
  case RECONCILE_REMOVE:
    log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.desktop = record->id),
              "the broker does not know desktop %s; removing it", record->name);
    desktop_push(desktop, DESKTOP_JOB_DESTROY, NULL, NULL);
    return FALSE;
  case RECONCILE_RELEASE:
    log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.desktop = record->id),
              "the broker does not know the adopted machine %s; releasing it", record->name);
    desktop_push(desktop, DESKTOP_JOB_RELEASE, NULL, NULL);
    return FALSE;
  case RECONCILE_QUARANTINE:
  case RECONCILE_BRING_BACK:
    quarantine(desktops, desktop, step == RECONCILE_QUARANTINE);
    break;
  case RECONCILE_LEAVE:
    break;
  }
  if (wanted != NULL && epoch_compare(wanted->epoch, record->epoch) > 0)
    desktop_raise_epoch(desktop, wanted->epoch, NULL, NULL);
  return step != RECONCILE_LEAVE;
}

void
desktops_match(Desktops *desktops, const HostDesktopRef *wanted, guint count)
{
  g_autoptr(GHashTable) refs = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < count; i++)
    g_hash_table_insert(refs, (gpointer)wanted[i].id, (gpointer)&wanted[i]);
  gboolean has_changed = FALSE;
  g_autoptr(GList) all = g_hash_table_get_values(desktops->by_id);
  for (GList *item = all; item != NULL; item = item->next)
    if (match_one(desktops, item->data, g_hash_table_lookup(refs, desktop_record(item->data)->id)))
      has_changed = TRUE;
  if (has_changed)
    desktops->listener->quarantined(desktops->user_data);
}

static const char *
keep_text(Desktops *desktops, char *text)
{
  g_ptr_array_add(desktops->quarantine_texts, text);
  return text;
}

static void
add_desktop(Desktops *desktops, GArray *values, const DesktopRecord *record)
{
  const HostQuarantined value = {
      keep_text(desktops, g_strdup_printf("%s (%.*s)", record->name, SHORT_ID, record->id)),
      keep_text(desktops, g_strdup_printf("The broker does not know this dedicated desktop of pool %s. It is "
                                          "switched off and kept, and comes back when the broker knows it "
                                          "again.",
                                          record->pool))};
  g_array_append_val(values, value);
}

GArray *
desktops_quarantined(Desktops *desktops)
{
  GArray *values = g_array_new(FALSE, TRUE, sizeof(HostQuarantined));
  g_ptr_array_set_size(desktops->quarantine_texts, 0);
  for (guint i = 0; desktops->recovery != NULL && i < desktops->recovery->quarantined->len; i++) {
    HostQuarantined value = {desktops->recovery->quarantined->pdata[i],
                             desktops->recovery->reasons->pdata[i]};
    g_array_append_val(values, value);
  }
  GHashTableIter iter;
  gpointer desktop;
  g_hash_table_iter_init(&iter, desktops->by_id);
  while (g_hash_table_iter_next(&iter, NULL, &desktop))
    if (desktop_record(desktop)->is_quarantined)
      add_desktop(desktops, values, desktop_record(desktop));
  return values;
}
