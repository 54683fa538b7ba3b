# SPDX-License-Identifier: Apache-2.0
"""Stock remote-viewer opens the .vv file that the portal gives out, shows the desktop and types into it."""
import os
import subprocess
import sys
import tempfile

from desktop import artefact, ready_session, signed_in
from processes import wait_until
from screen import Screen, colour_share, paint_command
from stack_control import read_description

COLOUR = (176, 84, 32)  # no other test of the shared desktop paints it


def download(user, session, folder):
    response = user.open("POST", f"/api/v1/sessions/{session['id']}/console.vv", {"take_over": True})
    text = response.read().decode()
    assert response.status == 200, text
    assert response.headers.get_content_type() == "application/x-virt-viewer"
    path = os.path.join(folder, "desktop.vv")
    with open(path, "w") as file:
        file.write(text)
    return path


def paint(screen):
    screen.key("ctrl+alt+t")

    def painted():
        screen.key("ctrl+c")  # keys may have come before the terminal did
        screen.type(paint_command(COLOUR))
        screen.key("Return")
        return wait_colour(screen, 10)
    return wait_until(painted, 120, "the painted terminal")


def wait_colour(screen, limit_s):
    try:
        return wait_until(lambda: colour_share(screen.shot(artefact("stock-viewer.png")), COLOUR) > 0.05, limit_s, "colour")
    except Exception:
        return False


def main():
    stack = read_description()
    user = signed_in(stack)
    session = ready_session(user, stack["pool"])
    screen = Screen()
    viewer = None
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = download(user, session, folder)
            viewer = subprocess.Popen(["remote-viewer", path], env={**screen.env, "HOME": folder, "G_DEBUG": ""})
            window = screen.wait_window("remote-viewer|Remote Viewer|office|Office|Caraway")
            screen.run("xdotool", "windowsize", window, "1200", "850")
            wait_until(lambda: len(screen.shot(artefact("stock-viewer.png")).getcolors(1 << 24)) > 200, 60, "a desktop picture")
            screen.run("xdotool", "mousemove", "640", "450", "click", "1")
            paint(screen)
            assert not os.path.exists(path), "delete-this-file=1 was not obeyed"
            assert user.call("GET", f"sessions/{session['id']}")["state"] == "connected"
    finally:
        if viewer is not None:
            viewer.terminate()
            viewer.wait()
        screen.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
