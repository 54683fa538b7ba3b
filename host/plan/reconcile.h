/* SPDX-License-Identifier: Apache-2.0 */
/*
 * After a start or a new link: what a host remembers and what it finds, compared, give the steps that make
 * everything owned or removed (INVARIANTS I4). Pure. What is not of our installation gets no step at all;
 * what is adopted none that touches it.
 */
#pragma once

#include "host/plan/desktop_record.h"

/** A domain that the hypervisor knows. Texts are borrowed. */
typedef struct {
  const char *id;           /**< UUID */
  const char *name;         /**< libvirt's */
  const char *installation; /**< nullable: carries none of our metadata */
  gboolean is_running;
} ReconcileDomain;

/** Ids of desktops by what lies on the disk; each ends with NULL. Borrowed. */
typedef struct {
  const char *const *overlays;   /**< with an overlay that no record is needed to remove */
  const char *const *kept;       /**< with a disk in the folder of those that are kept */
  const char *const *unreadable; /**< with a record that cannot be read */
} ReconcileFiles;

typedef enum {
  RECONCILE_TAKE_OVER,      /**< record and domain agree: take it over */
  RECONCILE_CREATE_AGAIN,   /**< died while making it: remove what there is of it, and make it */
  RECONCILE_FAIL,           /**< its domain vanished meanwhile: say so */
  RECONCILE_OFF,            /**< so too, but it is kept: it is off */
  RECONCILE_KEEP,           /**< it has no domain and needs none (off, failed) */
  RECONCILE_DESTROY,        /**< finish removing it */
  RECONCILE_DESTROY_DOMAIN, /**< a domain of ours that nothing remembers */
  RECONCILE_REMOVE_FILES,   /**< an overlay that nothing remembers */
  RECONCILE_FORGET,         /**< adopted, and being released */
  RECONCILE_SHOW,           /**< ours, but not known well enough to touch: quarantined */
} ReconcileAction;

typedef struct {
  ReconcileAction action;
  const char *id;     /**< borrowed: desktop id */
  const char *reason; /**< static, for the log and for people; nullable */
} ReconcileStep;

/**
 * @records: all that are not DESTROYED. Returns the steps in order of execution (GArray of ReconcileStep,
 * transfer full).
 */
GArray *reconcile_start(const char *installation, const DesktopRecord *const *records, guint record_count,
                        const ReconcileDomain *domains, guint domain_count, const ReconcileFiles *files);

/** What a welcome means for one desktop. */
typedef enum {
  RECONCILE_LEAVE,      /**< nothing */
  RECONCILE_REMOVE,     /**< the broker does not know it: destroyed */
  RECONCILE_RELEASE,    /**< the same of an adopted one: forgotten, its VM stays as it is */
  RECONCILE_QUARANTINE, /**< the same of a dedicated one: switched off and kept aside */
  RECONCILE_BRING_BACK, /**< it was kept aside, and the broker knows it again */
} ReconcileWelcome;

/** What to do with the desktop of @record, which the broker's list names or does not (@is_wanted). */
ReconcileWelcome reconcile_welcome(const DesktopRecord *record, gboolean is_wanted);
