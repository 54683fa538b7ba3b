# SPDX-License-Identifier: Apache-2.0
"""The built image boots to a desktop, and everything that caraway-guest promises holds in it. One boot for all, as a
boot without hardware virtualisation takes a minute."""
import os
import shutil
import sys
import tempfile
import time

import desktop_image
from processes import Failed, wait_until
from screen import colour_share
from virtual_machine import GuestPort, Machine

PICTURES = os.path.join(os.environ["CARAWAY_BUILD"], "vm", "image")
BOOT_LIMIT_S = 400
WALLPAPER_COLOURS = 1000
PASSWORD = "desktop"
BLACK = (0, 0, 0)
DIALOG_COLOUR = (0x20, 0x36, 0x3c)


def check(condition, what):
    if not condition:
        raise Failed(what)


def differing_share(one, other):
    from PIL import ImageChops
    difference = ImageChops.difference(one, other).convert("L").point(lambda value: 255 if value > 16 else 0)
    return difference.histogram()[255] / (one.width * one.height)


def until_picture(machine, name, matches, what):
    return wait_until(lambda: matches(machine.picture(name)), 60, what, every_s=0.5)


def boots_to_a_desktop(machine, port):
    port.expect_type("hello", BOOT_LIMIT_S, version=1)
    port.expect_type("session", BOOT_LIMIT_S, user="desktop")
    port.expect_type("ready", BOOT_LIMIT_S)
    until_picture(machine, "desktop.png", lambda shown: len(shown.getcolors(1 << 24)) > WALLPAPER_COLOURS,
                  "the wallpaper on the screen")


def answers_ping(machine, port):
    check(port.request("ping")["ok"], "a ping was not answered")


def shows_a_message(machine, port):
    before = machine.picture("before-message.png")
    answer = port.request("message", title="Maintenance", text="Please save your work.\nThis desktop restarts at 18:00.")
    check(answer["ok"], f"the message was refused: {answer}")
    until_picture(machine, "message.png", lambda shown: differing_share(before, shown) > 0.02, "the message on the screen")
    machine.keys("ret")
    until_picture(machine, "closed.png", lambda shown: differing_share(before, shown) < 0.01, "the message closed")


def opens_a_terminal(machine, port):
    before = machine.picture("before-terminal.png")
    pressed = [0.0]

    def is_open(shown):
        if time.monotonic() - pressed[0] > 30 and differing_share(before, shown) <= 0.2:  # a busy guest loses keys
            machine.keys("ctrl", "alt", "t")
            pressed[0] = time.monotonic()
        return differing_share(before, shown) > 0.2
    until_picture(machine, "terminal.png", is_open, "a terminal on the screen")


def tells_all_to_a_host_that_comes_back(machine, port):
    port.close()
    port.__init__(machine.path("guest"))
    port.send(type="hello", version=1)
    port.expect_type("hello", version=1)
    port.expect_type("session", user="desktop")
    port.expect_type("locked", locked=False)
    port.expect_type("ready")


def survives_a_broken_frame(machine, port):
    port.peer.sendall(b"\0\0\0\0")
    port.expect_type("hello", version=1)
    port.expect_type("ready")
    check(port.request("ping")["ok"], "a ping after a broken frame was not answered")


def tells_idle_time(machine, port):
    port.expect(60, "idle for ten seconds", lambda message: message["type"] == "idle" and message["ms"] >= 10000)
    machine.keys("shift")
    port.expect(30, "somebody came back", lambda message: message["type"] == "idle" and message["ms"] < 5000)


def locks_and_unlocks(machine, port):
    check(port.request("lock")["ok"], "the lock was refused")
    port.expect_type("locked", locked=True)
    until_picture(machine, "locked.png", lambda shown: colour_share(shown, BLACK) > 0.9, "the locked screen")
    machine.keys("a")  # shows the dialog; the locker drops this key, and backspace is harmless where it did not
    until_picture(machine, "unlock.png", lambda shown: colour_share(shown, BLACK) > 0.8 and
                  colour_share(shown, DIALOG_COLOUR) > 0.05, "the dialog of the locked screen")
    machine.keys("backspace")
    machine.type(PASSWORD + "\n")
    port.expect_type("locked", locked=False)


def is_unlocked_by_the_host(machine, port):
    before = machine.picture("before-lock.png")
    check(port.request("lock")["ok"], "the lock was refused")
    port.expect_type("locked", locked=True)
    until_picture(machine, "locked-again.png", lambda shown: colour_share(shown, BLACK) > 0.9, "the locked screen")
    check(port.request("unlock")["ok"], "the unlock was refused")
    port.expect_type("locked", locked=False)
    until_picture(machine, "unlocked.png", lambda shown: differing_share(before, shown) < 0.05, "the unlocked screen")
    check(port.request("unlock")["ok"], "unlocking what is not locked must do nothing")


def signs_out(machine, port):
    check(port.request("logoff")["ok"], "the sign-out was refused")
    port.expect_type("session", user=None)
    answer = port.request("message", title="a", text="b")
    check(not answer["ok"] and answer["detail"], "a message to nobody must be refused with a reason")


def switches_off(machine, port):
    port.requests += 1
    port.send(type="shutdown", request=port.requests)
    wait_until(lambda: machine.process.poll() is not None, 120, "the desktop switched off")


STORY = [boots_to_a_desktop, answers_ping, shows_a_message, opens_a_terminal, tells_all_to_a_host_that_comes_back,
         survives_a_broken_frame, tells_idle_time, locks_and_unlocks, is_unlocked_by_the_host, signs_out, switches_off]


def main():
    os.makedirs(PICTURES, exist_ok=True)
    image = desktop_image.provide(os.path.join(PICTURES, "store"))
    desktop_image.image_tool(os.path.dirname(image), "verify", desktop_image.NAME)
    with tempfile.TemporaryDirectory(prefix="vm-image-") as folder:
        machine = Machine(image, folder)
        try:
            port = GuestPort(machine.path("guest"))
            for chapter in STORY:
                print(chapter.__name__.replace("_", " "), flush=True)
                chapter(machine, port)
        except Failed as failure:
            print(f"FAILED: {failure}")
            return 1
        finally:
            machine.end()
            for name in os.listdir(folder):
                if name.endswith((".png", ".log")):
                    shutil.move(os.path.join(folder, name), os.path.join(PICTURES, name))
    return 0


sys.exit(main())
