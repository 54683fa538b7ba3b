/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a host remembers of a desktop across its own death: identity, shape and how far its making or ending
 * has come. A record is saved before each step that it announces, so that a start after a crash can finish or
 * undo it. A value with a text form; the file is host/record_files.
 */
#pragma once

#include "common/wire/host_message.h"

typedef enum {
  DESKTOP_STAGE_CREATING,   /**< an overlay and a domain may or may not exist */
  DESKTOP_STAGE_RUNNING,    /**< the domain was started */
  DESKTOP_STAGE_OFF,        /**< its domain ended; the overlay is there. code and detail: by fault */
  DESKTOP_STAGE_FAILED,     /**< it ended by fault; code and detail say why */
  DESKTOP_STAGE_DESTROYING, /**< to be removed with everything it has */
  DESKTOP_STAGE_DESTROYED,  /**< nothing is left; kept so that a late command cannot make it again */
} DesktopStage;

/** What was asked for and holds until the domain has ended. */
typedef enum {
  DESKTOP_WISH_NONE,
  DESKTOP_WISH_OFF,         /**< the guest was asked to switch off */
  DESKTOP_WISH_OFF_THEN_ON, /**< then it was asked for again */
} DesktopWish;

typedef struct {
  char *id, *installation, *name, *pool, *image;
  char *account; /**< nullable */
  char *network; /**< nullable: the host's own, see host/plan/domain_network */
  char *base;    /**< nullable: of a dedicated one, the hash of the image that its overlay stands on */
  Epoch epoch;
  int kind; /**< HostDesktopKind */
  gint64 vcpus, memory_mib, heads;
  HostDisk *disks;
  guint disk_count;
  int stage;               /**< DesktopStage */
  int wish;                /**< DesktopWish */
  gboolean is_quarantined; /**< of a dedicated one: the broker did not name it, and it is kept aside */
  char *code, *detail;     /**< nullable */
} DesktopRecord;

/** The record of a desktop that @command, of kind create, asks for (transfer full); of kind adopt likewise,
 * to be filled with what its domain is. */
DesktopRecord *desktop_record_new(const char *installation, const HostCommand *command);

/** A deep copy of @record (transfer full). */
DesktopRecord *desktop_record_copy(const DesktopRecord *record);

/** Reads what desktop_record_text() wrote; CARAWAY_ERROR_INVALID, _MALFORMED or _TOO_LARGE. */
DesktopRecord *desktop_record_parse(const char *text, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The JSON text of @record (transfer full). */
char *desktop_record_text(const DesktopRecord *record);

/** Sets the stage, and why (@code, @detail nullable). */
void desktop_record_set_stage(DesktopRecord *record, DesktopStage stage, const char *code,
                              const char *detail);

/** Whether it outlives its use: a fault ends its domain, never the desktop. */
gboolean desktop_record_is_kept(const DesktopRecord *record);

/** Frees @record (nullable). */
void desktop_record_free(DesktopRecord *record);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DesktopRecord, desktop_record_free)
