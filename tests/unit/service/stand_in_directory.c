/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/service/stand_in_directory.h"

#include "common/base/error.h"

#include <glib/gstdio.h>

typedef struct {
  Authenticator authenticator;
  StandInDirectory *directory;
} StandIn;

static ExternalIdentity *
describe(const StandInPerson *person)
{
  ExternalIdentity *identity = g_new0(ExternalIdentity, 1);
  identity->authenticator = g_strdup("corp");
  identity->external_id = g_strdup(person->external_id);
  identity->user_name = g_strdup(person->name);
  identity->full_name = g_strdup("Somebody");
  identity->groups = g_strdupv(person->groups);
  return identity;
}

static gboolean
refuse_when_away(const StandInDirectory *directory, GError **error)
{
  if (directory->is_away)
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_DIRECTORY_AWAY, "The directory does not answer.");
  return !directory->is_away;
}

static gboolean
check(Authenticator *authenticator, const AuthenticatorAccount *account, const char *password,
      gboolean *ret_accepted, ExternalIdentity **ret_identity, GError **error)
{
  StandInDirectory *directory = ((StandIn *)authenticator)->directory;
  directory->asked++;
  g_ptr_array_add(directory->passwords, g_strdup(password));
  if (!refuse_when_away(directory, error))
    return FALSE;
  *ret_accepted = FALSE;
  for (guint i = 0; i < directory->people->len; i++) {
    const StandInPerson *person = g_ptr_array_index(directory->people, i);
    if (account->exists && g_str_equal(person->name, account->name) &&
        g_str_equal(person->password, password)) {
      *ret_accepted = TRUE;
      *ret_identity = describe(person);
    }
  }
  return TRUE;
}

static gboolean
look_up(Authenticator *authenticator, const char *external_id, AuthenticatorFinding *ret_finding,
        ExternalIdentity **ret_identity, GError **error)
{
  StandInDirectory *directory = ((StandIn *)authenticator)->directory;
  if (!refuse_when_away(directory, error))
    return FALSE;
  *ret_finding = AUTHENTICATOR_GONE;
  for (guint i = 0; i < directory->people->len; i++) {
    const StandInPerson *person = g_ptr_array_index(directory->people, i);
    if (!g_str_equal(person->external_id, external_id))
      continue;
    directory->looked_up++;
    if (person->fails) {
      g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_DIRECTORY_AWAY, "It took too long.");
      return FALSE;
    }
    *ret_finding = person->closed ? AUTHENTICATOR_CLOSED : AUTHENTICATOR_PRESENT;
    *ret_identity = person->closed ? NULL : describe(person);
  }
  return TRUE;
}

static gboolean
check_in_annex(Authenticator *authenticator, const AuthenticatorAccount *account, const char *password,
               gboolean *ret_accepted, ExternalIdentity **ret_identity, GError **error)
{
  g_ptr_array_add(((StandIn *)authenticator)->directory->beside, g_strdup(password));
  *ret_accepted = FALSE;
  return TRUE;
}

static void
free_stand_in(Authenticator *authenticator)
{
  authenticator_clear(authenticator);
  g_free(authenticator);
}

static Authenticator *
open_stand_in(const char *name, const Config *config, GError **error)
{
  StandIn *stand_in = g_new0(StandIn, 1);
  gboolean is_annex = g_str_equal(name, "annex");
  stand_in->authenticator = (Authenticator){.check = is_annex ? check_in_annex : check,
                                            .look_up = is_annex ? NULL : look_up,
                                            .free = free_stand_in};
  authenticator_init(&stand_in->authenticator, name, config_string(config, AUTHENTICATOR_GROUP, "label"),
                     AUTHENTICATOR_PASSWORD);
  stand_in->authenticator.recheck_s = 300;
  return &stand_in->authenticator;
}

static void
free_person(gpointer data)
{
  StandInPerson *person = data;
  g_free(person->external_id);
  g_free(person->name);
  g_free(person->password);
  g_strfreev(person->groups);
  g_free(person);
}

static const ConfigKey *
stand_in_keys(void)
{
  static const ConfigKey KEYS[] = {AUTHENTICATOR_KEYS, {NULL}};
  return KEYS;
}

static const char *const NAMES[] = {"annex.conf", "corp.conf"};

static void
write_files(const char *path)
{
  for (gsize i = 0; i < G_N_ELEMENTS(NAMES); i++) {
    g_autofree char *file = g_build_filename(path, NAMES[i], NULL);
    g_assert_true(g_file_set_contents(file, "[authenticator]\ntype=stand-in\nlabel=Corporate\n", -1, NULL));
  }
}

static void
remove_files(const char *path)
{
  for (gsize i = 0; i < G_N_ELEMENTS(NAMES); i++) {
    g_autofree char *file = g_build_filename(path, NAMES[i], NULL);
    g_assert_cmpint(g_unlink(file), ==, 0);
  }
}

StandInDirectory *
stand_in_directory_new(void)
{
  static const AuthenticatorType TYPES[] = {{"stand-in", stand_in_keys, open_stand_in}, {NULL}};
  g_autoptr(GError) error = NULL;
  StandInDirectory *directory = g_new0(StandInDirectory, 1);
  directory->people = g_ptr_array_new_with_free_func(free_person);
  directory->passwords = g_ptr_array_new_with_free_func(g_free);
  directory->beside = g_ptr_array_new_with_free_func(g_free);
  directory->path = g_dir_make_tmp("caraway-directory-XXXXXX", &error);
  g_assert_no_error(error);
  write_files(directory->path);
  directory->folder = authenticator_folder_open(directory->path, TYPES, &error);
  g_assert_no_error(error);
  directory->authenticator = authenticator_folder_find(directory->folder, "corp");
  for (guint i = 0; i < authenticator_folder_count(directory->folder); i++)
    ((StandIn *)authenticator_folder_at(directory->folder, i))->directory = directory;
  remove_files(directory->path);
  return directory;
}

StandInPerson *
stand_in_directory_add(StandInDirectory *directory, const char *external_id, const char *name,
                       const char *password, const char *groups)
{
  StandInPerson *person = g_new0(StandInPerson, 1);
  person->external_id = g_strdup(external_id);
  person->name = g_strdup(name);
  person->password = g_strdup(password);
  person->groups = g_strsplit(groups, ",", -1);
  g_ptr_array_add(directory->people, person);
  return person;
}

void
stand_in_directory_free(StandInDirectory *directory)
{
  if (directory == NULL)
    return;
  authenticator_folder_free(directory->folder);
  g_ptr_array_unref(directory->people);
  g_ptr_array_unref(directory->passwords);
  g_ptr_array_unref(directory->beside);
  (void)g_rmdir(directory->path);
  g_free(directory->path);
  g_free(directory);
}
