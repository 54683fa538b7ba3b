/* SPDX-License-Identifier: Apache-2.0 */
/* What every hypervisor must do, tried on the fake and on libvirt with a real QEMU whose disk is empty. */
#include "common/base/error.h"
#include "host/hypervisor/fake_hypervisor.h"
#include "host/hypervisor/libvirt_hypervisor.h"
#include "host/hypervisor/overlay.h"
#include "host/hypervisor/subprocess.h"
#include "host/plan/domain_xml.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DESKTOP      "4f1c9a52-8d1e-4b52-9a51-0c6e2f1d7a10"
#define ABSENT       "00000000-8d1e-4b52-9a51-0c6e2f1d7a10"
#define INSTALLATION "11111111-2222-4333-8444-555555555555"
#define WAIT_MS      60000

typedef struct {
  Hypervisor *hypervisor;
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
  g_assert_cmpstr(fixture->event_id, ==, DESKTOP);
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
  await_event(fixture, HYPERVISOR_REBOOTED);
  g_assert_false(hypervisor_reset(fixture->hypervisor, ABSENT, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
}

static void
check_destroy(Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  succeed(hypervisor_destroy(fixture->hypervisor, DESKTOP, &error), &error);
  await_event(fixture, HYPERVISOR_DESTROYED);
  g_assert_cmpuint(count_domains(fixture), ==, 0);
  succeed(hypervisor_destroy(fixture->hypervisor, DESKTOP, &error), &error); /* gone already: success */
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
run_contract(Hypervisor *hypervisor, char *folder)
{
  Fixture fixture = {0};
  fixture_init(&fixture, hypervisor, folder);
  g_assert_true(hypervisor_is_alive(hypervisor));
  check_bad_xml(&fixture);
  check_start_and_list(&fixture);
  check_second_start_fails(&fixture);
  check_graphics(&fixture);
  check_reset(&fixture);
  check_destroy(&fixture);
  hypervisor_free(hypervisor);
  g_main_loop_unref(fixture.loop);
  g_free(fixture.xml);
  g_free(fixture.event_id);
  remove_folder(folder);
}

static void
test_fake(void)
{
  run_contract(fake_hypervisor_new(NULL), make_folder());
}

static void
test_libvirt(void)
{
  char *folder = make_folder();
  run_contract(open_libvirt(folder), folder);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/hypervisor/fake", test_fake);
  g_test_add_func("/hypervisor/libvirt", test_libvirt);
  return g_test_run();
}
