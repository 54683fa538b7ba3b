/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trying an authenticator for an administrator: how each step of a sign-in went, and why one failed. Nobody
 * is signed in by it, and it counts as a try: it is no way to guess passwords faster.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/service/services.h"

/**
 * Tries @password of @user at the authenticator @name. Returns the steps (of Rule, transfer full), of which
 * the last one, "result", says what came of it. Fails with CARAWAY_ERROR_NOT_FOUND, CARAWAY_ERROR_THROTTLED,
 * CARAWAY_ERROR_INVALID for one that asks for no passwords.
 */
GPtrArray *authenticator_test_run(Services *services, const Caller *caller, const char *name,
                                  const char *user, const char *password,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
