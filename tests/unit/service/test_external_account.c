/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts of people whom a directory knows: who becomes whom, and who does not. */
#include "broker/service/people/external_account.h"

#include "broker/service/audit_log.h"
#include "broker/service/people/external_recheck.h"
#include "broker/service/people/group_admin.h"
#include "broker/service/people/second_factor.h"
#include "broker/service/people/sign_in.h"
#include "broker/service/people/user_admin.h"
#include "broker/service/pools/pool_admin.h"
#include "broker/service/sessions/session_list.h"
#include "tests/unit/service/service_fixture.h"
#include "tests/unit/service/stand_in_directory.h"

#include <string.h>

#define PASSWORD "correct horse battery"
#define ADDRESS  "198.51.100.7"

static const SignInOrigin ORIGIN = {.address = ADDRESS};

typedef struct {
  ServiceFixture *fixture;
  Services *services;
  StandInDirectory *directory;
} Case;

static void
set_up(Case *test, gconstpointer data)
{
  test->directory = stand_in_directory_new();
  test->fixture = service_fixture_new();
  test->fixture->directories = test->directory->folder;
  service_fixture_restart(test->fixture);
  test->services = test->fixture->services;
}

static void
tear_down(Case *test, gconstpointer data)
{
  service_fixture_free(test->fixture);
  stand_in_directory_free(test->directory);
}

/* Who signs in (transfer full). */
static User *
enter(Case *test, const char *name, const char *password)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SignIn) sign_in = sign_in_begin(test->services, name, password, &ORIGIN, &error);
  g_assert_no_error(error);
  return g_steal_pointer(&sign_in->user);
}

static void
assert_refused(Case *test, const char *name, const char *password, CarawayErrorCode code)
{
  g_autoptr(GError) error = NULL;
  g_assert_null(sign_in_begin(test->services, name, password, &ORIGIN, &error));
  g_assert_error(error, CARAWAY_ERROR, (int)code);
}

static void
add_local(Case *test, const char *name, gboolean administrator)
{
  g_autoptr(GError) error = NULL;
  const NewUser user = {.name = name, .password = PASSWORD, .administrator = administrator};
  g_autoptr(User) made = user_admin_create(test->services, test->fixture->admin, &user, &error);
  g_assert_no_error(error);
}

static void
link_group(Case *test, const char *name, const char *external_name)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Group) group = group_admin_create(
      test->services, test->fixture->admin,
      &(NewGroup){.name = name, .authenticator = "corp", .external_name = external_name}, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(group->external_name, ==, external_name);
}

static void
test_made_at_first_sign_in(Case *test, gconstpointer data)
{
  stand_in_directory_add(test->directory, "id-1", "anna", PASSWORD, "staff");
  g_autoptr(User) first = enter(test, "Anna", PASSWORD);
  g_assert_cmpstr(first->name, ==, "anna");
  g_assert_cmpstr(first->source, ==, "corp");
  g_assert_cmpstr(first->full_name, ==, "Somebody");
  g_assert_false(first->administrator);
  g_autoptr(User) second = enter(test, "anna", PASSWORD);
  g_assert_cmpstr(second->id, ==, first->id);
  assert_refused(test, "anna", "wrong", CARAWAY_ERROR_BAD_CREDENTIALS);
  assert_refused(test, "nobody", PASSWORD, CARAWAY_ERROR_BAD_CREDENTIALS);
}

/* Fault 19: a directory takes an empty password for "nobody in particular" and says yes. */
static void
test_empty_password_is_never_sent(Case *test, gconstpointer data)
{
  stand_in_directory_add(test->directory, "id-1", "anna", "", "");
  assert_refused(test, "anna", "", CARAWAY_ERROR_BAD_CREDENTIALS);
  g_assert_cmpuint(test->directory->people->len, ==, 1);
}

/* Whose password it is is known after the first sign-in: from then on no other directory sees it. */
static void
test_password_goes_to_its_directory_alone(Case *test, gconstpointer data)
{
  stand_in_directory_add(test->directory, "id-1", "anna", PASSWORD, "");
  g_autoptr(User) first = enter(test, "anna", PASSWORD);
  g_ptr_array_set_size(test->directory->beside, 0);
  g_autoptr(User) again = enter(test, "anna", PASSWORD);
  assert_refused(test, "anna", "another password", CARAWAY_ERROR_BAD_CREDENTIALS);
  g_assert_cmpuint(test->directory->beside->len, ==,
                   2); /* it is asked, so that nobody can tell by the time */
  for (guint i = 0; i < test->directory->beside->len; i++)
    g_assert_cmpstr(g_ptr_array_index(test->directory->beside, i), ==, "");
}

/* Fault 19: what is no plain name does not reach the directory at all. */
static void
test_hostile_names_are_not_asked_for(Case *test, gconstpointer data)
{
  static const char *const NAMES[] = {
      "*)(uid=*",
      "anna)(|(uid=*",
      "a*",
      "anna\\2a",
      "an\nna",
      "anna ",
      " anna",
      "аnna",
      "ａnna",
      "anna\xe2\x80\xae",
      "",
      "(anna)",
      "anna&",
      "cn=anna,dc=example",
      "anna/../root",
  };
  stand_in_directory_add(test->directory, "id-1", "anna", PASSWORD, "");
  for (gsize i = 0; i < G_N_ELEMENTS(NAMES); i++) {
    g_autofree char *address = g_strdup_printf("198.51.100.%u", (guint)i);
    g_autoptr(GError) error = NULL;
    g_assert_null(
        sign_in_begin(test->services, NAMES[i], PASSWORD, &(SignInOrigin){.address = address}, &error));
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_BAD_CREDENTIALS);
  }
  g_assert_cmpuint(test->directory->asked, ==, 0);
}

/* A local account is nobody's to take, and its password goes nowhere. */
static void
test_local_name_is_not_taken_over(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  add_local(test, "root", TRUE);
  stand_in_directory_add(test->directory, "id-1", "root", "another password", "");
  assert_refused(test, "root", "another password", CARAWAY_ERROR_BAD_CREDENTIALS);
  g_autoptr(User) root = enter(test, "root", PASSWORD);
  g_assert_cmpstr(root->source, ==, USER_SOURCE_LOCAL);
  g_assert_cmpuint(test->directory->asked, ==, 0);
  const ExternalIdentity identity = {
      .authenticator = (char *)"corp", .external_id = (char *)"id-1", .user_name = (char *)"ROOT"};
  g_assert_null(external_account_accept(test->services, &identity, ADDRESS, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  g_assert_nonnull(strstr(error->message, "a local account has that name"));
}

static void
test_renamed_keeps_its_account(Case *test, gconstpointer data)
{
  StandInPerson *person = stand_in_directory_add(test->directory, "id-1", "anna", PASSWORD, "");
  g_autoptr(User) before = enter(test, "anna", PASSWORD);
  g_free(person->name);
  person->name = g_strdup("anna-b");
  g_autoptr(User) after = enter(test, "anna-b", PASSWORD);
  g_assert_cmpstr(after->id, ==, before->id);
  g_assert_cmpstr(after->name, ==, "anna-b");
  /* The old name is free for somebody else, who gets an account of their own. */
  stand_in_directory_add(test->directory, "id-2", "anna", "another password", "");
  g_autoptr(User) other = enter(test, "anna", "another password");
  g_assert_cmpstr(other->id, !=, before->id);
}

/* Somebody new who is given a name that another account still has does not get that account. */
static void
test_name_given_to_another(Case *test, gconstpointer data)
{
  StandInPerson *person = stand_in_directory_add(test->directory, "id-1", "anna", PASSWORD, "");
  g_autoptr(User) before = enter(test, "anna", PASSWORD);
  g_free(person->external_id);
  person->external_id = g_strdup("id-2");
  assert_refused(test, "anna", PASSWORD, CARAWAY_ERROR_CONFLICT);
}

static void
test_hostile_identities(Case *test, gconstpointer data)
{
  static const struct {
    const char *external_id, *user_name;
  } ROWS[] = {
      {"", "anna"},
      {"id\n1", "anna"},
      {"id-1", "an na"},
      {"id-1", "аnna"},
      {"id-1", ""},
      {"id-1", "../etc"},
      {"id-1", "-anna"},
      {"id-1", "anna@b"},
      {"id-1", "an\x01na"},
      {NULL, "anna"},
      {"id-1", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
    g_autoptr(GError) error = NULL;
    const ExternalIdentity identity = {.authenticator = (char *)"corp",
                                       .external_id = (char *)ROWS[i].external_id,
                                       .user_name = (char *)ROWS[i].user_name,
                                       .full_name = (char *)"x\x1b[2J"};
    g_assert_null(external_account_accept(test->services, &identity, ADDRESS, &error));
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
  }
}

static void
test_groups_follow_the_directory(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  link_group(test, "staff", "cn=staff");
  link_group(test, "nurses", "cn=nurses");
  StandInPerson *person =
      stand_in_directory_add(test->directory, "id-1", "anna", PASSWORD, "cn=staff,cn=other");
  g_autoptr(User) first = enter(test, "anna", PASSWORD);
  g_assert_cmpuint(g_strv_length(first->groups), ==, 1);
  g_assert_cmpstr(first->groups[0], ==, "staff");
  g_strfreev(person->groups);
  person->groups = g_strsplit("cn=nurses", ",", -1);
  g_autoptr(User) second = enter(test, "anna", PASSWORD);
  g_assert_cmpuint(g_strv_length(second->groups), ==, 1);
  g_assert_cmpstr(second->groups[0], ==, "nurses");
  g_assert_false(group_admin_add_member(test->services, test->fixture->admin, "staff", "anna", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  g_clear_error(&error);
  g_assert_false(group_admin_remove_member(test->services, test->fixture->admin, "nurses", "anna", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
}

static void
test_link_needs_both_and_an_authenticator(Case *test, gconstpointer data)
{
  static const NewGroup ROWS[] = {
      {.name = "a", .authenticator = "corp"},
      {.name = "b", .external_name = "cn=b"},
      {.name = "c", .authenticator = "corp", .external_name = ""},
      {.name = "d", .authenticator = "corp", .external_name = "a\nb"},
      {.name = "e", .authenticator = "local", .external_name = "cn=b"},
      {.name = "f", .authenticator = "other", .external_name = "cn=b"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_null(group_admin_create(test->services, test->fixture->admin, &ROWS[i], &error));
    g_assert_cmpint(error->code, ==, (i < 4 ? CARAWAY_ERROR_INVALID : CARAWAY_ERROR_NOT_FOUND));
  }
}

/* Who leaves the group of a pool loses the console there, as with a group that is kept here. */
static void
test_leaving_a_group_ends_its_sessions(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  service_fixture_pool(test->fixture, 2, 1);
  service_fixture_settle(test->fixture);
  link_group(test, "staff", "cn=staff");
  g_assert_true(
      pool_admin_entitle(test->services, test->fixture->admin, "office", ENTITLEMENT_GROUP, "staff", &error));
  StandInPerson *person = stand_in_directory_add(test->directory, "id-1", "anna", PASSWORD, "cn=staff");
  g_autoptr(User) anna = enter(test, "anna", PASSWORD);
  g_autoptr(Caller) caller = caller_new(anna->id, "anna", FALSE, ADDRESS, "device");
  g_autoptr(Session) session = service_fixture_connect(test->fixture, caller, NULL, &error);
  g_assert_no_error(error);
  g_strfreev(person->groups);
  person->groups = g_new0(char *, 1);
  g_autoptr(User) again = enter(test, "anna", PASSWORD);
  g_autoptr(Session) cut = service_fixture_session(test->fixture, session->id);
  g_assert_cmpint(cut->state, ==, SESSION_ENDED);
  g_assert_cmpstr(cut->end_code, ==, "not-entitled");
}

static void
test_closed_by_the_directory(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  stand_in_directory_add(test->directory, "id-1", "anna", PASSWORD, "");
  g_autoptr(SignIn) sign_in = sign_in_begin(test->services, "anna", PASSWORD, &ORIGIN, &error);
  g_assert_no_error(error);
  g_assert_true(external_account_close(test->services, "corp", "id-1", "The directory closed it.", &error));
  g_assert_null(sign_in_check(test->services, sign_in->token, ADDRESS, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNAUTHENTICATED);
  g_clear_error(&error);
  g_autoptr(User) closed = user_admin_get(test->services, "anna", &error);
  g_assert_true(closed->disabled);
  g_autoptr(User) back = enter(test, "anna", PASSWORD); /* whom the directory knows again may come back */
  g_assert_false(back->disabled);
  g_assert_null(
      sign_in_check(test->services, sign_in->token, ADDRESS, &error)); /* the sign-in of before not */
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNAUTHENTICATED);
}

/* What an administrator disabled no directory enables, also when it closed the account before. */
static void
test_disabled_here_stays_disabled(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  add_local(test, "root", TRUE);
  stand_in_directory_add(test->directory, "id-1", "anna", PASSWORD, "");
  g_autoptr(User) anna = enter(test, "anna", PASSWORD);
  g_assert_true(external_account_close(test->services, "corp", "id-1", "The directory closed it.", &error));
  UserChange change = USER_CHANGE_NONE;
  change.disabled = TRUE;
  g_autoptr(User) changed =
      user_admin_change(test->services, test->fixture->admin, "anna", &change, 0, &error);
  g_assert_no_error(error);
  assert_refused(test, "anna", PASSWORD, CARAWAY_ERROR_BAD_CREDENTIALS);
}

static void
test_password_is_kept_elsewhere(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  add_local(test, "root", TRUE);
  stand_in_directory_add(test->directory, "id-1", "anna", PASSWORD, "");
  g_autoptr(User) anna = enter(test, "anna", PASSWORD);
  g_assert_false(user_admin_set_password(test->services, test->fixture->admin, "anna", "a new long password",
                                         FALSE, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_EXTERNAL_ACCOUNT);
  g_clear_error(&error);
  g_autoptr(Caller) caller = caller_new(anna->id, "anna", FALSE, ADDRESS, "device");
  g_assert_false(sign_in_change_password(test->services, caller, PASSWORD, "a new long password", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_EXTERNAL_ACCOUNT);
  g_clear_error(&error);
  UserChange change = USER_CHANGE_NONE;
  change.password_change_required = TRUE;
  g_assert_null(user_admin_change(test->services, test->fixture->admin, "anna", &change, 0, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_EXTERNAL_ACCOUNT);
}

/* Fault 18: whom the directory keeps waits for it, others do not. */
static void
test_directory_away(Case *test, gconstpointer data)
{
  add_local(test, "root", TRUE);
  stand_in_directory_add(test->directory, "id-1", "anna", PASSWORD, "");
  g_autoptr(User) anna = enter(test, "anna", PASSWORD);
  test->directory->is_away = TRUE;
  assert_refused(test, "anna", PASSWORD, CARAWAY_ERROR_DIRECTORY_AWAY);
  assert_refused(test, "anna", PASSWORD,
                 CARAWAY_ERROR_DIRECTORY_AWAY); /* and is not counted as a wrong one */
  g_autoptr(User) root = enter(test, "root", PASSWORD);
  assert_refused(test, "root", "wrong", CARAWAY_ERROR_BAD_CREDENTIALS);
}

static void
test_audit_has_no_password(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  link_group(test, "staff", "cn=staff");
  stand_in_directory_add(test->directory, "id-1", "anna", PASSWORD, "cn=staff");
  g_autoptr(User) anna = enter(test, "anna", PASSWORD);
  assert_refused(test, "anna", "another password", CARAWAY_ERROR_BAD_CREDENTIALS);
  const Page page = {.limit = 100};
  g_autoptr(GPtrArray) rows = audit_log_list(test->services, &page, NULL, &error);
  g_autoptr(GString) actions = g_string_new(NULL);
  for (guint i = 0; i < rows->len; i++) {
    const AuditEntry *row = g_ptr_array_index(rows, i);
    g_assert_null(strstr(row->detail, PASSWORD));
    g_assert_null(strstr(row->detail, "another password"));
    g_string_append_printf(actions, "%s:%d ", row->action, row->succeeded);
  }
  g_assert_nonnull(strstr(actions->str, "user.create:1"));
  g_assert_nonnull(strstr(actions->str, "group.add-member:1"));
  g_assert_nonnull(strstr(actions->str, "sign-in:0"));
}

static void
recheck(Case *test, ExternalRecheck *recheck, gint64 now_s)
{
  g_autoptr(GError) error = NULL;
  g_assert_true(services_beat(test->services, &error));
  g_assert_true(external_recheck_run(recheck, now_s * G_USEC_PER_SEC, &error));
  g_assert_no_error(error);
}

static gboolean
is_in(Case *test, const char *token)
{
  g_autoptr(Caller) caller = sign_in_check(test->services, token, ADDRESS, NULL);
  return caller != NULL;
}

/* Fault 17, 18: who is gone there is out here; a directory that is away ends nobody. */
static void
test_looked_up_again(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  link_group(test, "staff", "cn=staff");
  stand_in_directory_add(test->directory, "id-1", "anna", PASSWORD, "");
  StandInPerson *bert = stand_in_directory_add(test->directory, "id-2", "bert", PASSWORD, "");
  g_autoptr(SignIn) anna_in = sign_in_begin(test->services, "anna", PASSWORD, &ORIGIN, &error);
  g_autoptr(SignIn) bert_in = sign_in_begin(test->services, "bert", PASSWORD, &ORIGIN, &error);
  ExternalRecheck *again = external_recheck_new(test->services);
  g_strfreev(bert->groups);
  bert->groups = g_strsplit("cn=staff", ",", -1);
  recheck(test, again, 1000);
  recheck(test, again, 1299);
  g_autoptr(User) early = user_admin_get(test->services, "bert", &error);
  g_assert_cmpuint(g_strv_length(early->groups), ==, 0); /* it is not time yet */
  g_ptr_array_remove_index(test->directory->people, 0);
  test->directory->is_away = TRUE;
  recheck(test, again, 1300);
  g_assert_true(is_in(test, anna_in->token));
  test->directory->is_away = FALSE;
  recheck(test, again, 1600);
  g_assert_false(is_in(test, anna_in->token));
  g_assert_true(is_in(test, bert_in->token));
  g_autoptr(User) member = user_admin_get(test->services, "bert", &error);
  g_assert_cmpstr(member->groups[0], ==, "staff");
  bert->closed = TRUE;
  recheck(test, again, 1900);
  g_assert_false(is_in(test, bert_in->token));
  external_recheck_free(again);
}

/* One account that cannot be looked up keeps nobody else from it, wherever it is in the order. */
static void
test_one_that_fails_keeps_nobody(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  ExternalRecheck *again = external_recheck_new(test->services);
  g_autoptr(GPtrArray) tokens = g_ptr_array_new_with_free_func((GDestroyNotify)sign_in_free);
  enum { PEOPLE = 8 };
  for (guint i = 0; i < PEOPLE; i++) {
    g_autofree char *id = g_strdup_printf("id-%u", i);
    g_autofree char *name = g_strdup_printf("person%u", i);
    StandInPerson *person = stand_in_directory_add(test->directory, id, name, PASSWORD, "");
    g_ptr_array_add(tokens, sign_in_begin(test->services, name, PASSWORD, &ORIGIN, &error));
    g_assert_no_error(error);
    person->fails = i == 3 || i == 5; /* accounts are looked up by ids that are given by chance */
    person->closed = !person->fails;
  }
  recheck(test, again, 1000);
  recheck(test, again, 1300);
  for (guint i = 0; i < PEOPLE; i++)
    g_assert_cmpint(is_in(test, ((SignIn *)tokens->pdata[i])->token), ==, i == 3 || i == 5);
  external_recheck_free(again);
}

/* A directory that fails three in a row is away; the next round begins where this one gave up, and misses
 * nobody. */
static void
test_the_next_round_goes_on(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  ExternalRecheck *again = external_recheck_new(test->services);
  enum { PEOPLE = 7 };
  for (guint i = 0; i < PEOPLE; i++) {
    g_autofree char *id = g_strdup_printf("id-%u", i);
    g_autofree char *name = g_strdup_printf("person%u", i);
    stand_in_directory_add(test->directory, id, name, PASSWORD, "")->fails = TRUE;
    g_autoptr(SignIn) sign_in = sign_in_begin(test->services, name, PASSWORD, &ORIGIN, &error);
    g_assert_no_error(error);
  }
  recheck(test, again, 1000);
  const guint counts[] = {3, 6, 9};
  for (guint i = 0; i < G_N_ELEMENTS(counts); i++) {
    recheck(test, again, 1300 + 300 * i);
    g_assert_cmpuint(test->directory->looked_up, ==, counts[i]);
  }
  for (guint i = 0; i < PEOPLE; i++)
    ((StandInPerson *)test->directory->people->pdata[i])->fails = FALSE;
  recheck(test, again, 2200);
  g_assert_cmpuint(test->directory->looked_up, ==, 9 + PEOPLE);
  recheck(test, again, 2500);
  g_assert_cmpuint(test->directory->looked_up, ==, 9 + 2 * PEOPLE);
  external_recheck_free(again);
}

/* Whom the directory says nothing new of is not written anew: nobody has to forget or to wait for anything.
 */
static void
test_what_is_unchanged_is_not_written(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  link_group(test, "staff", "cn=staff");
  stand_in_directory_add(test->directory, "id-1", "anna", PASSWORD, "cn=staff");
  g_autoptr(User) anna = enter(test, "anna", PASSWORD);
  const char *groups[] = {"cn=staff", NULL};
  const ExternalIdentity identity = {.authenticator = (char *)"corp",
                                     .external_id = (char *)"id-1",
                                     .user_name = (char *)"anna",
                                     .full_name = (char *)"Somebody",
                                     .groups = (char **)groups};
  g_autoptr(DbTransaction) writing = db_begin(test->services->db, DB_WRITE, &error); /* nobody else may */
  g_assert_no_error(error);
  g_autoptr(User) same = external_account_accept(test->services, &identity, ADDRESS, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(same->id, ==, anna->id);
}

/* What asks the directory for a password has to know that before it occupies those who serve local accounts.
 */
static void
test_a_second_factor_may_wait_for_the_directory(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  stand_in_directory_add(test->directory, "id-1", "anna", PASSWORD, "");
  add_local(test, "lora", FALSE);
  const char *const names[] = {"anna", "lora"};
  for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autoptr(SignIn) sign_in = sign_in_begin(test->services, names[i], PASSWORD, &ORIGIN, &error);
    g_autoptr(Caller) caller = sign_in_check(test->services, sign_in->token, ADDRESS, &error);
    gboolean may_wait;
    g_assert_true(second_factor_may_wait(test->services, caller, &may_wait, &error));
    g_assert_cmpint(may_wait, ==, i == 0);
  }
}

#define ADD(path, function) g_test_add("/external-account/" path, Case, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("made-at-first-sign-in", test_made_at_first_sign_in);
  ADD("empty-password-is-never-sent", test_empty_password_is_never_sent);
  ADD("password-goes-to-its-directory-alone", test_password_goes_to_its_directory_alone);
  ADD("hostile-names-are-not-asked-for", test_hostile_names_are_not_asked_for);
  ADD("local-name-is-not-taken-over", test_local_name_is_not_taken_over);
  ADD("renamed-keeps-its-account", test_renamed_keeps_its_account);
  ADD("name-given-to-another", test_name_given_to_another);
  ADD("hostile-identities", test_hostile_identities);
  ADD("groups-follow-the-directory", test_groups_follow_the_directory);
  ADD("link-needs-both-and-an-authenticator", test_link_needs_both_and_an_authenticator);
  ADD("leaving-a-group-ends-its-sessions", test_leaving_a_group_ends_its_sessions);
  ADD("closed-by-the-directory", test_closed_by_the_directory);
  ADD("disabled-here-stays-disabled", test_disabled_here_stays_disabled);
  ADD("password-is-kept-elsewhere", test_password_is_kept_elsewhere);
  ADD("directory-away", test_directory_away);
  ADD("looked-up-again", test_looked_up_again);
  ADD("one-that-fails-keeps-nobody", test_one_that_fails_keeps_nobody);
  ADD("the-next-round-goes-on", test_the_next_round_goes_on);
  ADD("what-is-unchanged-is-not-written", test_what_is_unchanged_is_not_written);
  ADD("second-factor-may-wait", test_a_second_factor_may_wait_for_the_directory);
  ADD("audit-has-no-password", test_audit_has_no_password);
  return g_test_run();
}
