/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/outbox_store.h"

#include "broker/db/text_array.h"
#include "broker/store/row.h"

#include <string.h>

/* The id is not known before the row is there: it is put into the text when the row is read. The term is that
 * of the link that will deliver it. */
char *
outbox_store_text(const HostCommand *command)
{
  HostMessage message = {.type = HOST_MESSAGE_COMMAND, .command = *command};
  message.command.id = 0;
  message.command.term = 0;
  return host_message_build(&message);
}

gboolean
outbox_store_add(DbTransaction *transaction, const char *host, const HostCommand *command, GError **error)
{
  g_autofree char *text = outbox_store_text(command);
  return db_run_later(transaction, NULL, error,
                      "INSERT INTO outbox (host, desktop_id, kind, text) VALUES (?, ?, ?, ?)", "ssss", host,
                      command->desktop, host_command_name((HostCommandKind)command->kind), text);
}

#define ID_MEMBER "\"id\":"

/* A quotation mark inside of a JSON text is escaped, so that the first match is the member itself. */
static char *
text_with_id(const char *text, gint64 id)
{
  const char *found = strstr(text, ID_MEMBER);
  g_return_val_if_fail(found != NULL, g_strdup(text));
  const char *number = found + strlen(ID_MEMBER);
  gsize digits = strspn(number, "0123456789");
  return g_strdup_printf("%.*s%" G_GINT64_FORMAT "%s", (int)(number - text), text, id, number + digits);
}

static gpointer
read_command(DbQuery *query)
{
  Command *command = g_new0(Command, 1);
  command->id = db_int(query, 0);
  command->host = g_strdup(db_text(query, 1));
  command->desktop_id = g_strdup(db_text(query, 2));
  command->kind = g_strdup(db_text(query, 3));
  command->text = text_with_id(db_text(query, 4), command->id);
  return command;
}

static const char list_sql[] = "SELECT id, host, desktop_id, kind, text FROM outbox WHERE host = ? AND id > ?"
                               " ORDER BY id LIMIT 1000";

/* Each is one look into the index, and all of them are one statement. */
static const char list_all_sql[] =
    "SELECT c.id, c.host, c.desktop_id, c.kind, c.text"
    " FROM unnest(CAST(? AS text[]), CAST(? AS bigint[])) AS r (host, after_id)"
    " CROSS JOIN LATERAL (SELECT * FROM outbox o WHERE o.host = r.host AND o.id > r.after_id"
    "  ORDER BY o.id LIMIT 1000) AS c ORDER BY c.host, c.id";

GPtrArray *
outbox_store_list(DbTransaction *transaction, const char *host, gint64 after_id, GError **error)
{
  return row_all(db_query(transaction, error, list_sql, "sl", host, after_id), read_command,
                 (GDestroyNotify)command_free, error);
}

static GPtrArray *
list_together(DbTransaction *transaction, const OutboxPlace *places, guint count, GError **error)
{
  g_autoptr(TextArray) hosts = text_array_new();
  g_autoptr(TextArray) after = text_array_new();
  for (guint i = 0; i < count; i++) {
    text_array_add(hosts, places[i].host);
    text_array_add_int(after, places[i].after_id);
  }
  return row_all(
      db_query(transaction, error, list_all_sql, "ss", text_array_text(hosts), text_array_text(after)),
      read_command, (GDestroyNotify)command_free, error);
}

GPtrArray *
outbox_store_list_all(DbTransaction *transaction, const OutboxPlace *places, guint count, GError **error)
{
  if (db_transaction_engine(transaction) == DB_POSTGRES && count > 0)
    return list_together(transaction, places, count, error);
  g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)command_free);
  for (guint i = 0; i < count; i++) {
    GPtrArray *some = outbox_store_list(transaction, places[i].host, places[i].after_id, error);
    if (some == NULL)
      return NULL;
    g_ptr_array_extend_and_steal(all, some);
  }
  return g_steal_pointer(&all);
}

Command *
outbox_store_find(DbTransaction *transaction, const char *host, gint64 id, GError **error)
{
  return row_one(db_query(transaction, error,
                          "SELECT id, host, desktop_id, kind, text FROM outbox WHERE host = ? AND id = ?",
                          "sl", host, id),
                 read_command, "such command", error);
}

gboolean
outbox_store_waits(DbTransaction *transaction, const char *desktop_id, const char *kind, gboolean *ret_waits,
                   GError **error)
{
  gint64 count;
  if (!row_number(
          db_query(transaction, error,
                   "SELECT COUNT(*) FROM outbox WHERE desktop_id = ? AND kind = ? AND kind <> 'epoch'", "ss",
                   desktop_id, kind),
          &count, error))
    return FALSE;
  *ret_waits = count > 0;
  return TRUE;
}

gboolean
outbox_store_remove(DbTransaction *transaction, gint64 id, GError **error)
{
  return row_changed(db_run(transaction, error, "DELETE FROM outbox WHERE id = ?", "l", id), "such command",
                     error);
}

gboolean
outbox_store_remove_of_desktop(DbTransaction *transaction, const char *host, const char *desktop_id,
                               GError **error)
{
  return db_run(transaction, error, "DELETE FROM outbox WHERE host = ? AND desktop_id = ?", "ss", host,
                desktop_id) >= 0;
}
