/* SPDX-License-Identifier: Apache-2.0 */
#include "host/foreign_list.h"

#include "common/base/log.h"
#include "common/wire/host_message.h"

#include <string.h>

#define LOOK_S   60 /* the safety net behind events */
#define SOON_MS  200
#define MAX_NAME 128

struct ForeignList {
  ForeignListParts parts;
  GPtrArray *domains; /* of HypervisorDomain, by name */
  GPtrArray *problems;
  char *text; /* what was told of them, to tell whether it changed */
  guint tick_source, soon_source;
  gboolean is_looking, is_due;
};

typedef struct {
  ForeignList *list;
  GPtrArray *domains;
} Look;

char *
foreign_list_problem(const HypervisorDomain *domain, const char *installation)
{
  if (g_strcmp0(domain->installation, installation) == 0)
    return g_strdup("It is a desktop of this installation already.");
  if (domain->installation != NULL)
    return g_strdup("It belongs to another installation of Caraway.");
  if (strlen(domain->name) > MAX_NAME)
    return g_strdup("Its name is longer than 128 bytes; rename it.");
  return g_strdup(domain->display_problem);
}

static void start_look(ForeignList *list);

static int
by_name(gconstpointer a, gconstpointer b)
{
  const HypervisorDomain *first = *(const HypervisorDomain *const *)a;
  const HypervisorDomain *second = *(const HypervisorDomain *const *)b;
  int order = strcmp(first->name, second->name);
  return order != 0 ? order : strcmp(first->id, second->id);
}

/* Keeps those of @domains that are nobody's, as many as are told. */
static void
take(ForeignList *list, GPtrArray *domains)
{
  g_ptr_array_set_size(list->domains, 0);
  g_ptr_array_set_size(list->problems, 0);
  g_ptr_array_sort(domains, by_name);
  for (guint i = 0; i < domains->len && list->domains->len < HOST_MESSAGE_MAX_FOREIGN; i++) {
    const HypervisorDomain *domain = domains->pdata[i];
    if (g_strcmp0(domain->installation, list->parts.installation) == 0 ||
        list->parts.is_ours(domain->id, list->parts.user_data))
      continue;
    g_ptr_array_add(list->domains, hypervisor_domain_copy(domain));
    g_ptr_array_add(list->problems, foreign_list_problem(domain, list->parts.installation));
  }
}

static char *
text_of(const ForeignList *list)
{
  g_autoptr(GArray) values = foreign_list_describe(list);
  const HostMessage message = {
      .type = HOST_MESSAGE_FOREIGN,
      .foreign = {.domains = (HostForeign *)(void *)values->data, .domain_count = values->len}};
  return host_message_build(&message);
}

static void
on_look_run(gpointer data)
{
  Look *look = data;
  g_autoptr(GError) error = NULL;
  look->domains = hypervisor_list(look->list->parts.hypervisor, &error);
  if (look->domains == NULL)
    log_warning("looking at what else is on this host: %s", error->message);
}

static void
on_look_done(gpointer data)
{
  g_autofree Look *look = data;
  ForeignList *list = look->list;
  list->is_looking = FALSE;
  if (look->domains != NULL) {
    take(list, look->domains);
    g_ptr_array_unref(look->domains);
    g_autofree char *text = text_of(list);
    gboolean has_changed = g_strcmp0(text, list->text) != 0;
    g_free(list->text);
    list->text = g_steal_pointer(&text);
    if (has_changed)
      list->parts.changed(list->parts.user_data);
  }
  if (list->is_due)
    start_look(list);
}

static void
start_look(ForeignList *list)
{
  list->is_due = list->is_looking;
  if (list->is_looking)
    return;
  list->is_looking = TRUE;
  Look *look = g_new0(Look, 1);
  look->list = list;
  workers_push(list->parts.workers, on_look_run, on_look_done, look);
}

static gboolean
on_tick(gpointer data)
{
  start_look(data);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_soon(gpointer data)
{
  ForeignList *list = data;
  list->soon_source = 0;
  start_look(list);
  return G_SOURCE_REMOVE;
}

ForeignList *
foreign_list_new(const ForeignListParts *parts)
{
  ForeignList *list = g_new0(ForeignList, 1);
  list->parts = *parts;
  list->domains = g_ptr_array_new_with_free_func((GDestroyNotify)hypervisor_domain_free);
  list->problems = g_ptr_array_new_with_free_func(g_free);
  list->text = text_of(list);
  list->tick_source = g_timeout_add_seconds(LOOK_S, on_tick, list);
  start_look(list);
  return list;
}

/* Events come in bundles. */
void
foreign_list_look(ForeignList *list)
{
  if (list->soon_source == 0)
    list->soon_source = g_timeout_add(SOON_MS, on_soon, list);
}

static HostPower
power_of(const HypervisorDomain *domain)
{
  return domain->is_running ? HOST_POWER_UP : HOST_POWER_OFF;
}

GArray *
foreign_list_describe(const ForeignList *list)
{
  GArray *values = g_array_new(FALSE, TRUE, sizeof(HostForeign));
  for (guint i = 0; i < list->domains->len; i++) {
    const HypervisorDomain *domain = list->domains->pdata[i];
    const HostForeign value = {.uuid = domain->id,
                               .name = domain->name,
                               .power = (int)power_of(domain),
                               .adoptable = list->problems->pdata[i] == NULL,
                               .reason = list->problems->pdata[i]};
    g_array_append_val(values, value);
  }
  return values;
}

gint64
foreign_list_memory_mib(const ForeignList *list)
{
  gint64 sum = 0;
  for (guint i = 0; i < list->domains->len; i++) {
    const HypervisorDomain *domain = list->domains->pdata[i];
    sum += domain->is_running ? domain->memory_mib : 0;
  }
  return sum;
}

void
foreign_list_free(ForeignList *list)
{
  if (list == NULL)
    return;
  g_source_remove(list->tick_source);
  if (list->soon_source != 0)
    g_source_remove(list->soon_source);
  g_ptr_array_unref(list->domains);
  g_ptr_array_unref(list->problems);
  g_free(list->text);
  g_free(list);
}
