/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accounts of people whom a directory or an identity provider knows: made when they first sign in, kept up to
 * date with each sign-in and whenever they are looked up again. The directory says what they are called,
 * which of its groups they are in, and that they are gone; nothing else.
 */
#pragma once

#include "broker/model/external_identity.h"
#include "broker/model/user.h"
#include "broker/service/services.h"

/**
 * The account (transfer full) of @identity, which was proven just now from @address: made, or brought up to
 * date, with its memberships in the groups that are linked to groups of that authenticator; sessions that it
 * may not use any more end. Fails with CARAWAY_ERROR_INVALID for a name that cannot be one here,
 * CARAWAY_ERROR_CONFLICT for a name that is another account's, CARAWAY_ERROR_BAD_CREDENTIALS for an account
 * that an administrator disabled.
 */
User *external_account_accept(Services *services, const ExternalIdentity *identity, const char *address,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * The authenticator @name does not know @external_id any more, or has closed it, as @reason, a sentence,
 * says: its account is disabled till it signs in again, and its sign-ins and sessions end.
 */
gboolean external_account_close(Services *services, const char *name, const char *external_id,
                                const char *reason, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Fails with CARAWAY_ERROR_EXTERNAL_ACCOUNT when @user has its password elsewhere. */
gboolean external_account_check_password_is_here(const User *user, GError **error) G_GNUC_WARN_UNUSED_RESULT;
