# SPDX-License-Identifier: Apache-2.0
"""Two brokers on one database: a request at one of them, the link of the host at the other."""
import threading
import unittest

from cluster import Cluster, ClusterBroker, RoamingHost
from machines import ADMIN_PASSWORD, Machine, provision, wait_spare
from processes import wait_until
from rest import Problem, Rest


class Events:
    """The event stream of a session, read in a thread."""

    def __init__(self, rest, session):
        self.lines, self.over = [], threading.Event()
        self.response = rest.open("GET", f"/api/v1/sessions/{session}/events")
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        try:
            while line := self.response.readline():
                self.lines.append(line.decode().strip())
        except OSError:
            pass
        self.over.set()

    def has(self, text):
        return any(text in line for line in list(self.lines))


class RequestsAnywhere(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = cls.enterClassContext(Cluster(2)) if hasattr(cls, "enterClassContext") else Cluster(2).__enter__()
        cls.first, cls.second = cls.cluster.brokers
        cls.host = RoamingHost([cls.second]).connect()
        provision(cls.first, size=4, spares=1)
        wait_spare(cls.first)

    @classmethod
    def tearDownClass(cls):
        cls.host.hang_up()
        if not hasattr(cls, "enterClassContext"):
            cls.cluster.down()

    def user_of(self, broker):
        """The user `demo`, signed in at the first, used at `broker`: a sign-in counts at all."""
        rest = self.first.sign_in("demo", "demo has a long password")
        return Rest(broker.url, broker.ca, rest.token)

    def test_assigned_at_one_and_commanded_by_the_other(self):
        self.assertEqual(self.cluster.link_of("kvm1"), "b2")
        rest = self.user_of(self.first)
        session = rest.connect("office")
        stream = Events(rest, session["id"])
        desktop = session["desktop"]["id"]
        wait_until(lambda: any(c["kind"] == "epoch" and c["desktop"] == desktop for c in self.host.commands), 20,
                   "waiting for the epoch over the other broker's link")
        self.host.console(session["id"], desktop, "connected")
        wait_until(lambda: stream.has('"state":"connected"'), 20, "waiting for the event at the first broker")
        same = self.user_of(self.second).call("GET", f"sessions/{session['id']}")
        self.assertEqual(same["desktop"]["id"], desktop)
        self.user_of(self.second).call("POST", f"sessions/{session['id']}/logoff")
        wait_until(lambda: stream.has("event: end"), 20, "waiting for the end at the first broker")
        wait_until(lambda: any(c["kind"] == "destroy" and c["desktop"] == desktop for c in self.host.commands), 20,
                   "waiting for the desktop to be destroyed")

    def test_grants_of_all_brokers_count_everywhere(self):
        portal = Machine(self.first, "portal", "edge")
        for broker in (self.first, self.second):
            portal.rest.host, portal.rest.port = "127.0.0.1", broker.port
            answer = portal.rest.call("GET", "/internal/grant-keys")
            self.assertEqual([key["id"][:3] for key in answer["grant_keys"]], ["b1-", "b2-"])
            self.assertEqual(set(answer["brokers"]), {self.first.url, self.second.url})
        self.assertEqual([key["id"][:3] for key in self.host.welcome["grant_keys"]], ["b1-", "b2-"])
        self.assertEqual(self.host.welcome["brokers"][0]["url"], self.second.url)
        wait_spare(self.first)
        rest = self.user_of(self.first)
        session = rest.connect("office")
        signed = [self.user_of(broker).call("POST", f"sessions/{session['id']}/grants", {"viewer": "native"})["grant"]
                  for broker in (self.first, self.second)]
        self.assertEqual([grant.split(".")[1][:3] for grant in signed], ["b1-", "b2-"])
        # A password that one broker gave is redeemed at the other.
        console = rest.call("POST", f"sessions/{session['id']}/grants", {"viewer": "browser"})
        portal.rest.port = self.second.port
        redeemed = portal.rest.call("POST", "/internal/redeem", {"password": console["password"]})
        self.assertTrue(redeemed["grant"].startswith("cwg1.b2-"))
        rest.call("POST", f"sessions/{session['id']}/logoff")

    def published(self, portal, broker):
        """Ids of the keys that `broker` gives to portals."""
        portal.rest.host, portal.rest.port = "127.0.0.1", broker.port
        return {key["id"] for key in portal.rest.call("GET", "/internal/grant-keys")["grant_keys"]}

    def wait_told(self, fits, what):
        """Till the host was told a list of keys that `fits`."""
        def told():
            while not self.host.seen.empty():
                message = self.host.seen.get()
                if message["type"] == "keys" and fits({key["id"] for key in message["grant_keys"]}):
                    self.revoked = {key["id"] for key in message["revoked_keys"]}
                    return True
            return False
        wait_until(told, 60, what)

    def test_keys_are_changed_and_taken_back_from_anywhere(self):
        """Asked for at the first broker, done by the second, known at both and to the host."""
        portal, admin = Machine(self.first, "portal", "keys"), self.first.admin
        keys = {key["broker"]: key["id"] for key in admin.items("grant-keys") if key["state"] == "current"}
        before = set(keys.values())
        admin.call("POST", "grant-keys/rotate", {"broker": "b2"})
        for broker in (self.first, self.second):
            wait_until(lambda at=broker: self.published(portal, at) > before, 60, f"{broker.name} to publish the next key")
        (following,) = self.published(portal, self.first) - before
        self.assertTrue(following.startswith("b2-"))
        self.wait_told(lambda ids: ids == before | {following}, "the host to be told of the next key")
        admin.call("POST", f"grant-keys/{keys['b2']}/revoke", {"reason": "The machine was stolen."})
        gone = {keys["b2"], following}
        for broker in (self.first, self.second):
            wait_until(lambda at=broker: not self.published(portal, at) & gone, 60, f"{broker.name} to drop both keys")
        self.wait_told(lambda ids: not ids & gone, "the host to be told that they are gone")
        self.assertEqual(self.revoked, gone)
        wait_until(lambda: len(self.published(portal, self.first)) == 2, 60, "the second broker's new key")
        with self.assertRaises(Problem) as caught:
            admin.call("POST", "grant-keys/rotate", {"broker": "b9"})
        self.assertEqual(caught.exception.code, "not-found")

    def test_sign_out_at_one_cuts_streams_at_the_other(self):
        wait_spare(self.first)
        rest = self.user_of(self.first)
        session = rest.connect("office")
        stream = Events(rest, session["id"])
        wait_until(lambda: stream.has("event: session"), 20, "waiting for the first event")
        Rest(self.second.url, self.second.ca, rest.token).call("POST", "logout")
        self.assertTrue(stream.over.wait(20))
        with self.assertRaises(Problem) as refused:
            rest.call("GET", "me")
        self.assertEqual(refused.exception.status, 401)
        self.user_of(self.second).call("POST", f"sessions/{session['id']}/logoff")

    def test_one_of_them_keeps(self):
        self.assertEqual(self.cluster.keeper(), "b1")
        for broker in (self.first, self.second):
            seen = broker.admin.items("brokers")
            self.assertEqual([(b["name"], b["address"], b["alive"], b["keeper"], b["hosts"]) for b in seen],
                             [("b1", self.first.url, True, True, 0), ("b2", self.second.url, True, False, 1)])
        page = self.first.admin.call("GET", "brokers?limit=1")
        self.assertEqual(([b["name"] for b in page["items"]], page["next"]), (["b1"], "b1"))
        self.assertIn("caraway_keeper 1", self.first.rest().call("GET", "/metrics"))
        self.assertIn("caraway_keeper 0", self.second.rest().call("GET", "/metrics"))

    def test_failed_sign_ins_count_at_both(self):
        self.first.admin.call("POST", "users", {"name": "mallory", "password": "mallory has a long password"})
        def attempt(broker):
            try:
                broker.sign_in("mallory", "not the password")
            except Problem as problem:
                return problem.code
        wait_until(lambda: attempt(self.first) == "too-many-attempts", 60, "waiting for the first broker to refuse", 0)
        wait_until(lambda: attempt(self.second) == "too-many-attempts", 60, "waiting for the second broker to know", 0.5)
        self.user_of(self.second).call("GET", "me")  # nobody else has to wait

    def test_boot_logs_come_from_either(self):
        wait_spare(self.first)
        desktop = next(d["id"] for d in self.first.admin.items("admin/desktops") if d["assignment"] == "spare")
        for broker in (self.first, self.second):
            self.assertIn("Linux version", broker.admin.call("GET", f"admin/desktops/{desktop}/boot-log"))
        # Only brokers may ask for what is behind that.
        with self.assertRaises(Problem) as refused:
            self.host.rest.call("GET", f"/internal/desktops/{desktop}/boot-log")
        self.assertEqual(refused.exception.code, "identity-not-trusted")


class StartOfAnotherBroker(unittest.TestCase):
    def refusal(self, broker):
        ended = broker.once()
        self.assertEqual(ended.returncode, 1, ended.stderr)
        return ended.stderr

    def test_foreign_authority_and_taken_names_are_refused(self):
        with Cluster(1) as cluster:
            first = cluster.brokers[0]
            address = cluster.server.address(cluster.database)
            stranger = ClusterBroker("b2", address)
            self.addCleanup(stranger.down)
            self.assertIn("Copy ca.pem and ca.key", self.refusal(stranger))
            foreign = ClusterBroker("b1", f"{stranger.folder}/other.db")
            self.addCleanup(foreign.down)
            self.assertEqual(foreign.once("--create-admin=admin", text=ADMIN_PASSWORD + "\n").returncode, 0)
            stranger.share_authority(foreign)
            self.assertIn("authority", self.refusal(stranger))
            namesake = ClusterBroker("b1", address)
            self.addCleanup(namesake.down)
            namesake.share_authority(first)
            self.assertIn("A broker called b1 serves this database already", self.refusal(namesake))
            self.assertTrue(first.answers())
            stranger.share_authority(first)
            stranger.start()
            self.assertEqual(cluster.keeper(), "b1")

    def test_two_that_start_at_once(self):
        with Cluster(1) as cluster:
            others = [ClusterBroker(name, cluster.server.address(cluster.database)) for name in ("b2", "b3")]
            for broker in others:
                self.addCleanup(broker.down)
                broker.share_authority(cluster.brokers[0])
                broker.process.start()
            for broker in others:
                wait_until(broker.answers, 60, f"waiting for {broker.name}")
            self.assertEqual(cluster.sql("SELECT COUNT(*) FROM broker WHERE stopped = 0"), "3")
            self.assertEqual(cluster.keeper(), "b1")


if __name__ == "__main__":
    unittest.main()
