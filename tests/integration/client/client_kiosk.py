# SPDX-License-Identifier: Apache-2.0
"""
caraway-client as a kiosk in German, against the real broker, portal, relay and a host with the fake hypervisor: it shows its
code, is let in, opens its desktop, comes back by its key after a restart, is thrown out, and asks again once it was forgotten.
Nothing is typed, but what turns the guest green.
"""
import configparser
import os
import stat
import sys
import tempfile
import time

from client_driver import ClientDriver
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from device import Device, from_text
from fake_stack import fake_stack
from processes import wait_until
from screen import colour_share
from tiny_guest import GREEN, TinyGuest

BUILD = os.environ["CARAWAY_BUILD"]
ARTEFACTS = os.path.join(os.path.dirname(BUILD), "artefacts", "client-kiosk")
FAILURE = (251, 227, 225)  # behind an error
WAITING, DESKTOP = "Hier öffnet sich ein Desktop", "ward-0001"


class Portal:
    """Where a device asks."""

    def __init__(self, stack):
        self.url, self.ca = stack.portal_url, stack.ca


class Walk:
    def __init__(self, stack, folder):
        self.stack, self.folder = stack, folder

    def client(self):
        return ClientDriver(BUILD, ARTEFACTS, "--kiosk", "--server", self.stack.portal_url, "--ca-file", self.stack.ca,
                            environment={"LANGUAGE": "de", "XDG_CONFIG_HOME": self.folder})

    def pending(self):
        return self.stack.admin.items("devices?pending=true")

    def kept(self):
        """What the kiosk keeps, for nobody else to read."""
        path = os.path.join(self.folder, "caraway", "device.ini")
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600, oct(os.stat(path).st_mode)
        kept = configparser.ConfigParser()
        kept.read(path)
        return kept["device"]

    def told(self, action, code=""):
        return [row for row in self.stack.admin.items("audit?limit=500") if (row["action"], row["code"] or "") == (action, code)]

    def opened(self, client, name):
        client.wait_title(DESKTOP, 120)
        client.wait_colour(GREEN, 0.3, 60, name, ["ctrl+alt+t"])


def joins(walk, client):
    """The code that is listed is that of the kiosk's key."""
    client.wait_title(WAITING)
    wait_until(walk.pending, 60, "the kiosk to ask")
    client.settled("01-code")
    [asked] = walk.pending()
    device = Device(Portal(walk.stack), Ed25519PrivateKey.from_private_bytes(from_text(walk.kept()["key"])))
    assert (asked["code"], asked["fingerprint"]) == (device.code(), device.fingerprint()), asked
    walk.stack.admin.call("POST", f"devices/{asked['code']}/approve", {"name": "ward3-01", "pool": "ward"})
    walk.opened(client, "02-desktop")
    assert walk.kept()["id"] == asked["id"]


def comes_back(walk, client):
    walk.opened(client, "03-again")
    [device] = walk.stack.admin.items("devices")
    assert device["state"] == "approved" and device["seen"], device


def thrown_out(walk, client):
    began = time.monotonic()
    walk.stack.admin.call("POST", "devices/ward3-01/revoke")
    client.wait_title(WAITING)
    print(f"cut {time.monotonic() - began:.1f} s after it was revoked", flush=True)
    wait_until(lambda: walk.told("device.sign-in", "device-revoked"), 60, "the kiosk to be told")
    wait_until(lambda: colour_share(client.shot("04-revoked"), FAILURE) > 0.02, 60, "that it was thrown out")
    client.settled("04-revoked")
    assert walk.pending() == []


def forgotten(walk, client):
    code = walk.stack.admin.call("GET", "devices/ward3-01")["code"]
    walk.stack.admin.call("DELETE", "devices/ward3-01")
    wait_until(walk.pending, 120, "the kiosk to ask again")
    assert [asked["code"] for asked in walk.pending()] == [code]
    client.settled("05-asks-again")


def another_installation(walk, client):
    """It signs nothing for whom it did not join."""
    wait_until(lambda: colour_share(client.shot("06-another"), FAILURE) > 0.02, 60, "that this is another installation")
    assert len(walk.told("device.enrol")) == walk.asked, walk.told("device.enrol")
    client.settled("06-another")


def move(walk):
    """As if its server were that of another installation."""
    walk.asked = len(walk.told("device.enrol"))
    path = os.path.join(walk.folder, "caraway", "device.ini")
    kept = walk.kept()
    kept["installation"] = "6f9619ff-8b86-4011-b42d-00cf4fc964ff"
    with open(path, "w") as file:
        kept.parser.write(file)


def main():
    with fake_stack(size=1, spares=0) as stack, tempfile.TemporaryDirectory() as folder, TinyGuest(folder) as guest:
        with open(stack.path("host", "faults", "display"), "w") as file:
            file.write(str(guest.port))
        stack.admin.call("POST", "pools", {"name": "ward", "image": "tiny", "size": 1, "spares": 1})
        walk = Walk(stack, folder)
        for acts in ((joins,), (comes_back, thrown_out, forgotten), (another_installation,)):
            if another_installation in acts:
                move(walk)
            with walk.client() as client:
                for act in acts:
                    act(walk, client)
                    print(f"{act.__name__}: good", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
