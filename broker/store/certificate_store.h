/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of certificates, and of machines all of whose unknown certificates do not count any more: those that
 * were issued before certificates were written down.
 */
#pragma once

#include "broker/db/db.h"
#include "broker/model/certificate_row.h"
#include "broker/model/page.h"

/** Enters @row unless its serial is known; @ret_is_new (nullable) tells. */
gboolean certificate_store_add(DbTransaction *transaction, const CertificateRow *row, gboolean *ret_is_new,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The certificate @serial; CARAWAY_ERROR_NOT_FOUND. */
CertificateRow *certificate_store_find(DbTransaction *transaction, const char *serial,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** A page of those that @filter lets through, by role, name and time of issue: an array of CertificateRow. */
GPtrArray *certificate_store_list(DbTransaction *transaction, const CertificateFilter *filter,
                                  const Page *page, char **ret_next,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** All: an array of CertificateRow. */
GPtrArray *certificate_store_all(DbTransaction *transaction, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** All of the machine @role/@name that were not revoked: an array of CertificateRow. */
GPtrArray *certificate_store_of_machine(DbTransaction *transaction, const char *role, const char *name,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Notes that @serial was revoked at @now_us by @by because of @reason; CARAWAY_ERROR_NOT_FOUND. */
gboolean certificate_store_revoke(DbTransaction *transaction, const char *serial, gint64 now_us,
                                  const char *by, const char *reason,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Notes that @newer renewed @serial, if that is known and none did before: the first tells since when. */
gboolean certificate_store_replace(DbTransaction *transaction, const char *serial, const char *newer,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** When @serial was issued; 0 when it is not known. */
gboolean certificate_store_issued_us(DbTransaction *transaction, const char *serial, gint64 *ret_issued_us,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** How many certificates were issued to the machine @role/@name after @since_us. */
gboolean certificate_store_count_since(DbTransaction *transaction, const char *role, const char *name,
                                       gint64 since_us, gint64 *ret_count,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** No certificate of the machine @role/@name counts from @now_us on that has no row. */
gboolean certificate_store_cut(DbTransaction *transaction, const char *role, const char *name, gint64 now_us,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Since when that is so of the machine @role/@name; 0: it is not. */
gboolean certificate_store_cut_us(DbTransaction *transaction, const char *role, const char *name,
                                  gint64 *ret_cut_us, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The machines of which that was noted, as "ROLE/NAME" (transfer full). */
GStrv certificate_store_cuts(DbTransaction *transaction, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes what expired before @before_us. */
gboolean certificate_store_remove_expired(DbTransaction *transaction, gint64 before_us,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
