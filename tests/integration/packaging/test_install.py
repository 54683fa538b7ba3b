# SPDX-License-Identifier: Apache-2.0
"""What `cmake --install` puts where, and whether systemd would take it."""
import configparser
import os
import re
import subprocess
import tempfile
import unittest

PROGRAMS = {"caraway-broker", "caraway-client", "caraway-guest", "caraway-host", "caraway-image", "caraway-portal",
            "caraway-relay", "carawayctl"}
DAEMONS = ("broker", "host", "portal", "relay")
MANUALS = {"man1/caraway-client.1", "man1/caraway-image.1", "man1/carawayctl.1", "man8/caraway-broker.8",
           "man8/caraway-guest.8", "man8/caraway-host.8", "man8/caraway-portal.8", "man8/caraway-relay.8"}
# The worst exposure that `systemd-analyze security` may find, in tenths; the agent handles libvirt as root.
EXPOSURE = {"broker": 15, "portal": 20, "relay": 15, "host": 80}


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = cls.folder.name
        subprocess.run(["cmake", "--install", os.environ["CARAWAY_BUILD"]], check=True, capture_output=True,
                       env={**os.environ, "DESTDIR": cls.root})
        with open(os.path.join(os.environ["CARAWAY_BUILD"], "CMakeCache.txt")) as cache:
            cls.prefix = re.search(r"^CMAKE_INSTALL_PREFIX:PATH=/?(.*)$", cache.read(), re.M).group(1)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def at(self, *parts):
        return os.path.join(self.root, self.prefix, *parts)

    def listed(self, *parts):
        top = self.at(*parts)
        return {os.path.relpath(os.path.join(folder, file), top) for folder, _, files in os.walk(top) for file in files}

    def unit(self, daemon):
        parsed = configparser.RawConfigParser(strict=False)
        parsed.optionxform = str
        parsed.read(self.at("lib/systemd/system", f"caraway-{daemon}.service"))
        return parsed

    def test_programs_and_nothing_of_the_tests(self):
        self.assertEqual(self.listed("bin"), PROGRAMS)

    def test_units(self):
        self.assertEqual(self.listed("lib/systemd/system"), {f"caraway-{daemon}.service" for daemon in DAEMONS})
        for daemon in DAEMONS:
            service = self.unit(daemon)["Service"]
            self.assertEqual(service["Type"], "notify")
            self.assertEqual(service["ExecStart"], f"/{self.prefix}/bin/caraway-{daemon}")
            self.assertEqual(service["NoNewPrivileges"], "yes")

    def test_daemons_that_face_the_network_are_nobody(self):
        users = {self.unit(daemon)["Service"]["User"] for daemon in ("broker", "portal", "relay")}
        self.assertEqual(users, {"caraway-broker", "caraway-portal", "caraway-relay"})
        for daemon in ("broker", "relay"):
            self.assertEqual(self.unit(daemon)["Service"]["CapabilityBoundingSet"], "")
        self.assertEqual(self.unit("portal")["Service"]["CapabilityBoundingSet"], "CAP_NET_BIND_SERVICE")

    def test_systemd_finds_them_well_shut(self):
        for daemon, tenths in EXPOSURE.items():
            with self.subTest(daemon=daemon):
                done = subprocess.run(["systemd-analyze", "security", "--no-pager", "--offline=true",
                                       f"--threshold={tenths}",
                                       self.at("lib/systemd/system", f"caraway-{daemon}.service")],
                                      capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stdout[-300:] + done.stderr)
                self.assertNotIn("Unknown", done.stderr)

    def test_users_are_made_for_every_unit(self):
        done = subprocess.run(["systemd-sysusers", "--dry-run", f"--root={self.root}",
                               self.at("lib/sysusers.d/caraway.conf")],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        for user in ("caraway-broker", "caraway-relay", "caraway-portal"):
            self.assertIn(f"user '{user}'", done.stderr)

    def test_folders_belong_to_the_users_of_the_units(self):
        with open(self.at("lib/tmpfiles.d/caraway.conf")) as file:
            rows = {line.split()[1]: line.split()[2:5] for line in file if line.startswith("d ")}
        self.assertEqual(rows["/var/lib/caraway/broker"], ["0700", "caraway-broker", "caraway"])
        self.assertEqual(rows["/var/lib/caraway/portal"], ["0700", "caraway-portal", "caraway-portal"])
        self.assertEqual(rows["/var/lib/caraway/relay"], ["0750", "caraway-relay", "caraway"])
        self.assertEqual(rows["/run/caraway"], ["0750", "caraway-relay", "caraway"])
        self.assertEqual(rows["/etc/caraway/authenticators.d"], ["0755", "root", "root"])

    def test_configuration_manuals_and_completion(self):
        self.assertEqual(set(os.listdir(os.path.join(self.root, "etc/caraway"))), {f"{name}.conf" for name in DAEMONS})
        self.assertEqual(self.listed("share/man"), MANUALS)
        self.assertEqual(self.listed("share/bash-completion/completions"), {"carawayctl"})

    def test_web_app_and_recipes(self):
        self.assertIn("index.html", self.listed("share/caraway/web"))
        self.assertTrue(self.listed("share/caraway/recipes"))

    def test_nothing_lies_outside(self):
        self.assertEqual(set(os.listdir(self.root)), {"etc", self.prefix.split("/")[0]})


if __name__ == "__main__":
    unittest.main()
