/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/session_stream.h"
#include "broker/api/views.h"
#include "common/base/json.h"

#include <string.h>

static char *
text_of(View view, gconstpointer value)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();
  view(builder, value);
  return json_builder_text(builder);
}

static void
test_session(void)
{
  Session session = {.id = (char *)"s",
                     .pool_id = (char *)"p",
                     .pool_name = (char *)"office",
                     .user_name = (char *)"alice",
                     .slot = 2,
                     .may_restart = TRUE,
                     .on_logoff = POOL_LOGOFF_STOP,
                     .state = SESSION_PREPARING,
                     .step = (char *)"booting",
                     .progress = 40,
                     .created_us = G_GINT64_CONSTANT(1700000000000000),
                     .viewer = (char *)"",
                     .device = (char *)"hash-of-a-token"};
  g_autofree char *text = text_of(view_session, &session);
  g_assert_cmpstr(text, ==,
                  "{\"id\":\"s\",\"pool\":{\"id\":\"p\",\"name\":\"office\"},\"desktop\":null,\"slot\":2,"
                  "\"user\":\"alice\","
                  "\"state\":\"preparing\",\"step\":\"booting\",\"progress\":40,"
                  "\"created\":\"2023-11-14T22:13:20Z\",\"connected_from\":null,\"viewer\":\"\","
                  "\"may_restart\":true,\"may_reset\":false,\"may_lock\":true,\"on_logoff\":\"stop\","
                  "\"warning\":null,\"warning_code\":null,\"warning_action\":null,\"warning_until\":null,"
                  "\"reasons\":[]}");
}

/* What is about to be done, for those who say it in their own words. */
static void
test_session_warning(void)
{
  static const struct {
    const char *notice;
    gint64 idle_warned_s, age_warned_s, warning_s;
    const char *expected;
  } rows[] = {
      {"It ends.", 0, 1700000000, 300,
       "\"warning\":\"It ends.\",\"warning_code\":\"session-limit\",\"warning_action\":\"logoff\","
       "\"warning_until\":\"2023-11-14T22:18:20Z\""},
      {"It is cut.", 1700000000, 0, 60,
       "\"warning_code\":\"idle-limit\",\"warning_action\":\"disconnect\","
       "\"warning_until\":\"2023-11-14T22:14:20Z\""},
      {"It ends.", 1700000100, 1700000000, 60,
       "\"warning_code\":\"session-limit\",\"warning_action\":\"logoff\","
       "\"warning_until\":\"2023-11-14T22:14:20Z\""},
      {"It ends.", 0, 1700000000, 0,
       "\"warning_code\":\"session-limit\",\"warning_action\":\"logoff\",\"warning_until\":null"},
      {"It was cut.", 0, 0, 60,
       "\"warning\":\"It was cut.\",\"warning_code\":\"idle-disconnected\",\"warning_action\":null,"
       "\"warning_until\":null"},
      {NULL, 1700000000, 1700000000, 60,
       "\"warning\":null,\"warning_code\":null,\"warning_action\":null,\"warning_until\":null"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    Session session = {.id = (char *)"s",
                       .notice = (char *)rows[i].notice,
                       .idle_warned_us = rows[i].idle_warned_s * G_USEC_PER_SEC,
                       .age_warned_us = rows[i].age_warned_s * G_USEC_PER_SEC,
                       .idle_warning_us = rows[i].warning_s * G_USEC_PER_SEC,
                       .age_warning_us = rows[i].warning_s * G_USEC_PER_SEC};
    g_autofree char *text = text_of(view_session, &session);
    g_assert_nonnull(strstr(text, rows[i].expected));
  }
}

/* Names are other people's texts: they stay texts. */
static void
test_texts_cannot_leave_their_place(void)
{
  Group group = {.id = (char *)"g", .name = (char *)"a\",\"id\":\"x\n</script>", .description = NULL};
  g_autofree char *text = text_of(view_group, &group);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonObject) object = json_parse_object(text, strlen(text), 4096, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(json_object_get_string_member(object, "name"), ==, group.name);
  g_assert_cmpstr(json_object_get_string_member(object, "id"), ==, "g");
}

static void
test_page(void)
{
  Group group = {.id = (char *)"g", .name = (char *)"staff"};
  g_autoptr(GPtrArray) groups = g_ptr_array_new();
  g_ptr_array_add(groups, &group);
  g_autoptr(JsonBuilder) builder = view_page(groups, view_group, NULL);
  g_autofree char *text = json_builder_text(builder);
  g_assert_cmpstr(
      text, ==,
      "{\"items\":[{\"id\":\"g\",\"name\":\"staff\",\"description\":\"\",\"second_factor_required\":false,"
      "\"members\":[],\"authenticator\":null,\"external_name\":null}],\"next\":null}");
}

static void
test_event(void)
{
  g_autofree char *event = session_stream_event("session", "{}");
  g_assert_cmpstr(event, ==, "event: session\ndata: {}\n\n");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/views/session", test_session);
  g_test_add_func("/views/session-warning", test_session_warning);
  g_test_add_func("/views/texts", test_texts_cannot_leave_their_place);
  g_test_add_func("/views/page", test_page);
  g_test_add_func("/views/event", test_event);
  return g_test_run();
}
