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
  DESKTOP_STAGE_OFF,        /**< the guest shut itself down; the overlay is there */
  DESKTOP_STAGE_FAILED,     /**< it ended by fault; code and detail say why */
  DESKTOP_STAGE_DESTROYING, /**< to be removed with everything it has */
  DESKTOP_STAGE_DESTROYED,  /**< nothing is left; kept so that a late command cannot make it again */
} DesktopStage;

typedef struct {
  char *id, *installation, *name, *pool, *image;
  char *account; /**< nullable */
  Epoch epoch;
  gint64 vcpus, memory_mib, heads;
  int stage;           /**< DesktopStage */
  char *code, *detail; /**< nullable */
} DesktopRecord;

/** The record of a desktop that @command, of kind create, asks for (transfer full). */
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

/** Frees @record (nullable). */
void desktop_record_free(DesktopRecord *record);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DesktopRecord, desktop_record_free)
