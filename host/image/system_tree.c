/* SPDX-License-Identifier: Apache-2.0 */
#include "host/image/system_tree.h"

#define SCRIPT_IN_IMAGE "/var/tmp/caraway-customize"
#define FSTAB           "LABEL=" SYSTEM_TREE_LABEL " / ext4 noatime 0 0\n"
#define HOSTS           "127.0.0.1 localhost\n127.0.1.1 desktop\n::1 localhost ip6-localhost ip6-loopback\n"

/* apt settings of the machine that built the image: proxies and relaxed checks are no business of desktops.
 */
#define BUILD_LEFTOVERS "/etc/apt/apt.conf.d/99mmdebstrap"

static gboolean
install(const BuildStep *step, const char *source, const char *root, const char *target, const char *mode,
        GError **error)
{
  g_autofree char *path = g_strconcat(root, target, NULL);
  return build_step_run_as_owner(step, "coreutils", BUILD_WORDS("install", "-D", "-m", mode, source, path),
                                 NULL, error);
}

static gboolean
install_text(const BuildStep *step, const char *text, const char *root, const char *target, GError **error)
{
  g_autofree char *source = build_step_path(step, "text");
  return g_file_set_contents(source, text, -1, error) && install(step, source, root, target, "0644", error);
}

static gboolean
unpack(const BuildStep *step, const char *tar, const char *root, GError **error)
{
  return build_step_run_as_owner(step, "tar",
                                 BUILD_WORDS("tar", "-C", root, "--numeric-owner", "--keep-directory-symlink",
                                             "--no-overwrite-dir", "--xattrs", "--xattrs-include=*", "-xpf",
                                             tar),
                                 NULL, error);
}

/* Through a tar file: what is in a checkout belongs to whoever made it, in the image it belongs to root. */
static gboolean
add_overlay(const BuildStep *step, const char *root, GError **error)
{
  if (step->recipe->overlay_tree == NULL)
    return TRUE;
  g_autofree char *tar = build_step_path(step, "overlay.tar");
  return build_step_run(step, "tar",
                        BUILD_WORDS("tar", "-C", step->recipe->overlay_tree, "--owner=0", "--group=0",
                                    "--mode=u=rwX,go=rX", "-cf", tar, "."),
                        error) &&
         unpack(step, tar, root, error);
}

static gboolean
add_files(const BuildStep *step, const char *root, GError **error)
{
  for (guint i = 0; i < step->recipe->files->len; i++) {
    const RecipeFile *file = step->recipe->files->pdata[i];
    const char *mode = g_file_test(file->source, G_FILE_TEST_IS_EXECUTABLE) ? "0755" : "0644";
    if (!install(step, file->source, root, file->target, mode, error))
      return FALSE;
  }
  return install(step, step->guest_path, root, "/usr/bin/caraway-guest", "0755", error);
}

static gboolean
add_picture(const BuildStep *step, const RecipeFile *picture, const char *root, GError **error)
{
  g_autofree char *drawn = build_step_path(step, "picture.png");
  g_autofree char *width = g_strdup_printf("--width=%d", picture->width);
  g_autofree char *height = g_strdup_printf("--height=%d", picture->height);
  return build_step_run(step, "librsvg2-bin",
                        BUILD_WORDS("rsvg-convert", width, height, "--output", drawn, picture->source),
                        error) &&
         install(step, drawn, root, picture->target, "0644", error);
}

static gboolean
add_pictures(const BuildStep *step, const char *root, GError **error)
{
  for (guint i = 0; i < step->recipe->pictures->len; i++)
    if (!add_picture(step, step->recipe->pictures->pdata[i], root, error))
      return FALSE;
  return TRUE;
}

static gboolean
customize(const BuildStep *step, const char *root, GError **error)
{
  const Recipe *recipe = step->recipe;
  if (recipe->customize == NULL)
    return TRUE;
  g_autofree char *name = g_strconcat("CARAWAY_NAME=", recipe->name, NULL);
  g_autofree char *account = g_strconcat("CARAWAY_ACCOUNT=", recipe->account, NULL);
  g_autofree char *full_name = g_strconcat("CARAWAY_FULL_NAME=", recipe->full_name, NULL);
  g_autofree char *password = g_strconcat("CARAWAY_PASSWORD=", recipe->password, NULL);
  const char *const environment[] = {name,
                                     account,
                                     full_name,
                                     password,
                                     "LC_ALL=C.UTF-8",
                                     "HOME=/root",
                                     "SYSTEMD_OFFLINE=1",
                                     "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                                     NULL};
  g_autofree char *script = g_strconcat(root, SCRIPT_IN_IMAGE, NULL);
  return install(step, recipe->customize, root, SCRIPT_IN_IMAGE, "0700", error) &&
         build_step_run_as_owner(step, "coreutils", BUILD_WORDS("/usr/sbin/chroot", root, SCRIPT_IN_IMAGE),
                                 environment, error) &&
         build_step_run_as_owner(step, "coreutils", BUILD_WORDS("rm", "-f", script), NULL, error);
}

gboolean
system_tree_make(const BuildStep *step, const char *base_tar, const char *root, GError **error)
{
  g_autofree char *leftovers = g_strconcat(root, BUILD_LEFTOVERS, NULL);
  progress_step(step->progress, 60, "unpacking the base system");
  if (!build_step_run_as_owner(step, "coreutils", BUILD_WORDS("mkdir", "-m", "0755", root), NULL, error) ||
      !unpack(step, base_tar, root, error))
    return FALSE;
  progress_step(step->progress, 68, "adding the recipe's files");
  if (!add_overlay(step, root, error) || !add_files(step, root, error) || !add_pictures(step, root, error) ||
      !install_text(step, FSTAB, root, "/etc/fstab", error) ||
      !install_text(step, "desktop\n", root, "/etc/hostname", error) ||
      !install_text(step, HOSTS, root, "/etc/hosts", error) ||
      !build_step_run_as_owner(step, "coreutils", BUILD_WORDS("rm", "-f", leftovers), NULL, error))
    return FALSE;
  progress_step(step->progress, 72, "setting up the system");
  return customize(step, root, error);
}
