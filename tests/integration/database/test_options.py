# SPDX-License-Identifier: Apache-2.0
"""--migrate and --check-config of the program on both engines, and what is never said of a database."""
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import unittest
import uuid

from machines import Broker
from postgres_server import PASSWORD, PostgresServer
from processes import free_port


class OptionsTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="caraway-options-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.server = PostgresServer(os.environ["CARAWAY_POSTGRES"])

    def new_address(self):
        return self.server.new_database(f"options-{uuid.uuid4()}")

    def broker(self, address=None):
        broker = Broker(*([f"--broker-database={address}"] if address else []))
        self.addCleanup(broker.down)
        return broker

    def check(self, database):
        path = os.path.join(self.folder, "broker.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"# A file\n[broker]\nstate-directory={self.folder}/state\n\ndatabase={database}\n")
        program = os.path.join(os.environ["CARAWAY_BUILD"], "bin", "caraway-broker")
        return path, subprocess.run([program, f"--config={path}", "--check-config"], capture_output=True, text=True,
                                    timeout=60, check=False)

    def migrate(self, broker):
        done = broker.once("--migrate")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_migrate_says_from_and_to(self):
        for address in (None, self.new_address()):
            with self.subTest(address=address):
                broker = self.broker(address)
                made = re.fullmatch(r"The database was brought from schema 0 to (\d+)\.\n", self.migrate(broker))
                self.assertTrue(made)
                self.assertEqual(self.migrate(broker), f"The database is up to date: schema {made[1]}.\n")

    def test_newer_schema_is_refused_everywhere(self):
        path, address = os.path.join(self.folder, "new.db"), self.new_address()
        for database in (path, address):
            with self.subTest(database=database):
                self.migrate(self.broker(database))
                note = "INSERT INTO schema_migration (number, name) VALUES (4711, 'of tomorrow')"
                if database == path:
                    with sqlite3.connect(path) as connection:
                        connection.execute(note)
                else:
                    self.server.sql(note, address.split("/")[3].split("?")[0])
                for option in ("--migrate", "--join-token=host"):
                    done = self.broker(database).once(option)
                    self.assertEqual(done.returncode, 1)
                    self.assertIn("4711", done.stderr)
                    self.assertIn("newer version", done.stderr)
                conf, done = self.check(database)
                self.assertEqual(done.returncode, 1)
                self.assertIn(f"{conf}:5: [broker] database: ", done.stderr)

    def test_check_config_opens_the_database(self):
        for database in (os.path.join(self.folder, "not-there-yet.db"), self.new_address()):
            with self.subTest(database=database):
                self.assertEqual(self.check(database)[1].returncode, 0)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "not-there-yet.db")), "checking made the file")

    def test_check_config_names_file_line_and_key(self):
        text = os.path.join(self.folder, "text")
        with open(text, "w", encoding="utf-8") as file:
            file.write("this is no database, but long enough to look at\n" * 100)
        cases = (text, "postgresql://nobody@127.0.0.1:1/none", "postgresql://u@/x?nonsense=1",
                 f"postgresql://caraway@/missing?host={self.server.folder}")
        for database in cases:
            with self.subTest(database=database):
                conf, done = self.check(database)
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertIn(f"{conf}:5: [broker] database: ", done.stderr)

    def test_password_is_never_said(self):
        """Not where it is wrong, not where the address is, not where the server is away."""
        secret = "s3cret%20word"
        with PostgresServer(port=free_port(), loopback=True) as server:
            at = f"127.0.0.1:{server.port}"
            right = PASSWORD.replace(" ", "%20")
            server.new_database("own")
            done = self.broker(f"postgresql://caraway:{right}@{at}/own").once("--migrate")
            self.assertEqual(done.returncode, 0, done.stderr)
            for address in (f"postgresql://caraway:{secret}@{at}/own", f"postgresql://caraway:{secret}@{at}/own?bad=1",
                            f"postgresql://caraway:{secret}@127.0.0.1:1/own",
                            f"postgresql://caraway:{secret}@{at}:x/own"):
                for option in ("--migrate", "--check-config"):
                    with self.subTest(address=address, option=option):
                        done = self.broker(address).once(option)
                        self.assertEqual(done.returncode, 1)
                        for word in ("s3cret", "not a secret"):
                            self.assertNotIn(word, done.stdout + done.stderr)
            passfile = os.path.join(self.folder, "pgpass")
            with open(passfile, "w", encoding="utf-8") as file:
                file.write(f"*:*:*:*:{PASSWORD}\n")
            os.chmod(passfile, 0o600)
            done = self.broker(f"postgresql://caraway@{at}/own?passfile={passfile}").once("--migrate")
            self.assertEqual(done.returncode, 0, done.stderr)
            credentials = os.path.join(self.folder, "credentials")
            os.mkdir(credentials)
            with open(os.path.join(credentials, "database-password"), "w", encoding="utf-8") as file:
                file.write(PASSWORD + "\n")
            broker = self.broker(f"postgresql://caraway@{at}/own")
            done = subprocess.run([*broker.argv, "--migrate"], capture_output=True, text=True, timeout=60, check=False,
                                  env={**os.environ, "CREDENTIALS_DIRECTORY": credentials})
            self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
