/* SPDX-License-Identifier: Apache-2.0 */
#include "host/guest/agent/desktop_watch.h"

#include "common/base/error.h"

#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <X11/extensions/scrnsaver.h>
#include <glib-unix.h>

#define MAX_WINDOWS 1024

struct DesktopWatch {
  Display *display;
  Window root;
  Atom client_list, window_type, type_dock, type_desktop;
  XScreenSaverInfo *saver;
  DesktopWatchUp up;
  gpointer user_data;
  gboolean is_up;
  guint source;
};

/* Windows come and go between two requests; that is no reason to die. */
static int
ignore_error(Display *display, XErrorEvent *event)
{
  return 0;
}

/* The first @max elements of a property of 32-bit values, to be freed with XFree(); NULL when there are none.
 */
static unsigned long *
read_property(DesktopWatch *watch, Window window, Atom property, Atom type, long max,
              unsigned long *ret_count)
{
  Atom got_type = None;
  int format = 0;
  unsigned long count = 0, left = 0;
  unsigned char *data = NULL;
  if (XGetWindowProperty(watch->display, window, property, 0, max, False, type, &got_type, &format, &count,
                         &left, &data) != Success)
    return NULL;
  if (got_type != type || format != 32 || count == 0) {
    if (data != NULL)
      XFree(data);
    return NULL;
  }
  *ret_count = count;
  return (unsigned long *)data;
}

static Atom
type_of_visible(DesktopWatch *watch, Window window)
{
  XWindowAttributes attributes;
  unsigned long count = 0;
  if (!XGetWindowAttributes(watch->display, window, &attributes) || attributes.map_state != IsViewable)
    return None;
  unsigned long *types = read_property(watch, window, watch->window_type, XA_ATOM, 1, &count);
  const Atom type = types != NULL ? types[0] : None;
  if (types != NULL)
    XFree(types);
  return type;
}

static void
look(DesktopWatch *watch)
{
  unsigned long count = 0;
  gboolean has_dock = FALSE, has_desktop = FALSE;
  unsigned long *windows =
      read_property(watch, watch->root, watch->client_list, XA_WINDOW, MAX_WINDOWS, &count);
  for (unsigned long i = 0; i < count; i++) {
    const Atom type = type_of_visible(watch, windows[i]);
    has_dock = has_dock || type == watch->type_dock;
    has_desktop = has_desktop || type == watch->type_desktop;
  }
  if (windows != NULL)
    XFree(windows);
  if (!has_dock || !has_desktop || watch->is_up)
    return;
  watch->is_up = TRUE;
  watch->up(watch->user_data);
}

static gboolean
on_event(int fd, GIOCondition condition, gpointer user_data)
{
  DesktopWatch *watch = user_data;
  gboolean is_list_changed = FALSE;
  while (XPending(watch->display) > 0) {
    XEvent event;
    XNextEvent(watch->display, &event);
    is_list_changed =
        is_list_changed || (event.type == PropertyNotify && event.xproperty.atom == watch->client_list);
  }
  if (is_list_changed && !watch->is_up)
    look(watch);
  return G_SOURCE_CONTINUE;
}

DesktopWatch *
desktop_watch_new(DesktopWatchUp up, gpointer user_data, GError **error)
{
  Display *display = XOpenDisplay(NULL);
  int event_base, error_base;
  if (display == NULL || !XScreenSaverQueryExtension(display, &event_base, &error_base)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_READY,
                "The X server of this session cannot be reached, or has no MIT-SCREEN-SAVER extension.");
    if (display != NULL)
      XCloseDisplay(display);
    return NULL;
  }
  XSetErrorHandler(ignore_error);
  DesktopWatch *watch = g_new0(DesktopWatch, 1);
  watch->display = display;
  watch->root = DefaultRootWindow(display);
  watch->client_list = XInternAtom(display, "_NET_CLIENT_LIST", False);
  watch->window_type = XInternAtom(display, "_NET_WM_WINDOW_TYPE", False);
  watch->type_dock = XInternAtom(display, "_NET_WM_WINDOW_TYPE_DOCK", False);
  watch->type_desktop = XInternAtom(display, "_NET_WM_WINDOW_TYPE_DESKTOP", False);
  watch->saver = XScreenSaverAllocInfo();
  watch->up = up;
  watch->user_data = user_data;
  XSelectInput(display, watch->root, PropertyChangeMask);
  watch->source = g_unix_fd_add(ConnectionNumber(display), G_IO_IN | G_IO_HUP, on_event, watch);
  look(watch);
  return watch;
}

gint64
desktop_watch_idle_ms(DesktopWatch *watch)
{
  const gboolean is_known = XScreenSaverQueryInfo(watch->display, watch->root, watch->saver) != 0;
  /* The reply may have brought events into Xlib's queue, of which the descriptor tells nothing any more. */
  on_event(ConnectionNumber(watch->display), G_IO_IN, watch);
  return is_known ? (gint64)watch->saver->idle : 0;
}

void
desktop_watch_free(DesktopWatch *watch)
{
  if (watch == NULL)
    return;
  g_clear_handle_id(&watch->source, g_source_remove);
  XFree(watch->saver);
  XCloseDisplay(watch->display);
  g_free(watch);
}
