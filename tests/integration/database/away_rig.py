# SPDX-License-Identifier: Apache-2.0
"""A broker whose database a test takes away: people who own a desktop and people who do not, and a host that dials again
whenever its link ends, as caraway-host does."""
import base64
import json
import threading
import time

import websocket
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from machines import ADMIN_PASSWORD, Broker, ScriptedHost, wait_spare
from processes import wait_until
from rest import Problem

AWAY = "database-unavailable"
ANSWER_LIMIT_S = 68  # the limit of one answer of the database, and what a loaded machine adds


class LoyalHost(ScriptedHost):
    """Counts what it is told, and comes back."""

    def __init__(self, broker):
        super().__init__(broker)
        self.hellos = self.refusals = 0
        self.consoles = []
        self.leaving = threading.Event()
        self.gone = threading.Event()

    def hello(self, **changes):
        return super().hello(consoles=self.consoles, **changes)

    def start(self):
        self.connect()
        self.hellos = 1
        for work in (self.return_always, self.beat_always):
            threading.Thread(target=work, daemon=True).start()
        return self

    def beat_always(self):
        while not self.gone.wait(0.7):
            try:
                self.send({"type": "heartbeat", "capacity": self.capacity()})
            except (OSError, websocket.WebSocketException):
                continue  # it is dialling

    def serve(self, link):
        super().serve(link)
        self.leaving.set()

    def return_always(self):
        while not self.gone.is_set():
            self.leaving.wait()
            self.leaving.clear()
            while not self.gone.is_set() and not self.dial_once():
                self.leaving.wait(0.3)

    def dial_once(self):
        try:
            link = self.dial()
            link.send(json.dumps(self.hello()))
            welcome = json.loads(link.recv() or "{}")
        except (OSError, ValueError, websocket.WebSocketException):
            welcome = {}
        if welcome.get("type") != "welcome":
            self.refusals += 1
            return False
        self.socket, self.welcome = link, welcome
        for gone in set(self.desktops) - {desktop["id"] for desktop in welcome["desktops"]}:
            del self.desktops[gone]  # an orphan, as a host sees it
        self.hellos += 1
        threading.Thread(target=self.serve, args=(link,), daemon=True).start()
        return True

    def is_answered(self):
        """Whether the link lives: the broker answers heartbeats with its time."""
        self.drain()
        return wait_until(lambda: any(m["type"] == "time" for m in self.drain()), 10, "waiting for the broker's time")

    def drain(self):
        found = []
        while not self.seen.empty():
            found.append(self.seen.get())
        return found


class Installation:
    """A pool `office` of `size` desktops; `owner` has one of them, `other` is entitled and has none."""

    def __init__(self, *options, size=4):
        self.broker = Broker("--broker-heartbeat-ms=2000", *options)
        self.broker.up()
        self.host = LoyalHost(self.broker).start()
        self.broker.admin.call("POST", "images", {"name": "debian-12"})
        self.broker.admin.call("POST", "pools", {"name": "office", "image": "debian-12", "size": size, "spares": 2})
        self.owner, self.other = self.user("owner"), self.user("other")
        wait_spare(self.broker)
        self.session = self.owner.connect("office")
        wait_until(lambda: self.owner.call("GET", f"sessions/{self.session['id']}")["state"] == "ready", 20, "a desktop")
        wait_until(lambda: self.metric("caraway_known_sessions") == 1, 10, "waiting till the broker knows it by heart")
        self.folder = self.broker.folder

    def user(self, name):
        rest = self.broker.user(name)
        self.broker.admin.call("PUT", f"pools/office/entitlements/user/{name}")
        return rest

    def metric(self, name):
        for line in self.broker.rest().call("GET", "/metrics").splitlines():
            if line.startswith(name + " "):
                return int(line.split()[1])
        return None

    def is_ready(self):
        try:
            return self.broker.rest().call("GET", "/readyz") == "ready\n"
        except (OSError, Problem):
            return False

    def wait_away(self):
        wait_until(lambda: not self.is_ready(), 30, "waiting till the broker sees that its database is away")

    def wait_back(self, limit_s=30):
        wait_until(self.is_ready, limit_s, "waiting till the broker has its database again")

    def down(self):
        self.host.gone.set()
        self.host.leaving.set()
        self.host.hang_up()
        self.broker.down()


def claims(broker, relay, grant):
    """What a grant says, once its signature was checked with the keys that relays ask for."""
    _, key_id, payload, signature = grant.split(".")
    raw = {key["id"]: key["public_key"] for key in relay.call("GET", "/internal/grant-keys")["grant_keys"]}[key_id]
    pad = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    Ed25519PublicKey.from_public_bytes(pad(raw)).verify(pad(signature), f"cwg1.{key_id}.{payload}".encode())
    return json.loads(pad(payload))


def viewer_password(text):
    return next(line.split("=", 1)[1] for line in text.splitlines() if line.startswith("password="))


class OwnersComeBack:
    """What must hold while the database is away, whatever took it; mixed into a TestCase with `place`, an Installation."""

    def refused(self, call, *args, **kwargs):
        begun = time.monotonic()
        with self.assertRaises(Problem) as caught:
            call(*args, **kwargs)
        self.assertEqual((caught.exception.status, caught.exception.code), (503, AWAY), caught.exception)
        self.assertIn("come back to desktops of their own", caught.exception.detail)
        self.assertLess(time.monotonic() - begun, ANSWER_LIMIT_S)

    def check_owner(self):
        place, owner = self.place, self.place.owner
        me = owner.call("GET", "me")
        self.assertEqual(me["name"], "owner")
        self.assertTrue(me["degraded"])
        self.assertIn("database", me["degraded_reason"])
        offers = owner.call("GET", "desktops")
        self.assertEqual([item["session"]["id"] for item in offers["items"]], [place.session["id"]])
        again = owner.connect("office")
        self.assertEqual((again["id"], again["desktop"]["id"]), (place.session["id"], place.session["desktop"]["id"]))
        console = owner.call("POST", f"sessions/{again['id']}/grants", {"viewer": "native"})
        grant = claims(place.broker, place.host.relay_rest, console["grant"])
        self.assertEqual((grant["session"], grant["desktop"], grant["user"]), (again["id"], again["desktop"]["id"], "owner"))
        self.assertEqual(grant["epoch"], place.host.desktops[grant["desktop"]]["epoch"])
        self.assertEqual(console["relays"][-1]["identity"], "relay/kvm1")

    def check_password(self):
        place = self.place
        password = viewer_password(place.owner.call("POST", f"sessions/{place.session['id']}/console.vv", {}))
        answer = place.host.relay_rest.call("POST", "/internal/redeem", {"password": password})
        self.assertEqual(claims(place.broker, place.host.relay_rest, answer["grant"])["viewer"], "vv")
        with self.assertRaises(Problem) as caught:
            place.host.relay_rest.call("POST", "/internal/redeem", {"password": password})
        self.assertEqual(caught.exception.code, "grant-already-used")

    def check_refusals(self):
        place = self.place
        self.refused(place.other.connect, "office")
        self.refused(place.other.call, "POST", f"sessions/{place.session['id']}/grants", {"viewer": "native"})
        self.refused(place.broker.sign_in, "admin", ADMIN_PASSWORD)
        self.refused(place.broker.admin.call, "POST", "groups", {"name": "late"})
        self.refused(place.owner.call, "POST", f"sessions/{place.session['id']}/logoff", {})
        response = place.other.open("POST", "/api/v1/pools/office/connect", {})
        self.assertGreaterEqual(int(response.headers["Retry-After"]), 1)
        response.connection.close()
        self.assertEqual(place.broker.rest().call("GET", "/healthz"), "ok\n")
        self.assertEqual(place.metric("caraway_database_writable"), 0)

    def check_books(self, redeemed=1):
        """After the return: the journal is written, the host told everything anew, nobody lost or got anything."""
        place = self.place
        wait_until(lambda: place.metric("caraway_audit_waiting") == 0, 10, "waiting for the journal to be written")
        entries = place.broker.admin.items("audit?limit=500")
        done = [entry["action"] for entry in entries if entry["object"] == f"session/{place.session['id']}"]
        self.assertEqual(done.count("console.redeem"), redeemed, done)
        self.assertIn("session.resume", done)
        refused = [entry for entry in entries if entry["code"] == AWAY]
        self.assertIn("sign-in", [entry["action"] for entry in refused])
        self.assertNotIn("destroy", [command["kind"] for command in place.host.commands])
        self.assertEqual(place.owner.connect("office")["desktop"]["id"], place.session["desktop"]["id"])
        self.assertNotIn("degraded", place.owner.call("GET", "me"))
        wait_until(lambda: self.assigned_to_other(), 20, "waiting for a desktop for the other")
        self.assertEqual(len(place.broker.admin.items("groups")), 0)

    def assigned_to_other(self):
        session = self.place.other.connect("office")
        self.assertNotEqual(session["desktop"]["id"], self.place.session["desktop"]["id"])
        return session["state"] == "ready"
