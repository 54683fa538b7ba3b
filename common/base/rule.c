/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/rule.h"

Rule *
rule_new(const char *name, gboolean ok, char *text)
{
  Rule *rule = g_new(Rule, 1);
  *rule = (Rule){.name = g_strdup(name), .ok = ok, .text = text};
  return rule;
}

GPtrArray *
rule_list_new(void)
{
  return g_ptr_array_new_with_free_func((GDestroyNotify)rule_free);
}

GPtrArray *
rule_list_copy(const GPtrArray *rules)
{
  if (rules == NULL)
    return NULL;
  GPtrArray *copy = rule_list_new();
  for (guint i = 0; i < rules->len; i++) {
    const Rule *rule = g_ptr_array_index(rules, i);
    g_ptr_array_add(copy, rule_new(rule->name, rule->ok, g_strdup(rule->text)));
  }
  return copy;
}

GStrv
rule_list_refusals(const GPtrArray *rules)
{
  g_autoptr(GStrvBuilder) texts = g_strv_builder_new();
  for (guint i = 0; rules != NULL && i < rules->len; i++) {
    const Rule *rule = g_ptr_array_index(rules, i);
    if (!rule->ok)
      g_strv_builder_add(texts, rule->text);
  }
  return g_strv_builder_end(texts);
}

void
rule_free(Rule *rule)
{
  if (rule == NULL)
    return;
  g_free(rule->name);
  g_free(rule->text);
  g_free(rule);
}
