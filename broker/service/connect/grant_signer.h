/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who turns a console grant into the signed text that consoles present. Implemented where the signing key
 * lives, and by a fake in tests.
 */
#pragma once

#include "common/wire/grant.h"

typedef struct GrantSigner GrantSigner;

struct GrantSigner {
  /** The signed text of @grant (transfer full); NULL with @error. Called from worker threads. */
  char *(*sign)(GrantSigner *signer, const Grant *grant, GError **error);
};
