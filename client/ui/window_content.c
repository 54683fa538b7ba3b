/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ui/window_content.h"

static GtkWidget *
part(GtkWidget *content, const char *name)
{
  return g_object_get_data(G_OBJECT(content), name);
}

GtkWidget *
window_content_new(GtkWidget *page)
{
  GtkWidget *content = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *bars = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *overlay = gtk_overlay_new();
  gtk_widget_set_valign(bars, GTK_ALIGN_START);
  gtk_container_add(GTK_CONTAINER(overlay), page);
  gtk_box_pack_start(GTK_BOX(content), bars, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(content), overlay, TRUE, TRUE, 0);
  g_object_set_data(G_OBJECT(content), "bars", bars);
  g_object_set_data(G_OBJECT(content), "overlay", overlay);
  return content;
}

void
window_content_add_bar(GtkWidget *content, GtkWidget *bar)
{
  gtk_container_add(GTK_CONTAINER(part(content, "bars")), bar);
}

void
window_content_set_over(GtkWidget *content, gboolean is_over)
{
  GtkWidget *bars = part(content, "bars"), *overlay = part(content, "overlay");
  GtkWidget *now = gtk_widget_get_parent(bars);
  if ((now == overlay) == is_over)
    return;
  g_object_ref(bars);
  gtk_container_remove(GTK_CONTAINER(now), bars);
  if (is_over) {
    gtk_overlay_add_overlay(GTK_OVERLAY(overlay), bars);
  } else {
    gtk_box_pack_start(GTK_BOX(content), bars, FALSE, FALSE, 0);
    gtk_box_reorder_child(GTK_BOX(content), bars, 0);
  }
  g_object_unref(bars);
}
