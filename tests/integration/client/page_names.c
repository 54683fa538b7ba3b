/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of desktops as a screen reader and the Tab key meet it: everything that takes the focus has a
 * name, and Tab alone reaches every button. Needs a display; page_names.py gives it one.
 */
#include <string.h>

#include "client/ui/desktops_page.h"
#include "common/base/json.h"

#define TABS_MAX 64

static const char LIST[] =
    "{\"items\":[{\"pool\":{\"id\":\"p1\",\"name\":\"dev\",\"kind\":\"dedicated\"},\"state\":\"yours\","
    "\"sessions\":[{"
    "\"id\":\"s1\",\"pool\":{\"id\":\"p1\",\"name\":\"dev\"},\"desktop\":{\"id\":\"d1\",\"name\":\"dev-1\","
    "\"kind\":"
    "\"dedicated\"},\"user\":\"a\",\"state\":\"connected\",\"warning\":\"It "
    "ends.\"}],\"desktops\":[{\"id\":\"d1\","
    "\"name\":\"dev-1\",\"power\":\"up\"},{\"id\":\"d2\",\"name\":\"dev-2\",\"power\":\"off\"}]},"
    "{\"pool\":{\"id\":\"p2\",\"name\":\"kiosk\"},\"state\":\"unavailable\",\"reasons\":[\"Full.\"]}]}";

static void
on_open(const DesktopEntry *entry, gpointer user_data)
{
}

static void
on_cancel(gpointer user_data)
{
}

static void
on_act(const DesktopEntry *entry, DesktopAction action, gpointer user_data)
{
}

static GPtrArray *
make_entries(void)
{
  g_autoptr(GError) error = NULL;
  ApiAnswer answer = {.object = json_parse_object(LIST, strlen(LIST), 1 << 16, &error)};
  g_assert_no_error(error);
  g_autoptr(GPtrArray) desktops = api_desktop_list_from_answer(&answer, &error);
  g_assert_no_error(error);
  json_object_unref(answer.object);
  return desktop_entry_list(desktops, 0);
}

/* The names of what Tab reaches, one a line. */
static char *
tab_through(GtkWindow *window)
{
  g_autoptr(GString) names = g_string_new(NULL);
  GtkWidget *first = NULL;
  for (guint i = 0; i < TABS_MAX; i++) {
    gtk_widget_child_focus(GTK_WIDGET(window), GTK_DIR_TAB_FORWARD);
    GtkWidget *focused = gtk_window_get_focus(window);
    if (focused == NULL || focused == first)
      break;
    first = first != NULL ? first : focused;
    const char *name = atk_object_get_name(gtk_widget_get_accessible(focused));
    g_test_message("%s “%s”", G_OBJECT_TYPE_NAME(focused), name != NULL ? name : "");
    g_string_append_printf(names, "%s\n", name != NULL && *name != '\0' ? name : G_OBJECT_TYPE_NAME(focused));
  }
  return g_string_free(g_steal_pointer(&names), FALSE);
}

static void
test_tab_reaches_what_has_names(void)
{
  static const DesktopCardListener listener = {on_open, on_cancel, on_act};
  GtkWindow *window = GTK_WINDOW(gtk_window_new(GTK_WINDOW_TOPLEVEL));
  DesktopsPage *page = desktops_page_new(&listener, NULL);
  gtk_container_add(GTK_CONTAINER(window), desktops_page_widget(page));
  gtk_widget_show_all(GTK_WIDGET(window));
  gtk_test_widget_wait_for_draw(GTK_WIDGET(window));
  desktops_page_set(page, make_entries(), FALSE);
  gtk_test_widget_wait_for_draw(GTK_WIDGET(window));
  g_autofree char *names = tab_through(window);
  g_assert_cmpstr(names, ==, "dev-1\nContinue: dev-1\nMore for dev-1\ndev-2\nStart: dev-2\nkiosk\n");
  gtk_widget_destroy(GTK_WIDGET(window));
}

/* A list that is read again leaves the focus where it is, also when something in it changed. */
static void
test_focus_stays(void)
{
  static const DesktopCardListener listener = {on_open, on_cancel, on_act};
  GtkWindow *window = GTK_WINDOW(gtk_window_new(GTK_WINDOW_TOPLEVEL));
  DesktopsPage *page = desktops_page_new(&listener, NULL);
  gtk_container_add(GTK_CONTAINER(window), desktops_page_widget(page));
  gtk_widget_show_all(GTK_WIDGET(window));
  gtk_test_widget_wait_for_draw(GTK_WIDGET(window));
  desktops_page_set(page, make_entries(), FALSE);
  gtk_test_widget_wait_for_draw(GTK_WIDGET(window));
  for (guint tabs = 0; tabs < 4; tabs++)
    gtk_widget_child_focus(GTK_WIDGET(window), GTK_DIR_TAB_FORWARD);
  GPtrArray *changed = make_entries();
  DesktopEntry *entry = g_ptr_array_index(changed, 0);
  g_clear_pointer(&entry->warning, g_free);
  desktops_page_set(page, changed, TRUE);
  GtkWidget *focused = gtk_window_get_focus(window);
  g_assert_cmpstr(atk_object_get_name(gtk_widget_get_accessible(focused)), ==, "dev-2");
  desktops_page_set(page, make_entries(), FALSE);
  desktops_page_enter(page);
  focused = gtk_window_get_focus(window);
  g_assert_cmpstr(atk_object_get_name(gtk_widget_get_accessible(focused)), ==, "dev-2");
  gtk_widget_destroy(GTK_WIDGET(window));
}

int
main(int argc, char **argv)
{
  gtk_test_init(&argc, &argv, NULL);
  g_test_add_func("/desktops-page/tab-reaches-what-has-names", test_tab_reaches_what_has_names);
  g_test_add_func("/desktops-page/focus-stays", test_focus_stays);
  return g_test_run();
}
