/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks an authenticator what a test wants to know: directory_probe FOLDER NAME check|each|steps|find|group
 * TEXT, with each of several names separated by commas, and with the password as a line on standard input.
 * Prints one line: "accepted ID NAME [FULL NAME]" and the groups, a line each; "refused", "gone", "closed",
 * or "error CODE: SENTENCE". With steps, a line for each of them.
 */
#include "broker/auth/authenticator_folder.h"
#include "common/base/error.h"
#include "common/base/log.h"
#include "common/base/rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
print_error(const GError *error)
{
  g_print("error %s: %s\n", error_stable_name(error), error->message);
  return EXIT_SUCCESS;
}

static void
print_identity(const ExternalIdentity *identity)
{
  g_print("accepted %s %s [%s]\n", identity->external_id, identity->user_name, identity->full_name);
  for (char **group = identity->groups; *group != NULL; group++)
    g_print("%s\n", *group);
}

static int
check(Authenticator *authenticator, const char *user, const char *password)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ExternalIdentity) identity = NULL;
  const AuthenticatorAccount account = {.name = user, .exists = TRUE};
  gboolean accepted;
  if (!authenticator_check(authenticator, &account, password, &accepted, &identity, &error))
    return print_error(error);
  if (accepted)
    print_identity(identity);
  else
    g_print("refused\n");
  return EXIT_SUCCESS;
}

static int
check_each(Authenticator *authenticator, const char *users, const char *password)
{
  g_auto(GStrv) names = g_strsplit(users, ",", -1);
  for (char **name = names; *name != NULL; name++)
    check(authenticator, *name, password);
  return EXIT_SUCCESS;
}

static int
find(Authenticator *authenticator, const char *id)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ExternalIdentity) identity = NULL;
  AuthenticatorFinding finding;
  if (!authenticator->look_up(authenticator, id, &finding, &identity, &error))
    return print_error(error);
  if (finding == AUTHENTICATOR_PRESENT)
    print_identity(identity);
  else
    g_print("%s\n", finding == AUTHENTICATOR_GONE ? "gone" : "closed");
  return EXIT_SUCCESS;
}

static int
explain(Authenticator *authenticator, const char *user, const char *password)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) steps = rule_list_new();
  gboolean done = authenticator->explain(authenticator, user, password, steps, &error);
  for (guint i = 0; i < steps->len; i++) {
    const Rule *step = g_ptr_array_index(steps, i);
    g_print("%s %s %s\n", step->name, step->ok ? "yes" : "no", step->text);
  }
  return done ? EXIT_SUCCESS : print_error(error);
}

static int
name_group(Authenticator *authenticator, const char *name)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *key = authenticator_group_key(authenticator, name, &error);
  if (key == NULL)
    return print_error(error);
  g_print("%s\n", key);
  return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
  char password[2000] = "";
  g_autoptr(GError) error = NULL;
  log_init("directory-probe", LOG_LEVEL_WARNING);
  if (argc != 5 || fgets(password, sizeof password, stdin) == NULL)
    return EXIT_FAILURE;
  password[strcspn(password, "\n")] = '\0';
  g_autoptr(AuthenticatorFolder) folder = authenticator_folder_open(argv[1], authenticator_types(), &error);
  if (folder == NULL)
    return print_error(error);
  Authenticator *authenticator = authenticator_folder_find(folder, argv[2]);
  if (g_str_equal(argv[3], "check"))
    return check(authenticator, argv[4], password);
  if (g_str_equal(argv[3], "each"))
    return check_each(authenticator, argv[4], password);
  if (g_str_equal(argv[3], "find"))
    return find(authenticator, argv[4]);
  if (g_str_equal(argv[3], "steps"))
    return explain(authenticator, argv[4], password);
  return name_group(authenticator, argv[4]);
}
