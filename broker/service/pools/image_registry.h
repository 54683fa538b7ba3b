/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of the images that hosts hold may be used for pools.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/model/image.h"
#include "broker/model/page.h"
#include "broker/service/services.h"

/** Registered images and those that some host holds, by name: an array of Image (transfer full). */
GPtrArray *image_registry_list(Services *services, const Page *page, char **ret_next,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Registers @name for use. CARAWAY_ERROR_IMAGE_MISSING when no host holds it, CARAWAY_ERROR_IMAGE_BAD when
 * only damaged copies are there; it is no error when it was registered. */
Image *image_registry_register(Services *services, const Caller *caller, const char *name,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Takes @name out of use; hosts keep their files. CARAWAY_ERROR_CONFLICT while a pool is made from it. */
gboolean image_registry_remove(Services *services, const Caller *caller, const char *name,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
