/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/people/authenticator_test.h"

#include "broker/service/people/password_proof.h"
#include "broker/service/people/sign_in_methods.h"
#include "broker/service/shared_memory.h"
#include "broker/service/work.h"
#include "common/base/error.h"
#include "common/base/rule.h"
#include "common/base/text.h"

static gboolean
note_in_audit_log(Services *services, const Caller *caller, const char *name, const char *user, gboolean good,
                  GError **error)
{
  g_autofree char *shown = text_escape(user);
  g_autofree char *detail = g_strdup_printf("%.64s: %s", shown, good ? "accepted" : "not accepted");
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  return work != NULL &&
         work_audit(work, caller, "authenticator.test", "authenticator", name, detail, error) &&
         work_commit(work, error);
}

static Authenticator *
find(Services *services, const char *name, GError **error)
{
  Authenticator *authenticator = sign_in_methods_find(services, name, error);
  if (authenticator == NULL || authenticator->explain != NULL)
    return authenticator;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "%s asks for no passwords that could be tried.",
              name);
  return NULL;
}

static gboolean
all_good(const GPtrArray *steps)
{
  for (guint i = 0; i < steps->len; i++)
    if (!((const Rule *)g_ptr_array_index(steps, i))->ok)
      return FALSE;
  return TRUE;
}

GPtrArray *
authenticator_test_run(Services *services, const Caller *caller, const char *name, const char *user,
                       const char *password, GError **error)
{
  Authenticator *authenticator = find(services, name, error);
  g_autofree char *counted = password_proof_name(services, user);
  const Guess guess = {GUESS_PASSWORD, password_proof_counted_name(counted), caller->address};
  if (authenticator == NULL || !shared_memory_guess_begin(services, &guess, error))
    return NULL;
  g_autoptr(GPtrArray) steps = rule_list_new();
  g_autoptr(GError) problem = NULL;
  gboolean good = password_proof_is_plain(counted) &&
                  authenticator->explain(authenticator, counted, password, steps, &problem) &&
                  all_good(steps);
  shared_memory_guess_end(services, &guess, good || problem != NULL ? GUESS_WAS_NONE : GUESS_WAS_WRONG);
  g_ptr_array_add(steps, rule_new("result", good,
                                  g_strdup(problem != NULL ? problem->message
                                           : good          ? "Signing in works."
                                                           : "The name or the password is wrong.")));
  return note_in_audit_log(services, caller, name, counted, good, error) ? g_steal_pointer(&steps) : NULL;
}
