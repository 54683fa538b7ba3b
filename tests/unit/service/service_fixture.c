/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/service/service_fixture.h"

#include "broker/service/desktops/desktop_admin.h"
#include "broker/service/hosts/host_events.h"
#include "broker/service/hosts/host_registry.h"
#include "broker/service/pools/image_registry.h"
#include "broker/service/pools/pool_admin.h"
#include "broker/service/services_private.h"
#include "broker/service/sessions/session_list.h"
#include "broker/service/work.h"
#include "broker/store/sign_in_store.h"
#include "broker/store/user_store.h"

#include <glib/gstdio.h>

#define SETTLE_ROUNDS_MAX 100 /* ever more work is a loop */
#define SIGN_IN_US        (7 * 24 * 3600 * (gint64)G_USEC_PER_SEC)

static gboolean
deliver(HostSender *sender, const char *host, gint64 id, const char *text)
{
  ServiceFixture *fixture = (ServiceFixture *)sender;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&fixture->mutex);
  if (!fixture->link_open)
    return FALSE;
  g_autoptr(GError) error = NULL;
  HostMessage *message = host_message_parse(text, strlen(text), &error);
  g_assert_no_error(error);
  g_assert_cmpstr(host, ==, FIXTURE_HOST);
  g_assert_cmpint(message->command.id, ==, id);
  g_ptr_array_add(fixture->delivered, message);
  return TRUE;
}

static void
drop_link(HostSender *sender, const char *host, gint64 term)
{
  ServiceFixture *fixture = (ServiceFixture *)sender;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&fixture->mutex);
  if (term >= fixture->term)
    fixture->link_open = FALSE;
}

static void
tell_keys(HostSender *sender, const GPtrArray *keys)
{
  ServiceFixture *fixture = (ServiceFixture *)sender;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&fixture->mutex);
  fixture->keys_told++;
}

static char *
fetch_boot_log(HostSender *sender, const char *host, const char *desktop_id, guint limit_ms, GError **error)
{
  return g_strdup("Debian GNU/Linux 12");
}

static char *
sign(GrantSigner *signer, const Grant *grant, GError **error)
{
  g_autofree char *epoch = epoch_text(grant->epoch);
  return g_strdup_printf("grant %s %s %s %s", grant->session, grant->desktop, epoch, grant->viewer);
}

static void
open_services(ServiceFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  const ServicesOptions options = {.database_path = fixture->database_path,
                                   .clock = &fixture->clock.clock,
                                   .sender = &fixture->sender,
                                   .directories = fixture->directories,
                                   .signer = &fixture->signer};
  fixture->services = services_new(&options, &error);
  g_assert_no_error(error);
}

ServiceFixture *
service_fixture_new(void)
{
  ServiceFixture *fixture = g_new0(ServiceFixture, 1);
  g_autoptr(GError) error = NULL;
  fixture->sender = (HostSender){
      .deliver = deliver, .drop_link = drop_link, .tell_keys = tell_keys, .fetch_boot_log = fetch_boot_log};
  fixture->signer = (GrantSigner){.sign = sign};
  fake_clock_init(&fixture->clock, 1700000000 * (gint64)G_USEC_PER_SEC);
  fixture->folder = g_dir_make_tmp("caraway-service-XXXXXX", &error);
  g_assert_no_error(error);
  fixture->database_path = g_build_filename(fixture->folder, "caraway.db", NULL);
  g_mutex_init(&fixture->mutex);
  fixture->delivered = g_ptr_array_new_with_free_func((GDestroyNotify)host_message_free);
  fixture->alive = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  fixture->off = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  fixture->started = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  fixture->told = g_string_new(NULL);
  fixture->created = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  fixture->admin = caller_new("admin-id", "admin", TRUE, "192.0.2.1", "admin-device");
  open_services(fixture);
  return fixture;
}

void
service_fixture_restart(ServiceFixture *fixture)
{
  g_clear_pointer(&fixture->services, services_free);
  fixture->link_open = FALSE;
  g_ptr_array_set_size(fixture->delivered, 0);
  open_services(fixture);
}

void
service_fixture_host_join(ServiceFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JoinToken) token =
      host_registry_create_join_token(fixture->services, fixture->admin, "host", 0, &error);
  g_assert_no_error(error);
  gboolean joined = host_registry_join(fixture->services, token->secret, "host", FIXTURE_HOST, "192.0.2.10",
                                       8444, NULL, "192.0.2.10", &error);
  g_assert_no_error(error);
  g_assert_true(joined);
}

static void
fill_desktop(HostDesktop *report, const char *id, HostPower power, gboolean ready, const char *user)
{
  *report = (HostDesktop){.id = id,
                          .name = "name",
                          .pool = "office",
                          .power = (int)power,
                          .guest = {.ready = ready, .user = user},
                          .step = ready ? "ready" : "booting",
                          .progress = ready ? 100 : 50};
}

void
service_fixture_host_hello(ServiceFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  fixture->link_open = TRUE;
  HostImage image = {.name = "office", .hash = "abc", .size_mib = 900, .state = HOST_IMAGE_PRESENT};
  g_autofree HostDesktop *desktops = g_new0(HostDesktop, g_hash_table_size(fixture->alive) + 1);
  guint count = 0;
  GHashTableIter iter;
  gpointer id;
  g_hash_table_iter_init(&iter, fixture->alive);
  while (g_hash_table_iter_next(&iter, &id, NULL)) {
    gboolean off = g_hash_table_contains(fixture->off, id);
    fill_desktop(&desktops[count++], id, off ? HOST_POWER_OFF : HOST_POWER_UP, !off, off ? NULL : "user");
  }
  const HostHello hello = {
      .host = FIXTURE_HOST,
      .boot_id = "boot-1",
      .agent_version = "0.1.0",
      .accelerator = HOST_ACCELERATOR_KVM,
      .accelerator_reason = "a guest booted",
      .capacity = {.cpus = 64, .memory_mib = 131072, .memory_free_mib = 131072, .disk_free_mib = 100000},
      .relay = {.address = "192.0.2.10", .port = 8444},
      .images = &image,
      .image_count = 1,
      .desktops = desktops,
      .desktop_count = count};
  g_autoptr(HostGreeting) greeting = host_events_hello(fixture->services, FIXTURE_HOST, &hello, &error);
  g_assert_no_error(error);
  g_assert_cmpint(greeting->term, >, fixture->term);
  fixture->term = greeting->term;
  const GPtrArray *known = greeting->desktops;
  /* As a real host does: what the welcome does not name is an orphan. */
  g_autoptr(GHashTable) named = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < known->len; i++)
    g_hash_table_add(named, ((Desktop *)g_ptr_array_index(known, i))->id);
  g_hash_table_iter_init(&iter, fixture->alive);
  while (g_hash_table_iter_next(&iter, &id, NULL))
    if (!g_hash_table_contains(named, id))
      g_hash_table_iter_remove(&iter);
  g_assert_true(host_events_welcomed(fixture->services, FIXTURE_HOST, fixture->term, &error));
  g_assert_no_error(error);
}

void
service_fixture_host_silent(ServiceFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  fixture->link_open = FALSE;
  gboolean done = host_events_silent(fixture->services, FIXTURE_HOST, fixture->term, &error);
  g_assert_no_error(error);
  g_assert_true(done);
  service_fixture_catch_up(fixture);
  g_ptr_array_set_size(fixture->delivered, 0);
}

void
service_fixture_pool(ServiceFixture *fixture, gint64 size, gint64 spares)
{
  PoolSettings settings = POOL_SETTINGS_NONE;
  settings.size = size;
  settings.spares = spares;
  service_fixture_pool_of(fixture, &settings);
}

static gboolean
is_manual(const PoolSettings *settings)
{
  return g_strcmp0(settings->kind, "manual") == 0;
}

void
service_fixture_pool_of(ServiceFixture *fixture, const PoolSettings *wanted)
{
  g_autoptr(GError) error = NULL;
  service_fixture_host_join(fixture);
  service_fixture_host_hello(fixture);
  g_autoptr(Image) image = image_registry_register(fixture->services, fixture->admin, "office", &error);
  g_assert_no_error(error);
  PoolSettings settings = *wanted;
  settings.name = "office";
  if (!is_manual(wanted)) {
    settings.image = "office";
    settings.memory_mib = 512;
    settings.vcpus = 1;
  }
  g_autoptr(PoolStatus) status = pool_admin_create(fixture->services, fixture->admin, &settings, &error);
  g_assert_no_error(error);
}

void
service_fixture_change_pool(ServiceFixture *fixture, const PoolSettings *settings)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(PoolStatus) status =
      pool_admin_change(fixture->services, fixture->admin, "office", settings, 0, &error);
  g_assert_no_error(error);
}

Desktop *
service_fixture_desktop(ServiceFixture *fixture, const char *key)
{
  g_autoptr(GError) error = NULL;
  Desktop *desktop = desktop_admin_get(fixture->services, key, &error);
  g_assert_no_error(error);
  return desktop;
}

Session *
service_fixture_session(ServiceFixture *fixture, const char *id)
{
  g_autoptr(GError) error = NULL;
  Session *session = session_list_get(fixture->services, fixture->admin, id, &error);
  g_assert_no_error(error);
  return session;
}

void
service_fixture_idle(ServiceFixture *fixture, const char *id, gint64 idle_s)
{
  g_autoptr(GError) error = NULL;
  HostDesktop report;
  fill_desktop(&report, id, HOST_POWER_UP, TRUE, "user");
  report.guest.idle_ms = idle_s < 0 ? HOST_IDLE_UNKNOWN : idle_s * 1000;
  gboolean done = host_events_desktop(fixture->services, FIXTURE_HOST, fixture->term, &report, &error);
  g_assert_no_error(error);
  g_assert_true(done);
}

void
service_fixture_report(ServiceFixture *fixture, const char *id, HostPower power, gboolean ready,
                       const char *user)
{
  g_autoptr(GError) error = NULL;
  HostDesktop report;
  fill_desktop(&report, id, power, ready, user);
  gboolean done = host_events_desktop(fixture->services, FIXTURE_HOST, fixture->term, &report, &error);
  g_assert_no_error(error);
  g_assert_true(done);
}

static void
answer(ServiceFixture *fixture, const HostCommand *command, gboolean succeeded)
{
  g_autoptr(GError) error = NULL;
  const HostResult result = {.command = command->id,
                             .ok = succeeded,
                             .code = succeeded ? NULL : "no-disk-space",
                             .detail = succeeded ? NULL : "The disk is full."};
  gboolean done = host_events_result(fixture->services, FIXTURE_HOST, fixture->term, &result, &error);
  g_assert_no_error(error);
  g_assert_true(done);
}

static void
come_up(ServiceFixture *fixture, const char *id)
{
  g_hash_table_remove(fixture->off, id);
  service_fixture_report(fixture, id, HOST_POWER_STARTING, FALSE, NULL);
  service_fixture_report(fixture, id, HOST_POWER_UP, TRUE, "user");
}

/* What only desktops that are kept are told. */
static void
obey_kept(ServiceFixture *fixture, const HostCommand *command)
{
  switch (command->kind) {
  case HOST_COMMAND_START: {
    guint times = GPOINTER_TO_UINT(g_hash_table_lookup(fixture->started, command->desktop));
    g_hash_table_insert(fixture->started, g_strdup(command->desktop), GUINT_TO_POINTER(times + 1));
    come_up(fixture, command->desktop);
    break;
  }
  case HOST_COMMAND_RESTART:
  case HOST_COMMAND_RESET:
    come_up(fixture, command->desktop);
    break;
  case HOST_COMMAND_SHUTDOWN:
    if (fixture->is_deaf)
      break;
    g_hash_table_add(fixture->off, g_strdup(command->desktop));
    service_fixture_report(fixture, command->desktop, HOST_POWER_OFF, FALSE, NULL);
    break;
  case HOST_COMMAND_LOGOFF:
    service_fixture_report(fixture, command->desktop, HOST_POWER_UP, FALSE, NULL);
    break;
  case HOST_COMMAND_ADOPT:
    g_hash_table_add(fixture->alive, g_strdup(command->desktop));
    service_fixture_report(fixture, command->desktop, HOST_POWER_UP, TRUE, NULL);
    break;
  case HOST_COMMAND_MESSAGE:
    g_string_append_printf(fixture->told, "%s\n", command->text);
    break;
  default:
    break;
  }
}

static void
obey(ServiceFixture *fixture, const HostCommand *command)
{
  if ((command->kind == HOST_COMMAND_CREATE && fixture->fails_creates) ||
      (command->kind == HOST_COMMAND_SHUTDOWN && fixture->fails_shutdowns)) {
    answer(fixture, command, FALSE);
    return;
  }
  if (command->kind == HOST_COMMAND_CREATE) {
    guint times = GPOINTER_TO_UINT(g_hash_table_lookup(fixture->created, command->desktop));
    g_hash_table_insert(fixture->created, g_strdup(command->desktop), GUINT_TO_POINTER(times + 1));
    g_hash_table_add(fixture->alive, g_strdup(command->desktop));
    service_fixture_report(fixture, command->desktop, HOST_POWER_STARTING, FALSE, NULL);
    service_fixture_report(fixture, command->desktop, HOST_POWER_UP, TRUE, "user");
  }
  if (command->kind == HOST_COMMAND_DESTROY || command->kind == HOST_COMMAND_RELEASE)
    g_hash_table_remove(fixture->alive, command->desktop);
  obey_kept(fixture, command);
  answer(fixture, command, TRUE);
}

static GPtrArray *
take_delivered(ServiceFixture *fixture)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&fixture->mutex);
  GPtrArray *taken = g_steal_pointer(&fixture->delivered);
  fixture->delivered = g_ptr_array_new_with_free_func((GDestroyNotify)host_message_free);
  return taken;
}

void
service_fixture_catch_up(ServiceFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  gboolean done = services_catch_up(fixture->services, &error);
  g_assert_no_error(error);
  g_assert_true(done);
}

guint
service_fixture_commands(ServiceFixture *fixture)
{
  service_fixture_catch_up(fixture);
  return fixture->delivered->len;
}

const HostCommand *
service_fixture_command(ServiceFixture *fixture, guint at)
{
  g_assert_cmpuint(at, <, service_fixture_commands(fixture));
  return &((HostMessage *)g_ptr_array_index(fixture->delivered, at))->command;
}

void
service_fixture_forget_commands(ServiceFixture *fixture)
{
  service_fixture_catch_up(fixture);
  g_ptr_array_set_size(fixture->delivered, 0);
}

void
service_fixture_settle(ServiceFixture *fixture)
{
  for (guint quiet = 0, rounds = 0; quiet < 2; rounds++) {
    g_assert_cmpuint(rounds, <, SETTLE_ROUNDS_MAX);
    g_autoptr(GError) error = NULL;
    gboolean done = services_tick(fixture->services, &error);
    g_assert_no_error(error);
    g_assert_true(done);
    service_fixture_catch_up(fixture);
    g_autoptr(GPtrArray) commands = take_delivered(fixture);
    quiet = commands->len == 0 ? quiet + 1 : 0;
    for (guint i = 0; i < commands->len; i++)
      obey(fixture, &((HostMessage *)g_ptr_array_index(commands, i))->command);
  }
}

void
service_fixture_sign_in(ServiceFixture *fixture, const Caller *caller)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Work) work = work_begin(fixture->services, DB_WRITE, &error);
  g_assert_no_error(error);
  const SignInRow row = {.token_hash = caller->token_hash,
                         .user_id = caller->user_id,
                         .address = caller->address,
                         .method = (char *)"password",
                         .client = (char *)"",
                         .created_us = work->now_us,
                         .expires_us = work->now_us + SIGN_IN_US};
  gboolean done = sign_in_store_add(work->transaction, &row, &error) && work_commit(work, &error);
  g_assert_no_error(error);
  g_assert_true(done);
}

/* Straight into the store: hashing a password for each of fifty users would take seconds. */
Caller *
service_fixture_user(ServiceFixture *fixture, const char *name)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *id = g_uuid_string_random();
  g_autofree char *device = g_strconcat("device-of-", name, NULL);
  const User user = {.id = id, .name = (char *)name, .full_name = (char *)""};
  g_autoptr(Work) work = work_begin(fixture->services, DB_WRITE, &error);
  g_assert_no_error(error);
  gboolean done =
      user_store_add(work->transaction, &user, "no hash matches this", &error) && work_commit(work, &error);
  g_assert_no_error(error);
  g_assert_true(done);
  g_clear_pointer(&work, work_free);
  done = pool_admin_entitle(fixture->services, fixture->admin, "office", ENTITLEMENT_USER, name, &error);
  g_assert_no_error(error);
  g_assert_true(done);
  Caller *caller = caller_new(id, name, FALSE, "198.51.100.7", device);
  service_fixture_sign_in(fixture, caller);
  return caller;
}

Session *
service_fixture_connect(ServiceFixture *fixture, const Caller *caller, const char *key, GError **error)
{
  const ConnectOptions options = {.idempotency_key = key};
  return connect_pool(fixture->services, caller, "office", &options, error);
}

void
service_fixture_console(ServiceFixture *fixture, const Session *session, gboolean open)
{
  g_autoptr(GError) error = NULL;
  const HostConsole console = {.session = session->id,
                               .desktop = session->desktop_id,
                               .state = open ? HOST_CONSOLE_CONNECTED : HOST_CONSOLE_DISCONNECTED,
                               .client = "198.51.100.7",
                               .viewer = "native"};
  gboolean done = host_events_console(fixture->services, FIXTURE_HOST, fixture->term, &console, &error);
  g_assert_no_error(error);
  g_assert_true(done);
}

void
service_fixture_check_invariants(ServiceFixture *fixture, guint size)
{
  g_autoptr(GError) error = NULL;
  const Page page = {.limit = PAGE_LIMIT_MAX};
  g_autoptr(GPtrArray) desktops = desktop_admin_list(fixture->services, &page, NULL, &error);
  g_assert_no_error(error);
  g_autoptr(GPtrArray) sessions = session_list(fixture->services, fixture->admin, TRUE, &page, NULL, &error);
  g_assert_no_error(error);
  g_autoptr(GHashTable) owned = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < desktops->len; i++) {
    const Desktop *desktop = g_ptr_array_index(desktops, i);
    if (desktop->kind == POOL_FLOATING)
      g_assert_cmpint(desktop->assignment == ASSIGNMENT_ASSIGNED, ==, desktop->session_id != NULL);
    g_assert_cmpint(desktop->assignment == ASSIGNMENT_ASSIGNED, ==, desktop->owner_id != NULL);
    if (desktop->session_id != NULL)
      g_assert_true(g_hash_table_add(owned, desktop->session_id));
  }
  g_assert_cmpuint(desktops->len, <=, size);
  g_assert_cmpuint(g_hash_table_size(owned), ==, sessions->len);
}

void
service_fixture_free(ServiceFixture *fixture)
{
  services_free(fixture->services);
  static const char *const endings[] = {"", "-wal", "-shm", ".lock"};
  for (guint i = 0; i < G_N_ELEMENTS(endings); i++) {
    g_autofree char *path = g_strconcat(fixture->database_path, endings[i], NULL);
    g_remove(path);
  }
  g_rmdir(fixture->folder);
  g_free(fixture->folder);
  g_free(fixture->database_path);
  g_ptr_array_unref(fixture->delivered);
  g_hash_table_unref(fixture->alive);
  g_hash_table_unref(fixture->created);
  g_hash_table_unref(fixture->off);
  g_hash_table_unref(fixture->started);
  g_string_free(fixture->told, TRUE);
  caller_free(fixture->admin);
  g_mutex_clear(&fixture->mutex);
  g_free(fixture);
}
