/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration of a daemon from one table of keys: default, then the key file (/etc/caraway/NAME.conf or
 * --config), then the environment (CARAWAY_GROUP_KEY), then the command line (--group-key=VALUE). Owns
 * --help, --version,
 * --check-config and --config; errors name file, line and key. The values it hands out are checked and typed.
 */
#pragma once

#include <glib.h>

typedef enum {
  CONFIG_STRING,
  CONFIG_PATH,        /**< made absolute against the working directory */
  CONFIG_PATH_OR_URL, /**< a path as above, SCHEME://…, or the name of a secret that holds one */
  CONFIG_SECRET,      /**< a path as above, or credential:NAME (credential.h) */
  CONFIG_INT,         /**< minimum … maximum */
  CONFIG_BOOL,        /**< true or false */
  CONFIG_LISTEN,      /**< ADDRESS:PORT, [IPv6]:PORT */
  CONFIG_CHOICE,      /**< one of `choices`, separated by | */
} ConfigType;

typedef struct Config Config;

/** Whether what a key names can be used; @error has a sentence on what is wrong with it. */
typedef gboolean (*ConfigProbe)(const Config *config, GError **error);

/** One key. `fallback` NULL means that the key must be given unless `optional`. */
typedef struct {
  const char *group; /**< section of the key file, e.g. "broker" */
  const char *key;   /**< e.g. "listen"; words joined by '-' */
  ConfigType type;
  const char *fallback;
  const char *help; /**< one line for --help */
  gint64 minimum, maximum;
  const char *choices;
  gboolean optional;
  ConfigProbe probe; /**< asked by --check-config alone; nullable */
} ConfigKey;

/** A switch of the command line that is not a setting, e.g. --migrate or --join TOKEN; ends with a NULL name.
 */
typedef struct {
  const char *name;     /**< without the dashes */
  const char *argument; /**< name of the argument for --help; NULL for a plain switch */
  const char *help;
} ConfigSwitch;

/** What the command line asked for. */
typedef enum {
  CONFIG_RUN,   /**< go on with the returned configuration */
  CONFIG_EXIT,  /**< --help, --version or a good --check-config was answered: exit 0 */
  CONFIG_USAGE, /**< the command line was wrong and it was said on standard error: exit 2 */
  CONFIG_BAD,   /**< the configuration is wrong and it was said on standard error: exit 1 */
} ConfigOutcome;

/**
 * Reads everything. @program: e.g. "caraway-broker"; its file is /etc/caraway/broker.conf. @keys and
 * @switches are static tables that end with a NULL name (@switches nullable). On CONFIG_RUN @ret_config is
 * the result (transfer full).
 */
ConfigOutcome config_load(const char *program, const char *summary, const ConfigKey *keys,
                          const ConfigSwitch *switches, int argc, char **argv,
                          Config **ret_config) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Reads the key file @path by @keys alone: no environment and no command line, for files of which there are
 * many. Fails with CARAWAY_ERROR_CONFIG, which names file, line and key.
 */
Config *config_load_file(const char *path, const ConfigKey *keys, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** What the key file @path says for @key, whatever else is in it (transfer full). Fails as
 * config_load_file(), also when it says nothing. */
char *config_peek(const char *path, const ConfigKey *key, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The text of @group/@key (transfer none); NULL for an optional key that is not set. */
const char *config_string(const Config *config, const char *group, const char *key);

/** The number of @group/@key. */
gint64 config_int(const Config *config, const char *group, const char *key);

/** Whether @group/@key is true. */
gboolean config_bool(const Config *config, const char *group, const char *key);

/** Splits the CONFIG_LISTEN value @text into a host (transfer full, without brackets) and a port 0 … 65535.
 */
gboolean config_split_listen(const char *text, char **ret_host, guint16 *ret_port) G_GNUC_WARN_UNUSED_RESULT;

/** The argument of switch @name, "" for a plain switch that was given, NULL when it was not (transfer none).
 */
const char *config_switch(const Config *config, const char *name);

/** Frees @config (nullable). */
void config_free(Config *config);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Config, config_free)
