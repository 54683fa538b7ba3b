# SPDX-License-Identifier: Apache-2.0
"""
Every page of caraway-client against a stub portal and a guest of one boot sector: first contact with an unknown
certificate, wrong password, forced change, refusals, progress, the desktop, a cut console, a take-over.
"""
import os
import sys
import tempfile

from client_driver import ClientDriver
from processes import wait_until
from stub_portal import Refusal, StubPortal
from tiny_guest import GREEN, TinyGuest

DIMMED = (14, 92, 18)  # GREEN under the veil of a picture that is not live
BUILD = os.environ["CARAWAY_BUILD"]
ARTEFACTS = os.path.join(os.path.dirname(BUILD), "artefacts", "client-stub")


def first_contact(client, portal):
    """Only an explicit yes makes the client go on with a certificate that nothing vouches for."""
    client.wait_title("Choose a server")
    client.shot("01-server")
    client.screen.type(portal.url)
    client.screen.key("Return")
    client.wait_title("not trusted")
    client.shot("02-certificate")
    client.screen.key("Escape")
    client.wait_title("Choose a server")
    client.shot("03-declined")
    client.screen.key("Return")
    client.wait_title("not trusted")
    client.screen.key("alt+t")
    client.wait_title("Sign in")
    client.shot("04-sign-in")


def sign_in(client, portal):
    client.screen.type("new")
    client.screen.key("Tab")
    client.screen.type("wrong")
    client.screen.key("Return")
    wait_until(lambda: "login" in portal.story.refused, 20, "the refusal")
    client.wait_title("Sign in")
    client.shot("05-wrong-password")
    client.screen.type("right")
    client.screen.key("Return")
    client.wait_title("Choose a new password")
    for password, name in (("short", "06-weak-password"), ("long enough", "07-desktops")):
        client.wait_title("Choose a new password")
        client.screen.type(password)
        client.screen.key("Tab")
        client.screen.type(password)
        client.screen.key("Return")
        wait_until(lambda: password in portal.story.passwords, 20, "the new password")
        client.wait_title("Choose a new password" if password == "short" else "Your desktops")
        client.shot(name)


def open_pool(client, steps):
    """The list has the focus on its first row; `steps` below it is the one to open."""
    client.wait_title("Your desktops")
    client.screen.key("F5", *["Down"] * steps, "Return")


def desktops(client, portal):
    open_pool(client, 1)  # slow
    client.wait_title("Opening")
    client.shot("08-progress")
    client.wait_title("slow-0001")
    client.wait_colour(GREEN, 0.3, 20, "09-desktop", ["ctrl+alt+t"])


def cut(client, portal):
    """The picture stays while the client gets a new grant; then it is live again."""
    portal.story.refuse_grants = Refusal(503, "host-gone", "The host kvm1 does not answer.")
    portal.cut()
    client.wait_title("Reconnecting")
    client.wait_colour(DIMMED, 0.2, 20, "10-reconnecting")
    portal.story.refuse_grants = None
    client.wait_title("slow-0001", 20)
    client.wait_colour(GREEN, 0.3, 20, "11-reconnected")


def taken_over(client, portal):
    """It does not fight: it asks."""
    portal.story.refuse_grants = Refusal(409, "in-use-on-another-device", "Your desktop was opened on 192.0.2.17.")
    portal.cut()
    client.wait_title("Open on another device", 20)
    client.shot("12-elsewhere")
    before = portal.story.grants
    portal.story.refuse_grants = None
    client.screen.key("Return")
    client.wait_title("slow-0001", 20)
    assert portal.story.grants == before + 1
    client.wait_colour(GREEN, 0.3, 20, "13-taken-back")


def ended(client, portal):
    """Logging off elsewhere ends the session here with a sentence."""
    with portal.story.lock:
        portal.story.sessions.clear()
    client.wait_title("Your desktops", 20)
    client.shot("14-ended")


def main():
    with tempfile.TemporaryDirectory() as folder, TinyGuest(folder) as guest, \
            StubPortal(folder, guest.port) as portal, ClientDriver(BUILD, ARTEFACTS) as client:
        for act in (first_contact, sign_in, desktops, cut, taken_over, ended):
            act(client, portal)
            print(f"{act.__name__}: good", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
