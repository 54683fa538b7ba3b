/* SPDX-License-Identifier: Apache-2.0 */
#include "host/hypervisor/fake_hypervisor.h"

#include "common/base/error.h"
#include "host/hypervisor/machine.h"
#include "host/plan/domain_display.h"
#include "host/plan/domain_owner.h"

#include <string.h>
#include <unistd.h>

#define HANG_LOOK_US 20000

typedef struct {
  Hypervisor head;
  char *faults;
  GMutex lock;
  GHashTable *domains; /* id -> HypervisorDomain */
  FakeHypervisorWatch watch;
  gpointer watch_data;
  GDestroyNotify watch_destroy;
  GArray *channels; /* descriptors handed over */
} FakeHypervisor;

static FakeHypervisor *
self_of(Hypervisor *hypervisor)
{
  return (FakeHypervisor *)hypervisor;
}

static gboolean
has_fault(FakeHypervisor *self, const char *name)
{
  if (self->faults == NULL)
    return FALSE;
  g_autofree char *path = g_build_filename(self->faults, name, NULL);
  return g_file_test(path, G_FILE_TEST_EXISTS);
}

static void
wait_while_hanging(FakeHypervisor *self)
{
  while (has_fault(self, "hang"))
    g_usleep(HANG_LOOK_US);
}

static gboolean
fail(GError **error, CarawayErrorCode code, const char *message)
{
  g_set_error_literal(error, CARAWAY_ERROR, (int)code, message);
  return FALSE;
}

static GPtrArray *
list(Hypervisor *hypervisor, GError **error)
{
  FakeHypervisor *self = self_of(hypervisor);
  wait_while_hanging(self);
  GPtrArray *found = g_ptr_array_new_with_free_func((GDestroyNotify)hypervisor_domain_free);
  g_mutex_lock(&self->lock);
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, self->domains);
  while (g_hash_table_iter_next(&iter, NULL, &value))
    g_ptr_array_add(found, hypervisor_domain_copy(value));
  g_mutex_unlock(&self->lock);
  return found;
}

static char *
text_between(const char *xml, const char *start, const char *end)
{
  const char *from = strstr(xml, start);
  const char *to = from != NULL ? strstr(from + strlen(start), end) : NULL;
  return to != NULL ? g_strndup(from + strlen(start), (gsize)(to - from) - strlen(start)) : NULL;
}

static gboolean
add_domain(FakeHypervisor *self, const char *xml, char **ret_id, GError **error)
{
  g_autofree char *id = text_between(xml, "<uuid>", "</uuid>");
  g_autofree char *name = text_between(xml, "<name>", "</name>");
  g_autofree char *installation = domain_owner_installation(xml);
  g_autofree char *problem = domain_display_problem(xml);
  const HypervisorDomain domain = {
      .id = id, .name = name, .installation = installation, .is_running = TRUE, .display_problem = problem};
  if (id == NULL || name == NULL)
    return fail(error, CARAWAY_ERROR_HYPERVISOR, "The XML has no name or uuid.");
  g_mutex_lock(&self->lock);
  gboolean is_new = !g_hash_table_contains(self->domains, id);
  if (is_new)
    g_hash_table_insert(self->domains, g_strdup(id), hypervisor_domain_copy(&domain));
  g_mutex_unlock(&self->lock);
  if (!is_new)
    return fail(error, CARAWAY_ERROR_HYPERVISOR, "A virtual machine of that id runs already.");
  *ret_id = g_steal_pointer(&id);
  return TRUE;
}

static gboolean
start(Hypervisor *hypervisor, const char *xml, GError **error)
{
  FakeHypervisor *self = self_of(hypervisor);
  wait_while_hanging(self);
  if (has_fault(self, "fail-start"))
    return fail(error, CARAWAY_ERROR_HYPERVISOR,
                "The virtual machine does not start: a fault was asked for.");
  if (has_fault(self, "no-space"))
    return fail(error, CARAWAY_ERROR_NO_SPACE, "The disk is full: a fault was asked for.");
  g_autofree char *id = NULL;
  if (!add_domain(self, xml, &id, error))
    return FALSE;
  if (self->watch != NULL)
    self->watch(id, xml, self->watch_data);
  return TRUE;
}

static gboolean
boot(Hypervisor *hypervisor, const char *id, GError **error)
{
  FakeHypervisor *self = self_of(hypervisor);
  wait_while_hanging(self);
  if (has_fault(self, "fail-start"))
    return fail(error, CARAWAY_ERROR_HYPERVISOR,
                "The virtual machine does not start: a fault was asked for.");
  g_mutex_lock(&self->lock);
  HypervisorDomain *domain = g_hash_table_lookup(self->domains, id);
  gboolean exists = domain != NULL, starts = exists && !domain->is_running;
  if (starts)
    domain->is_running = TRUE;
  g_mutex_unlock(&self->lock);
  if (starts)
    hypervisor_emit(hypervisor, id, HYPERVISOR_STARTED);
  return exists || fail(error, CARAWAY_ERROR_NOT_FOUND, "There is no such virtual machine.");
}

static gboolean
remove_domain(FakeHypervisor *self, const char *id)
{
  g_mutex_lock(&self->lock);
  HypervisorDomain *domain = g_hash_table_lookup(self->domains, id);
  gboolean was_there = domain != NULL && domain->is_running;
  if (was_there && domain->is_persistent)
    domain->is_running = FALSE;
  else if (was_there)
    g_hash_table_remove(self->domains, id);
  g_mutex_unlock(&self->lock);
  if (was_there && self->watch != NULL)
    self->watch(id, NULL, self->watch_data);
  return was_there;
}

static gboolean
destroy(Hypervisor *hypervisor, const char *id, GError **error)
{
  FakeHypervisor *self = self_of(hypervisor);
  wait_while_hanging(self);
  if (has_fault(self, "fail-destroy"))
    return fail(error, CARAWAY_ERROR_HYPERVISOR, "The virtual machine does not end: a fault was asked for.");
  if (remove_domain(self, id))
    hypervisor_emit(hypervisor, id, HYPERVISOR_DESTROYED);
  return TRUE;
}

static gboolean
must_run(Hypervisor *hypervisor, const char *id, GError **error)
{
  FakeHypervisor *self = self_of(hypervisor);
  wait_while_hanging(self);
  g_mutex_lock(&self->lock);
  const HypervisorDomain *domain = g_hash_table_lookup(self->domains, id);
  gboolean runs = domain != NULL && domain->is_running;
  g_mutex_unlock(&self->lock);
  return runs || fail(error, CARAWAY_ERROR_NOT_FOUND, "The virtual machine does not run.");
}

static gboolean
reset(Hypervisor *hypervisor, const char *id, GError **error)
{
  if (!must_run(hypervisor, id, error))
    return FALSE;
  hypervisor_emit(hypervisor, id, HYPERVISOR_REBOOTED);
  return TRUE;
}

static gboolean
reboot(Hypervisor *hypervisor, const char *id, GError **error)
{
  if (has_fault(self_of(hypervisor), "deaf"))
    return must_run(hypervisor, id, error);
  return reset(hypervisor, id, error);
}

static gboolean
shut_down(Hypervisor *hypervisor, const char *id, GError **error)
{
  if (!must_run(hypervisor, id, error))
    return FALSE;
  if (has_fault(self_of(hypervisor), "fail-ask"))
    return fail(error, CARAWAY_ERROR_HYPERVISOR, "The guest cannot be asked: a fault was asked for.");
  if (!has_fault(self_of(hypervisor), "deaf"))
    fake_hypervisor_end(hypervisor, id, HYPERVISOR_SHUT_DOWN);
  return TRUE;
}

/* 0: there is none. */
static guint16
display_port(FakeHypervisor *self)
{
  g_autofree char *path =
      self->faults != NULL ? g_build_filename(self->faults, "display", NULL) : g_strdup("");
  g_autofree char *text = NULL;
  if (!g_file_get_contents(path, &text, NULL, NULL))
    return 0;
  return (guint16)g_ascii_strtoull(text, NULL, 10);
}

/* What a real hypervisor's display would be: one that a test has started. @fd is taken. */
static gboolean
lead_to_display(int fd, guint16 port, GError **error)
{
  g_autoptr(GSocketClient) dialer = g_socket_client_new();
  g_autoptr(GSocketConnection) display =
      g_socket_client_connect_to_host(dialer, "127.0.0.1", port, NULL, error);
  g_autoptr(GSocket) socket = display != NULL ? g_socket_new_from_fd(fd, error) : NULL;
  if (socket == NULL) {
    close(fd);
    return FALSE;
  }
  g_autoptr(GSocketConnection) console = g_socket_connection_factory_create_connection(socket);
  g_io_stream_splice_async(G_IO_STREAM(console), G_IO_STREAM(display),
                           G_IO_STREAM_SPLICE_CLOSE_STREAM1 | G_IO_STREAM_SPLICE_CLOSE_STREAM2,
                           G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  return TRUE;
}

static gboolean
open_graphics(Hypervisor *hypervisor, const char *id, int fd, GError **error)
{
  FakeHypervisor *self = self_of(hypervisor);
  if (!must_run(hypervisor, id, error))
    return FALSE;
  int own = dup(fd);
  guint16 port = display_port(self);
  if (port != 0)
    return lead_to_display(own, port, error);
  g_mutex_lock(&self->lock);
  g_array_append_val(self->channels, own);
  g_mutex_unlock(&self->lock);
  return TRUE;
}

static HypervisorAgent
ask_agent(Hypervisor *hypervisor, const char *id)
{
  FakeHypervisor *self = self_of(hypervisor);
  if (has_fault(self, "agent-silent"))
    return HYPERVISOR_AGENT_SILENT;
  return has_fault(self, "agent") ? HYPERVISOR_AGENT_ANSWERS : HYPERVISOR_AGENT_NONE;
}

static gboolean
has_bridge(Hypervisor *hypervisor, const char *name)
{
  g_autofree char *fault = g_strconcat("bridge-", name, NULL);
  return has_fault(self_of(hypervisor), fault);
}

static gboolean
is_alive(Hypervisor *hypervisor)
{
  return !has_fault(self_of(hypervisor), "dead");
}

static void
measure(Hypervisor *hypervisor, const char *folder, HostCapacity *ret_capacity)
{
  machine_measure(folder, ret_capacity);
  /* A test may make many desktops on a small machine: none of them takes memory. */
  ret_capacity->memory_mib = ret_capacity->memory_free_mib = 1024 * 1024;
  if (has_fault(self_of(hypervisor), "no-space"))
    ret_capacity->disk_free_mib = 0;
}

static void
free_fake(Hypervisor *hypervisor)
{
  FakeHypervisor *self = self_of(hypervisor);
  for (guint i = 0; i < self->channels->len; i++)
    close(g_array_index(self->channels, int, i));
  g_array_unref(self->channels);
  g_hash_table_unref(self->domains);
  if (self->watch_destroy != NULL)
    self->watch_destroy(self->watch_data);
  g_free(self->faults);
  g_mutex_clear(&self->lock);
  hypervisor_clear(hypervisor);
  g_free(self);
}

static const HypervisorClass fake_class = {
    .list = list,
    .start = start,
    .destroy = destroy,
    .reset = reset,
    .reboot = reboot,
    .shutdown = shut_down,
    .resume = must_run,
    .open_graphics = open_graphics,
    .boot = boot,
    .ask_agent = ask_agent,
    .has_bridge = has_bridge,
    .is_alive = is_alive,
    .measure = measure,
    .free = free_fake,
};

Hypervisor *
fake_hypervisor_new(const char *faults)
{
  FakeHypervisor *self = g_new0(FakeHypervisor, 1);
  hypervisor_init(&self->head, &fake_class);
  self->faults = g_strdup(faults);
  g_mutex_init(&self->lock);
  self->domains =
      g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)hypervisor_domain_free);
  self->channels = g_array_new(FALSE, FALSE, sizeof(int));
  return &self->head;
}

void
fake_hypervisor_watch(Hypervisor *hypervisor, FakeHypervisorWatch watch, gpointer user_data,
                      GDestroyNotify free_data)
{
  self_of(hypervisor)->watch = watch;
  self_of(hypervisor)->watch_data = user_data;
  self_of(hypervisor)->watch_destroy = free_data;
}

void
fake_hypervisor_end(Hypervisor *hypervisor, const char *id, HypervisorEvent event)
{
  if (remove_domain(self_of(hypervisor), id))
    hypervisor_emit(hypervisor, id, event);
}

void
fake_hypervisor_define(Hypervisor *hypervisor, const HypervisorDomain *domain)
{
  FakeHypervisor *self = self_of(hypervisor);
  HypervisorDomain *copy = hypervisor_domain_copy(domain);
  copy->is_persistent = TRUE;
  g_mutex_lock(&self->lock);
  const HypervisorDomain *before = g_hash_table_lookup(self->domains, domain->id);
  HypervisorEvent event = HYPERVISOR_LISTED;
  if (before != NULL && before->is_running != copy->is_running)
    event = copy->is_running ? HYPERVISOR_STARTED : HYPERVISOR_SHUT_DOWN;
  g_hash_table_replace(self->domains, g_strdup(domain->id), copy);
  g_mutex_unlock(&self->lock);
  hypervisor_emit(hypervisor, domain->id, event);
}

void
fake_hypervisor_undefine(Hypervisor *hypervisor, const char *id)
{
  FakeHypervisor *self = self_of(hypervisor);
  g_mutex_lock(&self->lock);
  gboolean was_there = g_hash_table_remove(self->domains, id);
  g_mutex_unlock(&self->lock);
  if (was_there)
    hypervisor_emit(hypervisor, id, HYPERVISOR_LISTED);
}

guint
fake_hypervisor_channels(Hypervisor *hypervisor)
{
  FakeHypervisor *self = self_of(hypervisor);
  g_mutex_lock(&self->lock);
  guint count = self->channels->len;
  g_mutex_unlock(&self->lock);
  return count;
}
