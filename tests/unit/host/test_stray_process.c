/* SPDX-License-Identifier: Apache-2.0 */
/* Guards INVARIANTS I4: the QEMU that libvirt lost is ended, and no other. */
#include "host/hypervisor/stray_process.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define ID    "4f1c9a52-8d1e-4b52-9a51-0c6e2f1d7a10"
#define OTHER "5f1c9a52-8d1e-4b52-9a51-0c6e2f1d7a10"

/* A process that is called like a QEMU of that id and disk, and only sleeps. */
static GPid
start_machine(const char *id, const char *disk)
{
  g_autofree char *line = g_strdup_printf(
      "exec -a qemu-system-x86_64 /usr/bin/python3 -c 'import sys, time; print(flush=True); time.sleep(60)' "
      "-uuid %s -blockdev '{\"filename\":\"%s\"}'",
      id, disk);
  const char *argv[] = {"bash", "-c", line, NULL};
  GPid pid = 0;
  int output = -1;
  g_autoptr(GError) error = NULL;
  g_spawn_async_with_pipes(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                           NULL, &pid, NULL, &output, NULL, &error);
  g_assert_no_error(error);
  char byte;
  g_assert_cmpint(read(output, &byte, 1), ==, 1); /* by now it has its name */
  close(output);
  return pid;
}

static gboolean
has_ended(GPid pid)
{
  int status = 0;
  return waitpid(pid, &status, WNOHANG) == pid;
}

static void
end(GPid pid)
{
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
}

static void
test_ends_the_one(void)
{
  GPid ours = start_machine(ID, "/state/overlays/a.qcow2");
  GPid other_id = start_machine(OTHER, "/state/overlays/a.qcow2");
  GPid other_disk = start_machine(ID, "/elsewhere/a.qcow2");
  g_autoptr(GError) error = NULL;
  gboolean done = stray_process_end(ID, "/state/overlays/a.qcow2", &error);
  g_assert_no_error(error);
  g_assert_true(done);
  g_assert_true(has_ended(ours));
  g_assert_false(has_ended(other_id));
  g_assert_false(has_ended(other_disk));
  end(other_id);
  end(other_disk);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/stray-process/one", test_ends_the_one);
  return g_test_run();
}
