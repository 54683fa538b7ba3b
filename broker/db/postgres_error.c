/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/db/postgres_error.h"

#include "common/base/error.h"

#include <string.h>

static char *
one_line(const char *text)
{
  char *line = g_strdup(text != NULL ? text : "");
  g_strdelimit(line, "\r\n\t", ' ');
  g_strchomp(line);
  gsize length = strlen(line);
  if (length > 0 && line[length - 1] == '.')
    line[length - 1] = '\0';
  return line;
}

/* PostgreSQL 15 documentation, appendix A: the first two characters are the class. */
void
postgres_error_of_result(const PGresult *result, GError **error)
{
  const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  g_autofree char *text = one_line(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
  if (state == NULL)
    state = "?";
  if (g_str_has_prefix(state, "23"))
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT, "The database refused this change: %s.", text);
  else if (g_str_has_prefix(state, "22")) /* a value it cannot hold: it is there all the same */
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "The database cannot hold this: %s.", text);
  else if (g_str_equal(state, "53100"))
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NO_SPACE,
                "The disk that holds the database is full; free some space on it, nothing was changed.");
  else if (g_str_equal(state, "55P03"))
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE,
                "Another broker kept the database for itself for too long; nothing was changed, try again.");
  else if (g_str_equal(state, "57014"))
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE,
                "The database took too long over this; nothing was changed, try again.");
  else
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE, "The database failed: %s (code %s).", text,
                state);
}

char *
postgres_error_text(const PGconn *handle)
{
  return one_line(PQerrorMessage(handle));
}

void
postgres_error_lost(const char *server, const char *text, gboolean committing, GError **error)
{
  const char *outcome = committing ? "It is not known whether this was done; repeating it with the same "
                                     "idempotency key is safe."
                                   : "Nothing was changed; try again.";
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE,
              "The connection to the database %s was lost (%s). %s", server, text, outcome);
}
