# SPDX-License-Identifier: Apache-2.0
"""The client that `./run demo` opens where there is a display ends with the demo: the stack's end finds nothing left."""
import os
import sys

from fake_stack import fake_stack
from screen import Screen


def main():
    os.environ.pop("G_DEBUG", None)  # GTK's warnings are no matter here
    screen = Screen()
    os.environ["DISPLAY"] = screen.display
    try:
        with fake_stack() as stack:
            stack.start("client", [stack.program("caraway-client"), "--server", stack.portal_url, "--ca-file", stack.ca,
                                   "--user", "demo"])
            screen.wait_window("Caraway")
    finally:
        screen.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
