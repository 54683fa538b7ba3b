/* SPDX-License-Identifier: Apache-2.0 */
/* What a stranger sends as a device: key, signature, nonce and code, a line each. */
#include "broker/auth/device_nonce.h"
#include "common/wire/device_proof.h"

#include <stdint.h>

#define KEY "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup((const char *)data, size);
  g_auto(GStrv) lines = g_strsplit(text, "\n", 5);
  if (g_strv_length(lines) < 4)
    return 0;
  gint64 expires_us;
  const DeviceProof proof = {DEVICE_PROOF_ENROL, "6f9619ff-8b86-4011-b42d-00cf4fc964ff", lines[0], lines[2]};
  if (device_proof_key_is_good(lines[0]))
    g_free(device_proof_fingerprint(lines[0]));
  (void)device_proof_check(&proof, lines[0], lines[1]);
  if (device_nonce_check(KEY, lines[2], 1, &expires_us))
    g_error("a nonce that nobody made was taken");
  g_free(device_proof_code_from_typed(lines[3]));
  return 0;
}
