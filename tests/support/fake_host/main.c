/* SPDX-License-Identifier: Apache-2.0 */
/*
 * caraway-host-fake: the whole agent without virtual machines. Desktops are ready at once. Faults are files
 * in STATE/faults (host/hypervisor/fake_hypervisor.h; "not-ready": guests do not become ready; "crash": ends
 * the desktop whose id it contains; "foreign": fake_foreign.h). CARAWAY_FAKE_IMAGES, a list with commas,
 * names the images that are made in the image directory; by default debian12-desktop, when that directory has
 * none.
 */
#include "host/hypervisor/fake_hypervisor.h"
#include "host/program.h"
#include "tests/support/fake_host/fake_foreign.h"
#include "tests/support/fake_host/fake_guest.h"
#include "tests/support/fake_host/fake_images.h"

#include <glib/gstdio.h>

#define CRASH_LOOK_MS 100

typedef struct {
  Hypervisor *hypervisor;
  FakeForeign *foreign;
  char *path;
} CrashWatch;

static gboolean
on_crash_look(gpointer data)
{
  CrashWatch *watch = data;
  g_autofree char *id = NULL;
  fake_foreign_look(watch->foreign);
  if (!g_file_get_contents(watch->path, &id, NULL, NULL))
    return G_SOURCE_CONTINUE;
  g_strstrip(id);
  if (id[0] == '\0') /* it is still being written */
    return G_SOURCE_CONTINUE;
  (void)g_unlink(watch->path);
  fake_hypervisor_end(watch->hypervisor, id, HYPERVISOR_CRASHED);
  return G_SOURCE_CONTINUE;
}

static gboolean
has_images(const char *folder)
{
  g_autoptr(GDir) directory = g_dir_open(folder, 0, NULL);
  const char *file;
  while (directory != NULL && (file = g_dir_read_name(directory)) != NULL)
    if (g_str_has_suffix(file, ".json"))
      return TRUE;
  return FALSE;
}

static void
make_images(const char *folder)
{
  const char *names = g_getenv("CARAWAY_FAKE_IMAGES");
  if (names == NULL && has_images(folder))
    return;
  g_auto(GStrv) list = g_strsplit(names != NULL ? names : "debian12-desktop", ",", -1);
  for (guint i = 0; list[i] != NULL; i++)
    fake_images_make(folder, list[i]);
}

/* What watches lives as long as the process: there is nobody to hand it to. */
static Hypervisor *
open_fake(const HostSettings *settings, GError **error)
{
  g_autofree char *faults = host_settings_path(settings, "faults");
  (void)g_mkdir_with_parents(faults, 0755);
  make_images(settings->image_directory);
  Hypervisor *hypervisor = fake_hypervisor_new(faults);
  static CrashWatch watch;
  fake_guests_start(hypervisor, faults);
  watch =
      (CrashWatch){hypervisor, fake_foreign_new(hypervisor, faults), g_build_filename(faults, "crash", NULL)};
  g_timeout_add(CRASH_LOOK_MS, on_crash_look, &watch);
  return hypervisor;
}

int
main(int argc, char **argv)
{
  /* No image is to be booted to find out about KVM. */
  g_autofree char **arguments = g_new0(char *, (gsize)argc + 2);
  for (int i = 0; i < argc; i++)
    arguments[i] = argv[i];
  arguments[argc] = (char *)"--host-accelerator=tcg";
  return program_run(argc + 1, arguments, open_fake);
}
