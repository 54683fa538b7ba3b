/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The authenticator for accounts whose password hash the broker keeps itself.
 */
#pragma once

#include "broker/auth/authenticator.h"
#include "broker/auth/password_hasher.h"

/** An authenticator that checks with @hasher (borrowed for its life). */
Authenticator *local_authenticator_new(PasswordHasher *hasher);
