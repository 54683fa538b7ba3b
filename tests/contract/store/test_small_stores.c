/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/audit_store.h"
#include "broker/store/console_password_store.h"
#include "broker/store/creation_store.h"
#include "broker/store/foreign_store.h"
#include "broker/store/host_store.h"
#include "broker/store/image_store.h"
#include "broker/store/join_token_store.h"
#include "broker/store/outbox_store.h"
#include "broker/store/session_store.h"
#include "broker/store/setting_store.h"
#include "tests/contract/store/store_case.h"

static void
test_setting(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_assert_null(setting_store_get(test->transaction, "term", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
  g_assert_true(setting_store_set(test->transaction, "term", "1", NULL));
  g_assert_true(setting_store_set(test->transaction, "term", "2", NULL));
  g_autofree char *value = setting_store_get(test->transaction, "term", NULL);
  g_assert_cmpstr(value, ==, "2");
}

static void
test_outbox(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  store_case_pool(test);
  HostCommand command = {.kind = HOST_COMMAND_DESTROY,
                         .desktop = "6f9619ff-8b86-4011-b42d-00cf4fc964ff",
                         .epoch = {1, 7},
                         .term = 3};
  for (guint i = 0; i < 3; i++)
    g_assert_true(outbox_store_add(test->transaction, "kvm1", &command, &error));
  g_autoptr(GPtrArray) all = outbox_store_list(test->transaction, "kvm1", 0, &error);
  g_assert_cmpuint(all->len, ==, 3);
  const Command *last = g_ptr_array_index(all, 2);
  g_autoptr(HostMessage) message = host_message_parse(last->text, strlen(last->text), &error);
  g_assert_no_error(error);
  g_assert_cmpint(message->command.id, ==, last->id);
  g_assert_cmpint(message->command.kind, ==, HOST_COMMAND_DESTROY);
  g_assert_true(outbox_store_remove(test->transaction, last->id, &error));
  g_assert_true(outbox_store_add(test->transaction, "kvm1", &command, &error)); /* its id is not used again */
  g_autoptr(GPtrArray) newer = outbox_store_list(test->transaction, "kvm1", last->id, &error);
  g_assert_cmpuint(newer->len, ==, 1);
  g_autoptr(GPtrArray) of_none = outbox_store_list_all(test->transaction, NULL, 0, &error);
  g_assert_cmpuint(of_none->len, ==, 0);
  const OutboxPlace of[] = {{"a\"{b},\\", 0}, {"kvm1", ((Command *)g_ptr_array_index(all, 0))->id}};
  g_autoptr(GPtrArray) of_all = outbox_store_list_all(test->transaction, of, G_N_ELEMENTS(of), &error);
  g_assert_no_error(error);
  g_assert_cmpuint(of_all->len, ==, 2);
  g_assert_cmpint(((Command *)g_ptr_array_index(of_all, 1))->id, >, last->id);
  g_assert_cmpstr(((Command *)g_ptr_array_index(of_all, 1))->host, ==, "kvm1");
  gboolean waits = FALSE;
  g_assert_true(outbox_store_waits(test->transaction, command.desktop, "destroy", &waits, &error));
  g_assert_true(waits);
  g_assert_true(outbox_store_remove_of_desktop(test->transaction, "kvm1", command.desktop, &error));
  g_autoptr(GPtrArray) none = outbox_store_list(test->transaction, "kvm1", 0, &error);
  g_assert_cmpuint(none->len, ==, 0);
}

static void
test_images(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  store_case_pool(test);
  g_autoptr(GPtrArray) copies = g_ptr_array_new();
  ImageCopy good = {.name = (char *)"debian12", .hash = (char *)"abc", .size_mib = 900, .detail = (char *)""};
  ImageCopy bad = {
      .name = (char *)"broken", .hash = (char *)"", .damaged = TRUE, .detail = (char *)"hash differs"};
  g_ptr_array_add(copies, &good);
  g_ptr_array_add(copies, &bad);
  g_assert_true(image_store_replace_of_host(test->transaction, "kvm1", copies, &error));
  g_assert_true(image_store_register(test->transaction, "debian12", &error));
  g_assert_true(image_store_register(test->transaction, "gone", &error)); /* registered, held by nobody */
  const Page page = {0};
  g_autoptr(GPtrArray) images = image_store_list(test->transaction, &page, NULL, &error);
  g_assert_cmpuint(images->len, ==, 3);
  const Image *broken = g_ptr_array_index(images, 0), *debian = g_ptr_array_index(images, 1);
  g_assert_false(broken->registered);
  g_assert_cmpuint(g_strv_length(broken->hosts), ==, 0);
  g_assert_true(debian->registered);
  g_assert_cmpstr(debian->hosts[0], ==, "kvm1");
  g_assert_cmpuint(debian->size_mib, ==, 900);
  g_assert_true(image_store_unregister(test->transaction, "gone", &error));
  g_assert_null(image_store_find(test->transaction, "gone", NULL));
}

static void
test_host(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  store_case_pool(test);
  store_case_desktop(test, "d1", ASSIGNMENT_SPARE, POWER_UP, 1);
  g_autoptr(Host) host = host_store_find(test->transaction, "kvm1", &error);
  g_assert_true(host_store_count_desktops(test->transaction, host, &error));
  g_assert_cmpuint(host->desktops, ==, 1);
  host->state = HOST_SILENT;
  host->capacity.memory_free_mib = 123;
  g_ptr_array_add(host->quarantined, host_quarantine_new("stranger", "It is not ours."));
  g_assert_true(host_store_put(test->transaction, host, &error));
  g_assert_cmpint(host->duty, ==, HOST_ACTIVE);
  host->duty = HOST_DRAINING;
  g_assert_true(host_store_write_duty(test->transaction, host, &error));
  host->duty = HOST_ACTIVE; /* not by the way: */
  g_assert_true(host_store_put(test->transaction, host, &error));
  g_assert_true(host_store_write_quarantine(test->transaction, host, &error));
  g_autoptr(Host) same = host_store_find(test->transaction, "kvm1", &error);
  g_assert_true(host_store_read_quarantine(test->transaction, same, &error));
  g_assert_cmpint(same->state, ==, HOST_SILENT);
  g_assert_cmpint(same->duty, ==, HOST_DRAINING);
  g_assert_cmpint(same->capacity.memory_free_mib, ==, 123);
  g_assert_cmpstr(((HostQuarantine *)g_ptr_array_index(same->quarantined, 0))->name, ==, "stranger");
  g_assert_false(host_store_remove(test->transaction, "kvm1", &error)); /* it has desktops */
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
}

static void
test_foreign(StoreCase *test, gconstpointer data)
{
  const HostForeign domains[] = {
      {"22222222-2222-4333-8444-555555555555", "old'vm", HOST_POWER_UP, TRUE, NULL},
      {"33333333-2222-4333-8444-555555555555", "bare", HOST_POWER_OFF, FALSE, "It has no SPICE display."}};
  g_autoptr(GError) error = NULL;
  store_case_pool(test);
  g_assert_true(foreign_store_replace_of_host(test->transaction, "kvm1", domains, 2, &error));
  g_autoptr(GPtrArray) found = foreign_store_of_host(test->transaction, "kvm1", &error);
  g_assert_cmpuint(found->len, ==, 2);
  const Foreign *bare = g_ptr_array_index(found, 0);
  g_assert_cmpstr(bare->reason, ==, "It has no SPICE display.");
  g_assert_cmpint(bare->power, ==, HOST_POWER_OFF);
  g_assert_false(bare->adoptable);
  g_autoptr(Foreign) by_name = foreign_store_find(test->transaction, "kvm1", "old'vm", &error);
  g_autoptr(Foreign) by_id = foreign_store_find(test->transaction, "kvm1", domains[0].uuid, &error);
  g_assert_cmpstr(by_name->uuid, ==, domains[0].uuid);
  g_assert_cmpstr(by_id->name, ==, "old'vm");
  g_assert_true(by_id->adoptable);
  g_assert_true(foreign_store_replace_of_host(test->transaction, "kvm1", NULL, 0, &error));
  g_assert_null(foreign_store_find(test->transaction, "kvm1", "bare", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
}

static void
test_join_token(StoreCase *test, gconstpointer data)
{
  gboolean taken = FALSE;
  g_assert_true(join_token_store_add(test->transaction, "hash", "host", 100, NULL));
  g_assert_true(join_token_store_take(test->transaction, "hash", "portal", 50, &taken, NULL));
  g_assert_false(taken);
  g_assert_true(join_token_store_take(test->transaction, "hash", "host", 100, &taken, NULL));
  g_assert_false(taken);
  g_assert_true(join_token_store_take(test->transaction, "hash", "host", 99, &taken, NULL));
  g_assert_true(taken);
  g_assert_true(join_token_store_take(test->transaction, "hash", "host", 99, &taken, NULL));
  g_assert_false(taken);
}

static void
test_console_password(StoreCase *test, gconstpointer data)
{
  gboolean spent = FALSE;
  const Session session = {.id = (char *)"s1",
                           .pool_id = (char *)"office",
                           .pool_name = (char *)"office",
                           .user_id = (char *)"a",
                           .user_name = (char *)"a",
                           .desktop_id = (char *)"d",
                           .desktop_name = (char *)"d",
                           .host = (char *)"kvm1",
                           .viewer = (char *)"",
                           .device = (char *)""};
  g_assert_true(session_store_add(test->transaction, &session, NULL));
  g_assert_true(console_password_store_add(test->transaction, "hash", "s1", "vv", 100, NULL));
  g_assert_true(console_password_store_spend(test->transaction, "hash", &spent, NULL));
  g_assert_true(spent);
  g_assert_true(console_password_store_spend(test->transaction, "hash", &spent, NULL));
  g_assert_false(spent);
  g_autoptr(ConsolePasswordRow) row = console_password_store_find(test->transaction, "hash", NULL);
  g_assert_true(row->used);
  g_assert_true(console_password_store_remove_expired(test->transaction, 101, NULL));
  g_assert_null(console_password_store_find(test->transaction, "hash", NULL));
}

static void
test_audit(StoreCase *test, gconstpointer data)
{
  for (gint64 i = 0; i < 5; i++) {
    const AuditEntry entry = {.time_us = i,
                              .actor = (char *)"alice",
                              .action = (char *)"sign-in",
                              .object = (char *)"user/alice",
                              .succeeded = TRUE,
                              .code = (char *)"",
                              .detail = (char *)"",
                              .address = (char *)""};
    g_assert_true(audit_store_add(test->transaction, &entry, NULL));
  }
  g_autofree char *next = NULL;
  const Page first = {.limit = 3};
  g_autoptr(GPtrArray) newest = audit_store_list(test->transaction, &first, &next, NULL);
  g_assert_cmpint(((AuditEntry *)g_ptr_array_index(newest, 0))->time_us, ==, 4);
  const Page second = {.limit = 3, .cursor = next};
  g_autofree char *end = NULL;
  g_autoptr(GPtrArray) older = audit_store_list(test->transaction, &second, &end, NULL);
  g_assert_cmpuint(older->len, ==, 2);
  g_assert_cmpint(((AuditEntry *)g_ptr_array_index(older, 0))->time_us, ==, 1);
  g_assert_null(end);
}

static void
expect_no_creation(StoreCase *test, const char *key)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(CreationRow) row = creation_store_find(test->transaction, key, &error);
  g_assert_null(row);
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
}

static void
test_creation(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  expect_no_creation(test, "k1");
  g_assert_true(creation_store_add(test->transaction, "k1", "b1", "user/alice", 10, &error));
  g_assert_true(creation_store_set_answer(test->transaction, "k1", "sealed", &error));
  g_assert_true(creation_store_set_answer(test->transaction, "k9", "nobody's", &error));
  g_autoptr(CreationRow) row = creation_store_find(test->transaction, "k1", &error);
  g_assert_no_error(error);
  g_assert_cmpstr(row->body_hash, ==, "b1");
  g_assert_cmpstr(row->object, ==, "user/alice");
  g_assert_cmpstr(row->answer, ==, "sealed");
}

static void
test_creations_are_bounded(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  static const char *const keys[] = {"k1", "k2", "k3", "k4"};
  for (guint i = 0; i < G_N_ELEMENTS(keys); i++)
    g_assert_true(creation_store_add(test->transaction, keys[i], "b", "pool/p", 10 + i, &error));
  g_assert_true(creation_store_remove_old(test->transaction, 11, 10, &error)); /* too old */
  expect_no_creation(test, "k1");
  g_assert_true(creation_store_remove_old(test->transaction, 0, 2, &error)); /* too many */
  expect_no_creation(test, "k2");
  g_autoptr(CreationRow) kept = creation_store_find(test->transaction, "k3", &error);
  g_assert_no_error(error);
}

static void
test_creation_once(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_assert_true(creation_store_add(test->transaction, "k1", "b1", "user/alice", 10, &error));
  g_assert_false(creation_store_add(test->transaction, "k1", "b1", "user/alice", 11, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  STORE_CASE_ADD("/stores/setting", test_setting);
  STORE_CASE_ADD("/stores/outbox", test_outbox);
  STORE_CASE_ADD("/stores/image", test_images);
  STORE_CASE_ADD("/stores/host", test_host);
  STORE_CASE_ADD("/stores/foreign", test_foreign);
  STORE_CASE_ADD("/stores/join-token", test_join_token);
  STORE_CASE_ADD("/stores/console-password", test_console_password);
  STORE_CASE_ADD("/stores/audit", test_audit);
  STORE_CASE_ADD("/stores/creation", test_creation);
  STORE_CASE_ADD("/stores/creation/bounded", test_creations_are_bounded);
  STORE_CASE_ADD("/stores/creation/once", test_creation_once);
  return g_test_run();
}
