# SPDX-License-Identifier: Apache-2.0
"""--backup and --restore of the program, from each engine into each."""
import hashlib
import json
import os
import shutil
import stat
import unittest
import uuid

from machines import ADMIN_PASSWORD, Broker
from postgres_server import PostgresServer
from rest import Problem

PASSWORD = "a long enough password"
ODD_NAME = 'Ödön "the\\quick" <b>\u2603'


def new_address(engine):
    if engine == "sqlite":
        return []
    server = PostgresServer(os.environ["CARAWAY_POSTGRES"])
    return [f"--broker-database={server.new_database(f'backup-{uuid.uuid4()}')}"]


class BackupTest(unittest.TestCase):
    def broker(self, engine):
        broker = Broker(*new_address(engine))
        self.addCleanup(broker.down)
        return broker

    def filled(self, engine):
        broker = self.broker(engine).up()
        broker.admin.call("POST", "users", {"name": "alice", "full_name": ODD_NAME, "password": PASSWORD})
        for number in range(30):
            broker.admin.call("POST", "groups", {"name": f"group{number:02}", "description": "x" * number})
        broker.admin.call("PUT", "groups/group07/members/alice")
        broker.file = os.path.join(broker.folder, "backup")
        return broker

    def ok(self, done):
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def refused(self, done, code):
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(f"code={code}", done.stderr)

    def move(self, source, target):
        """A backup of one that runs, restored for another, which goes on with its certificate authority."""
        old = self.filled(source)
        self.assertIn("rows", self.ok(old.once(f"--backup={old.file}")))
        self.assertEqual(stat.S_IMODE(os.stat(old.file).st_mode), 0o600)
        new = self.broker(target)
        self.assertIn("Restored", self.ok(new.once(f"--restore={old.file}")))
        os.makedirs(os.path.join(new.folder, "state"), mode=0o700, exist_ok=True)
        for name in ("ca.pem", "ca.key"):
            shutil.copy(os.path.join(old.folder, "state", name), os.path.join(new.folder, "state", name))
        new.start()
        return old, new

    def check_move(self, source, target):
        old, new = self.move(source, target)
        with self.assertRaises(Problem) as caught:
            new.rest(old.admin.token).call("GET", "me")
        self.assertEqual(caught.exception.code, "not-signed-in")
        admin = new.sign_in("admin", ADMIN_PASSWORD)
        alice = new.sign_in("alice", PASSWORD).call("GET", "me")
        self.assertEqual(alice["full_name"], ODD_NAME)
        groups = admin.items("groups")
        self.assertEqual([group["name"] for group in groups], [f"group{number:02}" for number in range(30)])
        self.assertEqual(groups[7]["members"], ["alice"])
        actions = [entry["action"] for entry in admin.items("audit?limit=50")]
        self.assertIn("database.restore", actions)
        self.assertIn("group.create", actions)
        admin.call("POST", "groups", {"name": "later"})  # its audit row has a number of its own

    def test_sqlite_to_sqlite(self):
        self.check_move("sqlite", "sqlite")

    def test_sqlite_to_postgres(self):
        self.check_move("sqlite", "postgres")

    def test_postgres_to_sqlite(self):
        self.check_move("postgres", "sqlite")

    def test_postgres_to_postgres(self):
        self.check_move("postgres", "postgres")

    def test_what_is_there_is_never_replaced(self):
        for engine in ("sqlite", "postgres"):
            with self.subTest(engine=engine):
                broker = self.filled(engine)
                self.ok(broker.once(f"--backup={broker.file}"))
                with open(broker.file, "rb") as file:
                    before = file.read()
                self.refused(broker.once(f"--backup={broker.file}"), "conflict")
                with open(broker.file, "rb") as file:
                    self.assertEqual(file.read(), before)
                self.assertEqual(broker.process.stop(), 0)
                self.refused(broker.once(f"--restore={broker.file}"), "conflict")
                broker.start()
                self.assertEqual(len(broker.sign_in("admin", ADMIN_PASSWORD).items("groups")), 30)

    def test_no_secret_is_in_it(self):
        broker = self.filled("sqlite")
        self.ok(broker.once(f"--backup={broker.file}"))
        with open(broker.file, encoding="utf-8") as file:
            text = file.read()
        for secret in (ADMIN_PASSWORD, PASSWORD, broker.admin.token):
            self.assertNotIn(secret, text)

    def altered(self, broker, change):
        with open(broker.file, "rb") as file:
            data = change(file.read())
        path = os.path.join(broker.folder, f"altered-{uuid.uuid4()}")
        with open(path, "wb") as file:
            file.write(data)
        return path

    def test_damaged_files_are_refused_before_anything_is_done(self):
        broker = self.filled("sqlite")
        self.ok(broker.once(f"--backup={broker.file}"))
        lines = {"flipped": lambda data: data.replace(b"group07", b"group08", 1),
                 "cut": lambda data: data[:-200],
                 "line lost": lambda data: data.replace(data.split(b"\n")[5] + b"\n", b"", 1),
                 "more": lambda data: data + b'{"row":[]}\n',
                 "empty": lambda data: b"",
                 "binary": lambda data: os.urandom(5000)}
        for engine in ("sqlite", "postgres"):
            new = self.broker(engine)
            for name, change in lines.items():
                with self.subTest(name=name, engine=engine):
                    self.refused(new.once(f"--restore={self.altered(broker, change)}"), "malformed-body")
            self.ok(new.once(f"--restore={broker.file}"))  # it is still empty

    def signed(self, lines):
        body = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        return body + json.dumps({"sha256": hashlib.sha256(body).hexdigest()}).encode() + b"\n"

    def test_foreign_content_is_refused(self):
        broker = self.filled("sqlite")
        self.ok(broker.once(f"--backup={broker.file}"))
        with open(broker.file, encoding="utf-8") as file:
            lines = [json.loads(line) for line in file][:-1]
        header = lines[0]
        cases = {"newer": ([{**header, "schema": header["schema"] + 1}, *lines[1:]], "configuration-wrong"),
                 "format": ([{**header, "caraway_backup": 2}, *lines[1:]], "configuration-wrong"),
                 "table": ([header, {"table": "account; DROP TABLE account", "columns": ["id"]}], "malformed-body"),
                 "column": ([header, {"table": "setting", "columns": ["name", "value) --"]}], "malformed-body"),
                 "type": ([header, {"table": "setting", "columns": ["name", "value"]}, {"row": ["a", 1]}],
                          "malformed-body"),
                 "no table": ([header, {"row": ["a", "b"]}], "malformed-body"),
                 "twice": ([header, {"table": "setting", "columns": ["name", "value"]}, {"row": ["a", "b"]},
                            {"row": ["a", "b"]}], "conflict")}
        for engine in ("sqlite", "postgres"):
            new = self.broker(engine)
            for name, (content, code) in cases.items():
                with self.subTest(name=name, engine=engine):
                    path = self.altered(broker, lambda _, content=content: self.signed(content))
                    self.refused(new.once(f"--restore={path}"), code)
            self.ok(new.once(f"--restore={broker.file}"))


if __name__ == "__main__":
    unittest.main()
