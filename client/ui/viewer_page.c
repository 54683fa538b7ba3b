/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ui/viewer_page.h"

#include <glib/gi18n.h>
#include <spice-client-gtk.h>

#include "client/model/monitor_layout.h"
#include "client/ui/form.h"

#define RESIZE_PAUSE_MS 250
#define EDGE_PIXELS     2
#define HINT_MS         4000
#define BAR_PIXELS      60

struct ViewerPage {
  GtkWidget *overlay; /* the page */
  GtkWidget *stage;   /* event box in which the display lies */
  GtkWidget *cover;   /* over the stage while there is no live picture: the last one, and why */
  GtkWidget *veil, *spinner, *edge;
  GtkLabel *text;
  SpiceDisplay *display; /* nullable */
  Console *console;      /* nullable */
  GdkPixbuf *last;       /* nullable */
  MonitorLayout asked;
  guint resize_timer, hint_timer;
  gboolean is_full_screen, is_waiting;
};

static void
cancel_timer(guint *timer)
{
  if (*timer != 0)
    g_source_remove(*timer);
  *timer = 0;
}

static void
on_destroy(GtkWidget *widget, gpointer user_data)
{
  ViewerPage *page = user_data;
  cancel_timer(&page->resize_timer);
  cancel_timer(&page->hint_timer);
  g_clear_object(&page->last);
  g_free(page);
}

/* The guest's size */

static gboolean
ask_for_size(gpointer user_data)
{
  ViewerPage *page = user_data;
  page->resize_timer = 0;
  SpiceMainChannel *main = page->console != NULL ? console_main_channel(page->console) : NULL;
  MonitorLayout wanted;
  if (main == NULL || !monitor_layout_for_area(gtk_widget_get_allocated_width(page->stage),
                                               gtk_widget_get_allocated_height(page->stage),
                                               gtk_widget_get_scale_factor(page->stage), &wanted))
    return G_SOURCE_REMOVE;
  if (!monitor_layout_differs(wanted, page->asked))
    return G_SOURCE_REMOVE;
  page->asked = wanted;
  spice_main_channel_update_display_enabled(main, 0, TRUE, FALSE);
  spice_main_channel_update_display(main, 0, 0, 0, wanted.width, wanted.height, TRUE);
  return G_SOURCE_REMOVE;
}

static void
ask_soon(ViewerPage *page)
{
  cancel_timer(&page->resize_timer);
  page->resize_timer = g_timeout_add(RESIZE_PAUSE_MS, ask_for_size, page);
}

static void
on_stage_size(GtkWidget *stage, GdkRectangle *allocation, gpointer user_data)
{
  ask_soon(user_data);
}

static void
on_agent(GObject *main, GParamSpec *property, gpointer user_data)
{
  ViewerPage *page = user_data;
  /* What was asked before the guest's agent was there is forgotten by then. */
  page->asked = (MonitorLayout){0, 0};
  ask_soon(page);
}

/* The last picture, and what lies over it */

static gboolean
on_draw_frozen(GtkWidget *area, cairo_t *cairo, gpointer user_data)
{
  const ViewerPage *page = user_data;
  cairo_set_source_rgb(cairo, 0.10, 0.11, 0.13);
  cairo_paint(cairo);
  if (page->last == NULL)
    return FALSE;
  double width = gdk_pixbuf_get_width(page->last), height = gdk_pixbuf_get_height(page->last);
  double area_width = gtk_widget_get_allocated_width(area),
         area_height = gtk_widget_get_allocated_height(area);
  double scale = MIN(area_width / width, area_height / height);
  cairo_translate(cairo, (area_width - width * scale) / 2, (area_height - height * scale) / 2);
  cairo_scale(cairo, scale, scale);
  gdk_cairo_set_source_pixbuf(cairo, page->last, 0, 0);
  cairo_paint_with_alpha(cairo, 0.45);
  return FALSE;
}

static void
update_veil(ViewerPage *page)
{
  gboolean has_picture = FALSE;
  if (page->display != NULL)
    g_object_get(page->display, "ready", &has_picture, NULL);
  gboolean is_veiled = page->is_waiting || !has_picture;
  gtk_widget_set_visible(page->cover, is_veiled);
  if (!is_veiled)
    g_clear_object(&page->last);
}

static void
on_ready(GObject *display, GParamSpec *property, gpointer user_data)
{
  update_veil(user_data);
}

void
viewer_page_set_waiting(ViewerPage *page, const char *text)
{
  page->is_waiting = text != NULL;
  if (text != NULL) {
    gtk_label_set_text(page->text, text);
    form_set_name(page->veil, text);
  }
  update_veil(page);
}

/* The bar in full screen */

static gboolean
hide_hint(gpointer user_data)
{
  ViewerPage *page = user_data;
  page->hint_timer = 0;
  gtk_revealer_set_reveal_child(GTK_REVEALER(page->edge), FALSE);
  return G_SOURCE_REMOVE;
}

void
viewer_page_set_full_screen(ViewerPage *page, gboolean is_full_screen)
{
  page->is_full_screen = is_full_screen;
  cancel_timer(&page->hint_timer);
  gtk_revealer_set_reveal_child(GTK_REVEALER(page->edge), is_full_screen);
  if (is_full_screen)
    page->hint_timer = g_timeout_add(HINT_MS, hide_hint, page);
}

void
viewer_page_show_edge(ViewerPage *page)
{
  cancel_timer(&page->hint_timer);
  gtk_revealer_set_reveal_child(GTK_REVEALER(page->edge), page->is_full_screen);
}

static gboolean
on_motion(GtkWidget *widget, GdkEventMotion *event, gpointer user_data)
{
  ViewerPage *page = user_data;
  GtkRevealer *edge = GTK_REVEALER(page->edge);
  if (page->is_full_screen && event->y <= EDGE_PIXELS)
    gtk_revealer_set_reveal_child(edge, TRUE);
  else if (event->y > BAR_PIXELS && page->hint_timer == 0)
    gtk_revealer_set_reveal_child(edge, FALSE);
  return FALSE;
}

/* The page */

static GtkWidget *
make_veil(ViewerPage *page)
{
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 14);
  form_add_class(box, "veil");
  gtk_widget_set_halign(box, GTK_ALIGN_CENTER);
  gtk_widget_set_valign(box, GTK_ALIGN_CENTER);
  page->spinner = gtk_spinner_new();
  gtk_spinner_start(GTK_SPINNER(page->spinner));
  gtk_widget_set_size_request(page->spinner, 24, 24);
  page->text = GTK_LABEL(gtk_label_new(""));
  gtk_container_add(GTK_CONTAINER(box), page->spinner);
  gtk_container_add(GTK_CONTAINER(box), GTK_WIDGET(page->text));
  return box;
}

ViewerPage *
viewer_page_new(GtkWidget *bar)
{
  ViewerPage *page = g_new0(ViewerPage, 1);
  page->overlay = gtk_overlay_new();
  page->stage = gtk_event_box_new();
  form_add_class(page->stage, "stage");
  page->cover = gtk_overlay_new();
  page->veil = make_veil(page);
  GtkWidget *frozen = gtk_drawing_area_new();
  gtk_container_add(GTK_CONTAINER(page->cover), frozen);
  gtk_overlay_add_overlay(GTK_OVERLAY(page->cover), page->veil);
  page->edge = gtk_revealer_new();
  gtk_widget_set_halign(page->edge, GTK_ALIGN_CENTER);
  gtk_widget_set_valign(page->edge, GTK_ALIGN_START);
  gtk_container_add(GTK_CONTAINER(page->edge), bar);
  gtk_container_add(GTK_CONTAINER(page->overlay), page->stage);
  gtk_overlay_add_overlay(GTK_OVERLAY(page->overlay), page->cover);
  gtk_overlay_add_overlay(GTK_OVERLAY(page->overlay), page->edge);
  gtk_overlay_set_overlay_pass_through(GTK_OVERLAY(page->overlay), page->edge, TRUE);
  g_signal_connect(frozen, "draw", G_CALLBACK(on_draw_frozen), page);
  g_signal_connect(page->stage, "size-allocate", G_CALLBACK(on_stage_size), page);
  g_signal_connect(page->overlay, "destroy", G_CALLBACK(on_destroy), page);
  return page;
}

GtkWidget *
viewer_page_widget(ViewerPage *page)
{
  return page->overlay;
}

/* Only now: a SpiceDisplay without its channel complains when it is drawn. */
static void
make_display(ViewerPage *page, SpiceSession *session)
{
  page->display = spice_display_new(session, 0);
  /* The guest follows the window by our own request; until it has, the picture is scaled. */
  g_object_set(page->display, "scaling", TRUE, "resize-guest", FALSE, "grab-keyboard", TRUE, "grab-mouse",
               TRUE, NULL);
  form_set_name(page->display, _("Desktop"));
  g_signal_connect(page->display, "notify::ready", G_CALLBACK(on_ready), page);
  g_signal_connect(page->display, "motion-notify-event", G_CALLBACK(on_motion), page);
  gtk_container_add(GTK_CONTAINER(page->stage), GTK_WIDGET(page->display));
  gtk_widget_show(GTK_WIDGET(page->display));
  gtk_widget_grab_focus(GTK_WIDGET(page->display));
}

static void
on_channel_new(SpiceSession *session, SpiceChannel *channel, gpointer user_data)
{
  ViewerPage *page = user_data;
  if (SPICE_IS_MAIN_CHANNEL(channel))
    g_signal_connect(channel, "notify::agent-connected", G_CALLBACK(on_agent), page);
  if (SPICE_IS_DISPLAY_CHANNEL(channel) && page->display == NULL)
    make_display(page, session);
}

void
viewer_page_attach(ViewerPage *page, Console *console)
{
  SpiceSession *session = console_session(console);
  page->console = console;
  page->asked = (MonitorLayout){0, 0};
  g_signal_connect(session, "channel-new", G_CALLBACK(on_channel_new), page);
  g_object_set(spice_gtk_session_get(session), "auto-clipboard", TRUE, NULL);
  update_veil(page);
}

static void
keep_last_picture(ViewerPage *page)
{
  GdkPixbuf *picture = page->display != NULL ? spice_display_get_pixbuf(page->display) : NULL;
  if (picture == NULL)
    return;
  g_clear_object(&page->last);
  page->last = picture;
}

static void
stop_listening(ViewerPage *page)
{
  SpiceMainChannel *main = console_main_channel(page->console);
  g_signal_handlers_disconnect_by_data(console_session(page->console), page);
  if (main != NULL)
    g_signal_handlers_disconnect_by_data(main, page);
}

void
viewer_page_detach(ViewerPage *page, gboolean keep_picture)
{
  cancel_timer(&page->resize_timer);
  if (keep_picture)
    keep_last_picture(page);
  else
    g_clear_object(&page->last);
  if (page->console != NULL)
    stop_listening(page);
  if (page->display != NULL) {
    g_signal_handlers_disconnect_by_data(page->display, page);
    gtk_widget_destroy(GTK_WIDGET(page->display));
  }
  page->display = NULL;
  page->console = NULL;
  update_veil(page);
}

void
viewer_page_send_keys(ViewerPage *page, const guint *keyvals, int count)
{
  if (page->display != NULL)
    spice_display_send_keys(page->display, keyvals, count, SPICE_DISPLAY_KEY_EVENT_CLICK);
}

void
viewer_page_enter(ViewerPage *page)
{
  if (page->display != NULL)
    gtk_widget_grab_focus(GTK_WIDGET(page->display));
}
