/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/password_rules.h"

#include "common/base/error.h"

#include <string.h>

/* The first that every attacker tries and that the length lets through. */
static const char *const common_passwords[] = {"12345678", "123456789", "1234567890", "password", "password1",
                                               "passw0rd", "qwertyui",  "qwertyuiop", "iloveyou", "11111111",
                                               "00000000", "sunshine",  "princess",   "football", "baseball"};

static gboolean
is_common(const char *folded)
{
  for (gsize i = 0; i < G_N_ELEMENTS(common_passwords); i++)
    if (strcmp(folded, common_passwords[i]) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
has_control(const char *text)
{
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at))
    if (g_unichar_iscntrl(g_utf8_get_char(at)))
      return TRUE;
  return FALSE;
}

GStrv
password_rules_problems(const char *password, const char *user_name)
{
  g_autoptr(GStrvBuilder) problems = g_strv_builder_new();
  if (password == NULL || !g_utf8_validate(password, -1, NULL) || has_control(password)) {
    g_strv_builder_add(problems, "It must be text without control characters.");
    return g_strv_builder_end(problems);
  }
  g_autofree char *folded = g_utf8_strdown(password, -1);
  if (g_utf8_strlen(password, -1) < PASSWORD_MIN_CHARACTERS)
    g_strv_builder_add(problems, "It needs at least 8 characters.");
  if (strlen(password) > PASSWORD_MAX_BYTES)
    g_strv_builder_add(problems, "It may have at most 256 bytes.");
  if (strcmp(folded, user_name) == 0)
    g_strv_builder_add(problems, "It must not be the user's name.");
  if (is_common(folded))
    g_strv_builder_add(problems, "It is one of the passwords that everybody tries first.");
  g_auto(GStrv) found = g_strv_builder_end(problems);
  return found[0] == NULL ? NULL : g_steal_pointer(&found);
}

gboolean
password_rules_check(const char *password, const char *user_name, GError **error)
{
  g_auto(GStrv) problems = password_rules_problems(password, user_name);
  if (problems == NULL)
    return TRUE;
  GError *weak = g_error_new(CARAWAY_ERROR, CARAWAY_ERROR_WEAK_PASSWORD,
                             "This password cannot be used: %s Choose another one.", problems[0]);
  error_set_reasons(weak, (const char *const *)problems);
  g_propagate_error(error, weak);
  return FALSE;
}
