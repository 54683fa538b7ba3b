/* SPDX-License-Identifier: Apache-2.0 */
/* What an access token looks like. */
#include "broker/model/access_token.h"

#include <string.h>

#define SECRET "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static void
test_text(void)
{
  g_autofree char *text = access_token_text(SECRET);
  g_assert_true(g_str_has_prefix(text, "caraway_pat_" SECRET));
  g_assert_cmpuint(strlen(text), ==, 12 + 43 + 8);
  g_assert_true(access_token_is_text(text));
}

/* The check value of CRC-32: others can tell our tokens by it. */
static void
test_checksum_is_the_known_one(void)
{
  g_autofree char *text = access_token_text("123456789");
  g_assert_cmpstr(text, ==, "caraway_pat_123456789cbf43926");
}

static void
test_every_changed_character_is_noticed(void)
{
  g_autofree char *text = access_token_text(SECRET);
  for (gsize at = 0; at < strlen(text); at++) {
    g_autofree char *changed = g_strdup(text);
    changed[at] = changed[at] == 'x' ? 'y' : 'x';
    g_assert_false(access_token_is_text(changed));
    changed[at] = '\0';
    g_assert_false(access_token_is_text(changed));
  }
  g_autofree char *longer = g_strconcat(text, "0", NULL);
  g_assert_false(access_token_is_text(longer));
  g_assert_false(access_token_is_text(""));
}

static void
test_scopes(void)
{
  static const char *const good[] = {"own", "console.open", "user.read", "pool.manage"};
  static const char *const bad[] = {"account", "public", "gateway", "host", "broker", "", "Own", NULL};
  PermissionSet scopes = 0;
  Permission permission;
  for (guint i = 0; i < G_N_ELEMENTS(good); i++) {
    g_assert_true(access_token_scope_from_name(good[i], &permission));
    scopes |= PERMISSION_BIT(permission);
  }
  for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
    g_assert_false(access_token_scope_from_name(bad[i], &permission));
  g_auto(GStrv) names = access_token_scope_names(scopes);
  g_autofree char *joined = g_strjoinv(" ", names);
  g_assert_cmpstr(joined, ==, "own console.open user.read pool.manage");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/access-token/text", test_text);
  g_test_add_func("/access-token/checksum", test_checksum_is_the_known_one);
  g_test_add_func("/access-token/changed", test_every_changed_character_is_noticed);
  g_test_add_func("/access-token/scopes", test_scopes);
  return g_test_run();
}
