/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What to do with a command of the broker, from the command, the highest term seen and the record of the
 * desktop it names. Pure: delivery is at least once and out of order, so what is done already is answered as
 * done and what is older than what we know is refused.
 */
#pragma once

#include "host/plan/desktop_record.h"

typedef enum {
  COMMAND_DO,     /**< carry it out */
  COMMAND_DONE,   /**< it holds already: answer ok */
  COMMAND_REFUSE, /**< answer with the error */
} CommandVerdict;

/**
 * Judges @command. @record: of the desktop it names (nullable: never heard of). Refuses with
 * CARAWAY_ERROR_STALE_EPOCH (older term or epoch, or a desktop that was destroyed), CARAWAY_ERROR_NOT_FOUND,
 * CARAWAY_ERROR_NOT_READY (it is being made or removed), CARAWAY_ERROR_CONFLICT (create with other content).
 */
CommandVerdict command_judge(const HostCommand *command, gint64 highest_term, const DesktopRecord *record,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
