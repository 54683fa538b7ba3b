/* SPDX-License-Identifier: Apache-2.0 */
#include "host/desktop_commands.h"

typedef void (*CommandBody)(Desktop *desktop, const HostCommand *command, DesktopDone done,
                            gpointer user_data);

/* It comes a second time while the first is still at work: its answer comes behind that work. */
static void
create(Desktop *desktop, const HostCommand *command, DesktopDone done, gpointer user_data)
{
  desktop_push(desktop, DESKTOP_JOB_SAVE, done, user_data);
}

static void
destroy(Desktop *desktop, const HostCommand *command, DesktopDone done, gpointer user_data)
{
  desktop_push(desktop, DESKTOP_JOB_DESTROY, done, user_data);
}

static void
restart(Desktop *desktop, const HostCommand *command, DesktopDone done, gpointer user_data)
{
  desktop_restart(desktop, done, user_data);
}

static void
reset(Desktop *desktop, const HostCommand *command, DesktopDone done, gpointer user_data)
{
  desktop_reset(desktop, done, user_data);
}

static void
start(Desktop *desktop, const HostCommand *command, DesktopDone done, gpointer user_data)
{
  desktop_start(desktop, done, user_data);
}

static void
shut_down(Desktop *desktop, const HostCommand *command, DesktopDone done, gpointer user_data)
{
  desktop_shut_down(desktop, DESKTOP_WISH_OFF, done, user_data);
}

static void
raise_epoch(Desktop *desktop, const HostCommand *command, DesktopDone done, gpointer user_data)
{
  desktop_raise_epoch(desktop, command->epoch, done, user_data);
}

static void
release(Desktop *desktop, const HostCommand *command, DesktopDone done, gpointer user_data)
{
  desktop_push(desktop, DESKTOP_JOB_RELEASE, done, user_data);
}

static void
lock(Desktop *desktop, const HostCommand *command, DesktopDone done, gpointer user_data)
{
  const GuestMessage message = {.type = GUEST_MESSAGE_LOCK};
  desktop_ask_guest(desktop, &message, done, user_data);
}

static void
log_off(Desktop *desktop, const HostCommand *command, DesktopDone done, gpointer user_data)
{
  const GuestMessage message = {.type = GUEST_MESSAGE_LOGOFF};
  desktop_ask_guest(desktop, &message, done, user_data);
}

static void
show_message(Desktop *desktop, const HostCommand *command, DesktopDone done, gpointer user_data)
{
  const GuestMessage message = {
      .type = GUEST_MESSAGE_MESSAGE, .title = (char *)command->title, .text = (char *)command->text};
  desktop_ask_guest(desktop, &message, done, user_data);
}

/* Consoles are the relay's; the agent cuts before it comes here. */
static void
nothing(Desktop *desktop, const HostCommand *command, DesktopDone done, gpointer user_data)
{
  done(NULL, user_data);
}

void
desktop_commands_run(Desktop *desktop, const HostCommand *command, DesktopDone done, gpointer user_data)
{
  static const CommandBody bodies[] = {
      [HOST_COMMAND_CREATE] = create,      [HOST_COMMAND_DESTROY] = destroy,
      [HOST_COMMAND_RESTART] = restart,    [HOST_COMMAND_RESET] = reset,
      [HOST_COMMAND_SHUTDOWN] = shut_down, [HOST_COMMAND_EPOCH] = raise_epoch,
      [HOST_COMMAND_CUT] = nothing,        [HOST_COMMAND_LOCK] = lock,
      [HOST_COMMAND_LOGOFF] = log_off,     [HOST_COMMAND_MESSAGE] = show_message,
      [HOST_COMMAND_START] = start,        [HOST_COMMAND_ADOPT] = create,
      [HOST_COMMAND_RELEASE] = release,
  };
  bodies[command->kind](desktop, command, done, user_data);
}
