#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A person's way to a real desktop in the browser: sign in at the portal, connect, see the desktop, type into it, and
see what was typed. CARAWAY_STACK names the description of the running stack (tests/support/stack.py)."""
import os
import sys
import time

from browser import Browser, artefact
from processes import Failed, wait_until
from screen import colour_share, paint_command
from stack_control import StackControl, read_description

COLOUR = (18, 140, 92)
DESKTOP_LIMIT_S = 300
TERMINAL_LIMIT_S = 90
PACE_S = 0.25  # a guest under software emulation, on a busy machine
STILL_PICTURES = 4
SMALLEST_SHARE = 0.15  # of the picture, for a terminal in its first size


def sign_in(browser, stack):
    browser.go(stack["portal"] + "/")
    browser.fill("input[name=username]", stack["user"])
    browser.fill("input[type=password]", stack["password"])
    browser.press("Sign in")
    card = f"[data-pool={stack['pool']}]"
    browser.find(card)
    browser.picture(artefact("portal-desktops.png"))
    return card


def connect(browser, card):
    browser.wait(lambda: browser.find(f"{card} [data-role=connect]").is_enabled(), "a desktop to connect to", DESKTOP_LIMIT_S)
    browser.find(f"{card} [data-role=connect]").click()

    # Only another test's console can be in the way, and this person wants the desktop.
    def viewer_or_question():
        for label in browser.driver.find_elements("css selector", "dialog .primary"):
            label.click()
        return "viewer.html" in browser.driver.current_url
    browser.wait(viewer_or_question, "the viewer", DESKTOP_LIMIT_S)


def canvas_picture(browser, name):
    """The desktop's picture alone, cut out of what the browser shows. There is none for a moment while the guest changes
    the size of its screen to that of the window."""
    box = browser.wait(lambda: browser.script("const r = document.querySelector('#screen canvas')?.getBoundingClientRect();"
                                              "return r && [r.left, r.top, Math.min(r.right, innerWidth),"
                                              " Math.min(r.bottom, innerHeight)];"), "the desktop's canvas")
    return browser.picture(artefact(name)).crop([int(edge) for edge in box])


def has_picture(browser):
    """More than a few colours: neither black nor one plain fill."""
    if not browser.script("return Boolean(document.querySelector('#screen canvas')) && document.querySelector('#overlay').hidden;"):
        return False
    return len(set(canvas_picture(browser, "portal-connected.png").resize((160, 120)).getdata())) > 8


def paint(browser):
    """Opens a terminal in the guest and fills it with the colour."""
    started = time.monotonic()
    settle(browser)
    browser.find("#screen canvas").click()
    browser.chord("ControlLeft", "AltLeft", "KeyT")
    before = canvas_picture(browser, "portal-before.png")
    browser.wait(lambda: differs(before, canvas_picture(browser, "portal-terminal.png")), "a terminal in the desktop",
                 TERMINAL_LIMIT_S)
    settle(browser)
    browser.type_keys(paint_command(COLOUR) + "\n", PACE_S)
    browser.wait(lambda: colour_share(canvas_picture(browser, "portal-painted.png"), COLOUR) > SMALLEST_SHARE,
                 f"the colour {COLOUR} in the desktop", TERMINAL_LIMIT_S)
    return time.monotonic() - started


def settle(browser):
    """Waits until the desktop has stood still for some pictures: the terminal is there, with its prompt and the focus."""
    last, still = None, 0

    def is_still():
        nonlocal last, still
        now = canvas_picture(browser, "portal-terminal.png").resize((160, 120)).tobytes()
        still = still + 1 if now == last else 0
        last = now
        return still >= STILL_PICTURES
    wait_until(is_still, TERMINAL_LIMIT_S, "a desktop that stands still", 1)


def differs(before, after):
    if before.size != after.size:
        return True
    changed = sum(1 for a, b in zip(before.resize((160, 120)).getdata(), after.resize((160, 120)).getdata()) if a != b)
    return changed > 160 * 120 / 20


def no_secret_is_told(browser, stack):
    messages = "\n".join(browser.console())
    for word in ("Content Security Policy", "Refused to", "TrustedHTML", "Uncaught", stack["password"]):
        if word in messages:
            raise Failed(f"“{word}” in the browser's console: {messages}")
    if "password" in browser.driver.current_url:
        raise Failed(f"a password in the address: {browser.driver.current_url}")


def reconnects(browser):
    """kill -9 of the portal: the viewer comes back by itself once it is there again, with a new password."""
    control = StackControl.of_environment()
    control.kill("portal")
    browser.wait_text("Reconnecting", "#overlay", 30)
    control.start("portal")
    browser.wait(lambda: has_picture(browser), "the desktop after the portal's restart", 60)
    browser.wait(lambda: colour_share(canvas_picture(browser, "portal-again.png"), COLOUR) > SMALLEST_SHARE,
                 "the same desktop as before", 60)


def leave(browser, card):
    browser.press("Disconnect")
    browser.wait_text("Disconnected", "#overlay")
    browser.press("Your desktops", "#overlay")
    browser.wait_text("Running", card, 30)
    browser.press("Sign out")
    browser.wait_text("You are signed out.")


def main():
    stack = read_description()
    with Browser() as browser:
        try:
            card = sign_in(browser, stack)
            connect(browser, card)
            browser.wait(lambda: has_picture(browser), "the desktop's picture", DESKTOP_LIMIT_S)
            seconds = paint(browser)
            no_secret_is_told(browser, stack)
            reconnects(browser)
            leave(browser, card)
        except Exception:
            browser.picture(artefact("failed-portal-desktop.png"))
            print("\n".join(browser.console()))
            raise
    print(f"ok: typed into the desktop and saw it after {seconds:.1f} s; pictures in {os.path.dirname(artefact('x'))}")


if __name__ == "__main__":
    sys.exit(main())
