# SPDX-License-Identifier: Apache-2.0
"""
A virtual machine that libvirt had before Caraway came (a guest of one boot sector) is adopted into a manual pool, given to
a user, started by connecting, seen and typed into through the relay, released, and still runs.
"""
import os
import signal
import sys

from PIL import Image

from console import Console
from desktop import administrator, artefact, ready_session, signed_in
from processes import wait_until
from stack_control import read_description

POOL, MACHINE = "theirs", "old-vm"


def machine(admin):
    """As the host tells of it; None when it is a desktop."""
    return next((one for one in admin.call("GET", "hosts/kvm1")["foreign"] if one["name"] == MACHINE), None)


def process(uuid):
    """The process id of its QEMU; None when it does not run."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().decode(errors="replace").split("\0")
        except OSError:
            continue
        if "qemu-system" in words[0] and uuid in words:
            return int(pid)
    return None


def lit(console, name):
    """How many pixels of the screen are not black."""
    path = console.screenshot(artefact(name))
    with Image.open(path) as picture:
        return sum(picture.convert("L").point(lambda value: 255 if value > 8 else 0).histogram()[1:])


def use(stack):
    """The guest shows what is typed."""
    console = Console({**stack, "pool": POOL})
    wait_until(lambda: lit(console, "adopted-before.png") > 0, 30, "the guest's picture", 0.5)
    before = lit(console, "adopted-before.png")
    console.type("adopted")
    wait_until(lambda: lit(console, "adopted-after.png") > before, 60, "what was typed", 0.5)
    console.close()


def main():
    stack = read_description()
    admin, user = administrator(stack), signed_in(stack)
    told = wait_until(lambda: machine(admin), 30, "the host to tell of the machine")
    assert told["adoptable"] and told["power"] == "off", told
    admin.call("POST", "pools", {"name": POOL, "kind": "manual"})
    admin.call("PUT", f"pools/{POOL}/entitlements/user/{stack['user']}")
    desktop = admin.call("POST", f"pools/{POOL}/desktops", {"host": "kvm1", "domain": MACHINE})
    assert desktop["id"] == told["uuid"] and desktop["kind"] == "manual", desktop
    wait_until(lambda: admin.call("GET", f"admin/desktops/{desktop['id']}")["power"] == "off", 30, "the machine adopted")
    wait_until(lambda: machine(admin) is None, 30, "the machine to be told of as a desktop alone")
    admin.call("PUT", f"admin/desktops/{desktop['id']}/owner", {"user": stack["user"]})
    ready_session(user, POOL, 120)
    pid = process(told["uuid"])
    assert pid is not None, "it does not run"
    use(stack)
    guest = admin.call("GET", f"admin/desktops/{desktop['id']}")["guest"]
    assert guest["ready"] and guest["idle_ms"] is None and guest["user"] is None, guest
    admin.call("DELETE", f"admin/desktops/{desktop['id']}?force=true")
    back = wait_until(lambda: machine(admin), 60, "the machine released")
    assert back["power"] == "up" and process(told["uuid"]) == pid, back
    admin.call("DELETE", f"pools/{POOL}")
    os.kill(pid, signal.SIGKILL)  # as its owner: the stack's end would call it a leftover
    return 0


if __name__ == "__main__":
    sys.exit(main())
