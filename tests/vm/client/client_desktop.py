# SPDX-License-Identifier: Apache-2.0
"""
From the sign-in dialog to the desktop, as a person would: password, Enter, the first desktop, a terminal, a command that
paints a colour; in a window and in full screen. The desktop takes the shape of its window, also of one that was changed.
Works on the running stack that CARAWAY_STACK describes.
"""
import os
import sys

from client_driver import ClientDriver
from stack_control import read_description

COLOUR = (190, 40, 160)
BUILD = os.environ["CARAWAY_BUILD"]
ARTEFACTS = os.path.join(os.path.dirname(BUILD), "artefacts", "client")


def main():
    stack = read_description()
    with ClientDriver(BUILD, ARTEFACTS, "--server", stack["portal"], "--ca-file", stack["ca"], "--user",
                      stack["user"]) as client:
        client.sign_in(stack["password"])
        client.wait_title("Your desktops")
        client.shot("1-desktops")
        client.screen.key("Return")
        client.wait_title(stack["pool"], 300)
        client.wait_desktop("2-desktop")
        client.wait_filled(stack["pool"], "2-filled")
        client.resize(stack["pool"], 1200, 500)
        client.wait_filled(stack["pool"], "2-wide")
        client.open_terminal("3-terminal")
        client.paint(COLOUR, 0.10, "4-painted")
        client.screen.key("F11")
        client.wait_colour(COLOUR, 0.10, 30, "5-full-screen")
        client.screen.key("F11")
    return 0


if __name__ == "__main__":
    sys.exit(main())
