/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_nouns.h"
#include "broker/ctl/ctl_run.h"
#include "common/base/text.h"

#include <stdio.h>

static const CtlColumn session_columns[] = {
    {"Id", "id"},
    {"User", "user"},
    {"Pool", "pool"},
    {"Desktop", "desktop"},
    {"Host", "desktop.host"},
    {"State", "state"},
    {"Device", "connected_from"},
    {NULL},
};

static const CtlColumn session_details[] = {
    {"Id", "id"},
    {"User", "user"},
    {"Pool", "pool"},
    {"Desktop", "desktop"},
    {"Host", "desktop.host"},
    {"State", "state"},
    {"Step", "step"},
    {"Progress", "progress"},
    {"Since", "created", CTL_TIME},
    {"Device", "connected_from"},
    {"Viewer", "viewer"},
    {"Reasons", "reasons", CTL_LINES},
    {NULL},
};

static gboolean
run_session_list(CtlContext *context, const CtlCommand *command, GError **error)
{
  if (!ctl_context_open(context, error))
    return FALSE;
  g_autoptr(ApiRequest) request = api_request_new("GET", "sessions", NULL);
  if (!ctl_arguments_flag(context->arguments, "mine"))
    api_request_add_query(request, "all", "true");
  return ctl_run_list(context, command, request, error);
}

static const CtlOption session_list_options[] = {
    {"mine", CTL_FLAG, NULL, "only one's own"},
    {"limit", CTL_NUMBER, "N", "at most N rows"},
    {NULL},
};

static const CtlOption message_options[] = {
    {"title", CTL_TEXT, "TEXT", "first line of the message", "title", TRUE},
    {"text", CTL_TEXT, "TEXT", "the message", "text", TRUE},
    {NULL},
};

#define SESSION_ACTION(action, what, sentence, question)                                                     \
  {                                                                                                          \
    .verb = action, .summary = what, .positionals = {{"ID"}}, .method = "POST",                              \
    .path = {"sessions", "$1", action}, .done = sentence, .confirm = question                                \
  }

const CtlCommand ctl_session_commands[] = {
    {.verb = "list",
     .summary = "List sessions that have not ended",
     .options = session_list_options,
     .columns = session_columns,
     .run = run_session_list},
    {.verb = "show",
     .summary = "Show a session",
     .positionals = {{"ID"}},
     .method = "GET",
     .path = {"sessions", "$1"},
     .show = CTL_SHOW_OBJECT,
     .columns = session_details},
    SESSION_ACTION("disconnect", "Cut the console; the desktop stays",
                   "The session $1 is being disconnected.", NULL),
    SESSION_ACTION("lock", "Lock the screen and end the console", "Session $1 is being locked.", NULL),
    SESSION_ACTION("logoff", "Sign the person out; the pool says what becomes of the desktop",
                   "The session $1 is being signed out.", "End the session $1? What is not saved is lost."),
    SESSION_ACTION("restart", "Restart the desktop through its system", "The desktop is being restarted.",
                   "Restart the desktop of session $1?"),
    SESSION_ACTION("reset", "Reset the desktop as by its button", "The desktop is being reset.",
                   "Reset the desktop of session $1? What is not saved is lost."),
    {.verb = "message",
     .summary = "Show the person a message",
     .positionals = {{"ID"}},
     .options = message_options,
     .method = "POST",
     .path = {"sessions", "$1", "message"},
     .done = "The message is on its way."},
    {NULL},
};

static const CtlColumn desktop_columns[] = {
    {"Name", "name"},   {"Pool", "pool"}, {"Kind", "kind"},   {"Host", "host"}, {"Assignment", "assignment"},
    {"Power", "power"}, {"Step", "step"}, {"Owner", "owner"}, {NULL},
};

static const CtlColumn desktop_details[] = {
    {"Id", "id"},
    {"Name", "name"},
    {"Pool", "pool"},
    {"Kind", "kind"},
    {"Host", "host"},
    {"Assignment", "assignment"},
    {"Power", "power"},
    {"Step", "step"},
    {"Progress", "progress"},
    {"Epoch", "epoch"},
    {"Owner", "owner"},
    {"Session", "session"},
    {"Guest ready", "guest.ready"},
    {"Guest user", "guest.user"},
    {"Guest idle ms", "guest.idle_ms"},
    {"Guest locked", "guest.locked"},
    {NULL},
};

/* What a guest writes to its console is shown line by line, without its control characters. */
static void
print_log(GBytes *bytes)
{
  gsize size = 0;
  const char *text = g_bytes_get_data(bytes, &size);
  g_autofree char *copy = g_strndup(text != NULL ? text : "", size);
  g_auto(GStrv) lines = g_strsplit(copy, "\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    if (line[1] == NULL && **line == '\0')
      break;
    g_autofree char *clean = text_escape(g_strchomp(*line));
    printf("%s\n", clean);
  }
}

static gboolean
run_boot_log(CtlContext *context, const CtlCommand *command, GError **error)
{
  if (!ctl_context_open(context, error))
    return FALSE;
  g_autoptr(ApiRequest) request =
      api_request_new("GET", "admin", "desktops", context->arguments->positionals[0], "boot-log", NULL);
  request->is_download = TRUE;
  g_autoptr(ApiAnswer) answer = api_client_call(context->client, request, NULL, error);
  if (answer == NULL)
    return FALSE;
  if (!context->arguments->is_json) {
    print_log(answer->bytes);
    return TRUE;
  }
  g_autofree char *text =
      g_utf8_make_valid(g_bytes_get_data(answer->bytes, NULL), (gssize)g_bytes_get_size(answer->bytes));
  g_autoptr(JsonObject) object = json_object_new();
  json_object_set_string_member(object, "text", text);
  ctl_context_tell(context, object, "");
  return TRUE;
}

static const CtlOption delete_options[] = {
    {"force", CTL_FLAG, NULL, "also one that is somebody's own", .query = "force"},
    {NULL},
};

#define DESKTOP_POWER(action, what, sentence, question)                                                      \
  {                                                                                                          \
    .verb = action, .summary = what, .positionals = {{"NAME"}}, .method = "POST",                            \
    .path = {"admin", "desktops", "$1", action}, .done = sentence, .confirm = question                       \
  }

const CtlCommand ctl_desktop_commands[] = {
    {.verb = "list",
     .summary = "List desktops of all pools",
     .options = ctl_list_options,
     .method = "GET",
     .path = {"admin", "desktops"},
     .show = CTL_SHOW_LIST,
     .columns = desktop_columns},
    {.verb = "show",
     .summary = "Show a desktop",
     .positionals = {{"NAME"}},
     .method = "GET",
     .path = {"admin", "desktops", "$1"},
     .show = CTL_SHOW_OBJECT,
     .columns = desktop_details},
    {.verb = "adopt",
     .summary = "Put a machine that a host had before into a manual pool",
     .positionals = {{"POOL"}, {"HOST", "host"}, {"DOMAIN", "domain"}},
     .method = "POST",
     .path = {"pools", "$1", "desktops"},
     .done = "The machine $3 of $2 is being adopted for the pool $1."},
    {.verb = "assign",
     .summary = "Make somebody the owner of a dedicated or manual desktop",
     .positionals = {{"NAME"}, {"USER", "user"}},
     .method = "PUT",
     .path = {"admin", "desktops", "$1", "owner"},
     .done = "The desktop $1 is $2's."},
    {.verb = "unassign",
     .summary = "Take a desktop from its owner; a dedicated one is destroyed",
     .positionals = {{"NAME"}},
     .method = "DELETE",
     .path = {"admin", "desktops", "$1", "owner"},
     .done = "The desktop $1 has no owner any more.",
     .confirm =
         "Take the desktop $1 from its owner? A dedicated one is destroyed with all that is on it; in a "
         "manual one whoever is signed in stays so."},
    {.verb = "delete",
     .summary = "Give a desktop up: destroy it, or release it when it was adopted",
     .positionals = {{"NAME"}},
     .options = delete_options,
     .method = "DELETE",
     .path = {"admin", "desktops", "$1"},
     .done = "The desktop $1 is on its way out.",
     .confirm = "Give the desktop $1 up? A session on it ends, and unless it was adopted all that is in it "
                "is lost."},
    DESKTOP_POWER("start", "Start a desktop that is off", "The desktop $1 is being started.", NULL),
    DESKTOP_POWER("shutdown", "Shut a dedicated or manual desktop down; it stays",
                  "The desktop $1 is being shut down.",
                  "Shut the desktop $1 down? A session on it ends, and what is not saved is lost."),
    DESKTOP_POWER("restart", "Restart a desktop through its system", "The desktop $1 is being restarted.",
                  "Restart the desktop $1?"),
    DESKTOP_POWER("reset", "Reset a desktop as by its button", "The desktop $1 is being reset.",
                  "Reset the desktop $1? What is not saved is lost."),
    {.verb = "boot-log",
     .summary = "Show the end of a desktop's serial console",
     .positionals = {{"NAME"}},
     .run = run_boot_log},
    {NULL},
};
