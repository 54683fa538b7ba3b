/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_explanation.h"

static const struct {
  const char *json, *text;
} rows[] = {
    {"{\"pool\":\"office\",\"user\":\"alice\",\"outcome\":\"assign\",\"desktop\":\"office-0004\",\"rules\":["
     "{\"rule\":\"entitled\",\"ok\":true,\"text\":\"alice is entitled.\"}]}",
     "alice on office is given office-0004\n"
     "✓ entitled          alice is entitled.\n"},
    {"{\"pool\":\"office\",\"user\":\"bob\",\"outcome\":\"refuse\",\"code\":\"not-entitled\",\"detail\":\"No."
     "\",\"rules\":["
     "{\"rule\":\"entitled\",\"ok\":false,\"text\":\"bob is\\u001b[31m not.\"}]}",
     "bob on office is refused: No. (not-entitled)\n"
     "✗ entitled          bob is\\x1b[31m not.\n"},
    {"{\"pool\":\"office\",\"user\":\"bob\",\"outcome\":\"make\",\"rules\":[]}",
     "bob on office has a desktop made\n"},
    {"{\"outcome\":\"later\",\"rules\":[1,{}]}", " on  later\n✗                   \n"},
};

static void
test_rows(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(JsonNode) node = json_from_string(rows[i].json, NULL);
    g_assert_nonnull(node);
    g_autofree char *text = ctl_explanation_text(json_node_get_object(node));
    g_assert_cmpstr(text, ==, rows[i].text);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/ctl_explanation/rows", test_rows);
  return g_test_run();
}
