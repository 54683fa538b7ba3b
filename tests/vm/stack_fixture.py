# SPDX-License-Identifier: Apache-2.0
"""
One stack with a real guest for all tests of the tiers vm and browser: `up` leaves a supervisor behind and returns when
a desktop is warm, `down` ends it and fails when anything did not end cleanly.
"""
import os
import sys
import traceback

from processes import wait_until
from stack import Stack
from stack_control import StackControl, serve

FOLDER = os.path.join(os.environ["CARAWAY_BUILD"], "stack")
DESCRIPTION = os.path.join(FOLDER, "stack.json")
LOG = os.path.join(FOLDER, "supervisor.log")
SIZE, SPARES = 2, 1
MACHINE = ("old-vm", "22222222-2222-4333-8444-555555555555")


def read(path):
    try:
        with open(path, errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def supervise():
    log = os.open(LOG, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    for descriptor in (1, 2):
        os.dup2(log, descriptor)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    verdict, stack = [], None
    try:
        stack = Stack(os.environ["CARAWAY_BUILD"], os.environ["CARAWAY_STORE"], say=lambda text: print(text, flush=True),
                      machine=MACHINE)
        stack.up()
        stack.provision("debian12-desktop", SIZE, SPARES)
        stack.wait_spare()
        stack.write_description(DESCRIPTION)
        serve(stack, os.path.join(FOLDER, "control"))
    except Exception:
        verdict.append(f"{traceback.format_exc()}\n{stack.logs() if stack else ''}")
    verdict += stack.down() if stack else []
    with open(os.path.join(FOLDER, "verdict.new"), "w") as file:
        file.write("\n".join(verdict) or "clean")
    os.rename(os.path.join(FOLDER, "verdict.new"), os.path.join(FOLDER, "verdict"))


def up():
    os.makedirs(FOLDER, exist_ok=True)
    if os.path.exists(os.path.join(FOLDER, "control")):
        down()
    for name in ("stack.json", "verdict", "control"):
        if os.path.exists(os.path.join(FOLDER, name)):
            os.unlink(os.path.join(FOLDER, name))
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            supervise()
        os._exit(0)
    verdict = os.path.join(FOLDER, "verdict")
    wait_until(lambda: os.path.exists(DESCRIPTION) or os.path.exists(verdict), 840, f"the stack (see {LOG})")
    print(read(LOG))
    if os.path.exists(verdict):
        print(read(verdict))
        return 1
    return 0


def down():
    try:
        StackControl(os.path.join(FOLDER, "control")).ask("down")
    except (FileNotFoundError, ConnectionRefusedError):
        return 0
    verdict = os.path.join(FOLDER, "verdict")
    wait_until(lambda: os.path.exists(verdict), 120, "the end of the stack")
    print(read(verdict))
    return 0 if read(verdict) == "clean" else 1


if __name__ == "__main__":
    sys.exit({"up": up, "down": down}[sys.argv[1]]())
