/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A certificate that the installation's authority issued, as the database knows it. The certificate itself is
 * the machine's to keep.
 */
#pragma once

#include <glib.h>

typedef struct {
  char *serial;         /**< hexadecimal, lower case */
  char *role;           /**< "broker", "host", "relay" or "portal" */
  char *name;           /**< of the machine */
  char *addresses;      /**< IP addresses and DNS names that it is good for, separated by commas; may be "" */
  char *authority;      /**< key identifier of the authority that signed it, hexadecimal */
  gint64 not_before_us; /**< by the clock of the broker that signed, as the next one */
  gint64 not_after_us;
  gint64 issued_us;  /**< by the database's clock; 0: before certificates were written down */
  char *issued_by;   /**< broker that signed, or "" */
  gint64 revoked_us; /**< 0: it counts */
  char *revoked_by;  /**< who revoked it, or "" */
  char *reason;      /**< why, or "" */
  char *replaced_by; /**< (nullable) serial of the one that renewed it */
} CertificateRow;

/** Which certificates a list has. */
typedef struct {
  const char *role;    /**< (nullable: any) */
  const char *name;    /**< (nullable: any) */
  gboolean is_revoked; /**< those alone that were revoked */
} CertificateFilter;

/** Frees @row (nullable). */
void certificate_row_free(CertificateRow *row);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CertificateRow, certificate_row_free)
