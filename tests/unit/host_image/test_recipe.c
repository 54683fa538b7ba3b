/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"
#include "host/image/recipe.h"
#include "image_fixture.h"

#include <string.h>

#define GOOD                                                                                                 \
  "[image]\nname=office\nos=Debian 12\nsuite=bookworm\nsize-mib=4096\n"                                      \
  "[account]\nname=desktop\nfull-name=Desktop\npassword=secret\n"                                            \
  "[packages]\nsystem=linux-image-amd64  systemd\nlooks=fonts-cantarell\n"                                   \
  "[leave-out]\nmanuals=/usr/share/man/*\n[tree]\noverlay=overlay\n"                                         \
  "[pictures]\n/usr/share/a.png=a.svg 640 480\n[files]\n/etc/motd=motd\n"

static char *
write_recipe(ImageFixture *fixture, const char *text)
{
  g_free(image_fixture_write(fixture, "a.svg", "<svg/>", -1));
  g_free(image_fixture_write(fixture, "motd", "hello", -1));
  g_free(image_fixture_write(fixture, "overlay/etc/x", "x", -1));
  g_free(image_fixture_write(fixture, "guest", "guest", -1));
  return image_fixture_write(fixture, "office.recipe", text, -1);
}

static void
test_reads_all(ImageFixture *fixture, gconstpointer data)
{
  g_autofree char *path = write_recipe(fixture, GOOD);
  g_autoptr(GError) error = NULL;
  g_autoptr(Recipe) recipe = recipe_load(path, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(recipe->name, ==, "office");
  g_assert_cmpint(recipe->size_mib, ==, 4096);
  g_assert_cmpuint(g_strv_length(recipe->packages), ==, 3);
  g_assert_cmpstr(recipe->packages[2], ==, "fonts-cantarell");
  g_assert_cmpuint(recipe->files->len, ==, 1);
  const RecipeFile *picture = recipe->pictures->pdata[0];
  g_assert_cmpstr(picture->target, ==, "/usr/share/a.png");
  g_assert_true(g_str_has_suffix(picture->source, "/a.svg"));
  g_assert_cmpint(picture->width, ==, 640);
  g_assert_cmpint(picture->height, ==, 480);
}

/* Each row breaks the good recipe in one place; the error has to name that place. */
static void
test_refuses(ImageFixture *fixture, gconstpointer data)
{
  static const struct {
    const char *from, *to, *said;
  } ROWS[] = {
      {"name=office", "name=../office", "name in [image]"},
      {"name=office", "name=", "name in [image]"},
      {"suite=bookworm\n", "", "suite in [image]"},
      {"size-mib=4096", "size-mib=10", "size-mib in [image]"},
      {"name=desktop", "name=root:x", "name in [account]"},
      {"password=secret", "password=a:b", "in [account]"},
      {"fonts-cantarell", "--option", "--option in [packages]"},
      {"overlay=overlay", "overlay=nowhere", "overlay in [tree]"},
      {"a.svg 640 480", "a.svg 640", "/usr/share/a.png in [pictures]"},
      {"a.svg 640 480", "a.svg 0 480", "/usr/share/a.png in [pictures]"},
      {"/etc/motd=motd", "/etc/../motd=motd", "/etc/../motd in [files]"},
      {"/etc/motd=motd", "/etc/motd=nowhere", "/etc/motd in [files]"},
      {"[leave-out]", "[leave-it]", "[leave-it]"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
    g_auto(GStrv) parts = g_strsplit(GOOD, ROWS[i].from, 2);
    g_assert_cmpuint(g_strv_length(parts), ==, 2);
    g_autofree char *text = g_strconcat(parts[0], ROWS[i].to, parts[1], NULL);
    g_autofree char *path = write_recipe(fixture, text);
    g_autoptr(GError) error = NULL;
    g_autoptr(Recipe) recipe = recipe_load(path, &error);
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG);
    if (strstr(error->message, ROWS[i].said) == NULL)
      g_error("row %zu: “%s” does not say “%s”", i, error->message, ROWS[i].said);
  }
}

static char *
fingerprint_after(ImageFixture *fixture, const char *changed, const char *content, gboolean of_base)
{
  g_autofree char *path = write_recipe(fixture, GOOD);
  if (changed != NULL)
    g_free(image_fixture_write(fixture, changed, content, -1));
  g_autoptr(GError) error = NULL;
  g_autoptr(Recipe) recipe = recipe_load(path, &error);
  g_assert_no_error(error);
  g_autofree char *guest = g_build_filename(fixture->folder, "guest", NULL);
  char *print = of_base ? recipe_base_fingerprint(recipe, &error) : recipe_fingerprint(recipe, guest, &error);
  g_assert_no_error(error);
  return print;
}

static void
test_fingerprint_follows_every_input(ImageFixture *fixture, gconstpointer data)
{
  static const char *const INPUTS[] = {"a.svg", "motd", "overlay/etc/x", "guest", "overlay/etc/y"};
  g_autofree char *first = fingerprint_after(fixture, NULL, NULL, FALSE);
  g_autofree char *again = fingerprint_after(fixture, NULL, NULL, FALSE);
  g_assert_cmpstr(first, ==, again);
  for (gsize i = 0; i < G_N_ELEMENTS(INPUTS); i++) {
    g_autofree char *changed = fingerprint_after(fixture, INPUTS[i], "changed", FALSE);
    g_assert_cmpstr(first, !=, changed);
  }
}

/* What changes often must not make the base system anew: it takes minutes. */
static void
test_base_follows_packages_alone(ImageFixture *fixture, gconstpointer data)
{
  g_autofree char *first = fingerprint_after(fixture, NULL, NULL, TRUE);
  g_autofree char *guest = fingerprint_after(fixture, "guest", "changed", TRUE);
  g_autofree char *overlay = fingerprint_after(fixture, "overlay/etc/x", "changed", TRUE);
  g_assert_cmpstr(first, ==, guest);
  g_assert_cmpstr(first, ==, overlay);
  g_auto(GStrv) parts = g_strsplit(GOOD, "fonts-cantarell", 2);
  g_autofree char *text = g_strconcat(parts[0], "fonts-inter", parts[1], NULL);
  g_autofree char *packages = fingerprint_after(fixture, "office.recipe", text, TRUE);
  g_assert_cmpstr(first, !=, packages);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(path, run)                                                                                       \
  g_test_add(path, ImageFixture, NULL, image_fixture_set_up, run, image_fixture_tear_down)
  ADD("/recipe/reads_all", test_reads_all);
  ADD("/recipe/refuses", test_refuses);
  ADD("/recipe/fingerprint_follows_every_input", test_fingerprint_follows_every_input);
  ADD("/recipe/base_follows_packages_alone", test_base_follows_packages_alone);
  return g_test_run();
}
