/* SPDX-License-Identifier: Apache-2.0 */
#include "host/hypervisor/libvirt_hypervisor.h"

#include "common/base/error.h"
#include "host/hypervisor/libvirt_config.h"
#include "host/hypervisor/libvirt_events.h"
#include "host/hypervisor/machine.h"
#include "host/plan/domain_display.h"
#include "host/plan/domain_owner.h"

#include <libvirt/libvirt-qemu.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <string.h>

#define AGENT_LIMIT_S 2

typedef virDomain LibvirtDomain;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LibvirtDomain, virDomainFree)

typedef struct {
  Hypervisor head;
  LibvirtEvents *events;
  virConnectPtr connection;
} LibvirtHypervisor;

static LibvirtHypervisor *
self_of(Hypervisor *hypervisor)
{
  return (LibvirtHypervisor *)hypervisor;
}

static gboolean
fail(GError **error, const char *what)
{
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_HYPERVISOR, "libvirt cannot %s: %s", what,
              virGetLastErrorMessage());
  return FALSE;
}

static HypervisorDomain *
read_domain(virDomainPtr domain)
{
  char id[VIR_UUID_STRING_BUFLEN];
  if (virDomainGetUUIDString(domain, id) != 0)
    return NULL;
  virDomainInfo info = {0};
  char *xml = virDomainGetXMLDesc(domain, 0);
  if (xml == NULL || virDomainGetInfo(domain, &info) != 0) {
    free(xml);
    return NULL;
  }
  g_autofree char *installation = domain_owner_installation(xml);
  g_autofree char *problem = domain_display_problem(xml);
  free(xml);
  const HypervisorDomain found = {.id = id,
                                  .name = (char *)virDomainGetName(domain),
                                  .installation = installation,
                                  .display_problem = problem,
                                  .is_running = virDomainIsActive(domain) == 1,
                                  .is_persistent = virDomainIsPersistent(domain) == 1,
                                  .vcpus = info.nrVirtCpu,
                                  .memory_mib = (gint64)(info.maxMem / 1024)};
  return hypervisor_domain_copy(&found);
}

static GPtrArray *
list(Hypervisor *hypervisor, GError **error)
{
  virDomainPtr *domains = NULL;
  int count = virConnectListAllDomains(self_of(hypervisor)->connection, &domains, 0);
  if (count < 0) {
    fail(error, "list its domains");
    return NULL;
  }
  GPtrArray *found = g_ptr_array_new_with_free_func((GDestroyNotify)hypervisor_domain_free);
  for (int i = 0; i < count; i++) {
    HypervisorDomain *domain = read_domain(domains[i]);
    if (domain != NULL) /* it ended while we looked */
      g_ptr_array_add(found, domain);
    virDomainFree(domains[i]);
  }
  free(domains);
  return found;
}

static gboolean
start(Hypervisor *hypervisor, const char *xml, GError **error)
{
  g_autoptr(LibvirtDomain) domain = virDomainCreateXML(self_of(hypervisor)->connection, xml, 0);
  return domain != NULL || fail(error, "start the virtual machine");
}

static LibvirtDomain *
look_up(Hypervisor *hypervisor, const char *id, GError **error)
{
  LibvirtDomain *domain = virDomainLookupByUUIDString(self_of(hypervisor)->connection, id);
  if (domain != NULL)
    return domain;
  if (virGetLastErrorCode() == VIR_ERR_NO_DOMAIN)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND, "The virtual machine %s does not run.", id);
  else
    fail(error, "look for the virtual machine");
  return NULL;
}

static gboolean
boot(Hypervisor *hypervisor, const char *id, GError **error)
{
  g_autoptr(LibvirtDomain) domain = look_up(hypervisor, id, error);
  if (domain == NULL)
    return FALSE;
  return virDomainIsActive(domain) == 1 || virDomainCreate(domain) == 0 ||
         fail(error, "start the virtual machine");
}

static gboolean
destroy(Hypervisor *hypervisor, const char *id, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autoptr(LibvirtDomain) domain = look_up(hypervisor, id, &local);
  if (domain == NULL) {
    if (g_error_matches(local, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND))
      return TRUE;
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
  }
  if (virDomainDestroy(domain) == 0)
    return TRUE;
  /* It ended in between (FACTS: "not found" for a domain that was gone). */
  int code = virGetLastErrorCode();
  return code == VIR_ERR_NO_DOMAIN || code == VIR_ERR_OPERATION_INVALID ||
         fail(error, "end the virtual machine");
}

static gboolean
call(Hypervisor *hypervisor, const char *id, int (*operation)(virDomainPtr, unsigned int), unsigned int flags,
     const char *what, GError **error)
{
  g_autoptr(LibvirtDomain) domain = look_up(hypervisor, id, error);
  if (domain == NULL)
    return FALSE;
  return operation(domain, flags) == 0 || fail(error, what);
}

static gboolean
reset(Hypervisor *hypervisor, const char *id, GError **error)
{
  return call(hypervisor, id, virDomainReset, 0, "reset the virtual machine", error);
}

/* Through qemu-ga where it answers: then the guest restarts itself. By the power button it switches itself
 * off first, and libvirt starts it again. */
static gboolean
reboot(Hypervisor *hypervisor, const char *id, GError **error)
{
  return call(hypervisor, id, virDomainReboot,
              VIR_DOMAIN_REBOOT_GUEST_AGENT | VIR_DOMAIN_REBOOT_ACPI_POWER_BTN, "restart the desktop", error);
}

static gboolean
shut_down(Hypervisor *hypervisor, const char *id, GError **error)
{
  return call(hypervisor, id, virDomainShutdownFlags, VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN,
              "switch the desktop off", error);
}

static gboolean
resume(Hypervisor *hypervisor, const char *id, GError **error)
{
  g_autoptr(LibvirtDomain) domain = look_up(hypervisor, id, error);
  return domain != NULL && (virDomainResume(domain) == 0 || fail(error, "resume the virtual machine"));
}

static gboolean
open_graphics(Hypervisor *hypervisor, const char *id, int fd, GError **error)
{
  g_autoptr(LibvirtDomain) domain = look_up(hypervisor, id, error);
  if (domain == NULL)
    return FALSE;
  return virDomainOpenGraphics(domain, 0, fd, VIR_DOMAIN_OPEN_GRAPHICS_SKIPAUTH) == 0 ||
         fail(error, "hand a channel to the display");
}

static HypervisorAgent
ask_agent(Hypervisor *hypervisor, const char *id)
{
  g_autoptr(LibvirtDomain) domain = look_up(hypervisor, id, NULL);
  if (domain == NULL)
    return HYPERVISOR_AGENT_SILENT;
  char *answer = virDomainQemuAgentCommand(domain, "{\"execute\":\"guest-ping\"}", AGENT_LIMIT_S, 0);
  if (answer != NULL) {
    free(answer);
    return HYPERVISOR_AGENT_ANSWERS;
  }
  int code = virGetLastErrorCode();
  return code == VIR_ERR_CONFIG_UNSUPPORTED || code == VIR_ERR_ARGUMENT_UNSUPPORTED ? HYPERVISOR_AGENT_NONE
                                                                                    : HYPERVISOR_AGENT_SILENT;
}

static gboolean
has_bridge(Hypervisor *hypervisor, const char *name)
{
  return machine_has_bridge(name);
}

static gboolean
is_alive(Hypervisor *hypervisor)
{
  return virConnectIsAlive(self_of(hypervisor)->connection) == 1;
}

static void
measure(Hypervisor *hypervisor, const char *folder, HostCapacity *ret_capacity)
{
  machine_measure(folder, ret_capacity);
}

static void
free_libvirt(Hypervisor *hypervisor)
{
  LibvirtHypervisor *self = self_of(hypervisor);
  if (self->connection != NULL) {
    libvirt_events_unwatch(self->events, self->connection);
    virConnectClose(self->connection);
  }
  libvirt_events_stop(self->events);
  hypervisor_clear(hypervisor);
  g_free(self);
}

static const HypervisorClass libvirt_class = {
    .list = list,
    .start = start,
    .destroy = destroy,
    .reset = reset,
    .reboot = reboot,
    .shutdown = shut_down,
    .resume = resume,
    .open_graphics = open_graphics,
    .boot = boot,
    .ask_agent = ask_agent,
    .has_bridge = has_bridge,
    .is_alive = is_alive,
    .measure = measure,
    .free = free_libvirt,
};

/* libvirt prints errors to standard error unless somebody takes them; ours travel as GError. */
static void
drop_error(void *data, virErrorPtr virt_error)
{
}

static gboolean
connect_to(LibvirtHypervisor *self, const char *uri, GError **error)
{
  g_autofree char *root = libvirt_config_root(uri);
  if (root != NULL && !libvirt_config_prepare(root, error))
    return FALSE;
  self->events = libvirt_events_start(error);
  if (self->events == NULL)
    return FALSE;
  self->connection = virConnectOpen(uri);
  if (self->connection != NULL)
    return TRUE;
  fail(error, "connect");
  g_prefix_error(error, "%s: ", uri);
  return FALSE;
}

Hypervisor *
libvirt_hypervisor_open(const char *uri, GError **error)
{
  LibvirtHypervisor *self = g_new0(LibvirtHypervisor, 1);
  hypervisor_init(&self->head, &libvirt_class);
  virSetErrorFunc(NULL, drop_error);
  if (!connect_to(self, uri, error)) {
    free_libvirt(&self->head);
    return NULL;
  }
  libvirt_events_watch(self->events, self->connection, &self->head);
  return &self->head;
}
