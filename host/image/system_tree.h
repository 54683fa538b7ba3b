/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the base system to the desktop's whole file tree: overlay, files, pictures, guest agent, and the
 * recipe's script, run inside it.
 */
#pragma once

#include "host/image/build_step.h"

/** The label of the root file system, which fstab and the boot loader name. */
#define SYSTEM_TREE_LABEL "caraway-root"

/** Unpacks @base_tar to the folder @root and makes it what the recipe of @step says. */
gboolean system_tree_make(const BuildStep *step, const char *base_tar, const char *root,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
