/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ui/guest_keys.h"

#include <gdk/gdkkeysyms.h>

static const GuestKeys all[] = {
    {"Ctrl+Alt+Del", {GDK_KEY_Control_L, GDK_KEY_Alt_L, GDK_KEY_Delete}, 3},
    {"Ctrl+Alt+Backspace", {GDK_KEY_Control_L, GDK_KEY_Alt_L, GDK_KEY_BackSpace}, 3},
    {"Alt+Tab", {GDK_KEY_Alt_L, GDK_KEY_Tab}, 2},
    {"Alt+F4", {GDK_KEY_Alt_L, GDK_KEY_F4}, 2},
    {"Super", {GDK_KEY_Super_L}, 1},
    {"Print", {GDK_KEY_Print}, 1},
    {"F11", {GDK_KEY_F11}, 1},
    {"Ctrl+Alt+F1", {GDK_KEY_Control_L, GDK_KEY_Alt_L, GDK_KEY_F1}, 3},
    {"Ctrl+Alt+F2", {GDK_KEY_Control_L, GDK_KEY_Alt_L, GDK_KEY_F2}, 3},
    {"Ctrl+Alt+F7", {GDK_KEY_Control_L, GDK_KEY_Alt_L, GDK_KEY_F7}, 3},
};

const GuestKeys *
guest_keys_list(gsize *ret_count)
{
  *ret_count = G_N_ELEMENTS(all);
  return all;
}
