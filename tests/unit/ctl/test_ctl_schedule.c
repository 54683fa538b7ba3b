/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_schedule.h"

#include "common/base/error.h"
#include "common/base/json.h"

/* What is written, what goes to the server, and how it is shown again. */
static const struct {
  const char *text, *json, *shown;
} rules[] = {
    {"mon-fri 07:00-18:00 spares=8 size=40",
     "{\"days\":[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\"],\"from\":\"07:00\",\"to\":\"18:00\",\"spares\":8,"
     "\"size\":40}",
     "mon-fri 07:00-18:00 spares=8 size=40"},
    {"  daily\t22:00-06:00   size=0 ",
     "{\"days\":[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\",\"sat\",\"sun\"],\"from\":\"22:00\",\"to\":\"06:"
     "00\",\"size\":0}",
     "daily 22:00-06:00 size=0"},
    {"Sat-Mon,wed 00:00-00:00 spares=1",
     "{\"days\":[\"mon\",\"wed\",\"sat\",\"sun\"],\"from\":\"00:00\",\"to\":\"00:00\",\"spares\":1}",
     "mon,wed,sat-sun 00:00-00:00 spares=1"},
};

static void
test_rules(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonObject) rule = ctl_schedule_parse_rule(rules[i].text, &error);
    g_assert_no_error(error);
    g_autofree char *json = json_object_text(rule);
    g_autofree char *shown = ctl_schedule_rule_text(rule);
    g_assert_cmpstr(json, ==, rules[i].json);
    g_assert_cmpstr(shown, ==, rules[i].shown);
    g_autoptr(JsonObject) again = ctl_schedule_parse_rule(shown, &error);
    g_autofree char *same = json_object_text(again);
    g_assert_cmpstr(same, ==, json);
  }
}

static void
test_mistakes(void)
{
  static const char *const wrong[] = {"",
                                      "mon",
                                      "mon 07:00-18:00",
                                      "mon 7:00-18:00 spares=1",
                                      "mon 07:00-24:00 spares=1",
                                      "mon 07:00-18:60 spares=1",
                                      "mon 07:00 spares=1",
                                      "mon 07:00-18:00-19:00 spares=1",
                                      "monday 07:00-18:00 spares=1",
                                      "mon-tue-wed 07:00-18:00 spares=1",
                                      "mon,, 07:00-18:00 spares=1",
                                      "mon 07:00-18:00 spares=-1",
                                      "mon 07:00-18:00 spares=one",
                                      "mon 07:00-18:00 spares",
                                      "mon 07:00-18:00 spares=1 spares=2",
                                      "mon 07:00-18:00 colour=1"};
  for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
    g_autoptr(GError) error = NULL;
    g_test_message("%s", wrong[i]);
    g_assert_null(ctl_schedule_parse_rule(wrong[i], &error));
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
  }
}

/* What a server sends is shown whatever it is. */
static void
test_odd_answers(void)
{
  static const char *const answers[] = {"{}", "{\"days\":[1,\"xyz\",null]}", "{\"days\":[],\"from\":\"x\"}"};
  for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
    g_autoptr(JsonNode) node = json_from_string(answers[i], NULL);
    g_autofree char *text = ctl_schedule_rule_text(json_node_get_object(node));
    g_assert_nonnull(text);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/ctl_schedule/rules", test_rules);
  g_test_add_func("/ctl_schedule/mistakes", test_mistakes);
  g_test_add_func("/ctl_schedule/odd_answers", test_odd_answers);
  return g_test_run();
}
