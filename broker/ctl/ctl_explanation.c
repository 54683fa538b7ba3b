/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_explanation.h"

#include "common/base/text.h"

#define RULE_WIDTH 18

static const struct {
  const char *outcome, *sentence;
} sentences[] = {
    {"resume", "goes on with"}, {"start", "has its desktop started:"},
    {"assign", "is given"},     {"make", "has a desktop made"},
    {"refuse", "is refused:"},
};

static const char *
text_of(JsonObject *object, const char *name)
{
  return json_object_get_string_member_with_default(object, name, "");
}

static const char *
sentence_of(const char *outcome)
{
  for (guint i = 0; i < G_N_ELEMENTS(sentences); i++)
    if (g_str_equal(sentences[i].outcome, outcome))
      return sentences[i].sentence;
  return outcome;
}

static void
append_clean(GString *text, const char *value)
{
  g_autofree char *clean = text_escape(value);
  g_string_append(text, clean);
}

static void
append_head(GString *text, JsonObject *explanation)
{
  gboolean refused = g_str_equal(text_of(explanation, "outcome"), "refuse");
  append_clean(text, text_of(explanation, "user"));
  g_string_append(text, " on ");
  append_clean(text, text_of(explanation, "pool"));
  g_string_append_c(text, ' ');
  append_clean(text, sentence_of(text_of(explanation, "outcome")));
  if (json_object_has_member(explanation, "desktop") || refused)
    g_string_append_c(text, ' ');
  append_clean(text, refused ? text_of(explanation, "detail") : text_of(explanation, "desktop"));
  if (refused) {
    g_string_append(text, " (");
    append_clean(text, text_of(explanation, "code"));
    g_string_append_c(text, ')');
  }
  g_string_append_c(text, '\n');
}

char *
ctl_explanation_text(JsonObject *explanation)
{
  GString *text = g_string_new(NULL);
  append_head(text, explanation);
  JsonArray *rules = json_object_has_member(explanation, "rules")
                         ? json_object_get_array_member(explanation, "rules")
                         : NULL;
  for (guint i = 0; rules != NULL && i < json_array_get_length(rules); i++) {
    JsonNode *node = json_array_get_element(rules, i);
    JsonObject *rule = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
    if (rule == NULL)
      continue;
    g_autofree char *name = text_escape(text_of(rule, "rule"));
    gboolean ok = json_object_get_boolean_member_with_default(rule, "ok", FALSE);
    g_string_append_printf(text, "%s %-*s", ok ? "✓" : "✗", RULE_WIDTH, name);
    append_clean(text, text_of(rule, "text"));
    g_string_append_c(text, '\n');
  }
  return g_string_free(text, FALSE);
}
