# SPDX-License-Identifier: Apache-2.0
"""Every field of a pool that docs/openapi.yaml has: carawayctl sets it, the API and carawayctl show it, a broker that was
started again still has it, on either database, and docs/pools.md and carawayctl(1) say what it does. A field that is
described and has no row here fails."""
import os
import re
import tempfile
import unittest

import yaml

from ctl import Ctl
from machines import ADMIN_PASSWORD, Broker, ScriptedHost
from postgres_server import PostgresServer

IMAGES = ("debian-12", "debian-13")
RULES = [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "07:00", "to": "18:00", "spares": 3, "size": 12},
         {"days": ["sat", "sun"], "from": "22:00", "to": "06:00", "spares": 0}]

# Field → words of the command line, what the API then has, what `pool show` shows. None: what making it took.
FIELDS = {
    "name": (None, "fields", "fields"),
    "kind": (None, "dedicated", "dedicated"),
    "description": (["--description", "Wards, 3rd floor"], "Wards, 3rd floor", "Wards, 3rd floor"),
    "tags": (["--tags", "ward-3,nurses"], ["ward-3", "nurses"], "ward-3, nurses"),
    "image": (["--image", "debian-13"], "debian-13", "debian-13"),
    "naming": (["--naming", "ward-{n:3}"], "ward-{n:3}", "ward-{n:3}"),
    "size_min": (["--size-min", "2"], 2, "2"),
    "size": (["--size", "9"], 9, "9"),
    "spares": (["--spares", "3"], 3, "3"),
    "desktops_per_user": (["--desktops-per-user", "4"], 4, "4"),
    "vcpus": (["--vcpus", "3"], 3, "3"),
    "memory_mib": (["--memory-mib", "1536"], 1536, "1536"),
    "disks": (["--disks", "1024,2048"], [{"size_mib": 1024}, {"size_mib": 2048}], "1024, 2048"),
    "network": (["--network", "bridge:br-lab"], "bridge:br-lab", "bridge:br-lab"),
    "heads": (["--heads", "2"], 2, "2"),
    "account": (["--account", "nurse"], "nurse", "nurse"),
    "channels": (["--channels", "main,display,inputs"], ["main", "display", "inputs"], "main, display, inputs"),
    "on_disconnect": (["--on-disconnect", "shutdown"], "shutdown", "shutdown"),
    "on_disconnect_delay_s": (["--on-disconnect-delay-s", "601"], 601, "601"),
    "on_logoff": (["--on-logoff", "stop"], "stop", "stop"),
    "idle_limit_s": (["--idle-limit-s", "1801"], 1801, "1801"),
    "session_limit_s": (["--session-limit-s", "36001"], 36001, "36001"),
    "warning_s": (["--warning-s", "121"], 121, "121"),
    "may_restart": (["--may-restart", "no"], False, "no"),
    "may_reset": (["--may-reset", "no"], False, "no"),
    "take_over": (["--take-over", "take"], "take", "take"),
    "second_factor": (["--second-factor", "required"], "required", "required"),
    "hosts": (["--hosts", "kvm1"], ["kvm1"], "kvm1"),
    "placement": (["--placement", "pack"], "pack", "pack"),
    "schedule": (["--time-zone", "Europe/Berlin", "--schedule", "mon-fri 07:00-18:00 spares=3 size=12",
                  "--schedule", "sat,sun 22:00-06:00 spares=0"],
                 {"time_zone": "Europe/Berlin", "rules": RULES}, "sat-sun 22:00-06:00 spares=0"),
}
TOLD = {"id", "counts", "wanted", "problems"}  # what a pool says of itself
NEVER_CHANGED = {"name", "kind"}


def read(*path):
    with open(os.path.join(os.environ["CARAWAY_SOURCE"], *path), encoding="utf-8") as file:
        return file.read()


def schema(name):
    return yaml.safe_load(read("docs", "openapi.yaml"))["components"]["schemas"][name]["properties"]


class Descriptions(unittest.TestCase):
    def test_every_field_is_settable(self):
        self.assertEqual(set(schema("Pool")) - TOLD, set(FIELDS))
        self.assertEqual(set(schema("NewPool")), set(FIELDS))
        self.assertEqual(set(schema("PoolChange")), set(FIELDS) - NEVER_CHANGED)

    def test_every_field_is_documented(self):
        rows = set(re.findall(r"^\| `(\w+)` \|", read("docs", "pools.md"), re.M))
        self.assertEqual(rows, set(FIELDS))

    def test_every_option_is_in_the_manual(self):
        manual = read("docs", "man", "carawayctl.1")
        options = {word for words, _, _ in FIELDS.values() for word in words or () if word.startswith("--")}
        for option in sorted(options | {"--kind", "--no-schedule"}):
            self.assertRegex(manual, rf"(?m)^\.It Fl -{option[2:]}( |$)", option)


class RoundTrip:
    """On one database; the subclasses say which."""

    @classmethod
    def setUpClass(cls):
        cls.broker = Broker(*cls.options()).up()
        cls.addClassCleanup(cls.broker.down)
        cls.host = ScriptedHost(cls.broker, images=IMAGES).connect()
        cls.addClassCleanup(cls.host.hang_up)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.ctl = Ctl(os.environ["CARAWAY_BUILD"], folder.name)
        cls.ctl.login(cls.broker.url, cls.broker.ca, "admin", ADMIN_PASSWORD)
        for image in IMAGES:
            cls.ctl.ok("image", "register", image)
        cls.ctl.ok("pool", "create", "fields", "--kind", "dedicated", "--image", "debian-12", "--size", "20")

    def test_1_fields_are_set_and_shown(self):
        for words in self.changes():
            self.ctl.ok("pool", "set", "fields", *words)
        self.ctl.ok("pool", "set", "fields", "--on-disconnect", "shutdown")
        pool, shown = self.ctl.json("pool", "show", "fields"), self.ctl.ok("pool", "show", "fields")
        values = re.split(r"\n|: +|^ +", shown, flags=re.M)
        for field, (_, value, text) in FIELDS.items():
            self.assertEqual(pool[field], value, field)
            self.assertIn(text, values, field)

    def test_2_all_are_kept_over_a_restart(self):
        before = self.ctl.json("pool", "show", "fields")
        self.broker.process.stop()
        self.broker.start()
        after = self.ctl.json("pool", "show", "fields")
        for field, (_, value, _) in FIELDS.items():
            self.assertEqual(before[field], value, field)
            self.assertEqual(after[field], value, field)

    def test_3_all_at_once_when_it_is_made(self):
        words = [word for field, (words, _, _) in FIELDS.items() if field != "naming" for word in words or ()]
        self.ctl.ok("pool", "create", "twin", "--kind", "dedicated", *words)
        made, model = self.ctl.json("pool", "show", "twin"), self.ctl.json("pool", "show", "fields")
        for field in set(FIELDS) - {"name", "naming"}:
            self.assertEqual(made[field], model[field], field)
        self.assertEqual(made["naming"], "twin-{n:4}")

    def test_4_found_by_its_tag(self):
        names = [pool["name"] for pool in self.ctl.json("pool", "list", "--tag", "nurses")["items"]]
        self.assertEqual(names, ["fields", "twin"])
        self.assertEqual(self.ctl.json("pool", "list", "--tag", "doctors")["items"], [])

    def test_5_the_schedule_is_previewed(self):
        spans = self.ctl.json("pool", "schedule", "fields", "--from", "2026-11-23T00:00:00Z", "--hours", "168")["items"]
        self.assertEqual([(span["from"], span["spares"], span["size"]) for span in spans[:3]],
                         [("2026-11-23T00:00:00Z", 0, 9), ("2026-11-23T05:00:00Z", 3, 9),
                          ("2026-11-23T06:00:00Z", 3, 12)])
        self.assertEqual([span["until"] for span in spans[:-1]], [span["from"] for span in spans[1:]])
        self.assertIn("by rule 1 of the schedule (mon-fri 07:00-18:00)",
                      self.ctl.ok("pool", "schedule", "fields", "--hours", "168"))

    def test_6_a_connection_is_explained(self):
        text = self.ctl.ok("pool", "explain", "fields", "--user", "admin")
        self.assertIn("admin on fields is refused: You may not use this pool", text)
        self.assertRegex(text, "✗ entitled +Neither admin nor a group of theirs is entitled to fields.")
        self.ctl.ok("entitlement", "grant", "fields", "user", "admin")
        self.assertRegex(self.ctl.ok("pool", "explain", "fields", "--user", "admin"), "✓ entitled +admin is entitled")
        self.ctl.refused("pool", "explain", "fields", "--user", "nobody", code="not-found")
        self.ctl.refused("pool", "explain", "attic", "--user", "admin", code="unknown-pool")

    def test_7_the_schedule_goes(self):
        self.ctl.ok("pool", "set", "fields", "--no-schedule")
        self.assertIsNone(self.ctl.json("pool", "show", "fields")["schedule"])

    def test_8_wrong_values_are_refused_with_a_sentence(self):
        for words, sentence in (
                (["--size", "-1"], "“size” must be from 0"), (["--heads", "5"], "monitors must be between 1 and 4"),
                (["--placement", "left"], "“placement” must be spread or pack"),
                (["--hosts", "kvm9"], "There is no host \"kvm9\""),
                (["--time-zone", "Mars/Phobos", "--schedule", "daily 01:00-02:00 size=5"], "no time zone \"Mars/Phobos\""),
                (["--tags", "Big"], "The name of a tag"), (["--naming", "office"], "The naming pattern"),
                (["--size", "5", "--size-min", "6"], "“size_min” is 6 but the pool has only the size 5")):
            with self.subTest(words=words):
                self.assertIn(sentence, self.ctl.refused("pool", "set", "fields", *words, code="invalid-request"))


class OnSqlite(RoundTrip, unittest.TestCase):
    """Field by field: each change stands alone, and leaves the others as they are."""

    @staticmethod
    def options():
        return ()

    @staticmethod
    def changes():
        for field, (words, _, _) in FIELDS.items():
            if words is not None:
                yield [*words, "--on-disconnect", "lock"] if field == "on_disconnect_delay_s" else words


class OnPostgres(RoundTrip, unittest.TestCase):
    @staticmethod
    def options():
        server = PostgresServer(os.environ["CARAWAY_POSTGRES"])
        return (f"--broker-database={server.new_database(f'fields-{os.getpid()}')}",)

    @staticmethod
    def changes():
        yield [word for words, _, _ in FIELDS.values() for word in words or ()]


if __name__ == "__main__":
    unittest.main()
