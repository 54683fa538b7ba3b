/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alice, signed in by a password, with a desktop of the pool "office", and a database that the test takes
 * away.
 */
#pragma once

#include "broker/service/away/database_return.h"
#include "tests/unit/service/service_fixture.h"

#define PASSWORD "correct horse battery"
#define ADDRESS  "198.51.100.7"
#define SECOND   ((gint64)G_USEC_PER_SEC)

typedef struct {
  ServiceFixture *fixture;
  Caller *alice;
  char *token; /* of alice */
  Session *session;
  gboolean reads_fail, writes_fail, answers_are_lost;
  CarawayErrorCode code;
  guint attempts; /* transactions that were begun while the database was away */
  guint renewals;
} AwayCase;

/** Set-up of a GTest fixture. */
void away_case_set_up(AwayCase *test, gconstpointer data);

/** Tear-down of it. */
void away_case_tear_down(AwayCase *test, gconstpointer data);

/** Everything that is asked of the database fails from now on. */
void away_case_go_away(AwayCase *test);

/** The database is back, and the broker has found out. */
void away_case_come_back(AwayCase *test);

/** Checks the code of @error. */
void away_case_assert_code(const GError *error, CarawayErrorCode code);

/** Checks that @problem (transfer full) says that the database is away, what still works, and why. */
void away_case_assert_away(GError *problem);
