/* SPDX-License-Identifier: Apache-2.0 */
/* What every hypervisor must do, tried on the fake and on libvirt with a real QEMU whose disk is empty. */
#include "common/base/error.h"
#include "host/hypervisor/fake_hypervisor.h"
#include "host/hypervisor/libvirt_hypervisor.h"
#include "host/hypervisor/overlay.h"
#include "host/hypervisor/subprocess.h"
#include "host/plan/domain_xml.h"

#include <glib/gstdio.h>
#include <libvirt/libvirt.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DESKTOP      "4f1c9a52-8d1e-4b52-9a51-0c6e2f1d7a10"
#define THEIRS       "5f1c9a52-8d1e-4b52-9a51-0c6e2f1d7a10"
#define ABSENT       "00000000-8d1e-4b52-9a51-0c6e2f1d7a10"
#define INSTALLATION "11111111-2222-4333-8444-555555555555"
#define WAIT_MS      60000

/* How somebody else defines and undefines a machine, beside the interface. */
typedef struct {
  void (*define)(Hypervisor *hypervisor, const char *folder);
  void (*undefine)(Hypervisor *hypervisor, const char *folder);
} Owner;

typedef struct {
  Hypervisor *hypervisor;
  const Owner *owner;
  char *folder;
  char *xml;
  GMainLoop *loop;
  char *event_id;
  int event; /* -1 until one came */
} Fixture;

static void
succeed(gboolean ok, GError **error)
{
  g_assert_no_error(*error);
  g_assert_true(ok);
}

static void
on_event(const char *id, HypervisorEvent event, gpointer user_data)
{
  Fixture *fixture = user_data;
  g_free(fixture->event_id);
  fixture->event_id = g_strdup(id);
  fixture->event = (int)event;
  g_main_loop_quit(fixture->loop);
}

static gboolean
on_limit(gpointer loop)
{
  g_error("no event came in time");
  return G_SOURCE_REMOVE;
}

static void
await_event(Fixture *fixture, HypervisorEvent event)
{
  while (fixture->event != (int)event) {
    guint limit = g_timeout_add(WAIT_MS, on_limit, NULL);
    g_main_loop_run(fixture->loop);
    g_source_remove(limit);
  }
}

static void
await_own_event(Fixture *fixture, HypervisorEvent event)
{
  await_event(fixture, event);
  g_assert_cmpstr(fixture->event_id, ==, DESKTOP);
}

static void
await_their_event(Fixture *fixture, HypervisorEvent event)
{
  await_event(fixture, event);
  g_assert_cmpstr(fixture->event_id, ==, THEIRS);
}

static char *
make_disk(const char *folder)
{
  char *base = g_build_filename(folder, "base.qcow2", NULL);
  const char *argv[] = {"qemu-img", "create", "-q", "-f", "qcow2", base, "16M", NULL};
  SubprocessResult result;
  g_assert_true(subprocess_run(argv, WAIT_MS, NULL, NULL, &result, NULL));
  g_assert_cmpint(result.status, ==, 0);
  subprocess_result_clear(&result);
  return base;
}

static char *
make_xml(const char *folder)
{
  g_autofree char *base = make_disk(folder);
  g_autofree char *overlay = g_build_filename(folder, "overlay.qcow2", NULL);
  g_autofree char *log = g_build_filename(folder, "boot.log", NULL);
  g_autofree char *guest = g_build_filename(folder, "g", NULL);
  g_autofree char *agent = g_build_filename(folder, "a", NULL);
  g_autoptr(GError) error = NULL;
  succeed(overlay_create(overlay, base, &error), &error);
  const HostCommand command = {.desktop = DESKTOP,
                               .name = "'\"><&",
                               .pool = "pool",
                               .image = "base",
                               .vcpus = 1,
                               .memory_mib = 64,
                               .heads = 1};
  g_autoptr(DesktopRecord) record = desktop_record_new(INSTALLATION, &command);
  const DomainShape shape = {.accelerator = HOST_ACCELERATOR_TCG,
                             .overlay_path = overlay,
                             .backing_path = base,
                             .boot_log_path = log,
                             .guest_socket_path = guest,
                             .agent_socket_path = agent,
                             .network = {DOMAIN_NETWORK_USER, NULL}};
  return domain_xml_build(record, &shape);
}

static void
fixture_init(Fixture *fixture, Hypervisor *hypervisor, char *folder)
{
  fixture->hypervisor = hypervisor;
  fixture->folder = folder;
  fixture->xml = make_xml(folder);
  fixture->loop = g_main_loop_new(NULL, FALSE);
  fixture->event = -1;
  hypervisor_listen(hypervisor, on_event, fixture);
}

static char *
make_folder(void)
{
  char *folder = g_dir_make_tmp("cw-XXXXXX", NULL);
  g_assert_nonnull(folder);
  return folder;
}

static Hypervisor *
open_libvirt(const char *folder)
{
  g_autofree char *uri = g_strdup_printf("qemu:///embed?root=%s/v", folder);
  g_autoptr(GError) error = NULL;
  Hypervisor *hypervisor = libvirt_hypervisor_open(uri, &error);
  g_assert_no_error(error);
  return hypervisor;
}

static guint
count_domains(Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) domains = hypervisor_list(fixture->hypervisor, &error);
  g_assert_no_error(error);
  return domains->len;
}

static void
check_start_and_list(Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_assert_cmpuint(count_domains(fixture), ==, 0);
  succeed(hypervisor_start(fixture->hypervisor, fixture->xml, &error), &error);
  g_autoptr(GPtrArray) domains = hypervisor_list(fixture->hypervisor, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(domains->len, ==, 1);
  const HypervisorDomain *domain = domains->pdata[0];
  g_assert_cmpstr(domain->id, ==, DESKTOP);
  g_assert_cmpstr(domain->name, ==, "caraway-_____-4f1c9a52");
  g_assert_cmpstr(domain->installation, ==, INSTALLATION);
  g_assert_true(domain->is_running);
  g_assert_null(domain->display_problem);
}

static void
check_second_start_fails(Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_assert_false(hypervisor_start(fixture->hypervisor, fixture->xml, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_HYPERVISOR);
  g_assert_cmpuint(count_domains(fixture), ==, 1);
}

static void
check_graphics(Fixture *fixture)
{
  int pair[2];
  g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  g_autoptr(GError) error = NULL;
  succeed(hypervisor_open_graphics(fixture->hypervisor, DESKTOP, pair[1], &error), &error);
  g_assert_false(hypervisor_open_graphics(fixture->hypervisor, ABSENT, pair[1], &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
  close(pair[0]);
  close(pair[1]);
}

static void
check_reset(Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  succeed(hypervisor_reset(fixture->hypervisor, DESKTOP, &error), &error);
  await_own_event(fixture, HYPERVISOR_REBOOTED);
  g_assert_false(hypervisor_reset(fixture->hypervisor, ABSENT, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
}

static void
check_destroy(Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  succeed(hypervisor_destroy(fixture->hypervisor, DESKTOP, &error), &error);
  await_own_event(fixture, HYPERVISOR_DESTROYED);
  g_assert_cmpuint(count_domains(fixture), ==, 0);
  succeed(hypervisor_destroy(fixture->hypervisor, DESKTOP, &error), &error); /* gone already: success */
}

static const HypervisorDomain *
only_domain(const GPtrArray *domains)
{
  g_assert_cmpuint(domains->len, ==, 1);
  const HypervisorDomain *domain = domains->pdata[0];
  g_assert_cmpstr(domain->id, ==, THEIRS);
  g_assert_cmpstr(domain->name, ==, "old-vm");
  g_assert_null(domain->installation);
  g_assert_true(domain->is_persistent);
  g_assert_null(domain->display_problem);
  return domain;
}

static void
check_listed(Fixture *fixture, gboolean is_running)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) domains = hypervisor_list(fixture->hypervisor, &error);
  g_assert_no_error(error);
  g_assert_cmpint(only_domain(domains)->is_running, ==, is_running);
  g_assert_cmpint(only_domain(domains)->memory_mib, ==, 64);
}

/* What an adopted machine needs: it is listed while it is off, booted as it was defined, and stays. */
static void
check_their_machine(Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  fixture->owner->define(fixture->hypervisor, fixture->folder);
  await_their_event(fixture, HYPERVISOR_LISTED);
  check_listed(fixture, FALSE);
  g_assert_false(hypervisor_reset(fixture->hypervisor, THEIRS, NULL));
  succeed(hypervisor_boot(fixture->hypervisor, THEIRS, &error), &error);
  await_their_event(fixture, HYPERVISOR_STARTED);
  succeed(hypervisor_boot(fixture->hypervisor, THEIRS, &error), &error); /* it runs already */
  check_listed(fixture, TRUE);
  g_assert_cmpint(hypervisor_ask_agent(fixture->hypervisor, THEIRS), ==, HYPERVISOR_AGENT_NONE);
  g_assert_false(hypervisor_boot(fixture->hypervisor, ABSENT, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
}

/* As its owner would end it: it stays in the list. */
static void
check_their_end(Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  succeed(hypervisor_destroy(fixture->hypervisor, THEIRS, &error), &error);
  await_their_event(fixture, HYPERVISOR_DESTROYED);
  check_listed(fixture, FALSE);
  fixture->owner->undefine(fixture->hypervisor, fixture->folder);
  await_their_event(fixture, HYPERVISOR_LISTED);
  g_assert_cmpuint(count_domains(fixture), ==, 0);
}

static void
check_bridges(Fixture *fixture)
{
  g_assert_false(hypervisor_has_bridge(fixture->hypervisor, "lo")); /* a device, not a bridge */
  g_assert_false(hypervisor_has_bridge(fixture->hypervisor, "no-such-bridge"));
}

static void
check_bad_xml(Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_assert_false(hypervisor_start(fixture->hypervisor, "<domain/>", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_HYPERVISOR);
}

static void
remove_folder(char *folder)
{
  const char *argv[] = {"rm", "-rf", folder, NULL};
  SubprocessResult result;
  g_assert_true(subprocess_run(argv, WAIT_MS, NULL, NULL, &result, NULL));
  subprocess_result_clear(&result);
  g_free(folder);
}

static void
run_contract(Hypervisor *hypervisor, const Owner *owner, char *folder)
{
  Fixture fixture = {.owner = owner};
  fixture_init(&fixture, hypervisor, folder);
  g_assert_true(hypervisor_is_alive(hypervisor));
  check_bad_xml(&fixture);
  check_start_and_list(&fixture);
  check_second_start_fails(&fixture);
  check_graphics(&fixture);
  check_reset(&fixture);
  check_destroy(&fixture);
  check_their_machine(&fixture);
  check_their_end(&fixture);
  check_bridges(&fixture);
  hypervisor_free(hypervisor);
  g_main_loop_unref(fixture.loop);
  g_free(fixture.xml);
  g_free(fixture.event_id);
  remove_folder(folder);
}

static void
define_on_fake(Hypervisor *hypervisor, const char *folder)
{
  const HypervisorDomain domain = {
      .id = (char *)THEIRS, .name = (char *)"old-vm", .vcpus = 1, .memory_mib = 64};
  fake_hypervisor_define(hypervisor, &domain);
}

static void
undefine_on_fake(Hypervisor *hypervisor, const char *folder)
{
  fake_hypervisor_undefine(hypervisor, THEIRS);
}

static void
test_fake(void)
{
  static const Owner owner = {define_on_fake, undefine_on_fake};
  run_contract(fake_hypervisor_new(NULL), &owner, make_folder());
}

/* A second connection to the same driver: what virsh would be to a libvirtd. */
static virConnectPtr
connect_as_owner(const char *folder)
{
  g_autofree char *uri = g_strdup_printf("qemu:///embed?root=%s/v", folder);
  virConnectPtr connection = virConnectOpen(uri);
  g_assert_nonnull(connection);
  return connection;
}

static void
define_on_libvirt(Hypervisor *hypervisor, const char *folder)
{
  static const char xml[] =
      "<domain type='qemu'><name>old-vm</name><uuid>" THEIRS "</uuid><memory unit='MiB'>64</memory>"
      "<vcpu>1</vcpu><os><type arch='x86_64' machine='q35'>hvm</type></os><devices>"
      "<graphics type='spice'><listen type='none'/></graphics><video><model type='vga'/></video>"
      "</devices></domain>";
  virConnectPtr connection = connect_as_owner(folder);
  virDomainPtr domain = virDomainDefineXML(connection, xml);
  g_assert_nonnull(domain);
  virDomainFree(domain);
  virConnectClose(connection);
}

static void
undefine_on_libvirt(Hypervisor *hypervisor, const char *folder)
{
  virConnectPtr connection = connect_as_owner(folder);
  virDomainPtr domain = virDomainLookupByUUIDString(connection, THEIRS);
  g_assert_cmpint(virDomainUndefine(domain), ==, 0);
  virDomainFree(domain);
  virConnectClose(connection);
}

static void
test_libvirt(void)
{
  static const Owner owner = {define_on_libvirt, undefine_on_libvirt};
  char *folder = make_folder();
  run_contract(open_libvirt(folder), &owner, folder);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/hypervisor/fake", test_fake);
  g_test_add_func("/hypervisor/libvirt", test_libvirt);
  return g_test_run();
}
