/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/command.h"

#include "common/base/error.h"

static CommandVerdict
refuse(GError **error, CarawayErrorCode code, const char *message)
{
  g_set_error_literal(error, CARAWAY_ERROR, (int)code, message);
  return COMMAND_REFUSE;
}

static CommandVerdict
refuse_epoch(GError **error, const HostCommand *command, const DesktopRecord *record)
{
  g_autofree char *given = epoch_text(command->epoch);
  g_autofree char *held = epoch_text(record->epoch);
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_STALE_EPOCH,
              "The command is of epoch %s, but desktop %s is at %s already.", given, record->name, held);
  return COMMAND_REFUSE;
}

static gboolean
is_same_desktop(const HostCommand *command, const DesktopRecord *record)
{
  return g_str_equal(command->name, record->name) && g_str_equal(command->pool, record->pool) &&
         g_str_equal(command->image, record->image) && command->memory_mib == record->memory_mib &&
         command->desktop_kind == record->kind;
}

static CommandVerdict
judge_create(const HostCommand *command, const DesktopRecord *record, GError **error)
{
  switch ((DesktopStage)record->stage) {
  case DESKTOP_STAGE_DESTROYING:
  case DESKTOP_STAGE_DESTROYED:
    return refuse(error, CARAWAY_ERROR_STALE_EPOCH, "That desktop was destroyed; an id is never used again.");
  case DESKTOP_STAGE_FAILED:
    g_set_error(error, CARAWAY_ERROR, (int)error_code_from_name(record->code != NULL ? record->code : ""),
                "%s", record->detail != NULL ? record->detail : "The desktop failed.");
    return COMMAND_REFUSE;
  case DESKTOP_STAGE_CREATING:
  case DESKTOP_STAGE_RUNNING:
  case DESKTOP_STAGE_OFF:
    break;
  }
  if (!is_same_desktop(command, record))
    return refuse(error, CARAWAY_ERROR_CONFLICT, "Another desktop with that id is here already.");
  return record->stage == DESKTOP_STAGE_CREATING ? COMMAND_DO : COMMAND_DONE;
}

/* An id is that of the domain, so that it may come back after a release. */
static CommandVerdict
judge_adopt(const DesktopRecord *record, GError **error)
{
  if (record->kind != HOST_KIND_ADOPTED)
    return refuse(error, CARAWAY_ERROR_CONFLICT, "A desktop of Caraway's own has that id.");
  if (record->stage == DESKTOP_STAGE_DESTROYING)
    return refuse(error, CARAWAY_ERROR_NOT_READY, "It is just being released; try again.");
  return record->stage == DESKTOP_STAGE_CREATING ? COMMAND_DO : COMMAND_DONE;
}

static CommandVerdict
judge_end(const HostCommand *command, const DesktopRecord *record, GError **error)
{
  gboolean is_adopted = record->kind == HOST_KIND_ADOPTED;
  if (command->kind == HOST_COMMAND_DESTROY && is_adopted)
    return refuse(error, CARAWAY_ERROR_CONFLICT,
                  "That virtual machine was adopted and is not Caraway's to destroy; release it.");
  if (command->kind == HOST_COMMAND_RELEASE && !is_adopted)
    return refuse(error, CARAWAY_ERROR_CONFLICT,
                  "That desktop was made by Caraway and cannot be released; destroy it.");
  return COMMAND_DO;
}

static CommandVerdict
judge_running(const HostCommand *command, const DesktopRecord *record)
{
  if (command->kind == HOST_COMMAND_START)
    return record->wish == DESKTOP_WISH_OFF ? COMMAND_DO : COMMAND_DONE;
  if (command->kind == HOST_COMMAND_SHUTDOWN)
    return record->wish == DESKTOP_WISH_OFF ? COMMAND_DONE : COMMAND_DO;
  return COMMAND_DO;
}

static CommandVerdict
judge_power(const HostCommand *command, const DesktopRecord *record, GError **error)
{
  switch ((DesktopStage)record->stage) {
  case DESKTOP_STAGE_RUNNING:
    return judge_running(command, record);
  case DESKTOP_STAGE_OFF:
    if (command->kind == HOST_COMMAND_SHUTDOWN)
      return COMMAND_DONE;
    if (command->kind == HOST_COMMAND_RESTART || command->kind == HOST_COMMAND_RESET ||
        command->kind == HOST_COMMAND_START)
      return COMMAND_DO;
    return refuse(error, CARAWAY_ERROR_NOT_READY, "The desktop is switched off; restart it first.");
  case DESKTOP_STAGE_CREATING:
    return refuse(error, CARAWAY_ERROR_NOT_READY, "The desktop is still being made.");
  case DESKTOP_STAGE_FAILED:
    if (record->kind == HOST_KIND_ADOPTED)
      return refuse(error, CARAWAY_ERROR_NOT_READY, "Its virtual machine is not on this host any more.");
    return refuse(error, CARAWAY_ERROR_NOT_READY, "The desktop failed; destroy it and make another.");
  case DESKTOP_STAGE_DESTROYING:
  case DESKTOP_STAGE_DESTROYED:
    break;
  }
  return refuse(error, CARAWAY_ERROR_NOT_FOUND, "The desktop is being removed.");
}

static CommandVerdict
judge_unknown(const HostCommand *command, GError **error)
{
  if (command->kind == HOST_COMMAND_CREATE || command->kind == HOST_COMMAND_ADOPT)
    return COMMAND_DO;
  if (command->kind == HOST_COMMAND_DESTROY || command->kind == HOST_COMMAND_CUT ||
      command->kind == HOST_COMMAND_RELEASE)
    return COMMAND_DONE;
  return refuse(error, CARAWAY_ERROR_NOT_FOUND, "This host has no such desktop.");
}

CommandVerdict
command_judge(const HostCommand *command, gint64 highest_term, const DesktopRecord *record, GError **error)
{
  if (command->term < highest_term)
    return refuse(error, CARAWAY_ERROR_STALE_EPOCH, "The command comes from a broker that was replaced.");
  if (record == NULL)
    return judge_unknown(command, error);
  if (record->stage == DESKTOP_STAGE_DESTROYED && command->kind != HOST_COMMAND_CREATE)
    return judge_unknown(command, error);
  if (epoch_compare(command->epoch, record->epoch) < 0)
    return refuse_epoch(error, command, record);
  switch ((HostCommandKind)command->kind) {
  case HOST_COMMAND_CREATE:
    return judge_create(command, record, error);
  case HOST_COMMAND_ADOPT:
    return judge_adopt(record, error);
  case HOST_COMMAND_DESTROY:
  case HOST_COMMAND_RELEASE:
    return judge_end(command, record, error);
  case HOST_COMMAND_CUT:
    return COMMAND_DO;
  case HOST_COMMAND_EPOCH:
    return epoch_compare(command->epoch, record->epoch) == 0 ? COMMAND_DONE : COMMAND_DO;
  default:
    return judge_power(command, record, error);
  }
}
