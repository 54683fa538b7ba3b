/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"
#include "common/base/text.h"
#include "common/wire/host_message.h"
#include "tests/support/hostile_texts.h"

#include <string.h>

#define DESKTOP "4f1c9a52-8d1e-4b52-9a51-0c6e2f1d7a10"
#define SESSION "11111111-2222-4333-8444-555555555555"

#define CREATE                                                                                               \
  "{\"type\":\"command\",\"id\":1,\"term\":1,\"desktop\":\"" DESKTOP                                         \
  "\",\"epoch\":\"1.7\",\"kind\":\"create\",\"name\":\"n\",\"pool\":\"p\",\"image\":\"i\",\"vcpus\":1,"      \
  "\"memory_mib\":512,\"heads\":1"

static HostMessage *
round_trip(const HostMessage *message)
{
  g_autofree char *text = host_message_build(message);
  g_autoptr(GError) error = NULL;
  HostMessage *parsed = host_message_parse(text, strlen(text), &error);
  g_assert_no_error(error);
  g_assert_cmpint(parsed->type, ==, message->type);
  return parsed;
}

static void
assert_refused(const char *text, int code, const char *word)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HostMessage) message = host_message_parse(text, strlen(text), &error);
  g_assert_null(message);
  g_assert_error(error, CARAWAY_ERROR, code);
  if (strstr(error->message, word) == NULL)
    g_error("“%s” does not say “%s”", error->message, word);
}

static const HostDesktop sample_desktop = {
    .id = DESKTOP,
    .name = "office-0001",
    .pool = "office",
    .epoch = {1, 7},
    .power = HOST_POWER_UP,
    .guest = {.ready = TRUE, .user = "alice", .idle_ms = 10, .locked = TRUE},
    .step = "ready",
    .progress = 100,
    .since_ms = 5,
};

static void
test_hello_round_trip(void)
{
  HostImage images[] = {{.name = "debian", .hash = "ab", .size_mib = 3},
                        {.name = "bad", .hash = "", .state = HOST_IMAGE_DAMAGED, .detail = "differs"}};
  HostConsole consoles[] = {{.session = SESSION, .desktop = DESKTOP, .client = "::1", .viewer = "native"}};
  HostQuarantined quarantined[] = {{.name = "<vm>", .reason = "not ours"}};
  HostForeign foreign[] = {{DESKTOP, "old-vm", HOST_POWER_OFF, FALSE, "It has no SPICE display."}};
  HostDesktop desktops[] = {sample_desktop};
  HostMessage message = {
      .type = HOST_MESSAGE_HELLO,
      .hello = {.versions = 1u << 1 | 1u << 2,
                .host = "kvm1",
                .boot_id = "b",
                .said_us = 77,
                .agent_version = "0.1.0",
                .accelerator = HOST_ACCELERATOR_TCG,
                .accelerator_reason = "no /dev/kvm",
                .capacity = {2, 4096, 1024, 99},
                .relay = {"10.0.0.5", 8444},
                .images = images,
                .image_count = 2,
                .desktops = desktops,
                .desktop_count = 1,
                .consoles = consoles,
                .console_count = 1,
                .quarantined = quarantined,
                .quarantined_count = 1,
                .foreign = foreign,
                .foreign_count = 1},
  };
  g_autoptr(HostMessage) parsed = round_trip(&message);
  const HostHello *hello = &parsed->hello;
  g_assert_cmpuint(hello->versions, ==, 6);
  g_assert_cmpint(hello->said_us, ==, 77);
  g_assert_cmpint(hello->accelerator, ==, HOST_ACCELERATOR_TCG);
  g_assert_cmpint(hello->capacity.memory_free_mib, ==, 1024);
  g_assert_cmpstr(hello->relay.address, ==, "10.0.0.5");
  g_assert_cmpint(hello->relay.port, ==, 8444);
  g_assert_cmpuint(hello->image_count, ==, 2);
  g_assert_cmpint(hello->images[1].state, ==, HOST_IMAGE_DAMAGED);
  g_assert_cmpstr(hello->desktops[0].guest.user, ==, "alice");
  g_assert_true(hello->desktops[0].guest.locked);
  g_assert_cmpuint(hello->desktops[0].epoch.counter, ==, 7);
  g_assert_cmpstr(hello->consoles[0].viewer, ==, "native");
  g_assert_cmpstr(hello->quarantined[0].name, ==, "<vm>");
  g_assert_cmpstr(hello->foreign[0].name, ==, "old-vm");
  g_assert_cmpint(hello->foreign[0].power, ==, HOST_POWER_OFF);
  g_assert_false(hello->foreign[0].adoptable);
  g_assert_cmpstr(hello->foreign[0].reason, ==, "It has no SPICE display.");
}

static void
test_foreign_round_trip(void)
{
  HostForeign domains[] = {{DESKTOP, "old-vm", HOST_POWER_UP, TRUE, NULL}};
  HostQuarantined quarantined[] = {{"own-0001 (4f1c9a52)", "The broker does not know it."}};
  const HostMessage message = {.type = HOST_MESSAGE_FOREIGN, .foreign = {domains, quarantined, 1, 1}};
  g_autoptr(HostMessage) parsed = round_trip(&message);
  g_assert_cmpuint(parsed->foreign.domain_count, ==, 1);
  g_assert_cmpstr(parsed->foreign.quarantined[0].reason, ==, "The broker does not know it.");
  g_assert_true(parsed->foreign.domains[0].adoptable);
  g_assert_null(parsed->foreign.domains[0].reason);
}

/* Nobody is signed in, and nobody can tell, are two things. */
static void
test_unknown_idle_time_is_left_out(void)
{
  HostMessage message = {.type = HOST_MESSAGE_DESKTOP, .desktop = sample_desktop};
  message.desktop.kind = HOST_KIND_ADOPTED;
  message.desktop.guest.user = NULL;
  message.desktop.guest.idle_ms = HOST_IDLE_UNKNOWN;
  g_autofree char *text = host_message_build(&message);
  g_assert_null(strstr(text, "idle_ms"));
  g_autoptr(HostMessage) parsed = round_trip(&message);
  g_assert_cmpint(parsed->desktop.guest.idle_ms, ==, HOST_IDLE_UNKNOWN);
  g_assert_cmpint(parsed->desktop.kind, ==, HOST_KIND_ADOPTED);
}

static HostMessage *
parse(const char *text)
{
  g_autoptr(GError) error = NULL;
  HostMessage *message = host_message_parse(text, strlen(text), &error);
  g_assert_no_error(error);
  return message;
}

/* What a host or broker of the version before says: none of the later members. */
static void
test_older_peers(void)
{
  g_autoptr(HostMessage) desktop =
      parse("{\"type\":\"desktop\",\"id\":\"" DESKTOP "\",\"name\":\"a\",\"pool\":\"p\",\"epoch\":\"1.7\","
            "\"power\":\"up\",\"guest\":{\"ready\":true,\"idle_ms\":4},\"step\":\"ready\",\"progress\":1,"
            "\"since_ms\":0}");
  g_assert_cmpint(desktop->desktop.kind, ==, HOST_KIND_FLOATING);
  g_assert_cmpint(desktop->desktop.guest.idle_ms, ==, 4);
  g_autoptr(HostMessage) create =
      parse("{\"type\":\"command\",\"id\":1,\"term\":1,\"desktop\":\"" DESKTOP "\",\"epoch\":\"1.7\","
            "\"kind\":\"create\",\"name\":\"n\",\"pool\":\"p\",\"image\":\"i\",\"vcpus\":1,"
            "\"memory_mib\":512,\"heads\":1}");
  g_assert_cmpint(create->command.desktop_kind, ==, HOST_KIND_FLOATING);
  g_assert_cmpuint(create->command.disk_count, ==, 0);
  g_assert_null(create->command.network);
}

static void
test_dedicated_round_trip(void)
{
  HostDisk disks[] = {{1024}, {20480}};
  HostMessage message = {.type = HOST_MESSAGE_COMMAND,
                         .command = {.id = 9,
                                     .term = 2,
                                     .desktop = DESKTOP,
                                     .epoch = {1, 0},
                                     .kind = HOST_COMMAND_CREATE,
                                     .name = "a",
                                     .pool = "p",
                                     .image = "i",
                                     .vcpus = 2,
                                     .memory_mib = 512,
                                     .heads = 1,
                                     .desktop_kind = HOST_KIND_DEDICATED,
                                     .disks = disks,
                                     .disk_count = 2,
                                     .network = "bridge:br0"}};
  g_autoptr(HostMessage) parsed = round_trip(&message);
  g_assert_cmpint(parsed->command.desktop_kind, ==, HOST_KIND_DEDICATED);
  g_assert_cmpuint(parsed->command.disk_count, ==, 2);
  g_assert_cmpint(parsed->command.disks[1].size_mib, ==, 20480);
  g_assert_cmpstr(parsed->command.network, ==, "bridge:br0");
}

static void
test_adopt_round_trip(void)
{
  static const HostCommandKind bare[] = {HOST_COMMAND_START, HOST_COMMAND_RELEASE};
  HostMessage message = {.type = HOST_MESSAGE_COMMAND,
                         .command = {.id = 9,
                                     .desktop = DESKTOP,
                                     .epoch = {1, 0},
                                     .kind = HOST_COMMAND_ADOPT,
                                     .name = "old-vm",
                                     .pool = "others"}};
  g_autoptr(HostMessage) adopt = round_trip(&message);
  g_assert_cmpstr(adopt->command.name, ==, "old-vm");
  g_assert_cmpstr(adopt->command.pool, ==, "others");
  for (guint i = 0; i < G_N_ELEMENTS(bare); i++) {
    message.command.kind = (int)bare[i];
    g_autoptr(HostMessage) parsed = round_trip(&message);
    g_assert_cmpint(parsed->command.kind, ==, bare[i]);
  }
}

static void
test_create_round_trip(void)
{
  HostMessage message = {.type = HOST_MESSAGE_COMMAND,
                         .command = {.id = 9,
                                     .term = 2,
                                     .desktop = DESKTOP,
                                     .epoch = {1, 0},
                                     .kind = HOST_COMMAND_CREATE,
                                     .name = "a",
                                     .pool = "p",
                                     .image = "i",
                                     .vcpus = 2,
                                     .memory_mib = 512,
                                     .heads = 1}};
  g_autoptr(HostMessage) parsed = round_trip(&message);
  g_assert_cmpint(parsed->command.memory_mib, ==, 512);
  g_assert_null(parsed->command.account);
  g_assert_cmpstr(parsed->command.image, ==, "i");
}

static void
test_welcome_round_trip(void)
{
  HostGrantKey keys[] = {{"b1-1", "AAAA"}};
  HostDesktopRef desktops[] = {{DESKTOP, {2, 3}}};
  HostMessage message = {.type = HOST_MESSAGE_WELCOME,
                         .welcome = {.version = 1,
                                     .installation = SESSION,
                                     .term = 3,
                                     .broker_time_ms = 1700000000000,
                                     .heartbeat_ms = 5000,
                                     .grant_keys = keys,
                                     .grant_key_count = 1,
                                     .desktops = desktops,
                                     .desktop_count = 1}};
  g_autoptr(HostMessage) parsed = round_trip(&message);
  g_assert_cmpstr(parsed->welcome.grant_keys[0].public_key, ==, "AAAA");
  g_assert_cmpuint(parsed->welcome.desktops[0].epoch.generation, ==, 2);
}

/* What a guest or libvirt says goes out as a text that the peer takes. */
static void
test_build_cleans_texts(void)
{
  g_autofree char *long_detail = g_strnfill(5000, 'x');
  HostDesktop desktop = sample_desktop;
  desktop.guest.user = "a\nb\xff";
  desktop.detail = long_detail;
  HostMessage message = {.type = HOST_MESSAGE_DESKTOP, .desktop = desktop};
  g_autoptr(HostMessage) parsed = round_trip(&message);
  g_assert_cmpstr(parsed->desktop.guest.user, ==, "a b\xef\xbf\xbd");
  g_assert_cmpuint(strlen(parsed->desktop.detail), ==, 1024);
}

static void
test_boot_log_keeps_control_characters(void)
{
  HostMessage message = {.type = HOST_MESSAGE_BOOT_LOG, .boot_log = {.request = 1, .text = "a\r\n\033[0m"}};
  g_autoptr(HostMessage) parsed = round_trip(&message);
  g_assert_cmpstr(parsed->boot_log.text, ==, "a\r\n\033[0m");
}

static void
test_unknown_members_are_ignored(void)
{
  const char text[] = "{\"type\":\"time\",\"broker_time_ms\":5,\"later\":[1]}";
  g_autoptr(GError) error = NULL;
  g_autoptr(HostMessage) message = host_message_parse(text, strlen(text), &error);
  g_assert_no_error(error);
  g_assert_cmpint(message->time.broker_time_ms, ==, 5);
}

static void
test_refusals(void)
{
  static const struct {
    const char *text;
    int code;
    const char *word;
  } cases[] = {
      {"{\"type\":\"dance\"}", CARAWAY_ERROR_PROTOCOL, "dance"},
      {"{}", CARAWAY_ERROR_INVALID, "type"},
      {"[]", CARAWAY_ERROR_MALFORMED, "object"},
      {"{\"type\":\"time\"}", CARAWAY_ERROR_INVALID, "broker_time_ms"},
      {"{\"type\":\"time\",\"broker_time_ms\":-1}", CARAWAY_ERROR_INVALID, "broker_time_ms"},
      {"{\"type\":\"result\",\"command\":1}", CARAWAY_ERROR_INVALID, "ok"},
      {"{\"type\":\"images\",\"images\":[1]}", CARAWAY_ERROR_INVALID, "images"},
      {"{\"type\":\"boot-log?\",\"request\":1,\"desktop\":\"../../etc\"}", CARAWAY_ERROR_INVALID, "UUID"},
      {"{\"type\":\"boot-log?\",\"request\":1,\"desktop\":\"4F1C9A52-8d1e-4b52-9a51-0c6e2f1d7a10\"}",
       CARAWAY_ERROR_INVALID, "UUID"},
      {"{\"type\":\"command\",\"id\":1,\"term\":1,\"desktop\":\"" DESKTOP
       "\",\"epoch\":\"1.7\",\"kind\":\"fly\"}",
       CARAWAY_ERROR_INVALID, "kind"},
      {"{\"type\":\"command\",\"id\":1,\"term\":1,\"desktop\":\"" DESKTOP
       "\",\"epoch\":\"7\",\"kind\":\"destroy\"}",
       CARAWAY_ERROR_INVALID, "epoch"},
      {"{\"type\":\"command\",\"id\":1,\"term\":1,\"desktop\":\"" DESKTOP
       "\",\"epoch\":\"1.7\",\"kind\":\"cut\"}",
       CARAWAY_ERROR_INVALID, "session"},
      {"{\"type\":\"command\",\"id\":1,\"term\":1,\"desktop\":\"" DESKTOP
       "\",\"epoch\":\"1.7\",\"kind\":\"create\",\"name\":\"n\"}",
       CARAWAY_ERROR_INVALID, "pool"},
      {CREATE ",\"desktop_kind\":\"adopted\"}", CARAWAY_ERROR_INVALID, "desktop_kind"},
      {CREATE ",\"disks\":[{},{},{},{},{}]}", CARAWAY_ERROR_INVALID, "disks"},
      {CREATE ",\"disks\":[{\"size_mib\":0}]}", CARAWAY_ERROR_INVALID, "size_mib"},
      {CREATE ",\"disks\":[{\"size_mib\":16777217}]}", CARAWAY_ERROR_INVALID, "size_mib"},
      {CREATE ",\"network\":7}", CARAWAY_ERROR_INVALID, "network"},
      {"{\"type\":\"command\",\"id\":1,\"term\":1,\"desktop\":\"" DESKTOP
       "\",\"epoch\":\"1.7\",\"kind\":\"adopt\"}",
       CARAWAY_ERROR_INVALID, "name"},
      {"{\"type\":\"foreign\"}", CARAWAY_ERROR_INVALID, "domains"},
      {"{\"type\":\"foreign\",\"domains\":[{\"uuid\":\"x\",\"name\":\"n\",\"power\":\"up\","
       "\"adoptable\":true}]}",
       CARAWAY_ERROR_INVALID, "UUID"},
  };
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
    assert_refused(cases[i].text, cases[i].code, cases[i].word);
}

/* Whatever a machine on a host is called, the broker takes the host's list of them, and reads what is plain.
 */
static void
test_hostile_names_of_others(void)
{
  g_autoptr(GPtrArray) texts = hostile_texts(TEST_SOURCE_DIR, HOSTILE_ANY);
  for (guint i = 0; i < texts->len; i++) {
    HostForeign domains[] = {{DESKTOP, texts->pdata[i], HOST_POWER_OFF, FALSE, texts->pdata[i]}};
    const HostMessage message = {.type = HOST_MESSAGE_FOREIGN,
                                 .foreign = {.domains = domains, .domain_count = 1}};
    g_autoptr(HostMessage) parsed = round_trip(&message);
    g_autofree char *plain = text_make_plain(texts->pdata[i]);
    g_assert_true(g_str_has_prefix(plain, parsed->foreign.domains[0].name));
    g_assert_cmpstr(parsed->foreign.domains[0].reason, ==, plain);
  }
}

static void
test_foreign_list_is_bounded(void)
{
  g_autoptr(GString) text = g_string_new("{\"type\":\"foreign\",\"domains\":[");
  for (guint i = 0; i <= HOST_MESSAGE_MAX_FOREIGN; i++)
    g_string_append_printf(text,
                           "%s{\"uuid\":\"" DESKTOP "\",\"name\":\"n\",\"power\":\"up\",\"adoptable\":true}",
                           i > 0 ? "," : "");
  g_string_append(text, "]}");
  assert_refused(text->str, CARAWAY_ERROR_INVALID, "domains");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/host-message/hello", test_hello_round_trip);
  g_test_add_func("/host-message/create", test_create_round_trip);
  g_test_add_func("/host-message/welcome", test_welcome_round_trip);
  g_test_add_func("/host-message/cleans-texts", test_build_cleans_texts);
  g_test_add_func("/host-message/boot-log", test_boot_log_keeps_control_characters);
  g_test_add_func("/host-message/unknown-members", test_unknown_members_are_ignored);
  g_test_add_func("/host-message/refusals", test_refusals);
  g_test_add_func("/host-message/foreign", test_foreign_round_trip);
  g_test_add_func("/host-message/hostile-names-of-others", test_hostile_names_of_others);
  g_test_add_func("/host-message/foreign-bounded", test_foreign_list_is_bounded);
  g_test_add_func("/host-message/unknown-idle", test_unknown_idle_time_is_left_out);
  g_test_add_func("/host-message/older-peers", test_older_peers);
  g_test_add_func("/host-message/dedicated", test_dedicated_round_trip);
  g_test_add_func("/host-message/adopt", test_adopt_round_trip);
  return g_test_run();
}
