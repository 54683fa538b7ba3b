/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_audit_report.h"

#include "broker/ctl/ctl_render.h"
#include "common/base/json.h"

#define CHAINS_MAX 10000
#define NAME_MAX   255

/* What is counted in each part; all else of a chain is as the last part says. */
static const char *const SUMS[] = {"rows", "seals", NULL};

static JsonObject *
find_chain(JsonArray *chains, const char *broker)
{
  for (guint i = 0; i < json_array_get_length(chains); i++) {
    JsonObject *chain = json_array_get_object_element(chains, i);
    if (g_strcmp0(json_object_get_string_member(chain, "broker"), broker) == 0)
      return chain;
  }
  return NULL;
}

static gboolean
add_up(JsonObject *chain, JsonObject *more, GError **error)
{
  for (const char *const *name = SUMS; *name != NULL; name++) {
    gint64 here, there;
    if (!json_get_int(chain, *name, 0, G_MAXINT64 / 2, &here, error) ||
        !json_get_int(more, *name, 0, G_MAXINT64 / 2, &there, error))
      return FALSE;
    json_object_set_int_member(more, *name, here + there);
  }
  const char *first;
  if (!json_get_optional_string(chain, "first", NAME_MAX, &first, error))
    return FALSE;
  if (first != NULL)
    json_object_set_string_member(more, "first", first);
  return TRUE;
}

/* Takes the place of the chain that it goes on with. */
static gboolean
add_chain(JsonArray *chains, JsonNode *node, GError **error)
{
  JsonObject *more = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
  const char *broker = more != NULL ? json_get_string(more, "broker", NAME_MAX, error) : NULL;
  if (broker == NULL)
    return FALSE;
  JsonObject *chain = find_chain(chains, broker);
  if (chain == NULL) {
    json_array_add_object_element(chains, json_object_ref(more));
    return TRUE;
  }
  if (!add_up(chain, more, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length(chains); i++)
    if (json_array_get_object_element(chains, i) == chain) {
      json_array_remove_element(chains, i);
      break;
    }
  json_array_add_object_element(chains, json_object_ref(more));
  return TRUE;
}

gboolean
ctl_audit_report_add(JsonObject *total, JsonObject *part, GError **error)
{
  JsonArray *more = json_get_array(part, "chains", CHAINS_MAX, error);
  if (more == NULL)
    return FALSE;
  if (!json_object_has_member(total, "chains"))
    json_object_set_array_member(total, "chains", json_array_new());
  for (guint i = 0; i < json_array_get_length(more); i++)
    if (!add_chain(json_object_get_array_member(total, "chains"), json_array_get_element(more, i), error))
      return FALSE;
  static const char *const copied[] = {"unbroken", "break", "keys", NULL};
  for (const char *const *name = copied; *name != NULL; name++)
    if (json_object_has_member(part, *name))
      json_object_set_member(total, *name, json_node_copy(json_object_get_member(part, *name)));
  return TRUE;
}

gboolean
ctl_audit_report_is_unbroken(JsonObject *total)
{
  gboolean unbroken = FALSE;
  return json_get_optional_bool(total, "unbroken", FALSE, &unbroken, NULL) && unbroken;
}

static gint64
number_of(JsonObject *object, const char *name)
{
  gint64 number;
  return json_get_int(object, name, 0, G_MAXINT64, &number, NULL) ? number : 0;
}

static void
append_chain(GString *text, JsonObject *chain)
{
  g_autofree char *broker = ctl_render_value(chain, "broker", CTL_PLAIN);
  g_autofree char *rows = ctl_render_value(chain, "rows", CTL_PLAIN);
  g_autofree char *seals = ctl_render_value(chain, "seals", CTL_PLAIN);
  g_autofree char *first = ctl_render_value(chain, "first", CTL_TIME);
  g_autofree char *last = ctl_render_value(chain, "last", CTL_TIME);
  g_autofree char *hash = ctl_render_value(chain, "hash", CTL_PLAIN);
  g_autofree char *seal = ctl_render_value(chain, "seal", CTL_PLAIN);
  gint64 unsealed = number_of(chain, "unsealed"), trimmed = number_of(chain, "trimmed_rows");
  gint64 after = number_of(chain, "after");
  g_string_append_printf(text, "%s: %s rows in %s seals, from %s to %s", broker, rows, seals, first, last);
  if (unsealed > 0)
    g_string_append_printf(text, "; %" G_GINT64_FORMAT " rows are not sealed yet", unsealed);
  g_string_append_c(text, '\n');
  if (trimmed > 0)
    g_string_append_printf(text, "  before them %" G_GINT64_FORMAT " rows were removed by retention\n",
                           trimmed);
  else if (after > 0)
    g_string_append_printf(
        text, "  begins after seal %" G_GINT64_FORMAT "; what came before is not in the file\n", after);
  g_string_append_printf(text, "  newest seal %s, %s\n", seal, hash);
}

static void
append_break(GString *text, JsonObject *broken)
{
  g_autofree char *broker = ctl_render_value(broken, "broker", CTL_PLAIN);
  g_autofree char *reason = ctl_render_value(broken, "reason", CTL_PLAIN);
  gint64 row = number_of(broken, "row"), seal = number_of(broken, "seal");
  g_string_append_printf(text, "BROKEN in the chain of %s", broker);
  if (seal > 0)
    g_string_append_printf(text, ", seal %" G_GINT64_FORMAT, seal);
  if (row > 0)
    g_string_append_printf(text, ", row %" G_GINT64_FORMAT, row);
  g_string_append_printf(text, ": %s\n", reason);
}

static void
append_believed(GString *text, JsonArray *keys)
{
  for (guint i = 0; i < json_array_get_length(keys); i++) {
    g_autofree char *id = ctl_render_value(json_array_get_object_element(keys, i), "id", CTL_PLAIN);
    g_autofree char *key = ctl_render_value(json_array_get_object_element(keys, i), "public_key", CTL_PLAIN);
    g_string_append_printf(text, "  %s:%s\n", id, key);
  }
  g_string_append(text, "These are the keys in the file, and they were believed; give --keys to compare.\n");
}

char *
ctl_audit_report_text(JsonObject *total)
{
  g_autoptr(GString) text = g_string_new(NULL);
  JsonArray *chains = json_get_array(total, "chains", G_MAXUINT, NULL);
  gint64 rows = 0;
  for (guint i = 0; chains != NULL && i < json_array_get_length(chains); i++) {
    JsonObject *chain = json_array_get_object_element(chains, i);
    rows += number_of(chain, "rows");
    append_chain(text, chain);
  }
  JsonArray *believed = json_get_array(total, "believed_keys", G_MAXUINT, NULL);
  if (believed != NULL)
    append_believed(text, believed);
  JsonObject *broken = json_get_object(total, "break", NULL);
  if (broken != NULL)
    append_break(text, broken);
  else
    g_string_append_printf(text, "The audit log is unbroken: %" G_GINT64_FORMAT " rows were checked.\n",
                           rows);
  return g_strdup(text->str);
}
