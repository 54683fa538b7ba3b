/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/command.h"

void
command_free(Command *command)
{
  if (command == NULL)
    return;
  g_free(command->host);
  g_free(command->desktop_id);
  g_free(command->kind);
  g_free(command->text);
  g_free(command);
}
