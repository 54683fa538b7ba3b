/* SPDX-License-Identifier: Apache-2.0 */
/* Who must have a second factor, what a sign-in that lacks it is not, and taking it away from its owner. */
#include "broker/service/audit_log.h"
#include "broker/service/people/access_tokens.h"
#include "broker/service/people/external_account.h"
#include "broker/service/people/factor_key.h"
#include "broker/service/people/group_admin.h"
#include "broker/service/people/user_admin.h"
#include "broker/service/pools/pool_admin.h"
#include "broker/service/services_private.h"
#include "broker/service/sessions/session_events.h"
#include "broker/service/work.h"
#include "tests/unit/service/factor_case.h"

#include <string.h>

static gboolean
is_known(FactorCase *test, const Caller *caller)
{
  g_autoptr(KnownSignIn) known =
      known_sign_ins_find(test->fixture->services->known_sign_ins, caller->token_hash);
  return known != NULL;
}

/* Alice's sign-in is good till her group says otherwise; setting up is then all that it may do. */
static void
test_required_by_a_group(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  Services *services = test->fixture->services;
  g_autoptr(GError) error = NULL;
  g_autoptr(SignIn) begun = sign_in_begin(services, "alice", FACTOR_PASSWORD, &FACTOR_ORIGIN, &error);
  g_assert_cmpint(begun->standing, ==, FACTOR_STANDING_NONE);
  g_autoptr(Caller) before = factor_case_check(test, begun);
  g_assert_true(is_known(test, before));
  factor_case_require(test);
  g_assert_false(is_known(test, before));
  g_autoptr(Caller) pending = factor_case_check(test, begun);
  g_assert_true(pending->second_factor_pending);
  g_assert_true(pending->enrolment_required);
  g_assert_false(is_known(test, pending));
  g_assert_false(second_factor_check_pending(pending, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_ENROLMENT_REQUIRED);
  factor_case_refused(test, pending, "123456", CARAWAY_ERROR_ENROLMENT_REQUIRED);
  g_autoptr(Caller) proven = factor_case_enrol(test);
  g_assert_cmpint(second_factor_standing(proven), ==, FACTOR_STANDING_PROVEN);
  g_clear_error(&error);
  factor_case_pass(test, 1);
  g_assert_false(
      second_factor_turn_off(services, proven, FACTOR_PASSWORD, factor_case_code(test, 0), &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
}

static void
test_joining_a_group_that_requires_it(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  Services *services = test->fixture->services;
  g_autoptr(GError) error = NULL;
  factor_case_require(test);
  g_assert_true(group_admin_remove_member(services, test->fixture->admin, "strict", "alice", &error));
  g_autoptr(SignIn) begun = sign_in_begin(services, "alice", FACTOR_PASSWORD, &FACTOR_ORIGIN, &error);
  g_autoptr(Caller) caller = factor_case_check(test, begun);
  g_assert_true(is_known(test, caller));
  g_assert_true(group_admin_add_member(services, test->fixture->admin, "strict", "alice", &error));
  g_assert_false(is_known(test, caller));
  g_autoptr(Caller) pending = factor_case_check(test, begun);
  g_assert_true(pending->enrolment_required);
}

static void
test_pending_cannot_replace(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(Caller) enrolled = factor_case_enrol(test);
  g_autoptr(Caller) pending = factor_case_sign_in(test, "alice", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(SignIn) replaced = NULL;
  g_assert_null(
      second_factor_begin(test->fixture->services, pending, FACTOR_PASSWORD, test->codes[0], NULL, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_SECOND_FACTOR_PENDING);
  g_clear_error(&error);
  g_assert_null(second_factor_confirm(test->fixture->services, pending, factor_case_code(test, 1), NULL,
                                      &replaced, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_SECOND_FACTOR_PENDING);
}

/* Nobody comes back by it while the database is away: before, because it is not known here, and after a load
 * of all sign-ins, because it is not among them. */
static void
test_pending_is_not_known(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(Caller) enrolled = factor_case_enrol(test);
  g_autoptr(Caller) pending = factor_case_sign_in(test, "alice", NULL);
  g_assert_false(is_known(test, pending));
  factor_case_pass(test, 1);
  g_autoptr(Caller) proven = factor_case_sign_in(test, "alice", factor_case_code(test, 0));
  g_assert_true(is_known(test, proven));
  factor_case_restart(test);
  g_assert_false(is_known(test, pending));
  g_assert_true(is_known(test, proven));
}

static void
test_proof_of_another_kind(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(Caller) enrolled = factor_case_enrol(test);
  g_autoptr(GError) error = NULL;
  SignInEntry entry = {.user_id = enrolled->user_id, .method = "smart card", .address = FACTOR_ADDRESS};
  g_autoptr(SignIn) pending = sign_in_enter(test->fixture->services, &entry, &error);
  g_assert_cmpint(pending->standing, ==, FACTOR_STANDING_CODE);
  entry.second_factor_proven = TRUE;
  g_autoptr(SignIn) proven = sign_in_enter(test->fixture->services, &entry, &error);
  g_assert_cmpint(proven->standing, ==, FACTOR_STANDING_PROVEN);
  g_autoptr(Caller) caller = factor_case_check(test, proven);
  g_assert_false(caller->second_factor_pending);
}

/* --- taking it away --- */

static void
on_session(const Session *session, gpointer data)
{
  gboolean *cut = data;
  *cut = *cut || session == NULL;
}

static void
reset(FactorCase *test)
{
  g_autoptr(GError) error = NULL;
  g_assert_true(second_factor_reset(test->fixture->services, test->fixture->admin, "alice", &error));
  g_assert_no_error(error);
}

static Session *
open_desktop(FactorCase *test, const Caller *caller)
{
  ServiceFixture *fixture = test->fixture;
  g_autoptr(GError) error = NULL;
  service_fixture_pool(fixture, 2, 1);
  service_fixture_settle(fixture);
  g_assert_true(
      pool_admin_entitle(fixture->services, fixture->admin, "office", ENTITLEMENT_USER, "alice", &error));
  g_autoptr(Session) session = service_fixture_connect(fixture, caller, NULL, &error);
  g_assert_no_error(error);
  service_fixture_console(fixture, session, TRUE);
  service_fixture_settle(fixture);
  return g_steal_pointer(&session);
}

/* Whoever has to set one up keeps the console that is open, and it ends with the sign-in that took over. */
static void
test_enrolment_keeps_consoles(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  Services *services = test->fixture->services;
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) before = factor_case_sign_in(test, "alice", NULL);
  g_autoptr(Session) session = open_desktop(test, before);
  factor_case_require(test);
  g_autoptr(Caller) pending = sign_in_check(services, test->token, FACTOR_ADDRESS, &error);
  g_assert_no_error(error);
  g_assert_true(pending->enrolment_required);
  factor_case_begin(test, pending, NULL);
  g_autoptr(SignIn) replaced = NULL;
  test->codes = second_factor_confirm(services, pending, factor_case_code(test, 0), NULL, &replaced, &error);
  g_assert_no_error(error);
  g_autoptr(Caller) after = factor_case_check(test, replaced);
  g_autoptr(Session) kept = service_fixture_session(test->fixture, session->id);
  g_assert_cmpstr(kept->device, ==, after->token_hash);
}

static guint
count_devices(FactorCase *test, const char *user_id)
{
  g_autoptr(Work) work = work_begin(test->fixture->services, DB_READ, NULL);
  g_autoptr(DbQuery) query = db_query(work->transaction, NULL,
                                      "SELECT COUNT(*) FROM device_token WHERE account_id = ?", "s", user_id);
  gboolean has_row = FALSE;
  g_assert_true(db_next(query, &has_row, NULL) && has_row);
  return (guint)db_int(query, 0);
}

/* A device is known by one token, whether the code comes with the password or after it. */
static void
test_code_rotates_the_device(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) enrolled = factor_case_enrol(test);
  guint before = count_devices(test, enrolled->user_id);
  g_autofree char *device = NULL;
  for (guint i = 0; i < 3; i++) {
    factor_case_pass(test, 2);
    g_autoptr(Caller) pending = factor_case_sign_in(test, "alice", NULL);
    g_autoptr(SignIn) proven =
        second_factor_verify(test->fixture->services, pending, factor_case_code(test, 0), device, &error);
    g_assert_no_error(error);
    g_free(device);
    device = g_strdup(proven->device);
  }
  g_assert_cmpuint(count_devices(test, enrolled->user_id), ==, before + 1);
}

/* Row 17 for a second factor: the console is cut with the change, the desktop stays for its owner. */
static void
test_reset_cuts_consoles(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  Services *services = test->fixture->services;
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) enrolled = factor_case_enrol(test);
  factor_case_pass(test, 1);
  g_autoptr(SignIn) begun = sign_in_begin_with_code(services, "alice", FACTOR_PASSWORD,
                                                    factor_case_code(test, 0), &FACTOR_ORIGIN, &error);
  g_autoptr(Caller) caller = factor_case_check(test, begun);
  g_autoptr(Session) session = open_desktop(test, caller);
  gboolean cut = FALSE;
  SessionSubscription *subscription = session_events_subscribe(
      services, caller, session->id, g_main_context_default(), on_session, &cut, &error);
  g_assert_no_error(error);
  reset(test);
  g_assert_cmpuint(service_fixture_commands(test->fixture), ==, 2); /* and that older grants are no good */
  const HostCommand *command = service_fixture_command(test->fixture, 0);
  g_assert_cmpint(command->kind, ==, HOST_COMMAND_CUT);
  g_assert_cmpstr(command->session, ==, session->id);
  while (g_main_context_iteration(NULL, FALSE))
    ;
  g_assert_true(cut);
  session_events_unsubscribe(subscription);
  g_assert_null(sign_in_check(services, begun->token, FACTOR_ADDRESS, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNAUTHENTICATED);
  g_autoptr(Session) stays = service_fixture_session(test->fixture, session->id);
  g_assert_cmpint(stays->state, !=, SESSION_ENDED);
  g_assert_cmpstr(stays->device, ==, "");
  g_autoptr(Caller) without = factor_case_sign_in(test, "alice", NULL);
  g_assert_cmpint(second_factor_standing(without), ==, FACTOR_STANDING_NONE);
}

/* A token of alice, made by @caller. */
static char *
make_token(FactorCase *test, const Caller *caller)
{
  g_autoptr(GError) error = NULL;
  char *text = NULL;
  const NewAccessToken new_token = {.name = "job", .scopes = ~(PermissionSet)0, .lifetime_s = 3600};
  g_autoptr(AccessToken) token =
      access_tokens_create(test->fixture->services, caller, &new_token, &text, &error);
  g_assert_no_error(error);
  return text;
}

static void
test_reset_ends_tokens(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) enrolled = factor_case_enrol(test);
  g_autofree char *token = make_token(test, enrolled);
  g_autoptr(Caller) program = sign_in_check(test->fixture->services, token, FACTOR_ADDRESS, &error);
  g_assert_no_error(error);
  g_assert_false(program->second_factor_pending);
  reset(test);
  g_assert_null(sign_in_check(test->fixture->services, token, FACTOR_ADDRESS, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNAUTHENTICATED);
}

/* What was made before it was asked for waits till there is one. */
static void
test_tokens_wait_for_enrolment(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  Services *services = test->fixture->services;
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) before = factor_case_sign_in(test, "alice", NULL);
  g_autofree char *token = make_token(test, before);
  factor_case_require(test);
  g_autoptr(Caller) waiting = sign_in_check(services, token, FACTOR_ADDRESS, &error);
  g_assert_false(second_factor_check_pending(waiting, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_ENROLMENT_REQUIRED);
  g_clear_error(&error);
  g_autoptr(Caller) enrolled = factor_case_enrol(test);
  g_autoptr(Caller) program = sign_in_check(services, token, FACTOR_ADDRESS, &error);
  g_assert_true(second_factor_check_pending(program, &error));
  g_assert_cmpint(program->second_factor_us, ==, 0);
}

static void
test_reset_is_refused(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  Services *services = test->fixture->services;
  g_autoptr(GError) error = NULL;
  g_assert_false(second_factor_reset(services, test->fixture->admin, "alice", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT); /* there is none */
  g_clear_error(&error);
  g_autoptr(Caller) enrolled = factor_case_enrol(test);
  g_assert_false(second_factor_reset(services, enrolled, "alice", &error)); /* one's own */
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  g_clear_error(&error);
  g_assert_false(second_factor_reset(services, test->fixture->admin, "nobody", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
}

/* --- the log, and the key --- */

static char *
whole_log(FactorCase *test)
{
  g_autoptr(GError) error = NULL;
  const Page page = {.limit = PAGE_LIMIT_MAX};
  g_autoptr(GPtrArray) entries = audit_log_list(test->fixture->services, &page, NULL, &error);
  g_assert_no_error(error);
  GString *log = g_string_new(NULL);
  for (guint i = 0; i < entries->len; i++) {
    const AuditEntry *entry = g_ptr_array_index(entries, i);
    g_string_append_printf(log, "%s %s %s|%s|%s\n", entry->actor, entry->action, entry->object, entry->code,
                           entry->detail);
  }
  return g_string_free(log, FALSE);
}

static void
test_everything_is_in_the_log_but_secrets(void)
{
  static const char *const expected[] = {
      "alice second-factor.begin user/alice||",
      "alice second-factor.enrol user/alice||",
      "alice sign-in.pending user/alice||by password; the second factor is to come",
      "alice sign-in user/alice|wrong-code|",
      "alice sign-in user/alice||by a recovery code, 9 left",
      "alice sign-in user/alice||by password and by a code",
      "alice second-factor.recovery-codes user/alice||",
      "admin second-factor.reset user/alice||",
  };
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) enrolled = factor_case_enrol(test);
  g_autoptr(Caller) pending = factor_case_sign_in(test, "alice", NULL);
  factor_case_refused(test, pending, "AAAA-BBBB-CCCC-DDDD", CARAWAY_ERROR_WRONG_CODE);
  g_autoptr(SignIn) proven =
      second_factor_verify(test->fixture->services, pending, test->codes[0], NULL, &error);
  factor_case_pass(test, 1);
  g_autofree char *code = g_strdup(factor_case_code(test, 0));
  g_autoptr(Caller) at_once = factor_case_sign_in(test, "alice", code);
  g_autofree char *next = g_strdup(factor_case_code(test, 1));
  g_auto(GStrv) renewed = second_factor_renew_recovery(test->fixture->services, at_once, next, &error);
  g_assert_no_error(error);
  reset(test);
  g_autofree char *log = whole_log(test);
  for (guint i = 0; i < G_N_ELEMENTS(expected); i++)
    g_assert_nonnull(strstr(log, expected[i]));
  const char *const secrets[] = {test->secret, test->codes[0], test->codes[1],       code,
                                 next,         renewed[0],     "AAAA-BBBB-CCCC-DDDD"};
  for (guint i = 0; i < G_N_ELEMENTS(secrets); i++)
    g_assert_null(strstr(log, secrets[i]));
}

/* Another key than the one it was wrapped with is refused; what was set up before a restart counts after it.
 */
static void
test_key_of_the_installation(void)
{
  static const guint8 wrong[FACTOR_KEY_BYTES] = "another one";
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) enrolled = factor_case_enrol(test);
  factor_case_restart(test);
  factor_case_pass(test, 1);
  g_autoptr(Caller) caller = factor_case_sign_in(test, "alice", factor_case_code(test, 0));
  g_assert_cmpint(second_factor_standing(caller), ==, FACTOR_STANDING_PROVEN);
  service_fixture_restart(test->fixture);
  g_assert_false(factor_key_open(test->fixture->services, wrong, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG);
  factor_case_pass(test, 1);
  g_clear_error(&error);
  g_assert_null(sign_in_begin_with_code(test->fixture->services, "alice", FACTOR_PASSWORD,
                                        factor_case_code(test, 0), &FACTOR_ORIGIN, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG);
}

/* The provider of a person whose account has no password here: without the word of a directory. */
static Caller *
enter_from_provider(FactorCase *test)
{
  Services *services = test->fixture->services;
  g_autoptr(GError) error = NULL;
  const char *groups[] = {NULL};
  const ExternalIdentity identity = {.authenticator = (char *)"provider",
                                     .external_id = (char *)"id-1",
                                     .user_name = (char *)"petra",
                                     .full_name = (char *)"Petra",
                                     .groups = (char **)groups};
  g_autoptr(User) user = external_account_accept(services, &identity, FACTOR_ADDRESS, &error);
  g_assert_no_error(error);
  const SignInEntry entry = {
      .user_id = user->id, .user_name = user->name, .method = "oidc provider", .address = FACTOR_ADDRESS};
  g_autoptr(SignIn) begun = sign_in_enter(services, &entry, &error);
  g_assert_no_error(error);
  return factor_case_check(test, begun);
}

static FactorDraft *
begin_without_password(FactorCase *test, const Caller *caller, const char *code, GError **error)
{
  return second_factor_begin(test->fixture->services, caller, NULL, code, "desk.example.org", error);
}

/* There is no password that could be asked for: a recent sign-in or the code stands for it. */
static void
test_without_a_password(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  Services *services = test->fixture->services;
  g_autoptr(GError) error = NULL;
  g_autoptr(SignIn) replaced = NULL;
  g_autoptr(Caller) petra = enter_from_provider(test);
  factor_case_pass(test, 20); /* ten minutes */
  g_assert_null(begin_without_password(test, petra, NULL, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_SIGN_IN_EXPIRED);
  g_clear_error(&error);
  g_autoptr(Caller) again = enter_from_provider(test);
  factor_case_pass(test, 19);
  g_autoptr(FactorDraft) draft = begin_without_password(test, again, NULL, &error);
  g_assert_no_error(error);
  test->secret = g_strdup(draft->secret);
  test->codes = second_factor_confirm(services, again, factor_case_code(test, 0), NULL, &replaced, &error);
  g_assert_no_error(error);
  factor_case_pass(test, 60); /* the code alone does, whenever one signed in, and nothing else */
  g_assert_null(begin_without_password(test, again, "000000", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_WRONG_CODE);
  g_clear_error(&error);
  g_autoptr(FactorDraft) other = begin_without_password(test, again, test->codes[0], &error);
  g_assert_no_error(error);
  g_assert_false(second_factor_turn_off(services, again, NULL, "000000", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_WRONG_CODE);
  g_clear_error(&error);
  g_assert_true(second_factor_turn_off(services, again, NULL, test->codes[1], &error));
  g_assert_no_error(error);
}

/* Nobody else gets away without one. */
static void
test_a_password_is_asked_where_there_is_one(void)
{
  g_autoptr(FactorCase) test = factor_case_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) fresh = factor_case_sign_in(test, "alice", NULL);
  g_assert_null(begin_without_password(test, fresh, NULL, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_BAD_CREDENTIALS);
  g_clear_error(&error);
  g_autoptr(Caller) alice = factor_case_enrol(test);
  g_assert_false(second_factor_turn_off(test->fixture->services, alice, NULL, test->codes[0], &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_BAD_CREDENTIALS);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/second-factor/consoles", test_enrolment_keeps_consoles);
  g_test_add_func("/second-factor/device", test_code_rotates_the_device);
  g_test_add_func("/second-factor/required-by-a-group", test_required_by_a_group);
  g_test_add_func("/second-factor/joining-a-group", test_joining_a_group_that_requires_it);
  g_test_add_func("/second-factor/pending/cannot-replace", test_pending_cannot_replace);
  g_test_add_func("/second-factor/pending/is-not-known", test_pending_is_not_known);
  g_test_add_func("/second-factor/proof-of-another-kind", test_proof_of_another_kind);
  g_test_add_func("/second-factor/reset/cuts-consoles", test_reset_cuts_consoles);
  g_test_add_func("/second-factor/reset/ends-tokens", test_reset_ends_tokens);
  g_test_add_func("/second-factor/tokens-wait", test_tokens_wait_for_enrolment);
  g_test_add_func("/second-factor/reset/refused", test_reset_is_refused);
  g_test_add_func("/second-factor/log", test_everything_is_in_the_log_but_secrets);
  g_test_add_func("/second-factor/key", test_key_of_the_installation);
  g_test_add_func("/second-factor/without-a-password", test_without_a_password);
  g_test_add_func("/second-factor/a-password-is-asked-where-there-is-one",
                  test_a_password_is_asked_where_there_is_one);
  return g_test_run();
}
