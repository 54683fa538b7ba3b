/* SPDX-License-Identifier: Apache-2.0 */
/* caraway-broker: options, and what is done with them. */
#include "broker/audit_command.h"
#include "broker/broker.h"
#include "broker/database_commands.h"
#include "common/base/error.h"
#include "common/base/log.h"
#include "common/base/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#define PASSWORD_MAX 1024

static const ConfigSwitch SWITCHES[] = {
    {"create-admin", "NAME", "make the first administrator; the password is read from standard input"},
    {"remove-second-factor", "NAME", "take the second factor of NAME away, whose codes are lost, and exit"},
    {"join-token", "ROLE", "print a join token for a host or a portal"},
    {"migrate", NULL, "bring the database up to date and exit"},
    {"backup", "FILE", "write the whole database to a new file and exit; brokers may go on working"},
    {"restore", "FILE", "fill an empty database from a backup and exit"},
    {"verify-audit", NULL, "check that nobody changed the audit log of the database and exit"},
    {NULL},
};

/* Echo is off while a person types. */
static char *
read_password(void)
{
  struct termios shown;
  gboolean by_hand = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &shown) == 0;
  if (by_hand) {
    struct termios hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    fputs("Password: ", stderr);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  }
  char line[PASSWORD_MAX + 2];
  char *password = fgets(line, sizeof line, stdin) != NULL ? g_strndup(line, strcspn(line, "\r\n")) : NULL;
  explicit_bzero(line, sizeof line);
  if (by_hand) {
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    fputs("\n", stderr);
  }
  return password;
}

static gboolean
create_administrator(Broker *broker, const char *name, GError **error)
{
  char *password = read_password();
  if (password == NULL) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                        "No password came on standard input. Give it as one line.");
    return FALSE;
  }
  gboolean created = broker_create_administrator(broker, name, password, error);
  secret_free(password);
  if (created)
    g_print("The administrator %s can sign in.\n", name);
  return created;
}

static gboolean
remove_second_factor(Broker *broker, const char *name, GError **error)
{
  if (!broker_remove_second_factor(broker, name, error))
    return FALSE;
  g_print("%s signs in without a second factor now, and sets up another one then if there must be one.\n",
          name);
  return TRUE;
}

static gboolean
print_join_token(Broker *broker, const char *role, GError **error)
{
  char *token = broker_create_join_token(broker, role, error);
  if (token == NULL)
    return FALSE;
  g_print("%s\n", token);
  secret_free(token);
  return TRUE;
}

/* What needs the database alone; FALSE in @ret_asked when nothing of that was asked for. */
static gboolean
run_on_database(const Config *config, gboolean *ret_asked, GError **error)
{
  const char *backup = config_switch(config, "backup");
  const char *restore = config_switch(config, "restore");
  *ret_asked = TRUE;
  if (config_switch(config, "migrate") != NULL)
    return database_commands_migrate(config, error);
  if (backup != NULL)
    return database_commands_backup(config, backup, error);
  if (restore != NULL)
    return database_commands_restore(config, restore, error);
  if (config_switch(config, "verify-audit") != NULL)
    return audit_command_verify(config, error);
  *ret_asked = FALSE;
  return TRUE;
}

static gboolean
run(const Config *config, GError **error)
{
  gboolean asked;
  gboolean done = run_on_database(config, &asked, error);
  if (asked)
    return done;
  g_autoptr(Broker) broker = broker_open(config, error);
  if (broker == NULL)
    return FALSE;
  const char *administrator = config_switch(config, "create-admin");
  const char *role = config_switch(config, "join-token");
  const char *loser = config_switch(config, "remove-second-factor");
  if (administrator != NULL)
    return create_administrator(broker, administrator, error);
  if (loser != NULL)
    return remove_second_factor(broker, loser, error);
  if (role != NULL)
    return print_join_token(broker, role, error);
  return broker_run(broker, error);
}

static void
raise_descriptor_limit(void)
{
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  (void)setrlimit(RLIMIT_NOFILE, &limit);
}

int
main(int argc, char **argv)
{
  g_autoptr(Config) config = NULL;
  switch (config_load("caraway-broker", "Hands out virtual desktops: accounts, pools, sessions, hosts.",
                      broker_config_keys(), SWITCHES, argc, argv, &config)) {
  case CONFIG_RUN:
    break;
  case CONFIG_EXIT:
    return EXIT_SUCCESS;
  case CONFIG_USAGE:
    return 2;
  case CONFIG_BAD:
  default:
    return EXIT_FAILURE;
  }
  LogLevel level = LOG_LEVEL_INFO;
  if (!log_level_from_name(config_string(config, "log", "level"), &level))
    level = LOG_LEVEL_INFO;
  log_init("caraway-broker", level);
  umask(077);
  raise_descriptor_limit();
  g_autoptr(GError) error = NULL;
  if (run(config, &error))
    return EXIT_SUCCESS;
  log_write(LOG_LEVEL_ERROR, LOG_FIELDS(.code = error_stable_name(error)), "%s", error->message);
  return EXIT_FAILURE;
}
