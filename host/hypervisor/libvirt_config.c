/* SPDX-License-Identifier: Apache-2.0 */
#include "host/hypervisor/libvirt_config.h"

#include "common/base/error.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define EMBED_PREFIX "qemu:///embed?"
/* Below the root libvirt binds lib/domain-ID-SHORTNAME/monitor.sock: up to 50 bytes of the 107 of a Unix
 * address. */
#define MAX_ROOT_LENGTH 57

static const char qemu_conf[] =
    "# Written by caraway-host at each start; changes are lost.\n"
    "# There is no virtlogd beside an embedded driver: QEMU writes its log files itself.\n"
    "stdio_handler = \"file\"\n"
    "# SELinux and AppArmor labels are the business of a system-wide libvirt. What guards the host here is\n"
    "# QEMU's own seccomp sandbox, which is on by default.\n"
    "security_driver = \"none\"\n";

/* As root, libvirt would run QEMU as another user, which can neither bind below this root nor read what only
 * root may read. With an embedded driver all of it belongs to whoever runs caraway-host. */
static const char qemu_conf_root[] = "user = \"root\"\n"
                                     "group = \"root\"\n"
                                     "dynamic_ownership = 0\n"
                                     "remember_owner = 0\n";

char *
libvirt_config_root(const char *uri)
{
  if (!g_str_has_prefix(uri, EMBED_PREFIX))
    return NULL;
  g_autoptr(GUri) parsed = g_uri_parse(uri, G_URI_FLAGS_NONE, NULL);
  const char *query = parsed != NULL ? g_uri_get_query(parsed) : NULL;
  if (query == NULL)
    return NULL;
  g_autoptr(GHashTable) pairs = g_uri_parse_params(query, -1, "&", G_URI_PARAMS_NONE, NULL);
  return pairs != NULL ? g_strdup(g_hash_table_lookup(pairs, "root")) : NULL;
}

gboolean
libvirt_config_prepare(const char *root, GError **error)
{
  if (!g_path_is_absolute(root) || strlen(root) > MAX_ROOT_LENGTH) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
                "The root “%s” of host.libvirt-uri must be an absolute path of at most %d bytes, because the "
                "sockets below it must fit a Unix address.",
                root, MAX_ROOT_LENGTH);
    return FALSE;
  }
  g_autofree char *folder = g_build_filename(root, "etc", NULL);
  g_autofree char *path = g_build_filename(folder, "qemu.conf", NULL);
  g_autofree char *text = g_strconcat(qemu_conf, geteuid() == 0 ? qemu_conf_root : "", NULL);
  g_autoptr(GError) local = NULL;
  if (g_mkdir_with_parents(folder, 0700) != 0 || !g_file_set_contents(path, text, -1, &local)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "Cannot write %s: %s", path,
                local != NULL ? local->message : "its folder cannot be made");
    return FALSE;
  }
  return TRUE;
}
