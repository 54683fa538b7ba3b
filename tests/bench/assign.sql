-- SPDX-License-Identifier: Apache-2.0
-- What bench-naive does, as pgbench's clients do it at once: the same rows on the same tables, one transaction each.
-- :per is how many users each client has.
\set number :number + 1
\set user :client_id * :per + :number
BEGIN;
SELECT 'user-' || :user::text AS account, gen_random_uuid()::text AS session, d.id AS desktop, d.name AS name,
  d.host AS host FROM desktop d WHERE d.pool_id = 'pool-0' AND d.assignment = 'spare' AND d.power = 'up'
  AND d.guest_ready = 1 ORDER BY d.shape, d.created_us LIMIT 1 FOR UPDATE SKIP LOCKED \gset
UPDATE desktop SET assignment = 'assigned', owner_id = :account, counter = counter + 1 WHERE id = :desktop;
INSERT INTO session (id, pool_id, pool_name, account_id, account_name, desktop_id, desktop_name, host, state, created_us,
  ended_us, viewer, device) VALUES (:session, 'pool-0', 'pool-0', :account, :account, :desktop, :name, :host, 'ready', 1, 0,
  '', '');
INSERT INTO audit (time_us, actor, action, object, succeeded, code, detail, address)
  VALUES (1, :account, 'session.assign', :name, 1, '', '', '198.51.100.7');
INSERT INTO outbox (host, desktop_id, kind, text) VALUES (:host, :desktop, 'epoch', '{"type":"command","kind":"epoch"}');
INSERT INTO idempotency_key (account_id, key, pool_id, session_id, created_us)
  VALUES (:account, :session, 'pool-0', :session, 1);
COMMIT;
