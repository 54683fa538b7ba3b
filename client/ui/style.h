/* SPDX-License-Identifier: Apache-2.0 */
/* Colours, spaces and our icon, from the resources in the program. */
#pragma once

/** Makes them known to GTK; after gtk_init(). */
void style_init(void);
