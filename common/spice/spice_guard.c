/* SPDX-License-Identifier: Apache-2.0 */
#include "common/spice/spice_guard.h"

#define ANY_CHANNEL        0
#define MIGRATE_FLUSH_MARK 4
#define MIGRATE_DATA       5
#define DISPLAY_INIT       101
#define VMC_COMPRESSED     102
#define FIRST_OWN_TYPE     101 /* below are the messages that all channels share */

/* glz_encoder_dictionary.c refuses wider windows, and display_channel asserts that it did not. */
#define GLZ_MAX_WINDOW_PIXELS (1 << 25)
#define VMC_MAX_SIZE          (8u << 20)

typedef struct {
  uint8_t channel_type;
  bool migration_only;
  uint16_t type;
  uint32_t minimum, maximum;
} Rule;

static const Rule rules[] = {
    {ANY_CHANNEL, false, 1, 4, 4},                      /* ACK_SYNC */
    {ANY_CHANNEL, false, 2, 0, 0},                      /* ACK */
    {ANY_CHANNEL, false, 3, 12, 12},                    /* PONG */
    {ANY_CHANNEL, true, MIGRATE_FLUSH_MARK, 0, 0},      /* */
    {ANY_CHANNEL, true, MIGRATE_DATA, 0, 1 << 20},      /* */
    {ANY_CHANNEL, false, 6, 12, 12},                    /* DISCONNECTING */
    {SPICE_TYPE_MAIN, false, 101, 8, 8},                /* CLIENT_INFO */
    {SPICE_TYPE_MAIN, true, 102, 0, 0},                 /* MIGRATE_CONNECTED */
    {SPICE_TYPE_MAIN, true, 103, 0, 0},                 /* MIGRATE_CONNECT_ERROR */
    {SPICE_TYPE_MAIN, false, 104, 0, 0},                /* ATTACH_CHANNELS */
    {SPICE_TYPE_MAIN, false, 105, 2, 2},                /* MOUSE_MODE_REQUEST */
    {SPICE_TYPE_MAIN, false, 106, 4, 4},                /* AGENT_START */
    {SPICE_TYPE_MAIN, false, 107, 0, 2048},             /* AGENT_DATA */
    {SPICE_TYPE_MAIN, false, 108, 4, 4},                /* AGENT_TOKEN */
    {SPICE_TYPE_MAIN, true, 109, 0, 0},                 /* MIGRATE_END */
    {SPICE_TYPE_MAIN, true, 111, 0, 0},                 /* MIGRATE_CONNECTED_SEAMLESS */
    {SPICE_TYPE_DISPLAY, false, DISPLAY_INIT, 14, 14},  /* */
    {SPICE_TYPE_DISPLAY, false, 102, 32, 32},           /* STREAM_REPORT */
    {SPICE_TYPE_DISPLAY, false, 103, 1, 1},             /* PREFERRED_COMPRESSION */
    {SPICE_TYPE_DISPLAY, false, 105, 1, 33},            /* PREFERRED_VIDEO_CODEC_TYPE */
    {SPICE_TYPE_INPUTS, false, 101, 4, 4},              /* KEY_DOWN */
    {SPICE_TYPE_INPUTS, false, 102, 4, 4},              /* KEY_UP */
    {SPICE_TYPE_INPUTS, false, 103, 2, 2},              /* KEY_MODIFIERS */
    {SPICE_TYPE_INPUTS, false, 104, 1, 32},             /* KEY_SCANCODE */
    {SPICE_TYPE_INPUTS, false, 111, 10, 10},            /* MOUSE_MOTION */
    {SPICE_TYPE_INPUTS, false, 112, 11, 11},            /* MOUSE_POSITION */
    {SPICE_TYPE_INPUTS, false, 113, 3, 3},              /* MOUSE_PRESS */
    {SPICE_TYPE_INPUTS, false, 114, 3, 3},              /* MOUSE_RELEASE */
    {SPICE_TYPE_RECORD, false, 101, 4, 32768},          /* DATA */
    {SPICE_TYPE_RECORD, false, 102, 6, 64},             /* MODE */
    {SPICE_TYPE_RECORD, false, 103, 4, 4},              /* START_MARK */
    {SPICE_TYPE_SMARTCARD, false, 101, 12, 12 + 65536}, /* every message of a card reader */
    {SPICE_TYPE_USBREDIR, false, 101, 0, VMC_MAX_SIZE}, /* DATA */
    {SPICE_TYPE_USBREDIR, false, VMC_COMPRESSED, 5, VMC_MAX_SIZE},
    {SPICE_TYPE_PORT, false, 101, 0, VMC_MAX_SIZE},
    {SPICE_TYPE_PORT, false, VMC_COMPRESSED, 5, VMC_MAX_SIZE},
    {SPICE_TYPE_PORT, false, 201, 1, 1}, /* PORT_EVENT */
    {SPICE_TYPE_WEBDAV, false, 101, 0, VMC_MAX_SIZE},
    {SPICE_TYPE_WEBDAV, false, VMC_COMPRESSED, 5, VMC_MAX_SIZE},
    {SPICE_TYPE_WEBDAV, false, 201, 1, 1},
};

void
spice_guard_init(SpiceGuard *guard, uint8_t channel_type)
{
  *guard = (SpiceGuard){.channel_type = channel_type};
}

void
spice_guard_note_server(SpiceGuard *guard, uint16_t type)
{
  bool begins_on_main =
      guard->channel_type == SPICE_TYPE_MAIN &&
      (type == SPICE_MSG_MAIN_MIGRATE_BEGIN_TYPE || type == SPICE_MSG_MAIN_MIGRATE_SEAMLESS_TYPE ||
       type == SPICE_MSG_MAIN_MIGRATE_SWITCH_HOST_TYPE);
  if (type == SPICE_MSG_MIGRATE_TYPE || begins_on_main)
    guard->server_migrates = true;
}

static const Rule *
find_rule(uint8_t channel_type, uint16_t type)
{
  for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
    if (rules[i].type == type &&
        (rules[i].channel_type == ANY_CHANNEL || rules[i].channel_type == channel_type))
      return &rules[i];
  return NULL;
}

static const char *
check_display(SpiceGuard *guard, uint16_t type, const uint8_t *payload)
{
  if (type != DISPLAY_INIT)
    return guard->display_is_initialised ? NULL : "a display message before DISPLAY_INIT";
  if (guard->display_is_initialised)
    return "a second DISPLAY_INIT";
  /* cache id u8, cache size i64, dictionary id u8, dictionary window i32 */
  int32_t window = (int32_t)spice_read_u32(payload + 10);
  if (window < 0 || window > GLZ_MAX_WINDOW_PIXELS)
    return "a DISPLAY_INIT with an impossible window";
  guard->display_is_initialised = true;
  return NULL;
}

static const char *
check_once(bool *was_sent)
{
  const char *wrong = *was_sent ? "a second migration message of its kind" : NULL;
  *was_sent = true;
  return wrong;
}

const char *
spice_guard_check(SpiceGuard *guard, const SpiceMessageHeader *header, const uint8_t *payload)
{
  const Rule *rule = find_rule(guard->channel_type, header->type);
  if (rule == NULL)
    return "a message that clients do not send on this channel";
  if (header->sub_list != 0)
    return "a message with sub-messages";
  if (header->size < rule->minimum || header->size > rule->maximum)
    return "a message of the wrong size";
  if (rule->migration_only && !guard->server_migrates)
    return "a migration message outside a migration";
  if (header->type == MIGRATE_FLUSH_MARK)
    return check_once(&guard->flush_mark_was_sent);
  if (header->type == MIGRATE_DATA)
    return check_once(&guard->migrate_data_was_sent);
  if (guard->channel_type == SPICE_TYPE_DISPLAY && header->type >= FIRST_OWN_TYPE)
    return check_display(guard, header->type, payload);
  /* A VMC's compressed data: kind u8, uncompressed size u32, which the server allocates. */
  if (header->type == VMC_COMPRESSED && rule->maximum == VMC_MAX_SIZE &&
      spice_read_u32(payload + 1) > VMC_MAX_SIZE)
    return "compressed data that would grow too large";
  return NULL;
}
