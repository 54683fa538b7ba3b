# SPDX-License-Identifier: Apache-2.0
"""How the program lives: first start, options, refusal to start, SIGTERM, kill -9."""
import os
import signal
import stat
import unittest

from machines import ADMIN_PASSWORD, Broker, ScriptedHost, provision, wait_spare


class LifeTest(unittest.TestCase):
    def setUp(self):
        self.broker = Broker()
        self.addCleanup(self.broker.down)

    def test_first_start_makes_private_files(self):
        self.broker.up()
        folder = os.path.join(self.broker.folder, "state")
        self.assertEqual(stat.S_IMODE(os.stat(folder).st_mode), 0o700)
        for name in ("ca.key", "ca.pem", "identity.key", "identity.pem", "grant.key", "caraway.db"):
            with self.subTest(name=name):
                self.assertEqual(stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode), 0o600)

    def test_identity_stays_over_restarts(self):
        self.broker.up()
        with open(self.broker.ca) as file:
            before = file.read()
        self.assertEqual(self.broker.process.stop(), 0)
        self.broker.start()
        with open(self.broker.ca) as file:
            self.assertEqual(file.read(), before)
        self.assertEqual(self.broker.admin.call("GET", "me")["name"], "admin")

    def test_killed_broker_loses_nothing_that_it_acknowledged(self):
        self.broker.up()
        for number in range(10):
            self.broker.admin.call("POST", "groups", {"name": f"group{number}"})
        self.broker.process.kill(signal.SIGKILL)
        self.broker.process.child.wait()
        self.broker.start()
        self.assertEqual(len(self.broker.admin.items("groups")), 10)

    def test_taken_port_is_said(self):
        self.broker.up()
        other = Broker()
        other.argv = [arg.replace(str(other.port), str(self.broker.port)) for arg in other.argv]
        done = other.once()
        self.assertEqual(done.returncode, 1)
        self.assertIn("code=port-in-use", done.stderr)
        self.assertIn(str(self.broker.port), done.stderr)

    def test_second_broker_on_one_folder_is_refused(self):
        self.broker.up()
        done = self.broker.once("--join-token=host")
        self.assertEqual(done.returncode, 1)
        self.assertIn("already running", done.stderr)

    def test_one_first_administrator(self):
        self.broker.up()
        self.assertEqual(self.broker.process.stop(), 0)
        done = self.broker.once("--create-admin=second", text=ADMIN_PASSWORD + "\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("code=conflict", done.stderr)

    def test_weak_and_missing_passwords(self):
        weak = self.broker.once("--create-admin=admin", text="short\n")
        self.assertEqual(weak.returncode, 1)
        self.assertIn("code=weak-password", weak.stderr)
        missing = self.broker.once("--create-admin=admin", text="")
        self.assertEqual(missing.returncode, 1)
        self.assertIn("standard input", missing.stderr)

    def test_token_of_the_command_line(self):
        done = self.broker.once("--join-token=portal")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"\Acwj1\.portal\.[\w-]{22}\.[\w-]{43}\n\Z")
        self.assertEqual(self.broker.once("--join-token=teapot").returncode, 1)

    def test_options_that_end_at_once(self):
        self.assertEqual(self.broker.once("--help").returncode, 0)
        self.assertIn("0.1.0", self.broker.once("--version").stdout)
        self.assertEqual(self.broker.once("--check-config").returncode, 0)
        self.assertEqual(self.broker.once("--no-such-option").returncode, 2)
        self.assertEqual(self.broker.once("--migrate").returncode, 0)
        for wrong in ("--broker-workers=0", "--broker-listen=nowhere"):
            self.assertNotEqual(self.broker.once(wrong, "--check-config").returncode, 0)
        self.assertIn("public-address", self.broker.once("--broker-public-address=a b").stderr)
        self.assertIn("broker.name", self.broker.once("--broker-name=B 1").stderr)

    def test_folders_and_databases_of_two_installations_do_not_mix(self):
        self.assertEqual(self.broker.once("--join-token=portal").returncode, 0)
        done = self.broker.once("--join-token=portal", f"--broker-database={self.broker.folder}/other.db")
        self.assertEqual(done.returncode, 1)
        self.assertIn("another installation", done.stderr)

    def test_sigterm_ends_streams(self):
        self.broker.up()
        host = ScriptedHost(self.broker).connect()
        self.addCleanup(host.hang_up)
        user = provision(self.broker)
        wait_spare(self.broker)
        stream = user.open("GET", f"/api/v1/sessions/{user.connect('office')['id']}/events")
        self.addCleanup(stream.connection.close)
        self.assertTrue(stream.readline().startswith(b"event: "))
        self.assertEqual(self.broker.process.stop(), 0)
        self.assertNotIn("not everything had ended", self.broker.process.log_tail())


if __name__ == "__main__":
    unittest.main()
