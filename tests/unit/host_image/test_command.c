/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"
#include "host/image/command.h"
#include "image_fixture.h"

#include <string.h>

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void
test_ends_and_fails(ImageFixture *fixture, gconstpointer data)
{
  const struct {
    const char *const *words;
    int code; /* -1: no error */
    const char *said;
  } ROWS[] = {
      {WORDS("true"), -1, NULL},
      {WORDS("sh", "-c", "echo what went wrong >&2; exit 3"), CARAWAY_ERROR_INTERNAL, "what went wrong"},
      {WORDS("sh", "-c", "echo 'write error: No space left on device' >&2; exit 1"), CARAWAY_ERROR_NO_SPACE,
       "disk became full"},
      {WORDS("no-such-program"), CARAWAY_ERROR_NOT_FOUND, "install the Debian package some-package"},
      {WORDS("sh", "-c", "kill -9 $$"), CARAWAY_ERROR_INTERNAL, "sh failed"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
    const Command command = {.arguments = ROWS[i].words, .package = "some-package"};
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(command_run(&command, NULL, &error), ==, ROWS[i].code < 0);
    if (ROWS[i].code >= 0) {
      g_assert_error(error, CARAWAY_ERROR, ROWS[i].code);
      g_assert_nonnull(strstr(error->message, ROWS[i].said));
    }
  }
}

static void
cancel_on_line(const char *line, gpointer user_data)
{
  g_cancellable_cancel(user_data);
}

/* The child of the child must go too, or the pipe stays open and this test does not end. */
static void
test_cancelling_takes_the_whole_group(ImageFixture *fixture, gconstpointer data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new();
  const Command command = {.arguments = WORDS("sh", "-c", "sleep 600 & echo started >&2; wait"),
                           .package = "dash",
                           .on_line = cancel_on_line,
                           .user_data = cancellable};
  g_autoptr(GError) error = NULL;
  g_assert_false(command_run(&command, cancellable, &error));
  g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_environment_reaches_the_program(ImageFixture *fixture, gconstpointer data)
{
  const Command command = {.arguments = WORDS("sh", "-c", "test \"$A\" = 'b=c d'"),
                           .package = "dash",
                           .environment = WORDS("A=b=c d")};
  g_autoptr(GError) error = NULL;
  g_assert_true(command_run(&command, NULL, &error));
  g_assert_no_error(error);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(path, run)                                                                                       \
  g_test_add(path, ImageFixture, NULL, image_fixture_set_up, run, image_fixture_tear_down)
  ADD("/command/ends_and_fails", test_ends_and_fails);
  ADD("/command/cancelling_takes_the_whole_group", test_cancelling_takes_the_whole_group);
  ADD("/command/environment_reaches_the_program", test_environment_reaches_the_program);
  return g_test_run();
}
