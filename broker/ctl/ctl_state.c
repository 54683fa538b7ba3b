/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_state.h"

#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/secret.h"

#include <errno.h>
#include <string.h>

#define MAX_BYTES (64 * 1024)
#define MAX_TEXT  4096

typedef struct {
  const char *name;
  gsize offset;
} Member;

static const Member members[] = {
    {"server", G_STRUCT_OFFSET(CtlState, server)},           {"ca_file", G_STRUCT_OFFSET(CtlState, ca_file)},
    {"fingerprint", G_STRUCT_OFFSET(CtlState, fingerprint)}, {"token", G_STRUCT_OFFSET(CtlState, token)},
    {"device", G_STRUCT_OFFSET(CtlState, device)},
};

static char *
state_path(void)
{
  return g_build_filename(g_get_user_config_dir(), "caraway", "ctl.json", NULL);
}

static gboolean
read_members(CtlState *state, const char *text, gsize size, GError **error)
{
  g_autoptr(JsonObject) object = json_parse_object(text, size, MAX_BYTES, error);
  if (object == NULL)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
    const char *value = NULL;
    if (!json_get_optional_string(object, members[i].name, MAX_TEXT, &value, error))
      return FALSE;
    G_STRUCT_MEMBER(char *, state, members[i].offset) = g_strdup(value);
  }
  return TRUE;
}

CtlState *
ctl_state_load(GError **error)
{
  g_autofree char *path = state_path();
  g_autofree char *text = NULL;
  gsize size = 0;
  g_autoptr(CtlState) state = g_new0(CtlState, 1);
  g_autoptr(GError) cause = NULL;
  gboolean is_read = g_file_get_contents(path, &text, &size, &cause);
  if (!is_read && g_error_matches(cause, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return g_steal_pointer(&state);
  if (is_read && read_members(state, text, size, &cause))
    return g_steal_pointer(&state);
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
              "%s cannot be read (%s). Remove it and sign in again.", path, cause->message);
  return NULL;
}

gboolean
ctl_state_save(const CtlState *state, GError **error)
{
  g_autofree char *path = state_path();
  g_autofree char *folder = g_path_get_dirname(path);
  g_autoptr(JsonObject) object = json_object_new();
  for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
    const char *value = G_STRUCT_MEMBER(char *, state, members[i].offset);
    if (value != NULL)
      json_object_set_string_member(object, members[i].name, value);
  }
  char *text = json_object_text(object);
  g_autoptr(GError) cause = NULL;
  gboolean is_saved = g_mkdir_with_parents(folder, 0700) == 0 &&
                      g_file_set_contents_full(path, text, (gssize)strlen(text),
                                               G_FILE_SET_CONTENTS_CONSISTENT, 0600, &cause);
  secret_free(text);
  if (!is_saved)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "The sign-in cannot be kept in %s: %s.", path,
                cause != NULL ? cause->message : g_strerror(errno));
  return is_saved;
}

void
ctl_state_free(CtlState *state)
{
  if (state == NULL)
    return;
  g_free(state->server);
  g_free(state->ca_file);
  g_free(state->fingerprint);
  secret_free(state->token);
  secret_free(state->device);
  g_free(state);
}
