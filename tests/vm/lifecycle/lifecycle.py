# SPDX-License-Identifier: Apache-2.0
"""
What a user and an administrator do with a session, on a real desktop: message, disconnect, restart, reset, log off, and
logging out inside the desktop. A session survives both restarts on the same desktop, which is not called ready before
it is; an ended one leaves nothing of its desktop on the host (I4, I5), and the pool gets another.
"""
import glob
import os
import re
import sys

from PIL import Image, ImageChops

from console import Console, type_until_ended
from desktop import administrator, artefact, ready_session, signed_in, wait_state
from processes import Failed, wait_until
from rest import Problem
from stack_control import read_description

KERNEL = re.compile(r"^\[ *\d+\.\d+\] ", re.MULTILINE)
BOOT_LIMIT_S = 700
DIALOG = (400, 160)  # of the message, a little smaller than it is


class Bench:
    def __init__(self, stack):
        self.stack = stack
        self.user, self.admin = signed_in(stack), administrator(stack)

    def desktop(self, desktop_id):
        """As an administrator sees it; None when it is gone."""
        try:
            return self.admin.call("GET", f"admin/desktops/{desktop_id}")
        except Problem as problem:
            if problem.status != 404:
                raise
            return None

    def boot_log(self, desktop_id):
        return self.admin.call("GET", f"admin/desktops/{desktop_id}/boot-log")

    def serial(self, desktop_id):
        """The whole of what the boot log is the end of."""
        with open(os.path.join(self.stack["directory"], "host", "logs", f"{desktop_id}.log"), "rb") as file:
            return file.read()

    def files(self, desktop_id):
        """What the host has of the desktop, without its memory that it was destroyed."""
        return sorted(path for folder in ("overlays", "logs", "s")
                      for path in glob.glob(os.path.join(self.stack["directory"], "host", folder, f"{desktop_id}*")))

    def is_warm(self, desktop_id):
        desktop = self.desktop(desktop_id)
        return desktop is not None and desktop["power"] == "up" and desktop["guest"]["ready"]


def dialog_area(path):
    with Image.open(path) as picture:
        whole = picture.convert("RGB")
    left, top = (whole.width - DIALOG[0]) // 2, (whole.height - DIALOG[1]) // 2
    return whole.crop((left, top, left + DIALOG[0], top + DIALOG[1]))


def shows_dialog(before, console):
    after = dialog_area(console.screenshot(artefact("lifecycle-message.png")))
    changed = ImageChops.difference(before, after).convert("L").point(lambda value: 255 if value > 8 else 0)
    return changed.histogram()[255] > 0.6 * DIALOG[0] * DIALOG[1]


def check_message(bench, console, session):
    """It is seen in the middle of the desktop."""
    before = dialog_area(console.screenshot(artefact("lifecycle-before.png")))
    response = bench.admin.open("POST", f"/api/v1/sessions/{session['id']}/message",
                                {"title": "Maintenance", "text": "The desktop is restarted in a moment."})
    assert response.status == 202, response.status
    response.connection.close()
    wait_until(lambda: shows_dialog(before, console), 60, "the message on the screen", 1)


def check_disconnect(bench, console, session):
    wait_state(bench.user, session["id"], ("connected",))
    bench.user.call("POST", f"sessions/{session['id']}/disconnect")
    wait_state(bench.user, session["id"], ("disconnected",))
    wait_until(lambda: not console.is_open(), 30, "the end of the console")
    console.close()


def check_comes_back(bench, session, action):
    """It goes through a whole boot and the session is still there, on the same desktop."""
    desktop_id, boots = session["desktop"]["id"], []
    old_bytes = len(bench.serial(desktop_id))
    bench.user.call("POST", f"sessions/{session['id']}/{action}")

    def came_back():
        desktop = bench.desktop(desktop_id)
        if desktop is None or desktop["power"] not in ("up", "starting"):
            raise Failed(f"{action}: the desktop is {desktop}")
        if not boots or boots[-1] != desktop["step"]:
            boots.append(desktop["step"])
            print(f"{action}: {boots[-1]}", flush=True)
        return len(boots) > 1 and desktop["power"] == "up" and desktop["guest"]["ready"]
    wait_until(came_back, BOOT_LIMIT_S, f"the desktop after {action}")
    steps = [step for step in boots if step != "ready"]
    assert boots[-1] == "ready" and boots.count("ready") <= 2 and "ready" not in boots[1:-1], boots
    assert steps[-2:] == ["booting", "waiting for the desktop"], boots
    assert bench.serial(desktop_id).count(b"Welcome to", old_bytes) == 1, "it did not boot once"
    now = bench.user.call("GET", f"sessions/{session['id']}")
    assert now["state"] == "disconnected" and now["desktop"]["id"] == desktop_id, now


def check_restarts(bench, session):
    check_comes_back(bench, session, "restart")
    log = bench.boot_log(session["desktop"]["id"])
    assert KERNEL.search(log), f"no word of the kernel in the boot log: {log[-400:]}"
    assert "reboot: Restarting system" in log, "the guest did not restart in good order"
    check_comes_back(bench, session, "reset")


def check_gone(bench, session, files, detail):
    ended = wait_state(bench.user, session["id"], ("ended",))
    assert ended["end_code"] == "session-ended", ended
    assert detail in " ".join(ended["reasons"]), ended
    desktop_id = session["desktop"]["id"]
    assert len(files) >= 2 and any(path.endswith(".qcow2") for path in files), files
    wait_until(lambda: bench.desktop(desktop_id) is None, 60, "the end of the desktop")
    wait_until(lambda: not bench.files(desktop_id), 60, "the end of its files")


def check_log_off(bench, session):
    files = bench.files(session["desktop"]["id"])
    bench.user.call("POST", f"sessions/{session['id']}/logoff")
    check_gone(bench, session, files, "You logged off.")


def check_sign_out_inside(bench, session):
    files = bench.files(session["desktop"]["id"])
    type_until_ended(bench.user, bench.stack, session, "loginctl terminate-user desktop")
    check_gone(bench, session, files, "You signed out of the desktop.")


def main():
    bench = Bench(read_description())
    session = ready_session(bench.user, bench.stack["pool"])
    wait_until(lambda: bench.is_warm(session["desktop"]["id"]), BOOT_LIMIT_S, "a warm desktop")
    console = Console(bench.stack)
    check_message(bench, console, session)
    check_disconnect(bench, console, session)
    check_restarts(bench, session)
    before = {desktop["id"] for desktop in bench.admin.items("admin/desktops")}
    check_log_off(bench, session)
    again = ready_session(bench.user, bench.stack["pool"])
    assert again["id"] != session["id"] and again["desktop"]["id"] != session["desktop"]["id"], again
    wait_until(lambda: {d["id"] for d in bench.admin.items("admin/desktops")} - before, 60, "another desktop for the pool")
    wait_until(lambda: bench.is_warm(again["desktop"]["id"]), BOOT_LIMIT_S, "a warm desktop")
    check_sign_out_inside(bench, again)
    return 0


if __name__ == "__main__":
    sys.exit(main())
