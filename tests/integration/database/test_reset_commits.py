# SPDX-License-Identifier: Apache-2.0
"""Faults 6, 7 and 8: connections to PostgreSQL are reset around commits. What was acknowledged survives; what was not is
safe to ask for again under the same key; nobody gets two desktops, no pool more than its size."""
import collections
import concurrent.futures
import unittest
import uuid

from away_rig import AWAY, LoyalHost
from machines import Broker, wait_spare
from postgres_server import PASSWORD, USER, PostgresServer
from processes import free_port, wait_until
from reset_proxy import AFTER, BEFORE, ResetProxy
from rest import Problem

PEOPLE = 8


class ResetCommitsTest(unittest.TestCase):
    def setUp(self):
        self.server = PostgresServer(port=free_port(), loopback=True)
        self.addCleanup(self.server.remove)
        self.server.create().start()
        self.server.new_database("resets")
        self.proxy = ResetProxy(self.server.port)
        self.addCleanup(self.proxy.close)
        address = f"postgresql://{USER}:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{self.proxy.port}/resets?sslmode=disable"
        self.broker = Broker(f"--broker-database={address}").up()
        self.addCleanup(self.broker.down)
        self.host = LoyalHost(self.broker).start()
        self.addCleanup(self.host.gone.set)
        self.broker.admin.call("POST", "images", {"name": "debian-12"})
        self.broker.admin.call("POST", "pools", {"name": "office", "image": "debian-12", "size": PEOPLE + 2, "spares": 4,
                                                 "memory_mib": 512})
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            self.people = list(pool.map(self.person, range(PEOPLE)))
        wait_spare(self.broker, 4)

    def person(self, number):
        rest = self.broker.user(f"user{number}")
        self.broker.admin.call("PUT", f"pools/office/entitlements/user/user{number}")
        return rest

    def connect(self, rest, key, answers):
        """Asks under one key until it is answered; every answer is noted."""
        def once():
            try:
                session = rest.call("POST", "pools/office/connect", {}, {"Idempotency-Key": key})
            except Problem as problem:
                self.assertIn((problem.status, problem.code), [(503, AWAY), (503, "host-gone")], problem)
                return False
            answers.append(session)
            return True
        wait_until(once, 60, "waiting for a desktop")

    def storm(self, chooses):
        """Everybody connects, asks the same again, and again under another key, while commits break."""
        self.proxy.chooses = chooses
        answers = collections.defaultdict(list)
        keys = [str(uuid.uuid4()) for _ in self.people]
        with concurrent.futures.ThreadPoolExecutor(PEOPLE) as pool:
            for key_of in (keys.__getitem__, keys.__getitem__, lambda _: str(uuid.uuid4())):
                list(pool.map(lambda n: self.connect(self.people[n], key_of(n), answers[n]), range(PEOPLE)))
        self.proxy.chooses = lambda number: None
        return answers

    def check(self, answers):
        sessions = {session["id"] for of_one in answers.values() for session in of_one}
        for number, of_one in answers.items():
            self.assertEqual(len({session["id"] for session in of_one}), 1, f"user{number} got one session")
        self.assertEqual(len(sessions), PEOPLE)
        wait_until(self.is_ready, 60, "waiting till all is well")
        desktops = self.broker.admin.items("admin/desktops?limit=500")
        owned = [desktop for desktop in desktops if desktop["assignment"] == "assigned"]
        self.assertEqual(len(owned), PEOPLE, "as many desktops are owned as there are owners")
        self.assertLessEqual(len(desktops), PEOPLE + 2)
        self.assertEqual({s["id"] for s in self.broker.admin.items("sessions?all=true&limit=500")}, sessions)
        # one row for each assignment: what was undone left none
        assigned = [row for row in self.broker.admin.items("audit?limit=500") if row["action"] == "session.assign"]
        self.assertEqual(len(assigned), PEOPLE)
        self.assertEqual(len({row["object"] for row in assigned}), PEOPLE)

    def test_reset_after_the_commit(self):
        answers = self.storm(lambda number: AFTER if number % 3 == 0 else None)
        self.assertGreaterEqual(self.proxy.resets, 2)
        self.check(answers)

    def test_reset_before_the_commit(self):
        answers = self.storm(lambda number: BEFORE if number % 3 == 0 else None)
        self.assertGreaterEqual(self.proxy.resets, 2)
        self.check(answers)

    def test_acknowledged_survives_a_power_cut(self):
        answers = self.storm(lambda number: None)
        self.server.kill()
        self.server.start()
        wait_until(self.is_ready, 60, "waiting till the database is back")
        self.check(answers)

    def is_ready(self):
        try:
            return self.broker.rest().call("GET", "/readyz") == "ready\n"
        except Problem:
            return False


if __name__ == "__main__":
    unittest.main()
