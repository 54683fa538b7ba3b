/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"
#include "host/relay/spent_store.h"

#include <glib/gstdio.h>
#include <string.h>

#define DESKTOP "11111111-2222-4333-8444-555555555555"

typedef struct {
  FakeClock clock;
  char *path;
  SpentStore *store;
  guint done;
} Fixture;

static void
open_store(Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  spent_store_free(fixture->store);
  fixture->store = spent_store_open(fixture->path, &fixture->clock.clock, &error);
  g_assert_no_error(error);
}

static void
set_up(Fixture *fixture, gconstpointer unused)
{
  g_autofree char *folder = g_dir_make_tmp("caraway-spent-XXXXXX", NULL);
  fake_clock_init(&fixture->clock, 0);
  fixture->path = g_build_filename(folder, "spent", NULL);
  open_store(fixture);
}

static void
tear_down(Fixture *fixture, gconstpointer unused)
{
  g_autofree char *folder = g_path_get_dirname(fixture->path);
  spent_store_free(fixture->store);
  g_remove(fixture->path);
  g_rmdir(folder);
  g_free(fixture->path);
}

static void
on_done(const GError *error, gpointer user_data)
{
  g_assert_no_error(error);
  ((Fixture *)user_data)->done++;
}

static void
spend(Fixture *fixture, const char *id, gint64 expires_s, Epoch epoch)
{
  guint before = fixture->done;
  spent_store_spend(fixture->store, id, expires_s, DESKTOP, epoch, on_done, fixture);
  while (fixture->done == before)
    g_main_context_iteration(NULL, TRUE);
}

static void
test_survives_reopening(Fixture *fixture, gconstpointer unused)
{
  spend(fixture, "a", 100, (Epoch){1, 7});
  open_store(fixture);
  g_assert_true(spent_store_is_spent(fixture->store, "a"));
  g_assert_false(spent_store_is_spent(fixture->store, "b"));
  g_assert_cmpint(epoch_compare(spent_store_epoch(fixture->store, DESKTOP), (Epoch){1, 7}), ==, 0);
}

static void
test_epoch_never_falls(Fixture *fixture, gconstpointer unused)
{
  spent_store_raise(fixture->store, DESKTOP, (Epoch){2, 1});
  spent_store_raise(fixture->store, DESKTOP, (Epoch){1, 9});
  open_store(fixture);
  g_assert_cmpint(epoch_compare(spent_store_epoch(fixture->store, DESKTOP), (Epoch){2, 1}), ==, 0);
}

static void
test_torn_line_is_dropped(Fixture *fixture, gconstpointer unused)
{
  spend(fixture, "a", 100, (Epoch){1, 7});
  g_autofree char *text = NULL;
  g_assert_true(g_file_get_contents(fixture->path, &text, NULL, NULL));
  g_autofree char *torn = g_strconcat(text, "spent half", NULL);
  g_assert_true(g_file_set_contents(fixture->path, torn, -1, NULL));
  open_store(fixture);
  spend(fixture, "b", 100, (Epoch){1, 8});
  open_store(fixture);
  g_assert_true(spent_store_is_spent(fixture->store, "a"));
  g_assert_true(spent_store_is_spent(fixture->store, "b"));
}

static void
test_damage_is_told(Fixture *fixture, gconstpointer unused)
{
  g_autoptr(GError) error = NULL;
  g_clear_pointer(&fixture->store, spent_store_free);
  g_assert_true(g_file_set_contents(fixture->path, "spent a 100\nnonsense\n", -1, NULL));
  g_assert_null(spent_store_open(fixture->path, &fixture->clock.clock, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG);
  g_assert_nonnull(strstr(error->message, ":2 "));
}

static void
test_a_leaping_clock_revives_nothing(Fixture *fixture, gconstpointer unused)
{
  spend(fixture, "a", 100, (Epoch){1, 7});
  spent_store_compact(fixture->store, 86400);
  g_assert_true(spent_store_is_spent(fixture->store, "a"));
  fake_clock_advance(&fixture->clock, 11 * 60 * G_USEC_PER_SEC);
  spent_store_compact(fixture->store, 99);
  g_assert_true(spent_store_is_spent(fixture->store, "a"));
  spent_store_compact(fixture->store, 101);
  g_assert_false(spent_store_is_spent(fixture->store, "a"));
}

static void
test_file_is_rewritten(Fixture *fixture, gconstpointer unused)
{
  for (guint i = 1; i <= 1100; i++)
    spent_store_raise(fixture->store, DESKTOP, (Epoch){1, i});
  spent_store_compact(fixture->store, 1);
  open_store(fixture);
  g_autofree char *text = NULL;
  g_assert_true(g_file_get_contents(fixture->path, &text, NULL, NULL));
  g_assert_cmpstr(text, ==, "epoch " DESKTOP " 1.1100\n");
}

#define ADD(path, test) g_test_add("/spent-store/" path, Fixture, NULL, set_up, test, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("reopening", test_survives_reopening);
  ADD("epoch", test_epoch_never_falls);
  ADD("torn", test_torn_line_is_dropped);
  ADD("damage", test_damage_is_told);
  ADD("leaping-clock", test_a_leaping_clock_revives_nothing);
  ADD("rewriting", test_file_is_rewritten);
  return g_test_run();
}
