/* SPDX-License-Identifier: Apache-2.0 */
#include "common/spice/spice_guard.h"

#include <glib.h>

static const uint8_t nothing[SPICE_GUARD_PEEK];
/* cache id, cache size, dictionary id, dictionary window */
static const uint8_t display_init[SPICE_GUARD_PEEK] = {1, 0, 0, 16, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0};
static const uint8_t negative_window[SPICE_GUARD_PEEK] = {1, 0, 0, 16, 0, 0, 0, 0, 0, 1, 255, 255, 255, 255};

static bool
may_pass(SpiceGuard *guard, uint16_t type, uint32_t size, const uint8_t *payload)
{
  return spice_guard_check(guard, &(SpiceMessageHeader){.type = type, .size = size}, payload) == NULL;
}

static void
test_single_messages(void)
{
  static const struct {
    uint8_t channel;
    uint16_t type;
    uint32_t size;
    bool passes;
  } cases[] = {
      {SPICE_TYPE_MAIN, 1, 4, true},          {SPICE_TYPE_MAIN, 1, 5, false},
      {SPICE_TYPE_MAIN, 104, 0, true},        {SPICE_TYPE_MAIN, 107, 2048, true},
      {SPICE_TYPE_MAIN, 107, 2049, false},    {SPICE_TYPE_MAIN, 112, 0, false},
      {SPICE_TYPE_MAIN, 102, 0, false},       {SPICE_TYPE_CURSOR, 3, 12, true},
      {SPICE_TYPE_CURSOR, 101, 0, false},     {SPICE_TYPE_INPUTS, 112, 11, true},
      {SPICE_TYPE_INPUTS, 112, 10, false},    {SPICE_TYPE_INPUTS, 105, 4, false},
      {SPICE_TYPE_PLAYBACK, 101, 0, false},   {SPICE_TYPE_RECORD, 101, 32769, false},
      {SPICE_TYPE_DISPLAY, 103, 1, false},    {SPICE_TYPE_DISPLAY, 4, 0, false},
      {SPICE_TYPE_DISPLAY, 104, 0, false},    {SPICE_TYPE_USBREDIR, 101, 65536, true},
      {SPICE_TYPE_USBREDIR, 201, 1, false},   {SPICE_TYPE_PORT, 201, 1, true},
      {SPICE_TYPE_SMARTCARD, 101, 11, false}, {SPICE_TYPE_INPUTS, 0, 0, false},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    SpiceGuard guard;
    spice_guard_init(&guard, cases[i].channel);
    g_test_message("channel %u type %u size %u", cases[i].channel, cases[i].type, cases[i].size);
    g_assert_cmpint(may_pass(&guard, cases[i].type, cases[i].size, nothing), ==, cases[i].passes);
  }
}

static void
test_display_is_initialised_once(void)
{
  SpiceGuard guard;
  spice_guard_init(&guard, SPICE_TYPE_DISPLAY);
  g_assert_false(may_pass(&guard, 101, 14, negative_window));
  g_assert_true(may_pass(&guard, 101, 14, display_init));
  g_assert_true(may_pass(&guard, 103, 1, nothing));
  g_assert_false(may_pass(&guard, 101, 14, display_init));
}

static void
test_migration_messages_need_a_migration(void)
{
  SpiceGuard guard;
  spice_guard_init(&guard, SPICE_TYPE_INPUTS);
  spice_guard_note_server(&guard,
                          SPICE_MSG_MAIN_MIGRATE_BEGIN_TYPE); /* means that on the main channel alone */
  g_assert_false(may_pass(&guard, 4, 0, nothing));
  spice_guard_note_server(&guard, SPICE_MSG_MIGRATE_TYPE);
  g_assert_true(may_pass(&guard, 4, 0, nothing));
  g_assert_false(may_pass(&guard, 4, 0, nothing));
  g_assert_true(may_pass(&guard, 5, 100, nothing));
  g_assert_false(may_pass(&guard, 5, 100, nothing));
}

static void
test_sub_messages_are_refused(void)
{
  SpiceGuard guard;
  spice_guard_init(&guard, SPICE_TYPE_MAIN);
  SpiceMessageHeader header = {.type = 1, .size = 4, .sub_list = 1};
  g_assert_nonnull(spice_guard_check(&guard, &header, nothing));
}

static void
test_compressed_data_is_bounded(void)
{
  static const uint8_t huge[SPICE_GUARD_PEEK] = {1, 0, 0, 0, 0x7f};
  SpiceGuard guard;
  spice_guard_init(&guard, SPICE_TYPE_USBREDIR);
  g_assert_true(may_pass(&guard, 102, 100, nothing));
  g_assert_false(may_pass(&guard, 102, 100, huge));
}

static void
test_cursor_walks_over_messages(void)
{
  static const uint8_t bytes[] = {1, 0, 4, 0, 0, 0, 9, 9, 9, 9};
  SpiceCursor cursor = {.mini = true};
  SpiceMessageHeader header;
  g_assert_cmpint(spice_cursor_parse_header(&cursor, bytes, 5, &header), ==, SPICE_PARSE_MORE);
  g_assert_cmpint(spice_cursor_parse_header(&cursor, bytes, 6, &header), ==, SPICE_PARSE_DONE);
  g_assert_cmpuint(header.size, ==, 4);
  spice_cursor_enter(&cursor, &header);
  g_assert_cmpuint(spice_cursor_limit(&cursor, 100), ==, 10);
  spice_cursor_advance(&cursor, 7);
  g_assert_cmpuint(spice_cursor_limit(&cursor, 100), ==, 3);
}

static void
test_full_header(void)
{
  static const uint8_t bytes[18] = {1, 2, 3, 4, 5, 6, 7, 8, 103, 0, 32, 0, 0, 0, 5, 0, 0, 0};
  static const uint8_t absurd[18] = {1, 2, 3, 4, 5, 6, 7, 8, 103, 0, 0, 0, 0, 0xff};
  SpiceCursor cursor = {.mini = false};
  SpiceMessageHeader header;
  g_assert_cmpint(spice_cursor_parse_header(&cursor, bytes, 17, &header), ==, SPICE_PARSE_MORE);
  g_assert_cmpint(spice_cursor_parse_header(&cursor, bytes, 18, &header), ==, SPICE_PARSE_DONE);
  g_assert_cmpuint(header.type, ==, 103);
  g_assert_cmpuint(header.sub_list, ==, 5);
  g_assert_cmpint(spice_cursor_parse_header(&cursor, absurd, 18, &header), ==, SPICE_PARSE_BAD);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/spice-guard/single", test_single_messages);
  g_test_add_func("/spice-guard/display-init", test_display_is_initialised_once);
  g_test_add_func("/spice-guard/migration", test_migration_messages_need_a_migration);
  g_test_add_func("/spice-guard/sub-messages", test_sub_messages_are_refused);
  g_test_add_func("/spice-guard/compressed", test_compressed_data_is_bounded);
  g_test_add_func("/spice-message/cursor", test_cursor_walks_over_messages);
  g_test_add_func("/spice-message/full-header", test_full_header);
  return g_test_run();
}
