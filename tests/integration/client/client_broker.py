# SPDX-License-Identifier: Apache-2.0
"""
caraway-client in German against the real broker, portal, relay and a host with the fake hypervisor, whose consoles lead to a
guest of one boot sector: a second desktop of a pool, one that is off started, the warning before the longest session is over,
its end, a refusal with its reasons. The server's sentences come in German though it says them in English.
"""
import os
import sys
import tempfile

from client_driver import ClientDriver
from fake_stack import fake_stack
from processes import wait_until
from rest import Rest
from screen import colour_share
from tiny_guest import GREEN, TinyGuest

BUILD = os.environ["CARAWAY_BUILD"]
ARTEFACTS = os.path.join(os.path.dirname(BUILD), "artefacts", "client-broker")
NOTICE = (253, 240, 205)  # behind a warning
FAILURE = (251, 227, 225)  # behind an error
SESSION_LIMIT_S = 60  # the shortest that a pool takes; the warning comes after half of it


def add_pools(stack, guest):
    """“own”: two of one's own, off after log off; “shift”: a short session; “office” is the stack's, and given to nobody else."""
    with open(stack.path("host", "faults", "display"), "w") as file:
        file.write(str(guest.port))
    for name, more in (("own", {"kind": "dedicated", "desktops_per_user": 2, "on_logoff": "stop", "may_reset": False}),
                       ("shift", {"session_limit_s": SESSION_LIMIT_S, "warning_s": 30}),
                       ("tiny", {"size": 0})):
        stack.admin.call("POST", "pools", {"name": name, "image": "tiny", "size": 2, "spares": 0, **more})
        stack.admin.call("PUT", f"pools/{name}/entitlements/user/demo")


class Walk:
    def __init__(self, stack, client):
        self.stack, self.client = stack, client
        self.user = Rest(stack.portal_url, stack.ca)
        self.user.login("demo", stack.password)

    def offer(self, pool):
        return next(item for item in self.user.items("desktops") if item["pool"]["name"] == pool)

    def until(self, pool, what, condition, limit_s=60):
        wait_until(lambda: condition(self.offer(pool)), limit_s, f"{pool}: {what}")

    def list(self):
        self.client.wait_title("Ihre Desktops")

    def open(self, name, title, *keys):
        """From the list, by keys, to the desktop's picture; then back, with the desktop running."""
        self.client.screen.key("F5")
        self.client.settled(f"{name}-list")
        self.client.screen.key(*keys, "Return")
        self.client.wait_title(title)
        self.client.wait_colour(GREEN, 0.3, 30, name, ["ctrl+alt+t"])

    def leave(self):
        self.client.screen.key("shift+F12", "space", "Return")
        self.list()


def second_desktop(walk):
    """The lines are office, own, shift, tiny; then own has two."""
    walk.open("01-first", "own-0001", "Home", "Down")
    walk.leave()
    walk.until("own", "not connected", lambda item: item["sessions"][0]["state"] == "disconnected")
    walk.open("02-second", "own-0002", "Home", "Down", "Down")
    walk.leave()
    walk.until("own", "two", lambda item: len(item["sessions"]) == 2)


def off_and_on(walk):
    """Logging off says that the desktop is kept and switched off; opening it starts the same one."""
    client = walk.client
    client.screen.key("F5")
    client.settled("03-two")
    client.screen.key("Home", "Down", "Down", "Tab", "Tab", "space", "Up", "Return")
    client.wait_title("abmelden")
    client.settled("04-log-off-stop")
    client.screen.key("alt+a")
    walk.list()
    walk.until("own", "one off", lambda item: [own["power"] for own in item["desktops"]].count("off") == 1)
    walk.open("05-off", "own-0002", "Home", "Down", "Down")
    walk.leave()


def refused(walk):
    """A pool of size 0 has no desktop for anybody, and the list says so."""
    walk.client.screen.key("F5")
    walk.client.settled("06-unavailable")
    reasons = walk.offer("tiny")["reasons"]
    assert reasons[0].startswith("tiny has the size 0 and gives nobody another desktop"), reasons


def end_of_a_session(walk):
    client = walk.client
    walk.open("07-shift", "shift-0001", "Home", "Down", "Down", "Down")
    client.wait_colour(NOTICE, 0.03, SESSION_LIMIT_S, "08-warning")
    client.wait_title("Ihre Desktops", SESSION_LIMIT_S + 30)
    wait_until(lambda: colour_share(client.shot("09-ended"), FAILURE) > 0.03, 20, "why it ended")


def main():
    with fake_stack(size=1, spares=0) as stack, tempfile.TemporaryDirectory() as folder, TinyGuest(folder) as guest:
        add_pools(stack, guest)
        with ClientDriver(BUILD, ARTEFACTS, "--server", stack.portal_url, "--user", "demo", "--ca-file", stack.ca,
                          environment={"LANGUAGE": "de"}) as client:
            client.wait_title("Anmelden")
            client.screen.type(stack.password)
            client.screen.key("Return")
            walk = Walk(stack, client)
            walk.list()
            for act in (second_desktop, off_and_on, refused, end_of_a_session):
                act(walk)
                print(f"{act.__name__}: good", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
