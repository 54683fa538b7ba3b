/* SPDX-License-Identifier: Apache-2.0 */
#include "host/guest/agent/screen_follow.h"

#include "common/base/error.h"
#include "common/base/log.h"
#include "host/guest/agent/screen_layout.h"

#include <X11/Xatom.h>
#include <X11/extensions/Xrandr.h>
#include <glib-unix.h>

/* Another change may come between looking and setting; then it looks anew, this often. */
#define MAX_ATTEMPTS     3
#define MAX_MODES        512
#define DOTS_PER_INCH    96
#define MICRONS_PER_INCH 25400

struct ScreenFollow {
  Display *display;
  Window root;
  int event_base;
  Atom suggested_x, suggested_y;
  ScreenLayout wanted; /* what was asked for last; count 0: nothing yet */
  guint source;
};

/* One look at the X server. */
typedef struct {
  XRRScreenResources *resources;
  guint count;
  ScreenOutput outputs[SCREEN_LAYOUT_MAX_OUTPUTS];
  RRMode modes[SCREEN_LAYOUT_MAX_OUTPUTS]; /* the preferred ones */
  RRCrtc crtcs[SCREEN_LAYOUT_MAX_OUTPUTS]; /* the one that drives the output, or may; None: there is none */
  ScreenLayout present;
} Look;

static gboolean
read_number(ScreenFollow *follow, RROutput output, Atom property, int *ret_value)
{
  Atom type = None;
  int format = 0;
  unsigned long count = 0, left = 0;
  unsigned char *data = NULL;
  if (XRRGetOutputProperty(follow->display, output, property, 0, 1, False, False, XA_INTEGER, &type, &format,
                           &count, &left, &data) != Success ||
      data == NULL)
    return FALSE;
  const gboolean is_number = type == XA_INTEGER && format == 32 && count == 1;
  if (is_number)
    *ret_value = (int)*(long *)(void *)data; /* Xlib gives 32-bit values as long */
  XFree(data);
  return is_number;
}

static const XRRModeInfo *
find_mode(const XRRScreenResources *resources, RRMode mode)
{
  for (int i = 0; i < MIN(resources->nmode, MAX_MODES); i++)
    if (resources->modes[i].id == mode)
      return &resources->modes[i];
  return NULL;
}

static gboolean
is_taken(const Look *look, RRCrtc crtc)
{
  for (guint i = 0; i < look->count; i++)
    if (look->crtcs[i] == crtc)
      return TRUE;
  return FALSE;
}

static RRCrtc
choose_crtc(const Look *look, const XRROutputInfo *info)
{
  if (info->crtc != None && !is_taken(look, info->crtc))
    return info->crtc;
  for (int i = 0; i < info->ncrtc; i++)
    if (!is_taken(look, info->crtcs[i]))
      return info->crtcs[i];
  return None;
}

static ScreenHead
read_head(ScreenFollow *follow, const Look *look, RRCrtc crtc)
{
  XRRCrtcInfo *info = crtc != None ? XRRGetCrtcInfo(follow->display, look->resources, crtc) : NULL;
  ScreenHead head = {0};
  if (info != NULL && info->mode != None)
    head = (ScreenHead){TRUE, info->x, info->y, (int)info->width, (int)info->height};
  if (info != NULL)
    XRRFreeCrtcInfo(info);
  return head;
}

static void
add_output(ScreenFollow *follow, Look *look, RROutput id)
{
  XRROutputInfo *info = XRRGetOutputInfo(follow->display, look->resources, id);
  const guint at = look->count;
  ScreenOutput output = {0};
  look->modes[at] = look->crtcs[at] = None;
  if (info != NULL) {
    const XRRModeInfo *mode =
        info->npreferred > 0 && info->nmode > 0 ? find_mode(look->resources, info->modes[0]) : NULL;
    look->crtcs[at] = choose_crtc(look, info);
    look->present.heads[at] = read_head(follow, look, info->crtc);
    output.is_connected = info->connection == RR_Connected && look->crtcs[at] != None;
    if (mode != NULL) {
      look->modes[at] = mode->id;
      output.width = (int)mode->width;
      output.height = (int)mode->height;
    }
    output.has_place = read_number(follow, id, follow->suggested_x, &output.x) &&
                       read_number(follow, id, follow->suggested_y, &output.y);
    XRRFreeOutputInfo(info);
  }
  look->outputs[at] = output;
  look->count++;
}

static gboolean
look_now(ScreenFollow *follow, Look *ret_look)
{
  XWindowAttributes root;
  *ret_look = (Look){.resources = XRRGetScreenResourcesCurrent(follow->display, follow->root)};
  if (ret_look->resources == NULL)
    return FALSE;
  for (int i = 0; i < ret_look->resources->noutput && ret_look->count < SCREEN_LAYOUT_MAX_OUTPUTS; i++)
    add_output(follow, ret_look, ret_look->resources->outputs[i]);
  ret_look->present.count = ret_look->count;
  if (XGetWindowAttributes(follow->display, follow->root, &root)) {
    ret_look->present.width = root.width;
    ret_look->present.height = root.height;
  }
  return TRUE;
}

static gboolean
set_head(ScreenFollow *follow, const Look *look, guint at, const ScreenHead *head)
{
  RROutput *output = &look->resources->outputs[at];
  return XRRSetCrtcConfig(follow->display, look->resources, look->crtcs[at], CurrentTime,
                          head->is_on ? head->x : 0, head->is_on ? head->y : 0,
                          head->is_on ? look->modes[at] : None, RR_Rotate_0, head->is_on ? output : NULL,
                          head->is_on ? 1 : 0) == RRSetConfigSuccess;
}

static gboolean
fits(const ScreenHead *head, const ScreenLayout *screen)
{
  return head->x + head->width <= screen->width && head->y + head->height <= screen->height;
}

static int
millimetres(int pixels)
{
  return (int)((gint64)pixels * MICRONS_PER_INCH / DOTS_PER_INCH / 1000);
}

/* The screen may not be smaller than what is shown of it: what does not fit any more goes off first. */
static gboolean
apply(ScreenFollow *follow, const Look *look, const ScreenLayout *wanted)
{
  static const ScreenHead OFF = {0};
  gboolean is_done = TRUE;
  XGrabServer(follow->display); /* so that nobody draws for the states in between */
  for (guint i = 0; i < look->count; i++)
    if (look->present.heads[i].is_on && (!wanted->heads[i].is_on || !fits(&look->present.heads[i], wanted)))
      is_done = set_head(follow, look, i, &OFF) && is_done;
  if (is_done)
    XRRSetScreenSize(follow->display, follow->root, wanted->width, wanted->height, millimetres(wanted->width),
                     millimetres(wanted->height));
  for (guint i = 0; i < look->count; i++)
    if (wanted->heads[i].is_on)
      is_done = set_head(follow, look, i, &wanted->heads[i]) && is_done;
  XUngrabServer(follow->display);
  XSync(follow->display, False);
  return is_done;
}

/* One look and what follows from it; FALSE when it should be tried again. What was not done at the last
 * attempt is given up until the viewer asks for something else, as each attempt is followed by notifications
 * of its own. */
static gboolean
follow_once(ScreenFollow *follow, gboolean is_last)
{
  Look look;
  ScreenLayout wanted;
  int min_width = 0, min_height = 0, max_width = 0, max_height = 0;
  if (!look_now(follow, &look))
    return TRUE;
  gboolean is_done = TRUE;
  const gboolean has_wish = XRRGetScreenSizeRange(follow->display, follow->root, &min_width, &min_height,
                                                  &max_width, &max_height) &&
                            screen_layout_decide(look.outputs, look.count, max_width, max_height, &wanted);
  if (has_wish && !screen_layout_equals(&wanted, &follow->wanted)) {
    is_done = screen_layout_equals(&wanted, &look.present) || apply(follow, &look, &wanted);
    if (is_done || is_last)
      follow->wanted = wanted;
    log_info("the screen is to be %d × %d: %s", wanted.width, wanted.height, is_done ? "done" : "not done");
  }
  XRRFreeScreenResources(look.resources);
  return is_done;
}

static void
follow_now(ScreenFollow *follow)
{
  for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++)
    if (follow_once(follow, attempt == MAX_ATTEMPTS - 1))
      return;
  log_warning("the X server does not take the size that the viewer asks for");
}

/* Takes what is waiting; TRUE when it was about the screen. Our own settings come back here as well, and are
 * found to be what is wanted already. */
static gboolean
drain(ScreenFollow *follow)
{
  gboolean is_ours = FALSE;
  while (XPending(follow->display) > 0) {
    XEvent event;
    XNextEvent(follow->display, &event);
    is_ours = is_ours || event.type == follow->event_base + RRScreenChangeNotify ||
              event.type == follow->event_base + RRNotify;
    XRRUpdateConfiguration(&event);
  }
  return is_ours;
}

static gboolean
on_event(int fd, GIOCondition condition, gpointer user_data)
{
  ScreenFollow *follow = user_data;
  /* Setting reads replies, which may bring events into Xlib's queue, of which the descriptor says nothing. */
  for (int round = 0; round < MAX_ATTEMPTS && drain(follow); round++)
    follow_now(follow);
  return G_SOURCE_CONTINUE;
}

ScreenFollow *
screen_follow_new(GError **error)
{
  Display *display = XOpenDisplay(NULL);
  int event_base = 0, error_base = 0, major = 0, minor = 0;
  if (display == NULL || !XRRQueryExtension(display, &event_base, &error_base) ||
      !XRRQueryVersion(display, &major, &minor) || major < 1 || (major == 1 && minor < 3)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_READY,
                "The X server of this session has no RandR 1.3; the screen keeps its size.");
    if (display != NULL)
      XCloseDisplay(display);
    return NULL;
  }
  ScreenFollow *follow = g_new0(ScreenFollow, 1);
  follow->display = display;
  follow->root = DefaultRootWindow(display);
  follow->event_base = event_base;
  follow->suggested_x = XInternAtom(display, "suggested X", False); /* named by the kernel's DRM */
  follow->suggested_y = XInternAtom(display, "suggested Y", False);
  XRRSelectInput(display, follow->root,
                 RRScreenChangeNotifyMask | RRCrtcChangeNotifyMask | RROutputChangeNotifyMask);
  follow->source = g_unix_fd_add(ConnectionNumber(display), G_IO_IN | G_IO_HUP, on_event, follow);
  follow_now(follow);
  return follow;
}

void
screen_follow_free(ScreenFollow *follow)
{
  if (follow == NULL)
    return;
  g_clear_handle_id(&follow->source, g_source_remove);
  XCloseDisplay(follow->display);
  g_free(follow);
}
