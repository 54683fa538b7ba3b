/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fake_host/fake_foreign.h"

#include "host/hypervisor/fake_hypervisor.h"

#include <json-glib/json-glib.h>

#define VCPUS      1
#define MEMORY_MIB 64

struct FakeForeign {
  Hypervisor *hypervisor;
  char *path, *text; /* text: of the last look */
  GHashTable *ids;
};

static void
define(FakeForeign *foreign, JsonObject *object, GHashTable *ids)
{
  const HypervisorDomain domain = {
      .id = (char *)json_object_get_string_member(object, "uuid"),
      .name = (char *)json_object_get_string_member(object, "name"),
      .installation = (char *)json_object_get_string_member_with_default(object, "installation", NULL),
      .is_running = json_object_get_boolean_member(object, "running"),
      .vcpus = VCPUS,
      .memory_mib = MEMORY_MIB,
      .display_problem = (char *)json_object_get_string_member_with_default(object, "display_problem", NULL)};
  fake_hypervisor_define(foreign->hypervisor, &domain);
  g_hash_table_add(ids, g_strdup(domain.id));
}

static void
take(FakeForeign *foreign, JsonArray *array)
{
  GHashTable *ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < json_array_get_length(array); i++)
    define(foreign, json_array_get_object_element(array, i), ids);
  GHashTableIter iter;
  gpointer id;
  g_hash_table_iter_init(&iter, foreign->ids);
  while (g_hash_table_iter_next(&iter, &id, NULL))
    if (!g_hash_table_contains(ids, id))
      fake_hypervisor_undefine(foreign->hypervisor, id);
  g_hash_table_unref(foreign->ids);
  foreign->ids = ids;
}

void
fake_foreign_look(FakeForeign *foreign)
{
  g_autofree char *text = NULL;
  if (!g_file_get_contents(foreign->path, &text, NULL, NULL) || g_strcmp0(text, foreign->text) == 0)
    return;
  g_autoptr(JsonParser) parser = json_parser_new();
  if (!json_parser_load_from_data(parser, text, -1, NULL) ||
      !JSON_NODE_HOLDS_ARRAY(json_parser_get_root(parser)))
    return; /* it is still being written */
  g_free(foreign->text);
  foreign->text = g_steal_pointer(&text);
  take(foreign, json_node_get_array(json_parser_get_root(parser)));
}

FakeForeign *
fake_foreign_new(Hypervisor *hypervisor, const char *folder)
{
  FakeForeign *foreign = g_new0(FakeForeign, 1);
  foreign->hypervisor = hypervisor;
  foreign->path = g_build_filename(folder, "foreign", NULL);
  foreign->ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  fake_foreign_look(foreign);
  return foreign;
}
