/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ui/style.h"

#include <gtk/gtk.h>

#include <client-resources.h>

#define RESOURCE_PATH "/org/caraway/client"

void
style_init(void)
{
  /* A static library's constructor would not be linked in by itself. */
  client_register_resource();
  gtk_icon_theme_add_resource_path(gtk_icon_theme_get_default(), RESOURCE_PATH "/icons");
  g_autoptr(GtkCssProvider) provider = gtk_css_provider_new();
  gtk_css_provider_load_from_resource(provider, RESOURCE_PATH "/client.css");
  gtk_style_context_add_provider_for_screen(gdk_screen_get_default(), GTK_STYLE_PROVIDER(provider),
                                            GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}
