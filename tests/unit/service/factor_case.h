/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services with an account "alice" and what its authenticator app would show: the app's clock is the
 * fixture's, or off by so many steps.
 */
#pragma once

#include "broker/service/people/second_factor.h"
#include "broker/service/people/sign_in.h"
#include "tests/unit/service/service_fixture.h"

#define FACTOR_PASSWORD "correct horse battery"
#define FACTOR_ADDRESS  "198.51.100.7"
#define FACTOR_STEP_S   30

extern const SignInOrigin FACTOR_ORIGIN;

typedef struct {
  ServiceFixture *fixture;
  char *secret; /**< (nullable) in base32, of alice's app */
  GStrv codes;  /**< (nullable) alice's recovery codes */
  char *token;  /**< (nullable) of the last factor_case_sign_in() */
} FactorCase;

/** Services with alice, who has no second factor. */
FactorCase *factor_case_new(void);

/** Closes the services and opens them again. */
void factor_case_restart(FactorCase *test);

/** Lets @steps of thirty seconds pass. */
void factor_case_pass(FactorCase *test, gint64 steps);

/** What alice's app shows when its clock is @ahead steps ahead (static, till the next call). */
const char *factor_case_code(FactorCase *test, gint64 ahead);

/** Who signs in as @name with the password, and @code (nullable); the test fails when that is refused. */
Caller *factor_case_sign_in(FactorCase *test, const char *name, const char *code);

/** Who @sign_in is. */
Caller *factor_case_check(FactorCase *test, const SignIn *sign_in);

/** Sets alice's second factor up by a sign-in of hers, which is returned. */
Caller *factor_case_enrol(FactorCase *test);

/** Begins as @caller, and has alice's app take the secret. */
void factor_case_begin(FactorCase *test, const Caller *caller, const char *code);

/** Makes a group "strict" with alice in it, whose members need a second factor. */
void factor_case_require(FactorCase *test);

/** Asserts that proving @pending with @code fails with @expected. */
void factor_case_refused(FactorCase *test, const Caller *pending, const char *code,
                         CarawayErrorCode expected);

/** Frees @test. */
void factor_case_free(FactorCase *test);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FactorCase, factor_case_free)
