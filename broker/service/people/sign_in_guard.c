/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/people/sign_in_guard.h"

#include "broker/policy/names.h"
#include "broker/policy/throttle.h"
#include "broker/service/audit_log.h"
#include "broker/service/people/password_proof.h"
#include "broker/service/shared_memory.h"
#include "broker/service/work.h"
#include "broker/store/user_store.h"
#include "common/base/error.h"
#include "common/base/log.h"
#include "common/base/secret.h"

#define ACTION "sign-in"

/* Another action: what is recalled at a start counts against those who are not known (sign_in_history.h). */
#define ACTION_OF_DEVICE "sign-in.known-device"

/* A token that is unknown, old or of another account makes nobody known. */
static gboolean
find_device(Services *services, SignInTry *attempt, const char *token, gint64 *ret_now_us, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  if (work == NULL)
    return FALSE;
  *ret_now_us = work->now_us;
  g_autofree char *hash = secret_hash(token);
  GError *problem = NULL;
  g_autoptr(DeviceTokenRow) row = device_token_store_find(work->transaction, hash, &problem);
  if (row == NULL && !g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  g_clear_error(&problem);
  if (row != NULL && work->now_us < row->expires_us && g_str_equal(row->user_name, attempt->account))
    attempt->device = g_steal_pointer(&row);
  return TRUE;
}

static ThrottleState
state_of(const DeviceTokenRow *device)
{
  return (ThrottleState){device->failures, device->failed_us};
}

static Guess
guess_of(const SignInTry *attempt)
{
  return (Guess){GUESS_PASSWORD, password_proof_counted_name(attempt->account), attempt->address};
}

gboolean
sign_in_guard_begin(Services *services, SignInTry *attempt, const char *device, GError **error)
{
  gint64 now_us = 0;
  if (device != NULL && *device != '\0' && !find_device(services, attempt, device, &now_us, error))
    return FALSE;
  if (attempt->device == NULL) {
    const Guess guess = guess_of(attempt);
    return shared_memory_guess_begin(services, &guess, error);
  }
  const ThrottleState state = state_of(attempt->device);
  return sign_in_throttle_allow(throttle_wait_us(THROTTLE_DEVICE, &state, now_us), error);
}

static void
note_failure_of_device(Services *services, const SignInTry *attempt)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Work) work = work_begin(services, DB_WRITE, &error);
  if (work != NULL) {
    gint64 since_us = work->now_us - THROTTLE_FORGET_US, till_us = work->now_us + THROTTLE_AHEAD_US;
    if (device_token_store_failed(work->transaction, attempt->device->token_hash, work->now_us, since_us,
                                  till_us, &error) &&
        work_commit(work, &error))
      return;
  }
  log_warning("A failed sign-in was not counted: %s", error->message);
}

void
sign_in_guard_end(Services *services, const SignInTry *attempt, GuessEnd end)
{
  const Guess guess = guess_of(attempt);
  if (attempt->device == NULL)
    shared_memory_guess_end(services, &guess, end);
  else if (end == GUESS_WAS_WRONG)
    note_failure_of_device(services, attempt);
  else if (end == GUESS_WAS_RIGHT)
    shared_memory_guess_note(services, &guess, end);
}

/* What somebody types as a name may be a password. It is looked for whether it is there or not, so that
 * refusals take the same time. */
static const char *
shown_name(Services *services, const char *name)
{
  gboolean is_there = FALSE;
  if (!names_is_valid(name))
    return "(not a name)";
  g_autoptr(Work) work = work_begin(services, DB_READ, NULL);
  return work != NULL && user_store_has_name(work->transaction, name, &is_there, NULL) && is_there
             ? name
             : "(unknown name)";
}

void
sign_in_guard_audit(Services *services, const SignInTry *attempt, const GError *refusal)
{
  g_autofree char *object = g_strconcat("user/", shown_name(services, attempt->account), NULL);
  audit_log_refusal(services, NULL, attempt->device != NULL ? ACTION_OF_DEVICE : ACTION, object,
                    attempt->address, refusal);
}

void
sign_in_try_clear(SignInTry *attempt)
{
  g_clear_pointer(&attempt->device, device_token_row_free);
}
