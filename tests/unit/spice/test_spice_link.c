/* SPDX-License-Identifier: Apache-2.0 */
#include "common/spice/spice_channel.h"
#include "common/spice/spice_link.h"

#include <glib.h>
#include <string.h>

static const SpiceLinkMessage sample = {.connection_id = 0x01020304,
                                        .channel_type = SPICE_TYPE_DISPLAY,
                                        .channel_id = 1,
                                        .common_caps = 0xb,
                                        .channel_caps = 0x52};

static void
test_message_survives_a_round_trip(void)
{
  uint8_t bytes[SPICE_LINK_MAX_BYTES];
  SpiceLinkMessage message;
  SpiceLinkResult result;
  size_t size = spice_link_write_message(&sample, bytes);
  g_assert_cmpint(spice_link_parse_message(bytes, size, &message, &result), ==, SPICE_PARSE_DONE);
  g_assert_cmpuint(message.connection_id, ==, sample.connection_id);
  g_assert_cmpuint(message.channel_type, ==, sample.channel_type);
  g_assert_cmpuint(message.channel_id, ==, sample.channel_id);
  g_assert_cmpuint(message.common_caps, ==, sample.common_caps);
  g_assert_cmpuint(message.channel_caps, ==, sample.channel_caps);
  g_assert_cmpuint(message.size, ==, size);
}

static void
test_every_prefix_needs_more(void)
{
  uint8_t bytes[SPICE_LINK_MAX_BYTES];
  SpiceLinkMessage message;
  SpiceLinkResult result;
  size_t size = spice_link_write_message(&sample, bytes);
  for (size_t i = 0; i < size; i++)
    g_assert_cmpint(spice_link_parse_message(bytes, i, &message, &result), ==, SPICE_PARSE_MORE);
}

static void
test_reply_survives_a_round_trip(void)
{
  uint8_t bytes[SPICE_LINK_MAX_BYTES];
  SpiceLinkReplyMessage reply = {.common_caps = 0xb, .channel_caps = 0x1052}, parsed;
  memset(reply.key, 0x5a, sizeof reply.key);
  size_t size = spice_link_write_reply(&reply, bytes);
  g_assert_cmpint(spice_link_parse_reply(bytes, size, &parsed), ==, SPICE_PARSE_DONE);
  g_assert_cmpmem(parsed.key, sizeof parsed.key, reply.key, sizeof reply.key);
  g_assert_cmpuint(parsed.channel_caps, ==, 0x1052);
  g_assert_cmpint(spice_link_parse_reply(bytes, size - 1, &parsed), ==, SPICE_PARSE_MORE);
}

static void
test_bad_messages_are_told_apart(void)
{
  static const struct {
    size_t offset;
    uint32_t value;
    SpiceLinkResult result;
  } cases[] = {
      {0, 0x41414141, SPICE_LINK_INVALID_MAGIC}, {4, 3, SPICE_LINK_VERSION_MISMATCH},
      {12, 17, SPICE_LINK_INVALID_DATA},         {12, 4097, SPICE_LINK_INVALID_DATA},
      {22, 0x40000000, SPICE_LINK_INVALID_DATA}, {26, 0xffffffff, SPICE_LINK_INVALID_DATA},
      {30, 17, SPICE_LINK_INVALID_DATA},         {30, 19, SPICE_LINK_INVALID_DATA},
      {30, 0xfffffff0, SPICE_LINK_INVALID_DATA},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    uint8_t bytes[SPICE_LINK_MAX_BYTES];
    SpiceLinkMessage message;
    SpiceLinkResult result = SPICE_LINK_OK;
    size_t size = spice_link_write_message(&sample, bytes);
    spice_write_u32(bytes + cases[i].offset, cases[i].value);
    g_assert_cmpint(spice_link_parse_message(bytes, size, &message, &result), ==, SPICE_PARSE_BAD);
    g_assert_cmpint(result, ==, cases[i].result);
  }
}

static void
test_channel_names(void)
{
  uint8_t type = 0;
  for (uint8_t i = 0; i < 64; i++) {
    const char *name = spice_channel_name(i);
    g_assert_cmpint(name != NULL, ==, spice_channel_set_of(i) != 0);
    if (name != NULL)
      g_assert_true(spice_channel_from_name(name, &type) && type == i);
  }
  g_assert_false(spice_channel_from_name("tunnel", &type));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/spice-link/message", test_message_survives_a_round_trip);
  g_test_add_func("/spice-link/prefix", test_every_prefix_needs_more);
  g_test_add_func("/spice-link/reply", test_reply_survives_a_round_trip);
  g_test_add_func("/spice-link/bad", test_bad_messages_are_told_apart);
  g_test_add_func("/spice-channel/names", test_channel_names);
  return g_test_run();
}
