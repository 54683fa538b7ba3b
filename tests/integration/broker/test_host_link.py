# SPDX-License-Identifier: Apache-2.0
"""The host link over real TLS: who may dial in, delivery at least once, silence, take-over by a newer link."""
import json
import unittest

import websocket

from machines import Broker, Machine, ScriptedHost, provision, wait_spare
from processes import wait_until
from rest import Problem


class LinkCase(unittest.TestCase):
    heartbeat_ms = 20000  # longer than a test: its host sends none

    def setUp(self):
        self.broker = Broker(f"--broker-heartbeat-ms={self.heartbeat_ms}").up()
        self.addCleanup(self.broker.down)
        self.host = ScriptedHost(self.broker)
        self.addCleanup(self.host.hang_up)

    def state(self, name="kvm1"):
        return self.broker.admin.call("GET", f"hosts/{name}")["state"]

    def wait_state(self, state):
        wait_until(lambda: self.state() == state, 30, f"waiting for {state}")


class SilenceTest(LinkCase):
    heartbeat_ms = 400

    def test_welcome_and_silence(self):
        self.assertEqual(self.state(), "joining")
        self.host.connect()
        self.assertEqual(self.host.welcome["heartbeat_ms"], 400)
        self.assertEqual([key["id"][:3] for key in self.host.welcome["grant_keys"]], ["b1-"])
        self.wait_state("up")
        self.host.beats = False
        self.wait_state("silent")

    def test_heartbeats_keep_it_up_and_are_answered(self):
        self.host.connect()
        times = []

        def has_three_answers():
            while not self.host.seen.empty():
                times.append(self.host.seen.get()["type"])
            return times.count("time") >= 3
        wait_until(has_three_answers, 60, "waiting for answers to heartbeats")
        self.wait_state("up")


class ForeignTest(LinkCase):
    OLD = {"uuid": "22222222-2222-4333-8444-555555555555", "name": "old-vm", "power": "up", "adoptable": True}

    def foreign(self):
        return self.broker.admin.call("GET", "hosts/kvm1")["foreign"]

    def test_machines_that_are_not_ours_are_shown(self):
        self.assertEqual(self.foreign(), [])
        self.host.hello_members = {"foreign": [self.OLD]}
        self.host.connect()
        self.assertEqual(self.foreign(), [{**self.OLD, "reason": ""}])
        bare = {**self.OLD, "name": "bare", "power": "off", "adoptable": False, "reason": "It has no SPICE display."}
        aside = {"name": "own-0001 (22222222)", "reason": "The broker does not know it."}
        self.host.send({"type": "foreign", "domains": [bare], "quarantined": [aside]})
        wait_until(lambda: self.foreign() == [bare], 20, "waiting for the new list")
        self.assertEqual(self.broker.admin.call("GET", "hosts/kvm1")["quarantined"], [aside])
        self.assertNotIn("foreign", self.broker.admin.items("hosts")[0])


class DutyTest(LinkCase):
    def setUp(self):
        super().setUp()
        self.other = ScriptedHost(self.broker, "kvm2")
        self.addCleanup(self.other.hang_up)
        self.host.connect()

    def order(self, duty, name="kvm1"):
        return self.broker.admin.call("POST", f"hosts/{name}/{duty}")["duty"]

    def duty(self, name="kvm1"):
        return self.broker.admin.call("GET", f"hosts/{name}")["duty"]

    def test_drained_host_gets_nothing_and_gives_its_spares_away(self):
        user = provision(self.broker)
        wait_spare(self.broker)
        session = user.connect("office")
        wait_spare(self.broker)
        kept = session["desktop"]["id"]
        self.other.connect()
        self.assertEqual(self.order("drain"), "draining")
        wait_until(lambda: set(self.host.desktops) == {kept}, 30, "waiting for the spares to go")
        wait_until(lambda: self.other.desktops, 30, "waiting for a spare elsewhere")
        with self.assertRaises(Problem) as caught:
            self.order("maintenance")
        self.assertEqual(caught.exception.code, "conflict")
        self.assertIn("1 desktop still runs on kvm1", caught.exception.detail)
        self.assertEqual(user.call("GET", f"sessions/{session['id']}")["state"], "ready")
        user.call("POST", f"sessions/{session['id']}/logoff")
        wait_until(lambda: self.duty() == "maintenance", 30, "waiting for the host to be empty")
        self.assertEqual(self.host.desktops, {})
        self.assertEqual(self.order("activate"), "active")

    def test_why_nothing_is_made(self):
        self.assertEqual(self.order("maintenance"), "maintenance")
        self.host.hang_up()
        self.host.connect()
        self.assertEqual(self.duty(), "maintenance")  # it came back, and that is all
        provision(self.broker)

        def says_why():
            problems = self.broker.admin.call("GET", "pools/office")["problems"]
            return any("kvm1 is in maintenance" in problem for problem in problems)
        wait_until(says_why, 30, "waiting for the reason")
        self.assertEqual(self.host.desktops, {})
        self.order("activate")
        wait_spare(self.broker)


class HostLinkTest(LinkCase):
    def test_only_hosts_may_dial_in(self):
        portal = Machine(self.broker, "portal", "edge1")
        for certificate in (portal.rest.certificate_file, self.host.relay_rest.certificate_file):
            with self.assertRaises(websocket.WebSocketBadStatusException) as caught:
                self.host.dial(certificate)
            self.assertEqual(caught.exception.status_code, 403)

    def test_the_name_is_the_certificates(self):
        other = ScriptedHost(self.broker, "kvm2")
        link = other.dial()
        link.send(json.dumps(other.hello(host="kvm1")))
        opcode, data = link.recv_data()
        self.assertEqual(opcode, websocket.ABNF.OPCODE_CLOSE)
        self.assertEqual(int.from_bytes(data[:2], "big"), 4403)

    def test_commands_are_delivered_again_until_answered(self):
        self.host.answer_create = False
        self.host.connect()
        self.wait_state("up")
        provision(self.broker)
        wait_until(lambda: self.host.commands, 30, "waiting for the command")
        first = self.host.commands[0]
        self.host.hang_up()
        self.host.answer_create = True
        self.host.connect()
        wait_spare(self.broker)
        again = [command for command in self.host.commands if command["id"] == first["id"]]
        self.assertEqual(len(again), 2)
        self.assertEqual({k: v for k, v in again[0].items() if k != "term"},
                         {k: v for k, v in again[1].items() if k != "term"})

    def test_commands_survive_the_broker(self):
        self.host.answer_create = False
        self.host.connect()
        self.wait_state("up")
        provision(self.broker)
        wait_until(lambda: self.host.commands, 30, "waiting for the command")
        term = self.host.welcome["term"]
        self.broker.process.kill()
        self.broker.process.child.wait()
        self.host.hang_up()
        self.broker.start()
        self.host.answer_create = True
        self.host.connect()
        self.assertGreater(self.host.welcome["term"], term)
        wait_spare(self.broker)

    def test_a_removed_host_is_turned_away(self):
        """Its certificate went with it, so it does not come as far as a hello."""
        self.broker.admin.call("DELETE", "hosts/kvm1")
        with self.assertRaises((OSError, websocket.WebSocketException)):
            self.host.dial()
        self.assertEqual([host["name"] for host in self.broker.admin.items("hosts")], [])

    def test_plain_requests_are_told_what_to_do(self):
        response = self.host.rest.open("GET", "/internal/hostlink")
        self.assertEqual(response.status, 426)
        response.connection.close()


if __name__ == "__main__":
    unittest.main()
