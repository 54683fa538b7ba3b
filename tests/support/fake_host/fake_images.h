/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images for tests: valid, verified, and empty.
 */
#pragma once

#include <glib.h>

/** Makes an empty image @name in @folder unless it is there. */
void fake_images_make(const char *folder, const char *name);
