# SPDX-License-Identifier: Apache-2.0
"""Runs page_names.c, which needs a display, in an X server of its own."""
import os
import subprocess
import sys

from screen import Screen


def main():
    screen = Screen()
    try:
        env = {**screen.env, "GTK_THEME": "Adwaita", "LC_ALL": "C.UTF-8", "LANGUAGE": ""}
        return subprocess.run([os.path.join(os.environ["CARAWAY_BUILD"], "bin", "client-page-names")], env=env).returncode
    finally:
        screen.close()


if __name__ == "__main__":
    sys.exit(main())
