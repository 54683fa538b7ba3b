/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api_client/broker_list.h"

#include "common/base/error.h"
#include <glib/gstdio.h>

static BrokerList *
make(const char *text)
{
  g_autoptr(GError) error = NULL;
  BrokerList *list = broker_list_new(text, &error);
  g_assert_no_error(error);
  return list;
}

static void
test_urls_are_read(void)
{
  g_autoptr(BrokerList) list = make("https://b1:8443/, https://[2001:db8::1]:8443 https://b1:8443");
  g_assert_cmpuint(broker_list_count(list), ==, 2);
  g_assert_cmpstr(broker_list_current(list), ==, "https://b1:8443");
  g_assert_false(broker_list_leave(list, "https://b1:8443"));
  g_assert_cmpstr(broker_list_current(list), ==, "https://[2001:db8::1]:8443");
}

static void
test_what_is_no_url_is_refused(void)
{
  const char *texts[] = {"",
                         " , ",
                         "b1:8443",
                         "http://b1",
                         "https://",
                         "https://b1/path",
                         "https://b1 nonsense",
                         "https://b1?x=1",
                         "https://user@b1"};
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(BrokerList) list = broker_list_new(texts[i], &error);
    g_assert_null(list);
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG);
  }
}

/* All are tried before anybody waits; who was left meanwhile by somebody else is not left twice. */
static void
test_round(void)
{
  g_autoptr(BrokerList) list = make("https://a https://b https://c");
  g_assert_false(broker_list_leave(list, "https://a"));
  g_assert_false(broker_list_leave(list, "https://a"));
  g_assert_cmpstr(broker_list_current(list), ==, "https://b");
  g_assert_false(broker_list_leave(list, "https://b"));
  g_assert_true(broker_list_leave(list, "https://c"));
  g_assert_cmpstr(broker_list_current(list), ==, "https://a");
  g_assert_false(broker_list_leave(list, "https://a"));
  broker_list_reached(list);
  g_assert_false(broker_list_leave(list, "https://b"));
  g_assert_false(broker_list_leave(list, "https://c"));
}

static void
test_others_are_learned(void)
{
  g_autoptr(BrokerList) list = make("https://a");
  const char *told[] = {"https://b", "https://a", "not a URL", "https://c", NULL};
  const char *fewer[] = {"https://c", NULL};
  g_assert_true(broker_list_learn(list, told));
  g_assert_false(broker_list_learn(list, told));
  g_assert_cmpuint(broker_list_count(list), ==, 3);
  g_autofree char *learned = broker_list_learned(list);
  g_assert_cmpstr(learned, ==, "https://b https://c");
  broker_list_leave(list, "https://a");
  broker_list_leave(list, "https://b");
  g_assert_true(broker_list_learn(list, fewer));
  g_assert_cmpstr(broker_list_current(list), ==, "https://c"); /* it stays with whom it is */
  g_assert_cmpuint(broker_list_count(list), ==, 2);
}

/* Who starts while the brokers of its configuration are away finds the others. */
static void
test_others_are_remembered(void)
{
  g_autofree char *folder = g_dir_make_tmp("caraway-brokers-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(folder, "brokers", NULL);
  g_autoptr(BrokerList) list = make("https://a");
  broker_list_recall(list, path); /* there is none */
  g_assert_cmpuint(broker_list_count(list), ==, 1);
  g_autoptr(JsonNode) told = json_from_string("[\"https://b\", 7, null, \"https://a\"]", NULL);
  g_assert_true(broker_list_learn_json(list, json_node_get_array(told)));
  broker_list_keep(list, path);
  g_autoptr(BrokerList) anew = make("https://a");
  broker_list_recall(anew, path);
  g_assert_cmpuint(broker_list_count(anew), ==, 2);
  broker_list_leave(anew, "https://a");
  g_assert_cmpstr(broker_list_current(anew), ==, "https://b");
  (void)g_unlink(path);
  (void)g_rmdir(folder);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/broker-list/read", test_urls_are_read);
  g_test_add_func("/broker-list/refused", test_what_is_no_url_is_refused);
  g_test_add_func("/broker-list/round", test_round);
  g_test_add_func("/broker-list/learned", test_others_are_learned);
  g_test_add_func("/broker-list/remembered", test_others_are_remembered);
  return g_test_run();
}
