/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a device (a kiosk) shows whose it is: an Ed25519 key pair, what is signed with it, and the code and
 * fingerprint by which people compare keys. docs/protocols.md says the same in words. Owns no file and no
 * clock.
 */
#pragma once

#include <glib.h>

typedef struct DeviceKey DeviceKey;

typedef enum {
  DEVICE_PROOF_ENROL,   /**< "I hold this key and want to join" */
  DEVICE_PROOF_SIGN_IN, /**< "I am this device" */
} DeviceProofPurpose;

/** What is signed. */
typedef struct {
  DeviceProofPurpose purpose;
  const char *installation; /**< id of the installation that is meant */
  const char *subject;      /**< the public key's text to enrol, the device's id to sign in */
  const char *nonce;        /**< as the broker gave it; says the time, too */
} DeviceProof;

/** A new key pair. */
DeviceKey *device_key_new(void);

/** The key pair of @seed (as of device_key_seed()); NULL when it is none. */
DeviceKey *device_key_from_seed(const char *seed);

/** What the key pair is made from: 32 bytes as base64url (transfer full; free with secret_free()). */
char *device_key_seed(const DeviceKey *key);

/** Its public half: 32 bytes as base64url (transfer full). */
char *device_key_public(const DeviceKey *key);

/** The signature of @proof, 64 bytes as base64url (transfer full). */
char *device_key_sign(const DeviceKey *key, const DeviceProof *proof);

/** Frees @key (nullable), wiping it. */
void device_key_free(DeviceKey *key);

/** The bytes that are signed: "caraway-device-v1", the purpose and the three texts, each after its length in
 * four bytes (transfer full). */
GByteArray *device_proof_transcript(const DeviceProof *proof);

/** Whether @public_key is the one spelling of a point of the curve's main subgroup: no other key, and no
 * other text, is the same key. */
gboolean device_proof_key_is_good(const char *public_key);

/** Whether @signature of @proof is by @public_key. libsodium refuses what is not canonical, and keys and
 * points of small order. */
gboolean device_proof_check(const DeviceProof *proof, const char *public_key, const char *signature);

/**
 * The short code of @public_key, a good one, at @installation: 40 bits of scrypt (N 2^14, r 8, p 1) in two
 * groups of four letters and digits (transfer full). It takes 16 MiB and some ten milliseconds, so that
 * nobody finds another key of the same code.
 */
char *device_proof_code(const char *public_key, const char *installation);

/** @typed as device_proof_code() would have written it: case, blanks and dashes do not matter, O is 0, I and
 * L are 1 (transfer full); NULL when it is no code. */
char *device_proof_code_from_typed(const char *typed);

/** The first 128 bits of the SHA-256 of @public_key's bytes, in groups of four hexadecimal digits (transfer
 * full). */
char *device_proof_fingerprint(const char *public_key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DeviceKey, device_key_free)
