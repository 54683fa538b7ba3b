/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The certificates that the installation's authority issued: each is entered before it is handed out, and one
 * that was revoked is refused by every broker from then on. Signing is the authority's.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/model/page.h"
#include "broker/service/trust/certificate_memory.h"
#include "broker/service/work.h"

#define CERTIFICATE_REASON_MAX 200

/** Enters @rows (of CertificateRow) that were signed for @caller (nullable: this broker), as part of @work.
 */
gboolean certificate_registry_enter(Work *work, const Caller *caller, const GPtrArray *rows,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Makes @work (transfer full) durable, which changed certificates: this broker knows of it when the call
 * returns, the others a moment later. */
gboolean certificate_registry_commit(Work *work, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Enters @row, of this broker's own certificate. */
gboolean certificate_registry_enter_own(Services *services, CertificateRow *row,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Enters @row, which renews the certificate @older of the machine @caller, unless renewal_rules.h says no:
 * CARAWAY_ERROR_UNTRUSTED or CARAWAY_ERROR_THROTTLED, which is recorded. */
gboolean certificate_registry_renew(Services *services, const Caller *caller, const char *older,
                                    CertificateRow *row, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** A page of certificates: an array of CertificateRow. */
GPtrArray *certificate_registry_list(Services *services, const CertificateFilter *filter, const Page *page,
                                     char **ret_next, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The certificate @serial. */
CertificateRow *certificate_registry_get(Services *services, const char *serial,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Revokes the certificate @serial because of @reason (nullable), or @all of its machine; one that was
 * revoked before stays as it is. Returns it. */
CertificateRow *certificate_registry_revoke(Services *services, const Caller *caller, const char *serial,
                                            const char *reason, gboolean all,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Revokes all certificates of the machine @role/@name, also those that have no row, as part of @work. */
gboolean certificate_registry_revoke_machine(Work *work, const Caller *caller, const char *role,
                                             const char *name, const char *reason,
                                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** How the certificate @serial of @role/@name stands. From any thread, without the database. */
CertificateStanding certificate_registry_standing(Services *services, const char *role, const char *name,
                                                  const char *serial);

/** A machine showed the certificate @row (transfer full), which is not known: it is entered soon. */
void certificate_registry_note(Services *services, CertificateRow *row);

/** Enters what was noted, but nothing of machines that were shut out; called now and then. */
gboolean certificate_registry_write_noted(Services *services, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** What was revoked. */
void certificate_registry_revocations(Services *services, RevocationFacts *ret_facts);
