/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/config.h"

#include "common/base/credential.h"
#include "common/base/error.h"

#include <string.h>

struct Config {
  const ConfigKey *keys;
  GHashTable *values;   /* "group/key" -> text */
  GHashTable *places;   /* "group/key" -> where that was said */
  GHashTable *switches; /* name -> argument */
};

static char *
value_name(const char *group, const char *key)
{
  return g_strdup_printf("%s/%s", group, key);
}

static const ConfigKey *
find_key(const ConfigKey *keys, const char *group, const char *key)
{
  for (; keys->group != NULL; keys++)
    if (g_str_equal(keys->group, group) && g_str_equal(keys->key, key))
      return keys;
  return NULL;
}

gboolean
config_split_listen(const char *text, char **ret_host, guint16 *ret_port)
{
  const char *colon = strrchr(text, ':');
  guint64 port = 0;
  if (colon == NULL || colon == text ||
      !g_ascii_string_to_unsigned(colon + 1, 10, 0, G_MAXUINT16, &port, NULL))
    return FALSE;
  gboolean bracketed = text[0] == '[' && colon[-1] == ']';
  g_autofree char *host = bracketed ? g_strndup(text + 1, colon - text - 2) : g_strndup(text, colon - text);
  if (host[0] == '\0' || (!bracketed && strchr(host, ':') != NULL))
    return FALSE;
  *ret_host = g_steal_pointer(&host);
  *ret_port = (guint16)port;
  return TRUE;
}

static gboolean
is_choice(const char *choices, const char *value)
{
  g_auto(GStrv) list = g_strsplit(choices, "|", -1);
  return g_strv_contains((const char *const *)list, value);
}

/* NULL when @value fits @key, else what is wrong with it (transfer full). */
static char *
value_problem(const ConfigKey *key, const char *value)
{
  g_autofree char *host = NULL;
  guint16 port = 0;
  gint64 number = 0;
  switch (key->type) {
  case CONFIG_INT:
    if (!g_ascii_string_to_signed(value, 10, key->minimum, key->maximum, &number, NULL))
      return g_strdup_printf("must be a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                             key->minimum, key->maximum);
    return NULL;
  case CONFIG_BOOL:
    return is_choice("true|false", value) ? NULL : g_strdup("must be true or false");
  case CONFIG_LISTEN:
    return config_split_listen(value, &host, &port) ? NULL : g_strdup("must be ADDRESS:PORT");
  case CONFIG_CHOICE:
    return is_choice(key->choices, value) ? NULL : g_strdup_printf("must be one of %s", key->choices);
  case CONFIG_PATH:
  case CONFIG_PATH_OR_URL:
  case CONFIG_SECRET:
    if (credential_is_of_systemd(value) && !credential_source_is_valid(value))
      return g_strdup("must be a path, or credential: and the name of one that systemd hands over");
    break;
  case CONFIG_STRING:
    break;
  }
  return value[0] == '\0' ? g_strdup("must not be empty") : NULL;
}

static gboolean
is_path(const ConfigKey *key, const char *value)
{
  switch (key->type) {
  case CONFIG_PATH:
    return TRUE;
  case CONFIG_PATH_OR_URL:
    return strstr(value, "://") == NULL && !credential_is_of_systemd(value);
  case CONFIG_SECRET:
    return !credential_is_of_systemd(value);
  default:
    return FALSE;
  }
}

static gboolean
store_value(Config *config, const ConfigKey *key, const char *value, const char *where, GError **error)
{
  g_autofree char *problem = value_problem(key, value);
  if (problem != NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "%s: [%s] %s %s", where, key->group, key->key,
                problem);
    return FALSE;
  }
  char *text = is_path(key, value) ? g_canonicalize_filename(value, NULL) : g_strdup(value);
  g_hash_table_insert(config->values, value_name(key->group, key->key), text);
  g_hash_table_insert(config->places, value_name(key->group, key->key), g_strdup(where));
  return TRUE;
}

/* GKeyFile tells no line numbers, so the line of a wrong key is looked up in the text afterwards. */
static guint
line_of_key(const char *text, const char *group, const char *key)
{
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  g_autofree char *header = g_strdup_printf("[%s]", group);
  gboolean in_group = FALSE;
  for (guint i = 0; lines[i] != NULL; i++) {
    char *line = g_strstrip(lines[i]);
    if (line[0] == '[')
      in_group = g_str_equal(line, header);
    if (in_group &&
        (key == NULL || (g_str_has_prefix(line, key) && strchr("= \t", line[strlen(key)]) != NULL)))
      return i + 1;
  }
  return 0;
}

static gboolean
load_group(Config *config, GKeyFile *file, const char *path, const char *text, const char *group,
           GError **error)
{
  g_auto(GStrv) names = g_key_file_get_keys(file, group, NULL, NULL);
  for (char **name = names; name != NULL && *name != NULL; name++) {
    g_autofree char *where = g_strdup_printf("%s:%u", path, line_of_key(text, group, *name));
    const ConfigKey *key = find_key(config->keys, group, *name);
    if (key == NULL) {
      g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "%s: [%s] %s is not a key that is known", where,
                  group, *name);
      return FALSE;
    }
    g_autofree char *value = g_key_file_get_string(file, group, *name, error);
    if (value == NULL || !store_value(config, key, value, where, error))
      return FALSE;
  }
  return TRUE;
}

static GKeyFile *
parse_file(const char *path, const char *text, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autoptr(GKeyFile) file = g_key_file_new();
  if (g_key_file_load_from_data(file, text, strlen(text), G_KEY_FILE_NONE, &local))
    return g_steal_pointer(&file);
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "%s: %s", path, local->message);
  return NULL;
}

static gboolean
load_file(Config *config, const char *path, gboolean must_exist, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr(GError) local = NULL;
  if (!g_file_get_contents(path, &text, NULL, &local)) {
    if (!must_exist && g_error_matches(local, G_FILE_ERROR, G_FILE_ERROR_NOENT))
      return TRUE;
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "%s", local->message);
    return FALSE;
  }
  g_autoptr(GKeyFile) file = parse_file(path, text, error);
  if (file == NULL)
    return FALSE;
  g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
  for (char **group = groups; *group != NULL; group++)
    if (!load_group(config, file, path, text, *group, error))
      return FALSE;
  return TRUE;
}

static gboolean
load_environment(Config *config, GError **error)
{
  for (const ConfigKey *key = config->keys; key->group != NULL; key++) {
    g_autofree char *lower = g_strdup_printf("CARAWAY_%s_%s", key->group, key->key);
    g_autofree char *name = g_ascii_strup(g_strdelimit(lower, "-", '_'), -1);
    const char *value = g_getenv(name);
    g_autofree char *where = g_strdup_printf("environment %s", name);
    if (value != NULL && !store_value(config, key, value, where, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_complete(Config *config, GError **error)
{
  for (const ConfigKey *key = config->keys; key->group != NULL; key++) {
    g_autofree char *name = value_name(key->group, key->key);
    if (g_hash_table_contains(config->values, name) || key->optional)
      continue;
    if (key->fallback == NULL) {
      g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "[%s] %s is not set and has no default",
                  key->group, key->key);
      return FALSE;
    }
    if (!store_value(config, key, key->fallback, "default", error))
      return FALSE;
  }
  return TRUE;
}

static void
print_help(const char *program, const char *summary, const ConfigKey *keys, const ConfigSwitch *switches)
{
  g_print("Usage: %s [OPTION…]\n%s\n\n", program, summary);
  g_print("  --config=FILE       read this key file instead of /etc/caraway/%s.conf\n",
          strchr(program, '-') != NULL ? strchr(program, '-') + 1 : program);
  g_print("  --check-config      say whether the configuration is right, and exit\n"
          "  --version, --help\n");
  for (; switches != NULL && switches->name != NULL; switches++)
    g_print("  --%s%s%s\n      %s\n", switches->name, switches->argument != NULL ? "=" : "",
            switches->argument != NULL ? switches->argument : "", switches->help);
  g_print("\nSettings (also as keys of the file, and as CARAWAY_GROUP_KEY in the environment):\n");
  for (; keys->group != NULL; keys++)
    g_print("  --%s-%s=%s\n      %s\n", keys->group, keys->key,
            keys->fallback != NULL ? keys->fallback
            : keys->optional       ? "(unset)"
                                   : "(required)",
            keys->help);
}

typedef struct {
  char *file;
  gboolean check, help, version;
  GPtrArray *settings; /* of char *: key-table index as text, value, … */
} CommandLine;

static const ConfigKey *
match_setting(const ConfigKey *keys, const char *name)
{
  for (; keys->group != NULL; keys++) {
    g_autofree char *option = g_strdup_printf("%s-%s", keys->group, keys->key);
    if (g_str_equal(option, name))
      return keys;
  }
  return NULL;
}

static const ConfigSwitch *
match_switch(const ConfigSwitch *switches, const char *name)
{
  for (; switches != NULL && switches->name != NULL; switches++)
    if (g_str_equal(switches->name, name))
      return switches;
  return NULL;
}

/* Whether the option takes a value; FALSE in @ret_known when there is no such option. */
static gboolean
option_takes_value(const Config *config, const ConfigSwitch *switches, const char *name, gboolean *ret_known)
{
  const ConfigSwitch *found = match_switch(switches, name);
  static const char *const plain[] = {"check-config", "help", "version", NULL};
  gboolean is_plain = g_strv_contains(plain, name);
  gboolean is_setting = match_setting(config->keys, name) != NULL || g_str_equal(name, "config");
  *ret_known = is_plain || is_setting || found != NULL;
  return is_setting || (found != NULL && found->argument != NULL);
}

static void
take_option(Config *config, CommandLine *line, const char *name, const char *value)
{
  if (g_str_equal(name, "config")) {
    g_free(line->file);
    line->file = g_strdup(value);
  } else if (g_str_equal(name, "check-config")) {
    line->check = TRUE;
  } else if (g_str_equal(name, "help")) {
    line->help = TRUE;
  } else if (g_str_equal(name, "version")) {
    line->version = TRUE;
  } else if (match_setting(config->keys, name) != NULL) {
    g_ptr_array_add(line->settings, g_strdup(name));
    g_ptr_array_add(line->settings, g_strdup(value));
  } else {
    g_hash_table_insert(config->switches, g_strdup(name), g_strdup(value != NULL ? value : ""));
  }
}

static gboolean
read_command_line(Config *config, CommandLine *line, const ConfigSwitch *switches, int argc, char **argv)
{
  for (int i = 1; i < argc; i++) {
    if (!g_str_has_prefix(argv[i], "--"))
      return FALSE;
    const char *equals = strchr(argv[i], '=');
    g_autofree char *name =
        equals != NULL ? g_strndup(argv[i] + 2, equals - argv[i] - 2) : g_strdup(argv[i] + 2);
    gboolean known = FALSE;
    gboolean takes_value = option_takes_value(config, switches, name, &known);
    if (!known || (!takes_value && equals != NULL) || (takes_value && equals == NULL && i + 1 == argc))
      return FALSE;
    const char *value = !takes_value ? NULL : equals != NULL ? equals + 1 : argv[++i];
    take_option(config, line, name, value);
  }
  return TRUE;
}

static gboolean
load_command_line(Config *config, const CommandLine *line, GError **error)
{
  for (guint i = 0; i + 1 < line->settings->len; i += 2) {
    const char *name = line->settings->pdata[i];
    g_autofree char *where = g_strdup_printf("--%s", name);
    if (!store_value(config, match_setting(config->keys, name), line->settings->pdata[i + 1], where, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
load_all(Config *config, const char *program, const CommandLine *line, GError **error)
{
  const char *dash = strchr(program, '-');
  g_autofree char *path = line->file != NULL
                              ? g_strdup(line->file)
                              : g_strdup_printf("/etc/caraway/%s.conf", dash != NULL ? dash + 1 : program);
  return load_file(config, path, line->file != NULL, error) && load_environment(config, error) &&
         load_command_line(config, line, error) && check_complete(config, error);
}

/* What the keys name, not only how it is written. */
static gboolean
probe_all(Config *config, GError **error)
{
  for (const ConfigKey *key = config->keys; key->group != NULL; key++) {
    if (key->probe == NULL || key->probe(config, error))
      continue;
    g_autofree char *name = value_name(key->group, key->key);
    const char *where = g_hash_table_lookup(config->places, name);
    g_prefix_error(error, "%s: [%s] %s: ", where != NULL ? where : "default", key->group, key->key);
    return FALSE;
  }
  return TRUE;
}

static ConfigOutcome
answer_command_line(Config *config, const char *program, const char *summary, const CommandLine *line,
                    const ConfigSwitch *switches)
{
  if (line->help) {
    print_help(program, summary, config->keys, switches);
    return CONFIG_EXIT;
  }
  if (line->version) {
    g_print("%s %s\n", program, CARAWAY_VERSION);
    return CONFIG_EXIT;
  }
  g_autoptr(GError) error = NULL;
  if (!load_all(config, program, line, &error) || (line->check && !probe_all(config, &error))) {
    g_printerr("%s: %s\n", program, error->message);
    return CONFIG_BAD;
  }
  if (line->check)
    g_print("%s: the configuration is right\n", program);
  return line->check ? CONFIG_EXIT : CONFIG_RUN;
}

static Config *
config_new(const ConfigKey *keys)
{
  Config *config = g_new0(Config, 1);
  config->keys = keys;
  config->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  config->places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  config->switches = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  return config;
}

Config *
config_load_file(const char *path, const ConfigKey *keys, GError **error)
{
  g_autoptr(Config) config = config_new(keys);
  if (!load_file(config, path, TRUE, error))
    return NULL;
  if (check_complete(config, error))
    return g_steal_pointer(&config);
  g_prefix_error(error, "%s: ", path);
  return NULL;
}

char *
config_peek(const char *path, const ConfigKey *key, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr(GError) local = NULL;
  if (!g_file_get_contents(path, &text, NULL, &local)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "%s", local->message);
    return NULL;
  }
  g_autoptr(GKeyFile) file = parse_file(path, text, error);
  char *value = file != NULL ? g_key_file_get_string(file, key->group, key->key, NULL) : NULL;
  if (file != NULL && value == NULL)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "%s: [%s] %s is not set and has no default", path,
                key->group, key->key);
  return value;
}

ConfigOutcome
config_load(const char *program, const char *summary, const ConfigKey *keys, const ConfigSwitch *switches,
            int argc, char **argv, Config **ret_config)
{
  g_autoptr(Config) config = config_new(keys);
  g_autoptr(GPtrArray) settings = g_ptr_array_new_with_free_func(g_free);
  CommandLine line = {.settings = settings};
  ConfigOutcome outcome = CONFIG_USAGE;
  if (read_command_line(config, &line, switches, argc, argv))
    outcome = answer_command_line(config, program, summary, &line, switches);
  else
    g_printerr("%s: wrong command line; see %s --help\n", program, program);
  g_free(line.file);
  if (outcome == CONFIG_RUN)
    *ret_config = g_steal_pointer(&config);
  return outcome;
}

const char *
config_string(const Config *config, const char *group, const char *key)
{
  g_return_val_if_fail(find_key(config->keys, group, key) != NULL, NULL);
  g_autofree char *name = value_name(group, key);
  return g_hash_table_lookup(config->values, name);
}

gint64
config_int(const Config *config, const char *group, const char *key)
{
  const char *text = config_string(config, group, key);
  return text != NULL ? g_ascii_strtoll(text, NULL, 10) : 0;
}

gboolean
config_bool(const Config *config, const char *group, const char *key)
{
  return g_strcmp0(config_string(config, group, key), "true") == 0;
}

const char *
config_switch(const Config *config, const char *name)
{
  return g_hash_table_lookup(config->switches, name);
}

void
config_free(Config *config)
{
  if (config == NULL)
    return;
  g_clear_pointer(&config->values, g_hash_table_unref);
  g_clear_pointer(&config->places, g_hash_table_unref);
  g_clear_pointer(&config->switches, g_hash_table_unref);
  g_free(config);
}
