/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/ldap/ldap_groups.h"

#include <string.h>

#define BASE "ou=groups,dc=x"

/* Who is in which groups: "NAME: NAME NAME", a line each; names are cn=NAME,ou=groups,dc=x. */
typedef struct {
  const char *text;
  guint asked;
} Book;

static gboolean
ask(gpointer data, const char *dn, char **ret_name, GPtrArray *found, GError **error)
{
  Book *book = data;
  g_auto(GStrv) lines = g_strsplit(book->text, "\n", -1);
  g_auto(GStrv) parts = g_strsplit_set(dn, "=,", 3);
  book->asked++;
  *ret_name = g_strdup_printf("Short-%s", parts[1]);
  for (char **line = lines; *line != NULL; line++) {
    g_auto(GStrv) words = g_strsplit_set(*line, ": ", -1);
    for (char **word = words + 1; g_str_equal(words[0], parts[1]) && *word != NULL; word++) {
      g_autofree char *group =
          g_strdup_printf("CN=%s,%s", *word, strchr(*word, '@') ? "dc=x" : "OU=groups,DC=x");
      if (**word != '\0')
        g_ptr_array_add(found, ldap_group_new(group, NULL));
    }
  }
  return TRUE;
}

static char *
collect(const char *text, guint depth, guint limit, gboolean by_reading, gboolean *ret_cut)
{
  g_autoptr(GError) error = NULL;
  Book book = {.text = text};
  const LdapGroupsBounds bounds = {.base = BASE, .depth = depth, .limit = limit, .by_reading = by_reading};
  g_auto(GStrv) groups = ldap_groups_collect("cn=me,ou=people,dc=x", &bounds, ask, &book, ret_cut, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(book.asked, <=, limit + 1);
  GString *names = g_string_new(NULL);
  for (char **group = groups; *group != NULL; group++) {
    g_auto(GStrv) parts = g_strsplit_set(*group, "=,", 3);
    g_string_append_printf(names, "%s%s", names->len > 0 ? " " : "", parts[1] != NULL ? parts[1] : *group);
  }
  return g_string_free(names, FALSE);
}

static void
test_shapes(void)
{
  static const struct {
    const char *text, *groups;
    guint depth;
  } ROWS[] = {
      {"", "", 8},
      {"me: a b", "a b", 8},
      {"me: a\na: b\nb: c", "a b c", 8},
      {"me: a\na: b\nb: c", "a b", 2},
      {"me: a\na: b\nb: c", "a", 1},
      {"me: a\na: b\nb: a", "a b", 8}, /* a loop */
      {"me: a\na: a", "a", 8},         /* of itself */
      {"me: a b\na: c\nb: c\nc: d", "a b c d", 8},
      {"me: a other@\nother@: z", "a", 8}, /* beside the base, and not followed */
      {"me: a,b", "", 8},                  /* which is no name of an entry */
  };
  for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
    g_autofree char *groups = collect(ROWS[i].text, ROWS[i].depth, 100, FALSE, NULL);
    g_assert_cmpstr(groups, ==, ROWS[i].groups);
  }
}

/* A directory that makes up groups without end is asked a bounded number of times. */
static void
test_limit(void)
{
  GString *text = g_string_new("me: g0");
  for (guint i = 0; i < 1000; i++)
    g_string_append_printf(text, "\ng%u: g%u h%u", i, i + 1, i);
  gboolean was_cut = FALSE;
  g_autofree char *few = collect(text->str, 32, 20, FALSE, &was_cut);
  g_assert_true(was_cut);
  g_autofree char *deep = collect(text->str, 3, 100, FALSE, &was_cut);
  g_assert_cmpstr(deep, ==, "g0 g1 g2 h0 h1");
  g_string_free(text, TRUE);
}

static gboolean
ask_for_disguised(gpointer data, const char *dn, char **ret_name, GPtrArray *found, GError **error)
{
  *ret_name = g_strdup("cn=admins," BASE);
  g_ptr_array_add(found, ldap_group_new("cn=harmless," BASE, "cn=admins," BASE));
  return TRUE;
}

/* Whoever may say what a group is called does not make another group of it. */
static void
test_short_name_written_like_a_whole_one(void)
{
  g_autoptr(GError) error = NULL;
  const LdapGroupsBounds bounds = {.base = BASE, .depth = 2, .limit = 10, .by_reading = TRUE};
  g_auto(GStrv) groups =
      ldap_groups_collect("cn=me,ou=people,dc=x", &bounds, ask_for_disguised, NULL, NULL, &error);
  g_assert_cmpuint(g_strv_length(groups), ==, 1);
  g_assert_cmpstr(groups[0], ==, "cn=harmless," BASE);
}

/* The short name of the person itself is no group. */
static void
test_short_names(void)
{
  g_autofree char *groups = collect("me: a\na: b", 2, 100, TRUE, NULL);
  g_assert_cmpstr(groups, ==, "a b short-a short-b");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/ldap-groups/shapes", test_shapes);
  g_test_add_func("/ldap-groups/limit", test_limit);
  g_test_add_func("/ldap-groups/short-names", test_short_names);
  g_test_add_func("/ldap-groups/short-name-written-like-a-whole-one",
                  test_short_name_written_like_a_whole_one);
  return g_test_run();
}
