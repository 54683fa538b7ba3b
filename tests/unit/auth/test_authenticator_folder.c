/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/authenticator_folder.h"

#include "common/base/error.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  char *path;
} Case;

static void
set_up(Case *test, gconstpointer data)
{
  test->path = g_dir_make_tmp("caraway-authenticators-XXXXXX", NULL);
}

static void
tear_down(Case *test, gconstpointer data)
{
  g_autoptr(GDir) dir = g_dir_open(test->path, 0, NULL);
  for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
    g_autofree char *file = g_build_filename(test->path, name, NULL);
    (void)g_unlink(file);
  }
  (void)g_rmdir(test->path);
  g_free(test->path);
}

static void
write_file(Case *test, const char *name, const char *text)
{
  g_autofree char *file = g_build_filename(test->path, name, NULL);
  g_assert_true(g_file_set_contents(file, text, -1, NULL));
}

static void
free_plain(Authenticator *authenticator)
{
  authenticator_clear(authenticator);
  g_free(authenticator);
}

static Authenticator *
open_plain(const char *name, const Config *config, GError **error)
{
  if (config_int(config, "plain", "size") == 13) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "this size is unlucky");
    return NULL;
  }
  Authenticator *plain = g_new0(Authenticator, 1);
  authenticator_init(plain, name, config_string(config, AUTHENTICATOR_GROUP, "label"),
                     AUTHENTICATOR_REDIRECT);
  plain->free = free_plain;
  return plain;
}

static const ConfigKey PLAIN_KEYS[] = {
    AUTHENTICATOR_KEYS,
    {"plain", "size", CONFIG_INT, "1", "how much", 1, 20},
    {NULL},
};
static const ConfigKey *
plain_keys(void)
{
  return PLAIN_KEYS;
}

static const AuthenticatorType TYPES[] = {
    {"plain", plain_keys, open_plain}, {"other", plain_keys, open_plain}, {NULL}};

static void
assert_refused(Case *test, const char *sentence)
{
  g_autoptr(GError) error = NULL;
  g_assert_null(authenticator_folder_open(test->path, TYPES, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG);
  if (strstr(error->message, sentence) == NULL)
    g_error("“%s” is not in “%s”", sentence, error->message);
}

static void
test_reads_several(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  write_file(test, "b.conf", "[authenticator]\ntype=plain\nlabel=The second\n[plain]\nsize=3\n");
  write_file(test, "a.conf", "[authenticator]\ntype=other\n");
  write_file(test, "c.conf.off", "nothing of this is read");
  g_autoptr(AuthenticatorFolder) folder = authenticator_folder_open(test->path, TYPES, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(authenticator_folder_count(folder), ==, 2);
  g_assert_cmpstr(authenticator_folder_at(folder, 0)->name, ==, "a");
  g_assert_cmpstr(authenticator_folder_at(folder, 0)->label, ==, "a");
  g_assert_cmpstr(authenticator_folder_find(folder, "b")->label, ==, "The second");
  g_assert_null(authenticator_folder_find(folder, "c"));
  g_assert_false(authenticator_folder_has_passwords(folder));
  gboolean accepted = TRUE;
  const AuthenticatorAccount account = {.name = "anna", .exists = TRUE};
  g_assert_true(
      authenticator_check(authenticator_folder_at(folder, 0), &account, "x", &accepted, NULL, &error));
  g_assert_false(accepted); /* it asks for no passwords */
}

static void
test_no_folder_is_local_alone(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename(test->path, "missing", NULL);
  g_autoptr(AuthenticatorFolder) folder = authenticator_folder_open(path, TYPES, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(authenticator_folder_count(folder), ==, 0);
  g_assert_cmpuint(authenticator_folder_count(NULL), ==, 0);
}

/* Each says file, line and key. */
static void
test_mistakes(Case *test, gconstpointer data)
{
  static const struct {
    const char *file, *text, *sentence;
  } ROWS[] = {
      {"a.conf", "[plain]\nsize=3\n", "a.conf: [authenticator] type is not set"},
      {"a.conf", "[authenticator]\ntype=ldpa\n", "a.conf: [authenticator] type must be one of plain|other"},
      {"a.conf", "[authenticator]\ntype=plain\n[plain]\nsize=21\n",
       "a.conf:4: [plain] size must be a whole number"},
      {"a.conf", "[authenticator]\ntype=plain\nlable=x\n", "a.conf:3: [authenticator] lable is not a key"},
      {"a.conf", "[authenticator]\ntype=plain\n[plain]\nsize=13\n", "a.conf: this size is unlucky"},
      {"a.conf", "type=plain\n", "a.conf: "},
      {"Big.conf", "[authenticator]\ntype=plain\n",
       "Big.conf: a file of an authenticator is called NAME.conf"},
      {"local.conf", "[authenticator]\ntype=plain\n",
       "local.conf: a file of an authenticator is called NAME.conf"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
    write_file(test, ROWS[i].file, ROWS[i].text);
    assert_refused(test, ROWS[i].sentence);
    g_autofree char *file = g_build_filename(test->path, ROWS[i].file, NULL);
    g_assert_cmpint(g_unlink(file), ==, 0);
  }
}

static void
test_at_most_sixteen(Case *test, gconstpointer data)
{
  for (guint i = 0; i <= AUTHENTICATORS_MAX; i++) {
    g_autofree char *name = g_strdup_printf("a%02u.conf", i);
    write_file(test, name, "[authenticator]\ntype=plain\n");
  }
  assert_refused(test, "more authenticators");
}

#define ADD(path, function) g_test_add("/authenticator-folder/" path, Case, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("reads-several", test_reads_several);
  ADD("no-folder-is-local-alone", test_no_folder_is_local_alone);
  ADD("mistakes", test_mistakes);
  ADD("at-most-sixteen", test_at_most_sixteen);
  return g_test_run();
}
