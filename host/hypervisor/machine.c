/* SPDX-License-Identifier: Apache-2.0 */
#include "host/hypervisor/machine.h"

#include <string.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>

static gint64
meminfo_mib(const char *text, const char *name)
{
  const char *line = strstr(text, name);
  return line != NULL ? g_ascii_strtoll(line + strlen(name), NULL, 10) / 1024 : 0;
}

void
machine_measure(const char *folder, HostCapacity *ret_capacity)
{
  HostCapacity capacity = {.cpus = g_get_num_processors()};
  g_autofree char *text = NULL;
  if (g_file_get_contents("/proc/meminfo", &text, NULL, NULL)) {
    capacity.memory_mib = meminfo_mib(text, "MemTotal:");
    capacity.memory_free_mib = meminfo_mib(text, "MemAvailable:");
  }
  struct statvfs disk;
  if (statvfs(folder, &disk) == 0)
    capacity.disk_free_mib = (gint64)((guint64)disk.f_bavail * disk.f_frsize >> 20);
  *ret_capacity = capacity;
}

gboolean
machine_has_bridge(const char *name)
{
  g_autofree char *path = g_build_filename("/sys/class/net", name, "bridge", NULL);
  return g_file_test(path, G_FILE_TEST_IS_DIR);
}

char *
machine_boot_id(void)
{
  g_autofree char *text = NULL;
  if (!g_file_get_contents("/proc/sys/kernel/random/boot_id", &text, NULL, NULL))
    return g_strdup("");
  return g_strdup(g_strstrip(text));
}

/* The first processor's paragraph without what changes from second to second. */
static char *
processor_text(void)
{
  g_autofree char *text = NULL;
  if (!g_file_get_contents("/proc/cpuinfo", &text, NULL, NULL))
    return g_strdup("");
  g_auto(GStrv) lines = g_strsplit(text, "\n", 64);
  GString *kept = g_string_new(NULL);
  static const char *const names[] = {"vendor_id", "cpu family", "model", "stepping",
                                      "microcode", "flags",      NULL};
  for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++)
    for (guint k = 0; names[k] != NULL; k++)
      if (g_str_has_prefix(lines[i], names[k])) {
        g_string_append(kept, lines[i]);
        break;
      }
  return g_string_free(kept, FALSE);
}

char *
machine_fingerprint(const char *qemu_version)
{
  struct utsname name;
  const char *kernel = uname(&name) == 0 ? name.version : "";
  const char *release = kernel[0] != '\0' ? name.release : "";
  g_autofree char *processor = processor_text();
  g_autofree char *all = g_strjoin("\n", qemu_version, release, kernel, processor, NULL);
  return g_compute_checksum_for_string(G_CHECKSUM_SHA256, all, -1);
}
