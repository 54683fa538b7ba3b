/* SPDX-License-Identifier: Apache-2.0 */
#include "host/image/build_step.h"

#include "host/image/command.h"

#include <unistd.h>

char *
build_step_path(const BuildStep *step, const char *name)
{
  return g_build_filename(step->work, name, NULL);
}

gboolean
build_step_run(const BuildStep *step, const char *package, const char *const *words, GError **error)
{
  const Command command = {.arguments = words, .package = package};
  return command_run(&command, step->cancellable, error);
}

/* Without root the files belong to a user namespace: ids of /etc/subuid stand for the system's users. */
static GPtrArray *
with_owner_prefix(const char *const *words)
{
  static const char *const PREFIX[] = {"unshare", "--map-root-user", "--map-auto", "--"};
  GPtrArray *all = g_ptr_array_new();
  if (geteuid() != 0)
    for (gsize i = 0; i < G_N_ELEMENTS(PREFIX); i++)
      g_ptr_array_add(all, (gpointer)PREFIX[i]);
  for (; *words != NULL; words++)
    g_ptr_array_add(all, (gpointer)*words);
  g_ptr_array_add(all, NULL);
  return all;
}

gboolean
build_step_run_as_owner(const BuildStep *step, const char *package, const char *const *words,
                        const char *const *environment, GError **error)
{
  g_autoptr(GPtrArray) all = with_owner_prefix(words);
  const Command command = {.arguments = (const char *const *)all->pdata,
                           .package = geteuid() == 0 ? package : "uidmap",
                           .environment = environment};
  return command_run(&command, step->cancellable, error);
}
