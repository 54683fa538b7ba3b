/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Structured logging for every program: to the journal when standard error is the journal, else to standard
 * error as one line "HH:MM:SS level program: message [FIELD=value …]". Control characters are escaped, a
 * value that is more than a word is quoted: no text of a peer forges a line or a field. Owns the writer and
 * the threshold. Callers never pass a secret, a password or a grant.
 */
#pragma once

#include <glib.h>

typedef enum {
  LOG_LEVEL_ERROR,
  LOG_LEVEL_WARNING,
  LOG_LEVEL_INFO,
  LOG_LEVEL_DEBUG,
} LogLevel;

/** Fields that a line may carry; leave out what does not apply. Values are borrowed for the call. */
typedef struct {
  const char *session;
  const char *desktop;
  const char *host;
  const char *user;
  const char *code; /**< stable error name */
} LogFields;

/** Installs the writer for this process. @program: short name shown in each line (static). */
void log_init(const char *program, LogLevel threshold);

/** The level named @name (error, warning, info, debug); FALSE when there is no such level. */
gboolean log_level_from_name(const char *name, LogLevel *ret_level);

/** Writes one line at @level with @fields (nullable). */
void log_write(LogLevel level, const LogFields *fields, const char *format, ...) G_GNUC_PRINTF(3, 4);

#define log_error(...)   log_write(LOG_LEVEL_ERROR, NULL, __VA_ARGS__)
#define log_warning(...) log_write(LOG_LEVEL_WARNING, NULL, __VA_ARGS__)
#define log_info(...)    log_write(LOG_LEVEL_INFO, NULL, __VA_ARGS__)
#define log_debug(...)   log_write(LOG_LEVEL_DEBUG, NULL, __VA_ARGS__)
/** log_write(LOG_LEVEL_INFO, LOG_FIELDS(.session = id), "ended by %s", who); */
#define LOG_FIELDS(...) (&(const LogFields){__VA_ARGS__})
