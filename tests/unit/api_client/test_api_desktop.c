/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api_client/api_desktop.h"

#include "common/base/error.h"
#include "tests/unit/api_client/parsed_answer.h"

#define SESSION(id, desktop)                                                                                 \
  "{\"id\":\"" id "\",\"pool\":{\"id\":\"p1\",\"name\":\"office\"},\"desktop\":{\"id\":\"" desktop           \
  "\",\"name\":\"office-0001\",\"host\":\"kvm1\"},\"user\":\"alice\",\"state\":\"connected\"}"
#define POOL "\"pool\":{\"id\":\"p1\",\"name\":\"office\",\"description\":\"For all\",\"kind\":\"dedicated\"}"

static void
test_several_of_a_pool(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ApiAnswer) got = parsed_answer_new(
      "{\"items\":[{" POOL ",\"state\":\"yours\",\"session\":" SESSION("s1", "d1") ",\"sessions\":[" SESSION(
          "s1", "d1") "," SESSION("s2", "d2") "],\"desktops\":["
                                              "{\"id\":\"d1\",\"name\":\"own-1\",\"power\":\"up\",\"slot\":1,"
                                              "\"session\":\"s1\"},"
                                              "{\"id\":\"d3\",\"name\":\"own-3\",\"power\":\"off\",\"slot\":"
                                              "3,\"session\":null}],"
                                              "\"may_open_another\":true,\"reasons\":[]}],\"next\":null}");
  g_autoptr(GPtrArray) desktops = api_desktop_list_from_answer(got, &error);
  g_assert_no_error(error);
  const ApiDesktop *office = desktops->pdata[0];
  g_assert_cmpstr(office->description, ==, "For all");
  g_assert_cmpstr(office->kind, ==, "dedicated");
  g_assert_cmpuint(office->sessions->len, ==, 2);
  g_assert_cmpuint(office->desktops->len, ==, 2);
  g_assert_true(office->may_open_another);
  const ApiOwnDesktop *own = office->desktops->pdata[1];
  g_assert_cmpstr(own->name, ==, "own-3");
  g_assert_cmpstr(own->power, ==, "off");
  g_assert_null(own->session);
}

static void
test_older_server(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ApiAnswer) got = parsed_answer_new(
      "{\"items\":[{\"pool\":{\"id\":\"p1\",\"name\":\"office\"},\"state\":\"yours\",\"session\":" SESSION(
          "s1",
          "d1") "},{\"pool\":{\"id\":\"p2\",\"name\":\"lab\"},\"state\":\"unavailable\",\"session\":null,"
                "\"reasons\":[\"no host is up\"]}],\"next\":null}");
  g_autoptr(GPtrArray) desktops = api_desktop_list_from_answer(got, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(desktops->len, ==, 2);
  const ApiDesktop *office = desktops->pdata[0], *lab = desktops->pdata[1];
  const ApiSession *session = office->sessions->pdata[0];
  g_assert_cmpstr(session->id, ==, "s1");
  g_assert_cmpuint(office->desktops->len, ==, 0);
  g_assert_cmpstr(office->description, ==, "");
  g_assert_false(office->may_open_another);
  g_assert_cmpint(lab->state, ==, API_DESKTOP_UNAVAILABLE);
  g_assert_cmpuint(lab->sessions->len, ==, 0);
  g_assert_cmpstr(lab->reasons[0], ==, "no host is up");
}

static void
test_bad_lists_are_refused(void)
{
  static const char *const texts[] = {
      "{}",
      "{\"items\":[7]}",
      "{\"items\":[{\"state\":\"yours\"}]}",
      "{\"items\":[{" POOL ",\"state\":\"borrowed\"}]}",
      "{\"items\":[{" POOL ",\"state\":\"yours\",\"sessions\":{}}]}",
      "{\"items\":[{" POOL ",\"state\":\"yours\",\"sessions\":[{}]}]}",
      "{\"items\":[{" POOL ",\"state\":\"yours\",\"session\":{}}]}",
      "{\"items\":[{" POOL ",\"state\":\"yours\",\"desktops\":[{\"id\":\"d\"}]}]}",
      "{\"items\":[{" POOL ",\"state\":\"yours\",\"may_open_another\":1}]}",
  };
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_test_message("%s", texts[i]);
    g_autoptr(GError) error = NULL;
    g_autoptr(ApiAnswer) bad = parsed_answer_new(texts[i]);
    g_assert_null(api_desktop_list_from_answer(bad, &error));
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
  }
}

static void
test_degraded(void)
{
  static const struct {
    const char *text;
    gboolean is_degraded;
  } rows[] = {
      {"{\"items\":[],\"next\":null}", FALSE},
      {"{\"items\":[],\"degraded\":false}", FALSE},
      {"{\"items\":[],\"degraded\":1}", FALSE},
      {"{\"items\":[],\"degraded\":true,\"degraded_reason\":\"It is away.\"}", TRUE},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(ApiAnswer) got = parsed_answer_new(rows[i].text);
    g_assert_cmpint(api_desktop_list_is_degraded(got), ==, rows[i].is_degraded);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/api_desktop/several_of_a_pool", test_several_of_a_pool);
  g_test_add_func("/api_desktop/older_server", test_older_server);
  g_test_add_func("/api_desktop/bad_lists_are_refused", test_bad_lists_are_refused);
  g_test_add_func("/api_desktop/degraded", test_degraded);
  return g_test_run();
}
