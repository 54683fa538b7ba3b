/* SPDX-License-Identifier: Apache-2.0 */
/*
 * After a start or a new link: what a host remembers and what it finds, compared, give the steps that make
 * everything owned or removed (INVARIANTS I4). Pure. What is not of our installation only ever gets
 * RECONCILE_SHOW.
 */
#pragma once

#include "host/plan/desktop_record.h"

/** A domain that the hypervisor knows. Texts are borrowed. */
typedef struct {
  const char *id;           /**< UUID */
  const char *name;         /**< libvirt's */
  const char *installation; /**< nullable: carries none of our metadata */
} ReconcileDomain;

typedef enum {
  RECONCILE_ADOPT,          /**< record and domain agree: take it over */
  RECONCILE_CREATE_AGAIN,   /**< died while making it: remove what there is of it, and make it */
  RECONCILE_FAIL,           /**< its domain vanished meanwhile: say so */
  RECONCILE_KEEP,           /**< it has no domain and needs none (off, failed) */
  RECONCILE_DESTROY,        /**< finish removing it */
  RECONCILE_DESTROY_DOMAIN, /**< a domain of ours that nothing remembers */
  RECONCILE_REMOVE_FILES,   /**< an overlay that nothing remembers */
  RECONCILE_SHOW,           /**< not ours: quarantined */
} ReconcileAction;

typedef struct {
  ReconcileAction action;
  const char *id;     /**< borrowed: desktop id; of RECONCILE_SHOW the domain's name */
  const char *reason; /**< static, for the log and for people; nullable */
} ReconcileStep;

/**
 * @records: all that are not DESTROYED. @overlay_ids: desktop ids for which files exist (NULL-terminated).
 * Returns the steps in order of execution (GArray of ReconcileStep, transfer full).
 */
GArray *reconcile_start(const char *installation, const DesktopRecord *const *records, guint record_count,
                        const ReconcileDomain *domains, guint domain_count, const char *const *overlay_ids);

/**
 * The ids (GPtrArray of borrowed texts, transfer container) of @records that the broker's list @wanted does
 * not name: orphans to destroy.
 */
GPtrArray *reconcile_orphans(const DesktopRecord *const *records, guint record_count,
                             const HostDesktopRef *wanted, guint wanted_count);
