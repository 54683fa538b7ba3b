# SPDX-License-Identifier: Apache-2.0
"""
The list of caraway-client in every state that it can show, in English and in German, against a stub portal: several desktops
of a pool, one that is off, one being made ready, a warning, reasons, a server without its database, an empty list, a list that
cannot be read, each question before log off. The pictures are kept to be looked at.
"""
import os
import sys
import tempfile
import time

from client_driver import ClientDriver
from processes import wait_until
from screen import colour_share
from stub_portal import Refusal, StubPortal, Story
from tiny_guest import GREEN, TinyGuest

BUILD = os.environ["CARAWAY_BUILD"]
ARTEFACTS = os.path.join(os.path.dirname(BUILD), "artefacts", "client-list")
IDLE = "Nobody has used this desktop for 14 minutes. It is disconnected in 1 minute unless you go on."
NOTICE = (253, 240, 205)  # behind a warning
AGE = "A session of this pool may last 8 hours. Yours ends in 5 minutes: save your work."

# What windows are called in each language.
TITLES = {"en": {"sign in": "Sign in", "desktops": "Your desktops", "log off": "Log off from", "other": "Open on another"},
          "de": {"sign in": "Anmelden", "desktops": "Ihre Desktops", "log off": "abmelden", "other": "anderen Gerät"}}


def warned(sentence, left_s=235):
    """The members of a session that tell a warning."""
    code, action = {AGE: ("session-limit", "logoff"), IDLE: ("idle-limit", "disconnect"), None: (None, None)}[sentence]
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + left_s)) if sentence else None
    return {"warning": sentence, "warning_code": code, "warning_action": action, "warning_until": until}


def pool(name, description="", kind="floating"):
    return {"id": f"id-{name}", "name": name, "description": description, "kind": kind}


class ListStory(Story):
    """A person with something in every state. `items` is what GET /desktops says; None: it cannot."""

    def __init__(self):
        super().__init__()
        self.items, self.degraded, self.warning, self.wishes, self.lists = [], False, None, [], 0
        self.on_logoff = "reclone"

    def seat(self, name, desktop, state, **more):
        return {"id": f"s-{desktop}", "pool": {"id": f"id-{name}", "name": name}, "user": "demo", "state": state,
                "desktop": {"id": f"d-{desktop}", "name": desktop, "host": "kvm1", "kind": "dedicated", "power": "up"},
                "slot": 1, "step": "", "progress": 0, "connected_from": None, "viewer": "native", "may_restart": True,
                "may_reset": False, "warning": None, "reasons": [], "on_logoff": "keep", **more}

    def item(self, offered, state, sessions=(), off=(), more=False, reasons=()):
        own = [{"id": s["desktop"]["id"], "name": s["desktop"]["name"], "power": "up", "slot": 1, "session": s["id"]}
               for s in sessions]
        own += [{"id": f"d-{name}", "name": name, "power": "off", "slot": 2, "session": None} for name in off]
        return {"pool": offered, "state": state, "session": sessions[0] if sessions else None, "sessions": list(sessions),
                "desktops": own, "may_open_another": more, "reasons": list(reasons)}

    def full(self):
        """Everything at once."""
        seat = self.seat
        self.items = [
            self.item(pool("accounting", "Windows programs for the accounts", "dedicated"), "available", off=["accounting-07"]),
            self.item(pool("dev", "Your own machines, with a data disk", "dedicated"), "yours", [
                seat("dev", "dev-001", "disconnected", **warned(AGE)),
                seat("dev", "dev-002", "connected", connected_from="192.0.2.17"),
                seat("dev", "dev-003", "preparing", step="copying the image", progress=40)], off=["dev-004"], more=True),
            self.item(pool("kiosk"), "unavailable", reasons=["All 8 desktops are in use.",
                                                             "kvm2 has 1.5 GiB of memory to give, 2.1 GiB are needed"]),
            self.item(pool("office", "Debian desktop with office programs"), "yours",
                      [seat("office", "office-0003", "disconnected", on_logoff="reclone")], more=True),
        ]

    def desktops(self):
        self.lists += 1
        if self.items is None:
            raise Refusal(503, "overloaded", "Too many requests are waiting. Try again in a few seconds.")
        return {"items": self.items, "next": None,
                **({"degraded": True, "degraded_reason": "The broker's database is away; this is what the broker knows by "
                                                         "heart and may be old."} if self.degraded else {})}

    def view(self, session):
        return {**super().view(session), "may_restart": True, "may_reset": False, **warned(self.warning),
                "on_logoff": self.on_logoff}

    def connect(self, name, body):
        self.wishes.append((name, body))
        if body.get("desktop") == "d-dev-004":
            raise Refusal(503, "no-free-desktop", "All desktops of this pool are in use; try again in a few minutes.",
                              ["No desktop of dev is ready or being made.",
                               "dev has at most 30 desktops; 28 of them are in use and 2 are on their way out."])
        return super().connect("office", body)


class Walk:
    """The client in one language, and how its list is walked by keys."""

    def __init__(self, client, story, language):
        self.client, self.story, self.titles = client, story, TITLES[language]

    def refresh(self, name):
        """Asks for the list and keeps its picture once it was given out."""
        before = self.story.lists
        self.client.screen.key("F5")
        wait_until(lambda: self.story.lists > before, 20, "the list")
        self.client.settled(name)

    def title(self, name):
        self.client.wait_title(self.titles[name])

    def wished(self, *keys):
        """What connecting asked for after these keys."""
        before = len(self.story.wishes)
        self.client.screen.key(*keys)
        wait_until(lambda: len(self.story.wishes) > before, 20, "a request to connect")
        return self.story.wishes[-1]


def states(walk):
    story = walk.story
    story.items = None
    walk.refresh("01-failed")
    story.items = []
    walk.refresh("02-empty")
    story.full()
    walk.refresh("03-list")
    story.degraded = True
    walk.refresh("04-degraded")
    story.degraded = False
    walk.refresh("05-list")


def refusals(walk):
    """The focus is on the first line; those that cannot be opened are no wish."""
    assert walk.wished("Down", "Down", "Down", "Down", "Return") == ("id-dev", {"desktop": "d-dev-004"})
    walk.title("desktops")
    walk.client.settled("06-refused")


def questions(walk):
    """The menu of one's second desktop holds what its pool allows; log off says what becomes of it."""
    client = walk.client
    walk.refresh("07-list")
    client.screen.key("Up", "Up", "Up", "Tab", "Tab", "space")
    client.settled("08-menu")
    client.screen.key("Up", "Return")
    walk.title("log off")
    client.settled("09-log-off-keep")
    client.screen.key("Escape")
    walk.title("desktops")
    assert not walk.story.actions, walk.story.actions


def desktop(walk):
    """Warnings over the desktop itself, and a menu without what the pool does not allow."""
    client, story = walk.client, walk.story
    assert walk.wished("End", "Up", "Return") == ("id-office", {"desktop": "d-office-0003"})
    client.wait_title("office-0001")
    client.wait_colour(GREEN, 0.3, 20, "10-desktop", ["ctrl+alt+t"])
    story.warning = IDLE
    client.wait_colour(NOTICE, 0.04, 20, "11-idle")
    story.warning = AGE
    client.settled("12-age")
    client.screen.key("shift+F12", "space")
    client.settled("13-menu")
    client.screen.key("Up", "Up", "Return")
    walk.title("log off")
    client.settled("14-log-off-reclone")
    client.screen.key("Escape")
    story.warning = None
    wait_until(lambda: colour_share(client.shot("15-no-warning"), NOTICE) < 0.01, 20, "the warning to go")


def main():
    for language in TITLES:
        with tempfile.TemporaryDirectory() as folder, TinyGuest(folder) as guest, \
                StubPortal(folder, guest.port, ListStory()) as portal, \
                ClientDriver(BUILD, os.path.join(ARTEFACTS, language), "--server", portal.url, "--user", "demo", "--ca-file",
                             portal.ca, environment={"LANGUAGE": language}) as client:
            walk = Walk(client, portal.story, language)
            walk.title("sign in")
            client.screen.type("right")
            client.screen.key("Return")
            walk.title("desktops")
            for act in (states, refusals, questions, desktop):
                act(walk)
                print(f"{language} {act.__name__}: good", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
