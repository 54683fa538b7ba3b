/* SPDX-License-Identifier: Apache-2.0 */
/* What authenticators there can be: each brings its table of keys and its way of checking. */
#include "broker/auth/authenticator_folder.h"

static const AuthenticatorType TYPES[] = {
    {NULL},
};

const AuthenticatorType *
authenticator_types(void)
{
  return TYPES;
}
