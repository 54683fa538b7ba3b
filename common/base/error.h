/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one error domain whose codes leave a program: each has a stable name that the API, the command line,
 * the portal and the audit log show ("no-free-desktop"). The message is a sentence for people; reasons, where
 * there are any, are one sentence for each rule that said no. This module owns the list of codes and their
 * names; it does not map them to HTTP (broker/api does).
 */
#pragma once

#include "common/base/rule.h"

/* X(SUFFIX, "stable-name"): append only, names never change their meaning. */
#define CARAWAY_ERROR_LIST(X)                                                                                \
  X(INTERNAL, "internal")                                                                                    \
  X(INVALID, "invalid-request")                                                                              \
  X(MALFORMED, "malformed-body")                                                                             \
  X(TOO_LARGE, "too-large")                                                                                  \
  X(NOT_FOUND, "not-found")                                                                                  \
  X(CONFLICT, "conflict")                                                                                    \
  X(STALE, "changed-meanwhile")                                                                              \
  X(UNAUTHENTICATED, "not-signed-in")                                                                        \
  X(BAD_CREDENTIALS, "wrong-name-or-password")                                                               \
  X(PASSWORD_EXPIRED, "password-change-required")                                                            \
  X(WEAK_PASSWORD, "weak-password")                                                                          \
  X(THROTTLED, "too-many-attempts")                                                                          \
  X(FORBIDDEN, "not-permitted")                                                                              \
  X(NOT_ENTITLED, "not-entitled")                                                                            \
  X(UNKNOWN_POOL, "unknown-pool")                                                                            \
  X(NO_FREE_DESKTOP, "no-free-desktop")                                                                      \
  X(NO_CAPACITY, "no-capacity")                                                                              \
  X(HOST_GONE, "host-gone")                                                                                  \
  X(IMAGE_MISSING, "image-missing")                                                                          \
  X(IMAGE_BAD, "image-damaged")                                                                              \
  X(NO_SPACE, "no-disk-space")                                                                               \
  X(PORT_TAKEN, "port-in-use")                                                                               \
  X(IN_USE_ELSEWHERE, "in-use-on-another-device")                                                            \
  X(NOT_READY, "not-ready-yet")                                                                              \
  X(SESSION_ENDED, "session-ended")                                                                          \
  X(GRANT_INVALID, "grant-invalid")                                                                          \
  X(GRANT_EXPIRED, "grant-expired")                                                                          \
  X(GRANT_USED, "grant-already-used")                                                                        \
  X(GRANT_STALE, "grant-superseded")                                                                         \
  X(CHANNEL_FORBIDDEN, "channel-not-allowed")                                                                \
  X(JOIN_TOKEN, "join-token-invalid")                                                                        \
  X(UNTRUSTED, "identity-not-trusted")                                                                       \
  X(UNREACHABLE, "unreachable")                                                                              \
  X(TIMED_OUT, "timed-out")                                                                                  \
  X(OVERLOADED, "overloaded")                                                                                \
  X(STALE_EPOCH, "stale-epoch")                                                                              \
  X(HYPERVISOR, "hypervisor-failed")                                                                         \
  X(DATABASE, "database-failed")                                                                             \
  X(CONFIG, "configuration-wrong")                                                                           \
  X(PROTOCOL, "protocol-violation")                                                                          \
  X(DISCONNECTED, "disconnected")                                                                            \
  X(DESKTOP_LIMIT, "desktop-limit-reached")                                                                  \
  X(NO_TAKE_OVER, "take-over-not-allowed")                                                                   \
  X(DATABASE_AWAY, "database-unavailable")                                                                   \
  X(SIGN_IN_EXPIRED, "sign-in-expired")                                                                      \
  X(PROVIDER_DENIED, "provider-denied")                                                                      \
  X(PROVIDER_WRONG, "provider-answer-wrong")                                                                 \
  X(PROVIDER_AWAY, "provider-away")                                                                          \
  X(DIRECTORY_AWAY, "directory-away")                                                                        \
  X(EXTERNAL_ACCOUNT, "external-account")                                                                    \
  X(ACCOUNT_CLOSED, "account-closed")                                                                        \
  X(DIRECTORY_PASSWORD, "directory-password-expired")                                                        \
  X(WRONG_CODE, "wrong-code")                                                                                \
  X(SECOND_FACTOR_PENDING, "second-factor-pending")                                                          \
  X(ENROLMENT_REQUIRED, "second-factor-enrolment-required")                                                  \
  X(DEVICE_REFUSED, "device-not-accepted")                                                                   \
  X(DEVICE_REVOKED, "device-revoked")                                                                        \
  X(SECOND_FACTOR_REQUIRED, "second-factor-required")

typedef enum {
#define X(suffix, name) CARAWAY_ERROR_##suffix,
  CARAWAY_ERROR_LIST(X)
#undef X
      CARAWAY_ERROR_LAST
} CarawayErrorCode;

#define CARAWAY_ERROR (caraway_error_quark())

/** The error domain. It is an extended domain: an error of it may carry reasons. */
GQuark caraway_error_quark(void);

/** The stable name of @code, e.g. "no-free-desktop" (static); "internal" for a code outside the list. */
const char *error_code_name(int code);

/** The code whose stable name is @name; CARAWAY_ERROR_INTERNAL when there is none. */
CarawayErrorCode error_code_from_name(const char *name);

/** The stable name for any error: that of its code in our domain, "internal" in every other domain. */
const char *error_stable_name(const GError *error);

/**
 * Makes @reasons (a NULL-terminated array, copied) the list of reasons that @error carries. @error must be of
 * CARAWAY_ERROR.
 */
void error_set_reasons(GError *error, const char *const *reasons);

/** The reasons that @error carries (transfer none), NULL when it carries none or is of another domain. */
const char *const *error_get_reasons(const GError *error);

/**
 * Makes @rules (of Rule, copied) what @error carries, and the texts of those that said no its reasons. @error
 * must be of CARAWAY_ERROR.
 */
void error_set_rules(GError *error, const GPtrArray *rules);

/** The rules that @error carries (transfer none), NULL when it carries none or is of another domain. */
const GPtrArray *error_get_rules(const GError *error);
