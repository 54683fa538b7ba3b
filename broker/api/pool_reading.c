/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/pool_reading.h"

#include "broker/api/schedule_reading.h"
#include "common/base/error.h"
#include "common/base/json.h"

#define TEXT_MAX_BYTES 1000
#define LIST_MAX       64

typedef enum { MEMBER_TEXT, MEMBER_NUMBER, MEMBER_TRUTH, MEMBER_TEXTS, MEMBER_DISKS, MEMBER_SCHEDULE } Kind;

/* In which requests a member may stand. */
typedef enum { ALWAYS, NEW_ONLY } Use;

typedef struct {
  const char *name;
  Kind kind;
  gsize offset; /* in PoolSettings */
  Use use;
} Member;

#define AT(member) offsetof(PoolSettings, member)

static const Member members[] = {
    {"name", MEMBER_TEXT, AT(name), NEW_ONLY},
    {"description", MEMBER_TEXT, AT(description), ALWAYS},
    {"tags", MEMBER_TEXTS, AT(tags), ALWAYS},
    {"kind", MEMBER_TEXT, AT(kind), NEW_ONLY},
    {"image", MEMBER_TEXT, AT(image), ALWAYS},
    {"naming", MEMBER_TEXT, AT(naming), ALWAYS},
    {"size_min", MEMBER_NUMBER, AT(size_min), ALWAYS},
    {"size", MEMBER_NUMBER, AT(size), ALWAYS},
    {"spares", MEMBER_NUMBER, AT(spares), ALWAYS},
    {"desktops_per_user", MEMBER_NUMBER, AT(desktops_per_user), ALWAYS},
    {"vcpus", MEMBER_NUMBER, AT(vcpus), ALWAYS},
    {"memory_mib", MEMBER_NUMBER, AT(memory_mib), ALWAYS},
    {"disks", MEMBER_DISKS, AT(disks), ALWAYS},
    {"network", MEMBER_TEXT, AT(network), ALWAYS},
    {"heads", MEMBER_NUMBER, AT(heads), ALWAYS},
    {"account", MEMBER_TEXT, AT(account), ALWAYS},
    {"channels", MEMBER_TEXTS, AT(channels), ALWAYS},
    {"on_disconnect", MEMBER_TEXT, AT(on_disconnect), ALWAYS},
    {"on_disconnect_delay_s", MEMBER_NUMBER, AT(on_disconnect_delay_s), ALWAYS},
    {"on_logoff", MEMBER_TEXT, AT(on_logoff), ALWAYS},
    {"idle_limit_s", MEMBER_NUMBER, AT(idle_limit_s), ALWAYS},
    {"session_limit_s", MEMBER_NUMBER, AT(session_limit_s), ALWAYS},
    {"warning_s", MEMBER_NUMBER, AT(warning_s), ALWAYS},
    {"may_restart", MEMBER_TRUTH, AT(may_restart), ALWAYS},
    {"may_reset", MEMBER_TRUTH, AT(may_reset), ALWAYS},
    {"take_over", MEMBER_TEXT, AT(take_over), ALWAYS},
    {"second_factor", MEMBER_TEXT, AT(second_factor), ALWAYS},
    {"hosts", MEMBER_TEXTS, AT(hosts), ALWAYS},
    {"placement", MEMBER_TEXT, AT(placement), ALWAYS},
    {"schedule", MEMBER_SCHEDULE, AT(schedule), ALWAYS},
};

const char **
pool_reading_members(gboolean creates)
{
  const char **names = g_new0(const char *, G_N_ELEMENTS(members) + 1);
  guint count = 0;
  for (guint i = 0; i < G_N_ELEMENTS(members); i++)
    if (members[i].use == ALWAYS || (members[i].use == NEW_ONLY && creates))
      names[count++] = members[i].name;
  return names;
}

/* The list as borrowed texts. */
static GPtrArray *
read_texts(JsonObject *body, const char *name, GError **error)
{
  JsonArray *array = json_get_array(body, name, LIST_MAX, error);
  if (array == NULL)
    return NULL;
  g_autoptr(GPtrArray) texts = g_ptr_array_new();
  for (guint i = 0; i < json_array_get_length(array); i++) {
    JsonNode *node = json_array_get_element(array, i);
    if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_STRING) {
      g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "“%s” must be a list of texts.", name);
      return NULL;
    }
    g_ptr_array_add(texts, (gpointer)json_node_get_string(node));
  }
  g_ptr_array_add(texts, NULL);
  return g_steal_pointer(&texts);
}

static gboolean
add_texts(JsonObject *body, const Member *member, PoolReading *reading, GError **error)
{
  guint free_place = 0;
  while (reading->lists[free_place] != NULL)
    free_place++;
  GPtrArray *texts = read_texts(body, member->name, error);
  if (texts == NULL)
    return FALSE;
  reading->lists[free_place] = texts;
  G_STRUCT_MEMBER(const char *const *, &reading->settings, member->offset) =
      (const char *const *)texts->pdata;
  return TRUE;
}

static gboolean
read_disks(JsonObject *body, const char *name, PoolSettings *settings, GError **error)
{
  static const char *const DISK[] = {"size_mib", NULL};
  JsonArray *array = json_get_array(body, name, POOL_DISKS_MAX, error);
  if (array == NULL)
    return FALSE;
  settings->disks = json_array_get_length(array);
  for (guint i = 0; i < json_array_get_length(array); i++) {
    JsonNode *node = json_array_get_element(array, i);
    JsonObject *disk = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
    if (disk == NULL) {
      g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                          "“disks” must be a list of objects with “size_mib”.");
      return FALSE;
    }
    if (!json_check_members(disk, DISK, error) ||
        !json_get_int(disk, "size_mib", 0, G_MAXINT32, &settings->disks_mib[i], error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_truth(JsonObject *body, const char *name, gint64 *ret_truth, GError **error)
{
  gboolean truth;
  if (!json_get_optional_bool(body, name, FALSE, &truth, error))
    return FALSE;
  *ret_truth = truth;
  return TRUE;
}

/* An explicit null takes the schedule away; of any other member it leaves the member as it is. */
static gboolean
read_member(JsonObject *body, const Member *member, PoolReading *reading, GError **error)
{
  PoolSettings *settings = &reading->settings;
  gpointer place = G_STRUCT_MEMBER_P(settings, member->offset);
  switch (member->kind) {
  case MEMBER_TEXT:
    return json_get_optional_string(body, member->name, TEXT_MAX_BYTES, place, error);
  case MEMBER_NUMBER:
    return json_get_int(body, member->name, 0, G_MAXINT32, place, error);
  case MEMBER_TRUTH:
    return read_truth(body, member->name, place, error);
  case MEMBER_TEXTS:
    return add_texts(body, member, reading, error);
  case MEMBER_DISKS:
    return read_disks(body, member->name, settings, error);
  case MEMBER_SCHEDULE:
    reading->schedule = schedule_reading_read(json_get_object(body, member->name, error), error);
    settings->schedule = reading->schedule;
    return reading->schedule != NULL;
  }
  return FALSE;
}

gboolean
pool_reading_read(JsonObject *body, PoolReading *reading, GError **error)
{
  *reading = (PoolReading){.settings = POOL_SETTINGS_NONE};
  for (guint i = 0; i < G_N_ELEMENTS(members); i++) {
    const Member *member = &members[i];
    if (!json_object_has_member(body, member->name))
      continue;
    if (json_object_get_null_member(body, member->name))
      reading->settings.no_schedule |= member->kind == MEMBER_SCHEDULE;
    else if (!read_member(body, member, reading, error))
      return FALSE;
  }
  return TRUE;
}

void
pool_reading_clear(PoolReading *reading)
{
  for (guint i = 0; i < POOL_READING_LISTS; i++)
    g_clear_pointer(&reading->lists[i], g_ptr_array_unref);
  g_clear_pointer(&reading->schedule, pool_schedule_free);
}
