/* SPDX-License-Identifier: Apache-2.0 */
#include "host/hypervisor/overlay.h"

#include "common/base/error.h"
#include "host/hypervisor/subprocess.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define LIMIT_MS 30000

gboolean
overlay_create(const char *path, const char *backing, GError **error)
{
  const char *argv[] = {"qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", backing, path, NULL};
  SubprocessResult result;
  if (!overlay_remove(path, error) || !subprocess_run(argv, LIMIT_MS, NULL, NULL, &result, error))
    return FALSE;
  gboolean done = result.status == 0;
  if (!done) {
    gboolean is_full = strstr(result.output, g_strerror(ENOSPC)) != NULL;
    g_set_error(error, CARAWAY_ERROR, is_full ? CARAWAY_ERROR_NO_SPACE : CARAWAY_ERROR_INTERNAL,
                "qemu-img made no overlay%s: %s", result.timed_out ? " in time" : "",
                g_strstrip(result.output));
    g_unlink(path);
  }
  subprocess_result_clear(&result);
  return done;
}

gboolean
overlay_remove(const char *path, GError **error)
{
  if (g_unlink(path) == 0 || errno == ENOENT)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INTERNAL, "Cannot remove %s: %s", path, g_strerror(errno));
  return FALSE;
}
