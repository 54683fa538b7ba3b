# SPDX-License-Identifier: Apache-2.0
"""The audit log of a real broker: what leaves a row, that it is sealed, verified, exported, and that changes are found."""
import csv
import json
import os
import re
import sqlite3
import unittest

from api_places import route_rows
from ctl import Ctl
from machines import ADMIN_PASSWORD, Broker, ScriptedHost, provision, wait_spare
from processes import wait_until
from rest import Problem

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")


def table():
    """Method and path of each row of audit_table.c, with its actions."""
    with open(os.path.join(ROOT, "broker", "api", "audit_table.c"), encoding="utf-8") as file:
        rows = re.findall(r'\{"([A-Z]+)",\s*(V1\s*)?"([^"]+)",\s*"([^"]+)"', file.read())
    return {f"{method} {'/api/v1' if base else ''}{path}": actions.split() for method, base, path, actions in rows}


class TableTest(unittest.TestCase):
    def test_every_changing_route_has_an_action(self):
        changing = {f"{method} {pattern}" for method, pattern, *_ in route_rows() if method != "GET"}
        self.assertEqual(changing, set(table()), "a new route needs a row in broker/api/audit_table.c, and an old one none")

    def test_every_action_is_written_somewhere(self):
        places = [os.path.join(folder, name) for layer in ("service", "policy")
                  for folder, _, names in os.walk(os.path.join(ROOT, "broker", layer)) for name in names]
        written = ""
        for path in places:
            with open(path, encoding="utf-8") as file:
                written += file.read()
        for route, actions in table().items():
            for action in actions:
                with self.subTest(route=route, action=action):
                    kind, verb = action.split(".") if "." in action else (action, action)  # some are put together
                    self.assertTrue(f'"{action}"' in written or (f'"{kind}."' in written and f'"{verb}"' in written))


class AuditTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = Broker().up()
        cls.addClassCleanup(cls.broker.down)
        cls.host = ScriptedHost(cls.broker).connect()
        cls.addClassCleanup(cls.host.hang_up)
        cls.user = provision(cls.broker)
        cls.other = cls.broker.user("other")
        wait_spare(cls.broker)
        cls.session = cls.user.connect("office")["id"]
        cls.ctl = Ctl(os.environ["CARAWAY_BUILD"], cls.broker.folder)
        cls.ctl.login(cls.broker.url, cls.broker.ca, "admin", ADMIN_PASSWORD)

    def rows(self, query=""):
        return self.broker.admin.items(f"audit?limit=500{query}")

    def refused(self, rest, method, path, body=None):
        with self.assertRaises(Problem) as caught:
            rest.call(method, path, body)
        return caught.exception.code

    def sealed(self):
        """The report, once no row waits for its seal."""
        def all_sealed():
            report = self.broker.admin.call("GET", "audit/verify")
            return report if all(chain["unsealed"] == 0 for chain in report["chains"]) else None
        return wait_until(all_sealed, 60, "waiting for seals")

    def file(self, name):
        return os.path.join(self.broker.folder, name)

    def test_the_start_is_told(self):
        row = next(row for row in self.rows() if row["action"] == "broker.start")
        self.assertEqual((row["object"], row["broker"]), ("broker/b1", "b1"))
        self.assertRegex(row["detail"], r"^Version \S+, configuration sha256 [0-9a-f]{64}\.$")

    def test_refused_session_controls_are_told(self):
        for control in ("lock", "reset", "disconnect", "logoff"):
            code = self.refused(self.other, "POST", f"sessions/{self.session}/{control}")
            rows = self.rows(f"&actor=other&action=session.{control}&result=refused")
            self.assertEqual([(row["code"], row["object"]) for row in rows], [(code, f"sessions/{self.session}")])

    def test_what_is_no_name_is_not_written_down(self):
        self.refused(self.other, "POST", "sessions/%3DHYPERLINK%281%29/restart")
        rows = self.rows("&actor=other&action=session.restart&result=refused")
        self.assertEqual([row["object"] for row in rows], ["sessions/(not a name)"])

    def test_refused_internal_calls_are_told(self):
        relay = self.host.relay_rest
        self.assertEqual(self.refused(relay, "GET", f"/internal/desktops/{self.session}/boot-log"), "identity-not-trusted")
        self.assertEqual(self.refused(self.broker.rest(), "GET", "/internal/grant-keys"), "identity-not-trusted")
        actors = {row["actor"] for row in self.rows("&action=machine&result=refused")}
        self.assertEqual(actors, {"relay/kvm1", "nobody"})

    def test_many_refusals_are_one_row(self):
        for _ in range(30):
            self.refused(self.other, "DELETE", "pools/office")
        rows = self.rows("&actor=other&result=refused&text=pools/%7Bpool%7D")
        self.assertEqual(len(rows), 1, rows)

    def test_filters(self):
        for query, fits in (("&actor=admin", lambda row: row["actor"] == "admin"),
                            ("&action=user.create", lambda row: row["action"] == "user.create"),
                            ("&object=user/other", lambda row: row["object"] == "user/other"),
                            ("&result=ok", lambda row: row["result"] == "ok"),
                            ("&text=OFFICE", lambda row: "office" in (row["object"] + row["detail"]).lower()),
                            ("&from=2020-01-01T00:00:00Z&to=2999-01-01T00:00:00Z", lambda row: True)):
            with self.subTest(query=query):
                rows = self.rows(query)
                self.assertTrue(rows)
                self.assertTrue(all(fits(row) for row in rows), rows)
        for query in ("&from=2999-01-01T00:00:00Z", "&to=2000-01-01T00:00:00Z", "&text=100%25", "&actor=%27%20OR%201=1",
                      "&text=_%25_"):
            with self.subTest(query=query):
                self.assertEqual(self.rows(query), [])
        for query in ("&from=yesterday", "&result=maybe", "&colour=red"):
            with self.subTest(query=query):
                self.assertEqual(self.refused(self.broker.admin, "GET", f"audit?limit=5{query}"), "invalid-request")

    def test_sealed_and_verified(self):
        report = self.sealed()
        self.assertTrue(report["unbroken"])
        self.assertEqual([chain["broker"] for chain in report["chains"]], ["b1"])
        self.assertGreater(report["chains"][0]["rows"], 5)
        shown = self.ctl.ok("audit", "verify")
        self.assertIn("The audit log is unbroken", shown)
        with open(self.broker.process.log_path) as log:
            self.assertIn(report["keys"][0]["public_key"], log.read())

    def test_export_verifies_offline_and_changes_in_it_are_found(self):
        report = self.sealed()
        path, key = self.file("audit.jsonl"), report["keys"][0]
        self.ctl.ok("audit", "export", path)
        self.assertIn("unbroken", self.ctl.ok("audit", "verify", "--file", path))
        self.assertIn("unbroken", self.ctl.ok("audit", "verify", "--file", path, "--keys", f"{key['id']}:{key['public_key']}"))
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
        rows = [number for number, line in enumerate(lines) if json.loads(line)["type"] == "row"]
        self.assertGreater(len(rows), 5)
        changed = [line.replace('"actor":"admin"', '"actor":"nobody"') if number == rows[3] else line
                   for number, line in enumerate(lines)]
        changed[rows[3]] = json.dumps({**json.loads(lines[rows[3]]), "actor": "nobody-at-all"})
        without = lines[:rows[3]] + lines[rows[3] + 1:]
        for what, text in (("changed", changed), ("removed", without)):
            with self.subTest(what=what):
                with open(self.file(what), "w", encoding="utf-8") as file:
                    file.write("\n".join(text) + "\n")
                done = self.ctl.run("audit", "verify", "--file", self.file(what))
                self.assertEqual(done.returncode, 1)
                self.assertIn("BROKEN in the chain of b1", done.stdout)
        other = key["public_key"][::-1]
        self.assertEqual(self.ctl.run("audit", "verify", "--file", path, "--keys", f"{key['id']}:{other}").returncode, 1)

    def test_a_table_holds_no_formula(self):
        self.broker.admin.call("POST", "groups", {"name": "formula", "description": "=1+1"})
        self.refused(self.broker.rest(), "POST", "login", {"user": "=cmd|x", "password": "irrelevant"})
        self.sealed()
        self.ctl.ok("audit", "export", self.file("audit.csv"), "--format", "csv")
        with open(self.file("audit.csv"), newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
        self.assertEqual(rows[0][:4], ["id", "time", "broker", "actor"])
        self.assertTrue(all(len(row) == len(rows[0]) for row in rows))
        self.assertFalse([cell for row in rows[1:] for cell in row if cell[:1] in "=+-@" and cell])

    def test_a_part_of_the_time_verifies_too(self):
        self.sealed()
        self.ctl.ok("audit", "export", self.file("part.jsonl"), "--from", "2020-01-01T00:00:00Z")
        self.assertIn("unbroken", self.ctl.ok("audit", "verify", "--file", self.file("part.jsonl")))
        self.assertEqual(self.refused(self.broker.admin, "GET", "audit/export?from=x"), "invalid-request")


class TamperTest(unittest.TestCase):
    def test_who_changes_the_database_is_found(self):
        broker = Broker().up()
        self.addCleanup(broker.down)
        broker.user("alice")
        wait_until(lambda: all(chain["unsealed"] == 0 for chain in broker.admin.call("GET", "audit/verify")["chains"]), 60,
                   "waiting for seals")
        ctl = Ctl(os.environ["CARAWAY_BUILD"], broker.folder)
        ctl.login(broker.url, broker.ca, "admin", ADMIN_PASSWORD)
        base = sqlite3.connect(os.path.join(broker.folder, "state", "caraway.db"), timeout=30)
        self.addCleanup(base.close)
        with self.assertRaises(sqlite3.IntegrityError), base:
            base.execute("UPDATE audit SET actor = 'nobody'")
        with base:
            base.execute("DROP TRIGGER audit_no_update")
            base.execute("UPDATE audit SET actor = 'nobody' WHERE action = 'user.create' AND object = 'user/alice'")
            row = base.execute("SELECT id FROM audit WHERE object = 'user/alice' AND action = 'user.create'").fetchone()[0]
        done = ctl.run("audit", "verify")
        self.assertEqual(done.returncode, 1, done.stdout)
        once = broker.once("--verify-audit")
        self.assertEqual(once.returncode, 1, once.stdout)
        self.assertIn(f"row {row}", once.stderr)
        self.assertRegex(done.stdout, rf"BROKEN in the chain of b1, seal \d+, row {row}: ")


if __name__ == "__main__":
    unittest.main()
