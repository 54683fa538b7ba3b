# SPDX-License-Identifier: Apache-2.0
"""
The real programs while the broker changes the key of its grants: consoles are opened all the time, through the portal and
straight at the relay, and none is refused; not by the broker's death in the middle of it, nor by a relay that starts anew. A key
that leaked is refused at once (I3 I7; row 16).
"""
import itertools
import json
import os
import signal
import socket
import ssl
import threading

from desktop import ready_session
from fake_stack import fake_stack
from processes import wait_until
from rest import Problem
from spice_wire import TlsStream

LIMIT_S = 90
OVERLAP_S = 2


def key_of(grant):
    return grant.split(".")[1]


class Doors:
    """The portal and the relay, as clients dial them."""

    def __init__(self, stack):
        self.context = ssl.create_default_context(cafile=stack.ca)
        self.context.check_hostname = False  # the relay's certificate names a machine
        self.ports = {"portal": stack.portal_port, "relay": stack.relay_port}

    def refusal(self, door, grant):
        """What is said to `grant` before any channel is opened, so that it stays unspent: None when it is taken."""
        with socket.create_connection(("127.0.0.1", self.ports[door]), LIMIT_S) as plain:
            plain.settimeout(LIMIT_S)
            stream = TlsStream(self.context.wrap_socket(plain))
            stream.write(f"CONNECT desktop:0 HTTP/1.1\r\nHost: desktop:0\r\nAuthorization: Bearer {grant}\r\n\r\n".encode())
            if stream.read_head().startswith("HTTP/1.1 200 "):
                return None
            return json.loads(stream.read_rest())["code"]


class Crowd(threading.Thread):
    """Somebody who opens consoles all the time; `keys` are those that signed, in their order."""

    def __init__(self, stack, session, doors):
        super().__init__(daemon=True)
        self.stack, self.session, self.doors = stack, session, doors
        self.over = threading.Event()
        self.keys, self.opened, self.refused = [], 0, []

    def grant(self):
        return self.user.call("POST", f"sessions/{self.session}/grants", {"viewer": "native"})["grant"]

    def run(self):
        self.user = self.stack.sign_in()
        for door in itertools.cycle(("portal", "relay")):
            if self.over.is_set():
                return
            try:
                grant = self.grant()
            except (OSError, Problem, json.JSONDecodeError):  # the broker is away: nobody has anything to open
                self.over.wait(0.2)
                continue
            code = self.doors.refusal(door, grant)
            self.opened += 1
            if code is not None:
                self.refused.append((door, code, key_of(grant)))
            if key_of(grant) not in self.keys:
                self.keys.append(key_of(grant))
            self.over.wait(0.05)  # others work on this machine, too

    def wait_for_keys(self, count):
        wait_until(lambda: len(self.keys) >= count or not self.is_alive(), LIMIT_S, f"grants of {count} keys; {self.keys}")
        assert self.is_alive() and not self.refused, self.refused

    def check(self):
        self.over.set()
        self.join(LIMIT_S)
        assert not self.refused, self.refused
        assert self.opened >= len(self.keys) > 0, (self.opened, self.keys)


def states(stack):
    return {key["id"]: key["state"] for key in stack.admin.items("grant-keys")}


def kill_broker(stack):
    broker = stack.processes["broker"]
    broker.kill(signal.SIGKILL)
    broker.child.wait()
    stack.restart_broker()


def rotate(stack):
    asked = stack.admin.call("POST", "grant-keys/rotate", {"broker": "b1"})["items"]
    assert [key["state"] for key in asked] == ["current"] and asked[0]["replacement_asked"], asked


def check_rotation(stack, crowd):
    """Two in a row: the third key is made while the first is still believed."""
    for count in (2, 3):
        before = len(crowd.keys)
        rotate(stack)
        crowd.wait_for_keys(before + 1)
    known = states(stack)
    assert known[crowd.keys[-1]] == "current" and known[crowd.keys[0]] == known[crowd.keys[1]] == "previous", known
    folder = stack.path("broker")
    assert oct(os.stat(os.path.join(folder, "grant.key")).st_mode & 0o777) == "0o600"
    assert not os.path.exists(os.path.join(folder, "grant-next.key"))


def check_deaths(stack, crowd):
    """Killed before it publishes or after, and again around the moment when it would switch."""
    for stage in ("asked", "next", "current"):
        before = len(crowd.keys)
        rotate(stack)
        if stage == "next":
            wait_until(lambda: "next" in states(stack).values(), LIMIT_S, "the next key to be published")
        elif stage == "current":
            crowd.wait_for_keys(before + 1)
        kill_broker(stack)
        crowd.wait_for_keys(before + 1)


def check_relay(stack, crowd):
    """A relay that starts in the middle of it knows what its agent was told."""
    relay = stack.processes["relay"]
    crowd.check()
    rotate(stack)
    wait_until(lambda: "next" in states(stack).values(), LIMIT_S, "the next key")
    assert relay.stop() == 0, relay.log_tail()
    stack.restart("relay")
    wait_until(lambda: relay_answers(stack, crowd), LIMIT_S, "the relay")
    follower = Crowd(stack, crowd.session, crowd.doors)
    follower.start()
    wait_until(lambda: set(follower.keys) - set(crowd.keys), LIMIT_S, "grants of the next key")
    follower.check()


def relay_answers(stack, crowd):
    try:
        return crowd.doors.refusal("relay", "nonsense") == "grant-invalid"
    except OSError:
        return False


def check_leak(stack, session, doors):
    """Of two grants that nobody used yet, the one whose key leaked is refused at both doors, the next one is taken."""
    user = stack.sign_in()
    leaked = user.call("POST", f"sessions/{session}/grants", {"viewer": "native"})["grant"]
    for door in doors.ports:
        assert doors.refusal(door, leaked) is None
    row = stack.admin.call("POST", f"grant-keys/{key_of(leaked)}/revoke", {"reason": "It was in a bug report."})
    assert (row["state"], row["reason"]) == ("revoked", "It was in a bug report."), row
    for door in doors.ports:
        wait_until(lambda: doors.refusal(door, leaked) == "grant-invalid", LIMIT_S, f"the {door} to refuse it")

    def fresh():
        try:
            return user.call("POST", f"sessions/{session}/grants", {"viewer": "native"})["grant"]
        except Problem as problem:
            assert problem.code == "overloaded", problem
            return None
    grant = wait_until(lambda: key_of(fresh() or ".none.") not in (key_of(leaked), "none") and fresh(), LIMIT_S, "another key")
    for door in doors.ports:
        assert doors.refusal(door, grant) is None
    kill_broker(stack)
    assert states(stack)[key_of(leaked)] == "revoked"
    assert doors.refusal("relay", leaked) == "grant-invalid"
    done = {(entry["action"], entry["actor"]) for entry in stack.admin.items("audit?limit=500")
            if entry["action"].startswith("grant-key.")}
    assert done >= {("grant-key.rotate", "admin"), ("grant-key.revoke", "admin"), ("grant-key.publish", "system"),
                    ("grant-key.use", "system")}, done


def main():
    with fake_stack(size=1, spares=0, options=[f"--grants-key-overlap-s={OVERLAP_S}"]) as stack:
        session = ready_session(stack.sign_in(), "office")["id"]
        doors = Doors(stack)
        crowd = Crowd(stack, session, doors)
        crowd.start()
        crowd.wait_for_keys(1)
        check_rotation(stack, crowd)
        check_deaths(stack, crowd)
        check_relay(stack, crowd)
        check_leak(stack, session, doors)


if __name__ == "__main__":
    main()
