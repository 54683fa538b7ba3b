/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/schema.h"

#include "broker/db/migration.h"
#include "broker/store/audit_schema.h"

/* Booleans are 0 and 1, times microseconds since 1970, lists words joined by blanks: what every engine has.
 * The words are SQLite's; broker/db/postgres_statement.h says what PostgreSQL reads instead. */
static const char accounts_sql[] =
    "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);"
    "CREATE TABLE account (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, full_name TEXT NOT NULL,"
    "  password_hash TEXT NOT NULL, administrator INTEGER NOT NULL, disabled INTEGER NOT NULL,"
    "  password_change_required INTEGER NOT NULL, created_us BIGINT NOT NULL, version BIGINT NOT NULL);"
    "CREATE TABLE account_group (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, description TEXT NOT NULL);"
    "CREATE TABLE membership (group_id TEXT NOT NULL REFERENCES account_group (id) ON DELETE CASCADE,"
    "  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, PRIMARY KEY (group_id, "
    "account_id));"
    "CREATE INDEX membership_account ON membership (account_id);"
    "CREATE TABLE sign_in (token_hash TEXT PRIMARY KEY,"
    "  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, address TEXT NOT NULL,"
    "  created_us BIGINT NOT NULL, used_us BIGINT NOT NULL, expires_us BIGINT NOT NULL);"
    "CREATE INDEX sign_in_account ON sign_in (account_id);"
    "CREATE TABLE audit (id INTEGER PRIMARY KEY AUTOINCREMENT, time_us BIGINT NOT NULL, actor TEXT NOT NULL,"
    "  action TEXT NOT NULL, object TEXT NOT NULL, succeeded INTEGER NOT NULL, code TEXT NOT NULL,"
    "  detail TEXT NOT NULL, address TEXT NOT NULL)";

static const char hosts_sql[] =
    "CREATE TABLE join_token (token_hash TEXT PRIMARY KEY, role TEXT NOT NULL, expires_us BIGINT NOT NULL);"
    "CREATE TABLE host (name TEXT PRIMARY KEY, state TEXT NOT NULL, state_since_us BIGINT NOT NULL,"
    "  boot_id TEXT NOT NULL, agent_version TEXT NOT NULL, accelerator TEXT NOT NULL,"
    "  accelerator_reason TEXT NOT NULL, cpus BIGINT NOT NULL, memory_mib BIGINT NOT NULL,"
    "  memory_free_mib BIGINT NOT NULL, disk_free_mib BIGINT NOT NULL, relay_address TEXT NOT NULL,"
    "  relay_port INTEGER NOT NULL, last_seen_us BIGINT NOT NULL);"
    "CREATE TABLE host_image (host TEXT NOT NULL REFERENCES host (name) ON DELETE CASCADE, name TEXT NOT "
    "NULL,"
    "  hash TEXT NOT NULL, size_mib BIGINT NOT NULL, damaged INTEGER NOT NULL, detail TEXT NOT NULL,"
    "  PRIMARY KEY (host, name));"
    "CREATE TABLE host_quarantine (host TEXT NOT NULL REFERENCES host (name) ON DELETE CASCADE,"
    "  name TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (host, name));"
    "CREATE TABLE image (name TEXT PRIMARY KEY);"
    "CREATE TABLE outbox (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  host TEXT NOT NULL REFERENCES host (name) ON DELETE CASCADE, desktop_id TEXT NOT NULL, kind TEXT NOT "
    "NULL,"
    "  text TEXT NOT NULL);"
    "CREATE INDEX outbox_host ON outbox (host, id);"
    "CREATE INDEX outbox_desktop ON outbox (desktop_id)";

/* The two unique indexes on live sessions hold I1 (one owner) whatever the services do. */
static const char desktops_sql[] =
    "CREATE TABLE pool (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, description TEXT NOT NULL,"
    "  image TEXT NOT NULL, size INTEGER NOT NULL, spares INTEGER NOT NULL, vcpus INTEGER NOT NULL,"
    "  memory_mib INTEGER NOT NULL, heads INTEGER NOT NULL, account TEXT NOT NULL, channels TEXT NOT NULL,"
    "  deleting INTEGER NOT NULL, created_us BIGINT NOT NULL, version BIGINT NOT NULL);"
    "CREATE TABLE entitlement (pool_id TEXT NOT NULL REFERENCES pool (id) ON DELETE CASCADE,"
    "  account_id TEXT REFERENCES account (id) ON DELETE CASCADE,"
    "  group_id TEXT REFERENCES account_group (id) ON DELETE CASCADE,"
    "  UNIQUE (pool_id, account_id), UNIQUE (pool_id, group_id),"
    "  CHECK ((account_id IS NULL) <> (group_id IS NULL)));"
    "CREATE TABLE desktop (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
    "  pool_id TEXT NOT NULL REFERENCES pool (id), host TEXT NOT NULL REFERENCES host (name),"
    "  assignment TEXT NOT NULL, power TEXT NOT NULL, owner_id TEXT REFERENCES account (id),"
    "  shape TEXT NOT NULL, vcpus INTEGER NOT NULL, memory_mib INTEGER NOT NULL,"
    "  generation BIGINT NOT NULL, counter BIGINT NOT NULL, step TEXT NOT NULL, progress INTEGER NOT NULL,"
    "  guest_ready INTEGER NOT NULL, guest_user TEXT, guest_idle_ms BIGINT NOT NULL,"
    "  guest_locked INTEGER NOT NULL, restart_until_us BIGINT NOT NULL, created_us BIGINT NOT NULL,"
    "  CHECK ((assignment = 'assigned') = (owner_id IS NOT NULL)));"
    "CREATE INDEX desktop_pool ON desktop (pool_id, assignment);"
    "CREATE INDEX desktop_host ON desktop (host);"
    "CREATE UNIQUE INDEX desktop_owner ON desktop (pool_id, owner_id) WHERE owner_id IS NOT NULL;"
    "CREATE TABLE session (id TEXT PRIMARY KEY, pool_id TEXT NOT NULL, pool_name TEXT NOT NULL,"
    "  account_id TEXT NOT NULL, account_name TEXT NOT NULL, desktop_id TEXT NOT NULL,"
    "  desktop_name TEXT NOT NULL, host TEXT NOT NULL, state TEXT NOT NULL, created_us BIGINT NOT NULL,"
    "  ended_us BIGINT NOT NULL, connected_from TEXT, viewer TEXT NOT NULL, device TEXT NOT NULL,"
    "  end_code TEXT, end_detail TEXT);"
    "CREATE UNIQUE INDEX session_live_account ON session (account_id, pool_id) WHERE state <> 'ended';"
    "CREATE UNIQUE INDEX session_live_desktop ON session (desktop_id) WHERE state <> 'ended';"
    "CREATE INDEX session_ended ON session (ended_us);"
    "CREATE TABLE console_password (password_hash TEXT PRIMARY KEY,"
    "  session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE, viewer TEXT NOT NULL,"
    "  expires_us BIGINT NOT NULL, used INTEGER NOT NULL);"
    "CREATE INDEX console_password_session ON console_password (session_id);"
    "CREATE TABLE idempotency_key (account_id TEXT NOT NULL, key TEXT NOT NULL, pool_id TEXT NOT NULL,"
    "  session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE, created_us BIGINT NOT NULL,"
    "  PRIMARY KEY (account_id, key))";

/* What is asked for at each assignment and each turn of the pool keeper comes from these alone. */
static const char capacity_sql[] =
    "DROP INDEX desktop_pool;"
    "CREATE INDEX desktop_free ON desktop (pool_id, assignment, power, guest_ready, shape, created_us, id);"
    "DROP INDEX desktop_host;"
    "CREATE INDEX desktop_load ON desktop (host, power, created_us, vcpus, memory_mib);"
    "CREATE INDEX session_live_host ON session (host) WHERE state <> 'ended'";

static const char foreign_sql[] =
    "CREATE TABLE host_foreign (host TEXT NOT NULL REFERENCES host (name) ON DELETE CASCADE,"
    "  uuid TEXT NOT NULL, name TEXT NOT NULL, power TEXT NOT NULL, adoptable INTEGER NOT NULL,"
    "  reason TEXT NOT NULL, PRIMARY KEY (host, uuid))";

/* Pools of before go on as they were: floating, nothing done by itself, all desktops alike. */
static const char pools_sql[] =
    "ALTER TABLE pool ADD COLUMN tags TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE pool ADD COLUMN kind TEXT NOT NULL DEFAULT 'floating';"
    "ALTER TABLE pool ADD COLUMN naming TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE pool ADD COLUMN size_min INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE pool ADD COLUMN desktops_per_user INTEGER NOT NULL DEFAULT 1;"
    "ALTER TABLE pool ADD COLUMN disks TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE pool ADD COLUMN network TEXT NOT NULL DEFAULT 'default';"
    "ALTER TABLE pool ADD COLUMN on_disconnect TEXT NOT NULL DEFAULT 'keep';"
    "ALTER TABLE pool ADD COLUMN on_disconnect_delay_s INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE pool ADD COLUMN on_logoff TEXT NOT NULL DEFAULT 'reclone';"
    "ALTER TABLE pool ADD COLUMN idle_limit_s INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE pool ADD COLUMN session_limit_s INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE pool ADD COLUMN warning_s INTEGER NOT NULL DEFAULT 60;"
    "ALTER TABLE pool ADD COLUMN may_restart INTEGER NOT NULL DEFAULT 1;"
    "ALTER TABLE pool ADD COLUMN may_reset INTEGER NOT NULL DEFAULT 1;"
    "ALTER TABLE pool ADD COLUMN take_over TEXT NOT NULL DEFAULT 'ask';"
    "ALTER TABLE pool ADD COLUMN hosts TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE pool ADD COLUMN placement TEXT NOT NULL DEFAULT 'spread';"
    "ALTER TABLE pool ADD COLUMN schedule TEXT NOT NULL DEFAULT '';"
    "UPDATE pool SET naming = name || '-{n:4}'";

/* Terms go on from where the brokers' own were: no host may ever see a lower one. */
static const char links_sql[] = "ALTER TABLE host ADD COLUMN term BIGINT NOT NULL DEFAULT 0;"
                                "ALTER TABLE host ADD COLUMN link_broker TEXT";

/* The numbers of desktops that are gone; names of before are found to be taken as numbers come to them. */
static const char names_sql[] =
    "ALTER TABLE pool ADD COLUMN next_number BIGINT NOT NULL DEFAULT 1;"
    "CREATE TABLE desktop_number (pool_id TEXT NOT NULL REFERENCES pool (id) ON DELETE CASCADE,"
    "  number BIGINT NOT NULL, PRIMARY KEY (pool_id, number))";

/* Of several brokers the keeper does what only one may do; the public keys of all are everybody's. */
static const char brokers_sql[] =
    "CREATE TABLE broker (name TEXT PRIMARY KEY, instance TEXT NOT NULL UNIQUE, address TEXT NOT NULL,"
    "  version TEXT NOT NULL, beat BIGINT NOT NULL, started_us BIGINT NOT NULL, seen_us BIGINT NOT NULL,"
    "  stopped INTEGER NOT NULL);"
    "CREATE TABLE lease (name TEXT PRIMARY KEY, holder TEXT);"
    "CREATE TABLE grant_key (id TEXT PRIMARY KEY,"
    "  broker TEXT NOT NULL REFERENCES broker (name) ON DELETE CASCADE, public_key TEXT NOT NULL)";

/* A user may have several desktops of a pool, told apart by their slot. Of idle times the instant they were
 * told is kept, so that a desktop that rests writes nothing. */
static const char kinds_sql[] =
    "ALTER TABLE desktop ADD COLUMN slot INTEGER NOT NULL DEFAULT 0;"
    "UPDATE desktop SET slot = 1 WHERE owner_id IS NOT NULL;"
    "ALTER TABLE desktop ADD COLUMN used INTEGER NOT NULL DEFAULT 1;"
    "ALTER TABLE desktop ADD COLUMN stopping INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE desktop ADD COLUMN signing_out INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE desktop ADD COLUMN remade_for TEXT;"
    "ALTER TABLE desktop ADD COLUMN guest_idle_at_us BIGINT NOT NULL DEFAULT 0;"
    "DROP INDEX desktop_owner;"
    "CREATE UNIQUE INDEX desktop_owner ON desktop (owner_id, pool_id, slot) WHERE owner_id IS NOT NULL;"
    "ALTER TABLE session ADD COLUMN slot INTEGER NOT NULL DEFAULT 1;"
    "ALTER TABLE session ADD COLUMN away_since_us BIGINT NOT NULL DEFAULT 0;"
    "UPDATE session SET away_since_us = created_us WHERE state IN ('ready', 'disconnected');"
    "ALTER TABLE session ADD COLUMN idle_warned_us BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE session ADD COLUMN age_warned_us BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE session ADD COLUMN left_done INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE session ADD COLUMN notice TEXT;"
    "DROP INDEX session_live_account;"
    "CREATE UNIQUE INDEX session_live_account ON session (account_id, pool_id, slot) WHERE state <> 'ended'";

static const char creations_sql[] =
    "CREATE TABLE creation_key (key_hash TEXT PRIMARY KEY, body_hash TEXT NOT NULL, object TEXT NOT NULL,"
    "  answer TEXT NOT NULL, created_us BIGINT NOT NULL);"
    "CREATE INDEX creation_key_created ON creation_key (created_us)";

static const char duties_sql[] = "ALTER TABLE host ADD COLUMN duty TEXT NOT NULL DEFAULT 'active'";

/* Assignments write many rows at once; these indexes are not written for each of them any more. The sessions
 * of a host are those of its desktops, and nobody asks whether an epoch still has to be told. */
static const char fewer_indexes_sql[] =
    "DROP INDEX session_live_host;"
    "DROP INDEX session_ended;"
    "CREATE INDEX session_ended ON session (ended_us) WHERE state = 'ended';"
    "DROP INDEX outbox_desktop;"
    "CREATE INDEX outbox_desktop ON outbox (desktop_id) WHERE kind <> 'epoch'";

/* Manual pools of before had rules that no agent carries out; they did nothing, and are refused now. */
static const char manual_rules_sql[] =
    "UPDATE pool SET idle_limit_s = 0 WHERE kind = 'manual';"
    "UPDATE pool SET on_disconnect = 'keep', on_disconnect_delay_s = 0 WHERE kind = 'manual'"
    "  AND on_disconnect IN ('lock', 'logoff')";

static const char hellos_sql[] = "ALTER TABLE host ADD COLUMN said_us BIGINT NOT NULL DEFAULT 0";

/* Who was an administrator by a column is one by a binding; the column follows, see role_binding_store.h. */
static const char roles_sql[] =
    "CREATE TABLE role (name TEXT PRIMARY KEY, description TEXT NOT NULL, permissions TEXT NOT NULL,"
    "  created_us BIGINT NOT NULL, version BIGINT NOT NULL);"
    "CREATE TABLE role_binding (id TEXT PRIMARY KEY,"
    "  account_id TEXT REFERENCES account (id) ON DELETE CASCADE,"
    "  group_id TEXT REFERENCES account_group (id) ON DELETE CASCADE,"
    "  role TEXT NOT NULL, object TEXT NOT NULL, created_us BIGINT NOT NULL,"
    "  UNIQUE (account_id, role, object), UNIQUE (group_id, role, object),"
    "  CHECK ((account_id IS NULL) <> (group_id IS NULL)));"
    "CREATE INDEX role_binding_role ON role_binding (role);"
    "CREATE INDEX role_binding_object ON role_binding (object);"
    "INSERT INTO role_binding (id, account_id, role, object, created_us)"
    "  SELECT id, id, 'administrator', '/', created_us FROM account WHERE administrator = 1";

static const char sign_ins_sql[] = "ALTER TABLE sign_in ADD COLUMN method TEXT NOT NULL DEFAULT 'password';"
                                   "ALTER TABLE sign_in ADD COLUMN client TEXT NOT NULL DEFAULT ''";

static const char access_tokens_sql[] =
    "CREATE TABLE access_token (id TEXT PRIMARY KEY,"
    "  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, name TEXT NOT NULL,"
    "  token_hash TEXT NOT NULL UNIQUE, scopes TEXT NOT NULL, created_us BIGINT NOT NULL,"
    "  used_us BIGINT NOT NULL, expires_us BIGINT NOT NULL, address TEXT NOT NULL, UNIQUE (account_id, "
    "name))";

/* Accounts and groups of before are local. An account of a directory is known by its id there, its name may
 * change. */
static const char sources_sql[] =
    "ALTER TABLE account ADD COLUMN source TEXT NOT NULL DEFAULT 'local';"
    "ALTER TABLE account ADD COLUMN external_id TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE account ADD COLUMN disabled_by TEXT NOT NULL DEFAULT '';"
    "CREATE UNIQUE INDEX account_external ON account (source, external_id) WHERE source <> 'local';"
    "ALTER TABLE account_group ADD COLUMN authenticator TEXT;"
    "ALTER TABLE account_group ADD COLUMN external_name TEXT";

/* What was issued before has no row until its machine comes; a cut tells that it does not count without one.
 */
static const char certificates_sql[] =
    "CREATE TABLE certificate (serial TEXT PRIMARY KEY, role TEXT NOT NULL, name TEXT NOT NULL,"
    "  addresses TEXT NOT NULL, authority TEXT NOT NULL, not_before_us BIGINT NOT NULL,"
    "  not_after_us BIGINT NOT NULL, issued_us BIGINT NOT NULL, issued_by TEXT NOT NULL,"
    "  revoked_us BIGINT NOT NULL, revoked_by TEXT NOT NULL, reason TEXT NOT NULL, replaced_by TEXT);"
    "CREATE INDEX certificate_machine ON certificate (role, name, issued_us, serial);"
    "CREATE TABLE certificate_cut (role TEXT NOT NULL, name TEXT NOT NULL, cut_us BIGINT NOT NULL,"
    "  PRIMARY KEY (role, name))";

/* Keys and codes are hashes of what only a browser or a client has. */
static const char oidc_sql[] =
    "CREATE TABLE oidc_begun (key_hash TEXT PRIMARY KEY, authenticator TEXT NOT NULL,"
    "  redirect_uri TEXT NOT NULL, address TEXT NOT NULL, client_port BIGINT NOT NULL,"
    "  client_challenge TEXT NOT NULL, expires_us BIGINT NOT NULL);"
    "CREATE INDEX oidc_begun_address ON oidc_begun (address);"
    "CREATE TABLE oidc_finished (code_hash TEXT PRIMARY KEY, challenge TEXT NOT NULL,"
    "  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, method TEXT NOT NULL,"
    "  second_factor BIGINT NOT NULL, expires_us BIGINT NOT NULL)";

/* A secret that waits for its first code stands beside the one that counts, so that replacing it locks nobody
 * out half way. */
static const char second_factors_sql[] =
    "CREATE TABLE second_factor (account_id TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,"
    "  sealed TEXT NOT NULL DEFAULT '', since_us BIGINT NOT NULL DEFAULT 0,"
    "  last_step BIGINT NOT NULL DEFAULT 0, drift BIGINT NOT NULL DEFAULT 0,"
    "  draft TEXT NOT NULL DEFAULT '', draft_us BIGINT NOT NULL DEFAULT 0);"
    "CREATE TABLE recovery_code (account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,"
    "  code_hash TEXT NOT NULL, PRIMARY KEY (account_id, code_hash));"
    "ALTER TABLE account_group ADD COLUMN second_factor_required INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE sign_in ADD COLUMN factor_us BIGINT NOT NULL DEFAULT 0";

static const char device_tokens_sql[] =
    "CREATE TABLE device_token (token_hash TEXT PRIMARY KEY,"
    "  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, created_us BIGINT NOT NULL,"
    "  expires_us BIGINT NOT NULL, failures INTEGER NOT NULL, failed_us BIGINT NOT NULL);"
    "CREATE INDEX device_token_account ON device_token (account_id, created_us)";

/* The code of a device is that of its key: two that show the same one are told apart, not refused. */
static const char devices_sql[] =
    "CREATE TABLE device (id TEXT PRIMARY KEY, name TEXT UNIQUE, description TEXT NOT NULL,"
    "  public_key TEXT NOT NULL UNIQUE, code TEXT NOT NULL, secret_hash TEXT NOT NULL, state TEXT NOT NULL,"
    "  model TEXT NOT NULL, hostname TEXT NOT NULL, client_version TEXT NOT NULL, address TEXT NOT NULL,"
    "  account_id TEXT UNIQUE REFERENCES account (id), approved_by TEXT NOT NULL, seen_from TEXT NOT NULL,"
    "  pool_id TEXT REFERENCES pool (id) ON DELETE SET NULL, created_us BIGINT NOT NULL, expires_us BIGINT "
    "NOT NULL, approved_us BIGINT NOT NULL,"
    "  seen_us BIGINT NOT NULL, version BIGINT NOT NULL,"
    "  CHECK ((state IN ('approved', 'revoked')) = (account_id IS NOT NULL)));"
    "CREATE INDEX device_code ON device (code);"
    "CREATE INDEX device_waiting ON device (expires_us) WHERE state IN ('pending', 'rejected');"
    "CREATE TABLE device_nonce (nonce TEXT PRIMARY KEY, expires_us BIGINT NOT NULL)";

/* Of fixed roles, too, which have no row of their own. */
static const char role_rules_sql[] =
    "CREATE TABLE role_rule (role TEXT PRIMARY KEY, second_factor_required INTEGER NOT NULL,"
    "  changes BIGINT NOT NULL)";

/* Keys of before sign since nobody knows when. Those that are gone stand apart: who reads grant_key alone, as
 * brokers of before do, sees what counts. They outlive their broker's row, since it may come back. */
static const char grant_keys_sql[] =
    "ALTER TABLE grant_key ADD COLUMN state TEXT NOT NULL DEFAULT 'current';"
    "ALTER TABLE grant_key ADD COLUMN created_us BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE grant_key ADD COLUMN since_us BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE grant_key ADD COLUMN asked_us BIGINT NOT NULL DEFAULT 0;"
    "CREATE TABLE grant_key_gone (id TEXT PRIMARY KEY, broker TEXT NOT NULL, state TEXT NOT NULL,"
    "  created_us BIGINT NOT NULL, gone_us BIGINT NOT NULL, reason TEXT NOT NULL)";

static const char pool_factors_sql[] =
    "ALTER TABLE pool ADD COLUMN second_factor TEXT NOT NULL DEFAULT 'none'";

static const Migration migrations[] = {
    {1, "accounts", accounts_sql},
    {2, "hosts", hosts_sql},
    {3, "desktops", desktops_sql},
    {4, "capacity", capacity_sql},
    {5, "virtual machines that are not ours", foreign_sql},
    {6, "pools", pools_sql},
    {7, "links", links_sql},
    {8, "names of desktops", names_sql},
    {9, "brokers", brokers_sql},
    {10, "kinds of desktops", kinds_sql},
    {11, "keys of creations", creations_sql},
    {12, "duties of hosts", duties_sql},
    {13, "fewer indexes", fewer_indexes_sql},
    {14, "rules of manual pools", manual_rules_sql},
    {15, "order of hellos", hellos_sql},
    {16, "roles", roles_sql},
    {17, "how people signed in", sign_ins_sql},
    {18, "access tokens", access_tokens_sql},
    {19, "sources of accounts", sources_sql},
    {20, "certificates", certificates_sql},
    {21, "sign-ins by OpenID providers", oidc_sql},
    {22, "seals of the audit log", audit_schema, audit_guard_sqlite, audit_guard_postgres},
    {23, "second factors", second_factors_sql},
    {24, "known devices", device_tokens_sql},
    {25, "devices", devices_sql},
    {26, "rules of roles", role_rules_sql},
    {27, "rotation of grant keys", grant_keys_sql},
    {28, "second factors of pools", pool_factors_sql},
};

int
schema_number(void)
{
  return (int)G_N_ELEMENTS(migrations);
}

gboolean
schema_update(Db *db, int *ret_from, GError **error)
{
  return migration_run(db, migrations, G_N_ELEMENTS(migrations), ret_from, error);
}

gboolean
schema_apply(DbTransaction *transaction, int from, int to, GError **error)
{
  return migration_apply(transaction, migrations, from, to, error);
}
