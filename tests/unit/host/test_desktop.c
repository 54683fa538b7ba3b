/* SPDX-License-Identifier: Apache-2.0 */
/* A running desktop that restarts, between a fake hypervisor and a socket that plays its guest: when it
 * counts as ready. */
#include "common/base/error.h"
#include "host/desktop.h"
#include "host/hypervisor/fake_hypervisor.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>

#define LIMIT_MS 20000
#define ID       "9b2c0f3e-6c1d-4a55-8a51-2f5f6f1f9a01"
#define XML      "<domain><name>d</name><uuid>" ID "</uuid></domain>"

typedef struct {
  char *folder, *faults;
  HostSettings settings;
  JobContext context;
  FakeClock clock;
  DesktopOwner owner;
  Desktop *desktop;
  GSocketListener *listener;
  GSocketConnection *guest;
  GString *steps; /* every change of the step, in order */
  guint answers, changes;
} Fixture;

static gboolean
on_limit(gpointer data)
{
  g_error("nothing came in time; the desktop was: %s", (const char *)data);
  return G_SOURCE_REMOVE;
}

/* Runs the loop until @condition holds. */
#define AWAIT(condition)                                                                                     \
  do {                                                                                                       \
    guint limit = g_timeout_add(LIMIT_MS, on_limit, fixture->steps->str);                                    \
    while (!(condition))                                                                                     \
      g_main_context_iteration(NULL, TRUE);                                                                  \
    g_source_remove(limit);                                                                                  \
  } while (0)

static void
on_changed(Desktop *desktop, gpointer user_data)
{
  Fixture *fixture = user_data;
  HostDesktop now;
  fixture->changes++;
  desktop_describe(desktop, &now);
  g_autofree char *step = g_strconcat(now.step, ";", NULL);
  if (!g_str_has_suffix(fixture->steps->str, step))
    g_string_append(fixture->steps, step);
}

static HostPower
power(const Fixture *fixture)
{
  HostDesktop now;
  desktop_describe(fixture->desktop, &now);
  return (HostPower)now.power;
}

static void
on_accepted(GObject *source, GAsyncResult *result, gpointer data)
{
  Fixture *fixture = data;
  fixture->guest = g_socket_listener_accept_finish(G_SOCKET_LISTENER(source), result, NULL, NULL);
}

static void
say(Fixture *fixture, const GuestMessage *message)
{
  g_autoptr(GBytes) frame = guest_message_to_frame(message, NULL);
  gsize size = 0;
  const void *bytes = g_bytes_get_data(frame, &size);
  g_assert_true(g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(fixture->guest)), bytes,
                                          size, NULL, NULL, NULL));
}

static void
say_user(Fixture *fixture, char *user)
{
  const GuestMessage session = {.type = GUEST_MESSAGE_SESSION, .user = user};
  say(fixture, &session);
}

static void
come_up(Fixture *fixture)
{
  const GuestMessage hello = {.type = GUEST_MESSAGE_HELLO, .version = 1, .agent_version = (char *)"t"};
  const GuestMessage ready = {.type = GUEST_MESSAGE_READY};
  say(fixture, &hello);
  say_user(fixture, (char *)"alice");
  say(fixture, &ready);
  AWAIT(power(fixture) == HOST_POWER_UP);
}

static void
set_up_host(Fixture *fixture)
{
  fixture->folder = g_dir_make_tmp("cwd-XXXXXX", NULL);
  fixture->faults = g_build_filename(fixture->folder, "faults", NULL);
  g_assert_cmpint(g_mkdir(fixture->faults, 0700), ==, 0);
  fixture->settings.state_directory = fixture->folder;
  g_assert_true(host_settings_make_folders(&fixture->settings, NULL));
  fake_clock_init(&fixture->clock, 0);
  fixture->context = (JobContext){
      .settings = &fixture->settings,
      .hypervisor = fake_hypervisor_new(fixture->faults),
  };
  g_assert_true(hypervisor_start(fixture->context.hypervisor, XML, NULL));
  fixture->owner = (DesktopOwner){
      .context = &fixture->context,
      .workers = workers_new(1),
      .clock = &fixture->clock.clock,
      .boot_limit_ms = 600000,
      .restart_limit_ms = 30000,
      .changed = on_changed,
      .user_data = fixture,
  };
}

static void
on_event(const char *id, HypervisorEvent event, gpointer user_data)
{
  desktop_take_event(((Fixture *)user_data)->desktop, event);
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
  fixture->steps = g_string_new("");
  set_up_host(fixture);
  g_autoptr(DesktopPaths) paths = desktop_paths_new(&fixture->settings, ID, FALSE);
  g_autoptr(GSocketAddress) address = g_unix_socket_address_new(paths->guest_socket);
  fixture->listener = g_socket_listener_new();
  g_assert_true(g_socket_listener_add_address(fixture->listener, address, G_SOCKET_TYPE_STREAM,
                                              G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, NULL));
  g_socket_listener_accept_async(fixture->listener, NULL, on_accepted, fixture);
  const HostCommand command = {.desktop = (char *)ID,
                               .epoch = {1, 1},
                               .name = (char *)"office-0001",
                               .pool = (char *)"office",
                               .image = (char *)"debian12-desktop",
                               .vcpus = 1,
                               .memory_mib = 64,
                               .heads = 1};
  fixture->desktop = desktop_new(&fixture->owner, desktop_record_new("i", &command));
  hypervisor_listen(fixture->context.hypervisor, on_event, fixture);
  desktop_take_over(fixture->desktop);
  AWAIT(fixture->guest != NULL && desktop_is_idle(fixture->desktop));
  come_up(fixture);
  g_string_truncate(fixture->steps, 0);
}

static void
remove_folder(const char *path)
{
  g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
  const char *name;
  while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
    g_autofree char *inner = g_build_filename(path, name, NULL);
    remove_folder(inner);
  }
  (void)g_remove(path);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
  AWAIT(workers_load(fixture->owner.workers) == 0);
  desktop_free(fixture->desktop);
  workers_free(fixture->owner.workers);
  hypervisor_free(fixture->context.hypervisor);
  g_clear_object(&fixture->guest);
  g_object_unref(fixture->listener);
  remove_folder(fixture->folder);
  g_string_free(fixture->steps, TRUE);
  g_free(fixture->faults);
  g_free(fixture->folder);
}

static void
on_answer(const GError *error, gpointer user_data)
{
  g_assert_no_error(error);
  ((Fixture *)user_data)->answers++;
}

static void
set_fault(Fixture *fixture, const char *name, gboolean is_there)
{
  g_autofree char *path = g_build_filename(fixture->faults, name, NULL);
  if (is_there)
    g_assert_true(g_file_set_contents(path, "", 0, NULL));
  else
    g_assert_cmpint(g_unlink(path), ==, 0);
}

static void
test_restart_boots_and_comes_back(Fixture *fixture, gconstpointer data)
{
  desktop_restart(fixture->desktop, on_answer, fixture);
  AWAIT(fixture->answers == 1 && g_str_has_suffix(fixture->steps->str, "booting;"));
  come_up(fixture);
  g_assert_cmpstr(fixture->steps->str, ==, "restarting;booting;ready;");
}

static void
test_guest_that_goes_down_is_not_ready(Fixture *fixture, gconstpointer data)
{
  set_fault(fixture, "deaf", TRUE); /* it has heard, and takes its time */
  desktop_restart(fixture->desktop, on_answer, fixture);
  AWAIT(fixture->answers == 1);
  guint changes = fixture->changes;
  say_user(fixture, (char *)"bob");
  AWAIT(fixture->changes > changes);
  g_assert_cmpint(power(fixture), ==, HOST_POWER_STARTING);
  desktop_take_event(fixture->desktop, HYPERVISOR_REBOOTED);
  come_up(fixture);
  g_assert_cmpstr(fixture->steps->str, ==, "restarting;booting;ready;");
}

static void
test_deaf_guest_is_reset(Fixture *fixture, gconstpointer data)
{
  set_fault(fixture, "deaf", TRUE);
  desktop_restart(fixture->desktop, on_answer, fixture);
  AWAIT(fixture->answers == 1);
  desktop_tick(fixture->desktop);
  g_assert_true(desktop_is_idle(fixture->desktop));
  fake_clock_advance(&fixture->clock, 31 * G_USEC_PER_SEC);
  desktop_tick(fixture->desktop);
  AWAIT(g_str_has_suffix(fixture->steps->str, "booting;"));
}

static void
test_reset_counts_without_its_event(Fixture *fixture, gconstpointer data)
{
  hypervisor_listen(fixture->context.hypervisor, NULL, NULL);
  desktop_push(fixture->desktop, DESKTOP_JOB_RESET, on_answer, fixture);
  AWAIT(fixture->answers == 1);
  g_assert_cmpint(power(fixture), ==, HOST_POWER_STARTING);
  come_up(fixture);
  g_assert_cmpstr(fixture->steps->str, ==, "booting;ready;");
}

static void
test_guest_that_only_resets_has_failed(Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 7; i++) {
    desktop_take_event(fixture->desktop, HYPERVISOR_REBOOTED);
    fake_clock_advance(&fixture->clock, 100 * G_USEC_PER_SEC);
    desktop_tick(fixture->desktop);
  }
  g_assert_cmpint(power(fixture), ==, HOST_POWER_FAILED);
  g_assert_cmpstr(desktop_record(fixture->desktop)->code, ==, error_code_name(CARAWAY_ERROR_TIMED_OUT));
}

#define ADD(name, function) g_test_add("/host/desktop/" name, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("restart-boots-and-comes-back", test_restart_boots_and_comes_back);
  ADD("guest-that-goes-down-is-not-ready", test_guest_that_goes_down_is_not_ready);
  ADD("deaf-guest-is-reset", test_deaf_guest_is_reset);
  ADD("reset-counts-without-its-event", test_reset_counts_without_its_event);
  ADD("guest-that-only-resets-has-failed", test_guest_that_only_resets_has_failed);
  return g_test_run();
}
