/* SPDX-License-Identifier: Apache-2.0 */
/* The grant's check sees bytes of anybody. The corpus was signed by the fixed key below (its secret half is
 * not kept), so that the claims behind the signature are reached, too. */
#include "common/wire/grant.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  g_autoptr(GrantKeySet) keys = grant_key_set_new();
  if (!grant_key_set_add_public(keys, "fuzz", "F66Vb-saZ_MA3B6pzDoO9GEg9YzOL1Fpt-AJWX0jcvQ"))
    g_error("the fuzzing key does not have its shape");
  grant_free(grant_verify((const char *)data, (gssize)size, keys, NULL));
  return 0;
}
