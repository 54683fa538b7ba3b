/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets by name, and the guard on files and folders that hold them. */
#include "common/base/credential.h"
#include "common/base/error.h"
#include "common/base/file_guard.h"
#include "common/base/secret.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  char *folder, *file, *link;
} Fixture;

static void
write_file(const char *path, const char *text, gssize size, int mode)
{
  g_assert_true(g_file_set_contents(path, text, size, NULL));
  g_assert_cmpint(g_chmod(path, mode), ==, 0);
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp("caraway-credential-XXXXXX", NULL);
  fixture->file = g_build_filename(fixture->folder, "key", NULL);
  fixture->link = g_build_filename(fixture->folder, "link", NULL);
  write_file(fixture->file, "hush\n", -1, 0600);
  g_unsetenv("CREDENTIALS_DIRECTORY");
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
  g_unlink(fixture->file);
  g_unlink(fixture->link);
  g_assert_cmpint(g_rmdir(fixture->folder), ==, 0);
  g_free(fixture->folder);
  g_free(fixture->file);
  g_free(fixture->link);
}

static void
assert_read(const char *source, const char *expected)
{
  g_autoptr(GError) error = NULL;
  char *text = credential_read(source, 8, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(text, ==, expected);
  secret_free(text);
  g_assert_true(credential_check(source, 8, NULL));
}

/* The error has @part in it, and never the secret. */
static void
assert_refused(const char *source, const char *part)
{
  g_autoptr(GError) error = NULL;
  g_assert_null(credential_read(source, 8, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG);
  g_assert_nonnull(strstr(error->message, part));
  g_assert_null(strstr(error->message, "hush"));
  g_assert_false(credential_check(source, 8, NULL));
}

static void
test_a_file_is_read_without_its_line_break(Fixture *fixture, gconstpointer data)
{
  assert_read(fixture->file, "hush");
  write_file(fixture->file, "hushhush", -1, 0400);
  assert_read(fixture->file, "hushhush");
}

static void
test_what_has_not_its_shape_is_refused(Fixture *fixture, gconstpointer data)
{
  write_file(fixture->file, "", -1, 0600);
  assert_refused(fixture->file, "empty");
  write_file(fixture->file, "\n", -1, 0600);
  assert_refused(fixture->file, "empty");
  write_file(fixture->file, "hushhush!", -1, 0600);
  assert_refused(fixture->file, "too large");
  write_file(fixture->file, "hushhush!hushhush\n", -1, 0600);
  assert_refused(fixture->file, "too large");
  write_file(fixture->file, "hu\0sh", 5, 0600);
  assert_refused(fixture->file, "NUL");
  assert_refused(fixture->folder, "not a file");
  assert_refused(fixture->link, "No such file");
  assert_refused("key", "absolute path");
}

static void
test_a_mode_that_lets_others_in_is_refused(Fixture *fixture, gconstpointer data)
{
  static const int wrong[] = {0604, 0640, 0620, 0602, 0610, 0601};
  for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
    g_assert_cmpint(g_chmod(fixture->file, wrong[i]), ==, 0);
    assert_refused(fixture->file, "Run: chmod 0600 ");
    assert_refused(fixture->file, fixture->file);
  }
}

static void
test_somebody_elses_file_is_refused(Fixture *fixture, gconstpointer data)
{
  struct stat status = {.st_mode = S_IFREG | 0600, .st_uid = geteuid() + 1};
  g_autoptr(GError) error = NULL;
  g_assert_false(file_guard_check_status("/x/key", &status, FILE_GUARD_PRIVATE, &error));
  g_assert_nonnull(strstr(error->message, "chown"));
  status.st_uid = 0;
  g_assert_true(file_guard_check_status("/x/key", &status, FILE_GUARD_PRIVATE, NULL));
}

static void
test_credentials_of_systemd(Fixture *fixture, gconstpointer data)
{
  assert_refused("credential:key", "LoadCredential=key:");
  g_setenv("CREDENTIALS_DIRECTORY", fixture->folder, TRUE);
  assert_read("credential:key", "hush");
  g_assert_cmpint(g_chmod(fixture->file, 0440), ==, 0); /* the mask of an access list */
  assert_read("credential:key", "hush");
  g_assert_cmpint(g_chmod(fixture->file, 0444), ==, 0);
  assert_refused("credential:key", "chmod");
  assert_refused("credential:../key", "credential:NAME");
  assert_refused("credential:", "credential:NAME");
  assert_refused("credential:..", "credential:NAME");
  g_setenv("CREDENTIALS_DIRECTORY", "relative", TRUE);
  assert_refused("credential:key", "LoadCredential");
  g_unsetenv("CREDENTIALS_DIRECTORY");
}

static gboolean
folder_is_good(const Fixture *fixture, mode_t forbidden)
{
  static const char *const names[] = {"key", "link", "missing", NULL};
  return file_guard_check_folder(fixture->folder, forbidden, names, NULL);
}

static void
test_folders_are_guarded(Fixture *fixture, gconstpointer data)
{
  g_assert_true(folder_is_good(fixture, FILE_GUARD_PRIVATE));
  g_assert_cmpint(g_chmod(fixture->folder, 0711), ==, 0);
  g_assert_false(folder_is_good(fixture, FILE_GUARD_PRIVATE));
  g_assert_true(folder_is_good(fixture, FILE_GUARD_SEALED));
  g_assert_cmpint(g_chmod(fixture->folder, 0730), ==, 0);
  g_assert_false(folder_is_good(fixture, FILE_GUARD_SEALED));
  g_assert_cmpint(g_chmod(fixture->folder, 0700), ==, 0);
  g_assert_cmpint(g_chmod(fixture->file, 0640), ==, 0);
  g_assert_false(folder_is_good(fixture, FILE_GUARD_SEALED));
  g_assert_true(file_guard_check_folder("/no/such/folder", FILE_GUARD_PRIVATE, NULL, NULL));
  g_assert_false(file_guard_check_folder(fixture->file, FILE_GUARD_PRIVATE, NULL, NULL));
}

static void
test_links_out_are_refused(Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint(symlink("key", fixture->link), ==, 0);
  g_assert_true(folder_is_good(fixture, FILE_GUARD_PRIVATE));
  g_assert_cmpint(g_unlink(fixture->link), ==, 0);
  g_autofree char *sibling = g_strconcat(fixture->folder, "-outside", NULL);
  write_file(sibling, "hush", -1, 0600);
  g_assert_cmpint(symlink(sibling, fixture->link), ==, 0);
  g_assert_false(folder_is_good(fixture, FILE_GUARD_PRIVATE));
  g_unlink(sibling);
  g_assert_false(folder_is_good(fixture, FILE_GUARD_PRIVATE)); /* leads nowhere */
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add("/base/credential/" name, Fixture, NULL, set_up, function, tear_down)
  ADD("a file is read without its line break", test_a_file_is_read_without_its_line_break);
  ADD("what has not its shape is refused", test_what_has_not_its_shape_is_refused);
  ADD("a mode that lets others in is refused", test_a_mode_that_lets_others_in_is_refused);
  ADD("somebody else's file is refused", test_somebody_elses_file_is_refused);
  ADD("credentials of systemd", test_credentials_of_systemd);
  ADD("folders are guarded", test_folders_are_guarded);
  ADD("links out are refused", test_links_out_are_refused);
  return g_test_run();
}
