/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/hostlink/command_text.h"
#include "common/wire/host_message.h"

#include <string.h>

#define DESKTOP "5ad8b1de-0be1-4a4c-8c39-7f3d49f0a003"

static void
check_stamped(gint64 before, gint64 after, const char *title)
{
  g_autoptr(GError) error = NULL;
  HostMessage message = {.type = HOST_MESSAGE_COMMAND};
  message.command = (HostCommand){.id = 7,
                                  .term = before,
                                  .desktop = DESKTOP,
                                  .epoch = {1, 2},
                                  .kind = HOST_COMMAND_MESSAGE,
                                  .title = title,
                                  .text = "text"};
  g_autofree char *stored = host_message_build(&message);
  g_autofree char *stamped = command_text_with_term(stored, after);
  g_autoptr(HostMessage) parsed = host_message_parse(stamped, strlen(stamped), &error);
  g_assert_no_error(error);
  g_assert_cmpint(parsed->command.term, ==, after);
  g_assert_cmpint(parsed->command.id, ==, 7);
  g_assert_cmpstr(parsed->command.title, ==, title);
  g_assert_cmpstr(parsed->command.text, ==, "text");
}

static void
test_term_is_replaced(void)
{
  check_stamped(0, 4294967297, "Hello");
  check_stamped(123456, 1, "Hello");
  check_stamped(G_MAXINT64, 0, "Hello");
}

static void
test_texts_of_people_are_left_alone(void)
{
  check_stamped(0, 5, "\"term\":12");
  check_stamped(0, 5, "term");
  check_stamped(9, 5, "\\\"term\":0,");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/command-text/replaced", test_term_is_replaced);
  g_test_add_func("/command-text/hostile", test_texts_of_people_are_left_alone);
  return g_test_run();
}
