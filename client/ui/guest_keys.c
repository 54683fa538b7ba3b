/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ui/guest_keys.h"

#include <gdk/gdkkeysyms.h>
#include <glib/gi18n.h>

static const GuestKeys all[] = {
    {N_("Ctrl+Alt+Del"), {GDK_KEY_Control_L, GDK_KEY_Alt_L, GDK_KEY_Delete}, 3},
    {N_("Ctrl+Alt+Backspace"), {GDK_KEY_Control_L, GDK_KEY_Alt_L, GDK_KEY_BackSpace}, 3},
    {N_("Alt+Tab"), {GDK_KEY_Alt_L, GDK_KEY_Tab}, 2},
    {N_("Alt+F4"), {GDK_KEY_Alt_L, GDK_KEY_F4}, 2},
    {N_("Super"), {GDK_KEY_Super_L}, 1},
    {N_("Print"), {GDK_KEY_Print}, 1},
    {N_("F11"), {GDK_KEY_F11}, 1},
    {N_("Ctrl+Alt+F1"), {GDK_KEY_Control_L, GDK_KEY_Alt_L, GDK_KEY_F1}, 3},
    {N_("Ctrl+Alt+F2"), {GDK_KEY_Control_L, GDK_KEY_Alt_L, GDK_KEY_F2}, 3},
    {N_("Ctrl+Alt+F7"), {GDK_KEY_Control_L, GDK_KEY_Alt_L, GDK_KEY_F7}, 3},
};

const GuestKeys *
guest_keys_list(gsize *ret_count)
{
  *ret_count = G_N_ELEMENTS(all);
  return all;
}
