/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/object_store.h"

#include "broker/store/row.h"

/* Each takes the key twice. A user is in as many places as it has groups, and one more. */
static const char *const STATEMENTS[OBJECT_KINDS] = {
    [OBJECT_POOL] = "SELECT '/pools/' || id FROM pool WHERE id = ? OR name = ?",
    [OBJECT_DESKTOP] = "SELECT '/pools/' || pool_id FROM desktop WHERE id = ? OR name = ?",
    [OBJECT_SESSION] = "SELECT '/pools/' || pool_id FROM session WHERE id = ? AND id = ?",
    [OBJECT_HOST] = "SELECT '/hosts/' || name FROM host WHERE name = ? AND name = ?",
    [OBJECT_GROUP] = "SELECT '/groups/' || id FROM account_group WHERE id = ? OR name = ?",
    [OBJECT_USER] = "SELECT COALESCE('/groups/' || m.group_id, '/users/' || a.id) FROM account a"
                    " LEFT JOIN membership m ON m.account_id = a.id WHERE a.id = ? OR a.name = ?",
    [OBJECT_IMAGE] =
        "SELECT '/images/' || name FROM (SELECT name FROM image UNION SELECT name FROM host_image) i"
        " WHERE name = ? AND name = ?",
};

static GStrv
with(GStrv paths, const char *more)
{
  guint length = g_strv_length(paths);
  paths = g_renew(char *, paths, length + 2);
  paths[length] = g_strdup(more);
  paths[length + 1] = NULL;
  return paths;
}

GStrv
object_store_find(DbTransaction *transaction, ObjectKind kind, const char *key, GError **error)
{
  if (kind == OBJECT_ROOT)
    return g_strdupv((char *[]){(char *)"/", NULL});
  GStrv paths = row_texts(db_query(transaction, error, STATEMENTS[kind], "ss", key, key), error);
  if (paths != NULL && paths[0] != NULL && kind == OBJECT_USER)
    paths = with(paths, "/users/all");
  return paths;
}
