# SPDX-License-Identifier: Apache-2.0
"""A broker with one of everything behind it, for tests that walk every place of its interface."""
import os
import urllib.parse
import uuid

from api_places import error_codes
from device import Device
from hostile_texts import is_plain
from machines import Broker, Machine, ScriptedHost, provision, wait_spare
from postgres_server import PostgresServer, folder_of
from processes import wait_until

ENGINE = os.environ.get("CARAWAY_ENGINE", "sqlite")
SENTENCE_MAX = 2000
CODES = error_codes()


class WalkedBroker:
    def __init__(self):
        options = []
        if ENGINE == "postgres":
            server = PostgresServer(folder_of(os.environ["CARAWAY_BUILD"]))
            options = [f"--broker-database={server.new_database(f'walk-{uuid.uuid4().hex[:8]}')}"]
        self.broker = Broker(*options).up()
        self.admin = self.broker.admin
        self.host = ScriptedHost(self.broker).connect()
        self.portal = Machine(self.broker, "portal", "edge1")
        self.owner = provision(self.broker)
        self.broker.user("victim")
        self.admin.call("POST", "groups", {"name": "staff"})
        self.admin.call("POST", "roles", {"name": "reader", "permissions": ["pool.read"]})
        self.admin.call("POST", "pools", {"name": "adopted", "kind": "manual"})
        wait_spare(self.broker)
        self.session = self.owner.connect("office")["id"]
        wait_until(lambda: self.owner.call("GET", f"sessions/{self.session}")["state"] == "ready", 30, "the session")
        desktop = self.owner.call("GET", f"sessions/{self.session}")["desktop"]["name"]
        self.ids = {"pool": "office", "user": "victim", "group": "staff", "kind": "user", "subject": "victim",
                    "image": "debian-12", "host": "kvm1", "desktop": desktop, "session": self.session,
                    "signin": "0" * 32, "token": "no-such-token", "serial": self.broker_serial(), "key": "no-such-key",
                    "role": "reader", "binding": "0" * 32,
                    "authenticator": "nowhere"}
        self.people = {"own": self.owner, "account": self.owner, "console.open": self.owner, "public": self.broker.rest(),
                       "gateway": self.portal.rest, "host": self.host.rest, "broker": self.portal.rest, "machine": self.portal.rest}
        device = Device(self.broker)
        device.enrol()
        self.ids["device"] = device.id
        self.proof = {"public_key": device.public_key, "device": device.id, "nonce": "none", "signature": "none"}
        self.made = 0
        self.token = self.admin.call("POST", "hosts/join-tokens", {"role": "host"})["token"]

    def broker_serial(self):
        """Of the broker's own certificate: who revokes it cuts off no machine that the walk needs."""
        return self.admin.call("GET", "certificates?role=broker")["items"][0]["serial"]

    def down(self):
        self.host.hang_up()
        self.broker.down()

    def caller(self, operation):
        return self.people.get(operation.permission, self.admin)

    def known(self, operation):
        """Members without which nothing of the body is looked at, a new name each time."""
        self.made += 1
        new = {"name": f"n{self.made}"}
        return {"POST /api/v1/users": new | {"password": "a long enough secret"},
                "POST /api/v1/groups": new,
                "POST /api/v1/pools": new | {"image": "debian-12", "size": 1, "spares": 0},
                "POST /api/v1/roles": new | {"permissions": ["pool.read"]},
                "POST /api/v1/role-bindings": {"kind": "user", "subject": "victim", "role": "reader"},
                "POST /internal/join": {"token": self.token},
                "POST /api/v1/images": {"name": "debian-12"},
                "POST /api/v1/devices/{device}/approve": new,
                "POST /api/v1/devices/enrol": {key: self.proof[key] for key in ("public_key", "nonce", "signature")},
                "POST /api/v1/devices/sign-in": {key: self.proof[key] for key in ("device", "nonce", "signature")},
                "POST /api/v1/pools/{pool}/desktops": {"host": "kvm1"},
                "POST /api/v1/sessions/{session}/grants": {"viewer": "native"}}.get(operation.name, {})

    def path(self, operation, **hostile):
        """The path with what is there, but for the parameters `hostile`."""
        return "/".join(self.segment(part, hostile) for part in operation.pattern.split("/"))

    def segment(self, part, hostile):
        if not part.startswith("{"):
            return part
        return urllib.parse.quote(hostile.get(part[1:-1], self.ids[part[1:-1]]), safe="")

    def send(self, operation, path, body=None, headers=None):
        """(status, headers, body) of the answer."""
        response = self.caller(operation).open(operation.method, path, body, headers)
        raw = response.read()
        response.connection.close()
        return response.status, response.headers, raw


def problem_violations(status, problem):
    """What is wrong with a refusal: it has a stable code and a sentence that acts on nobody."""
    detail = problem.get("detail", "")
    sentences = [detail, *problem.get("reasons", [])]
    wrong = []
    if not 400 <= status < 500 or problem.get("status") != status:
        wrong.append(f"status {status}")
    if problem.get("code") not in CODES:
        wrong.append(f"code {problem.get('code')}")
    if not detail.endswith(".") or len(detail.encode()) > SENTENCE_MAX or not all(map(is_plain, sentences)):
        wrong.append(f"sentence {sentences!r}")
    return wrong
