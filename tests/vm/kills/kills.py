# SPDX-License-Identifier: Apache-2.0
"""
kill -9 of each daemon while a console is open, then a restart: sessions, desktops and guests agree again (I1, I2, I4);
killing caraway-host, or the broker, drops no console; killing relay or portal drops it and a new grant brings it back.
"""
import sys

from console import Console
from desktop import administrator, ready_session, signed_in, wait_state
from processes import wait_until
from rest import Problem
from stack_control import StackControl, read_description


def books(admin):
    """What the broker holds: sessions and desktops, without what changes by itself."""
    sessions = sorted((s["id"], s["user"], s["desktop"]["id"]) for s in admin.items("sessions?all=true"))
    desktops = sorted((d["id"], d["name"], d["assignment"]) for d in admin.items("admin/desktops"))
    return sessions, desktops


def books_are(admin, before):
    try:
        return books(admin) == before
    except (Problem, OSError, TypeError):
        return False


def host_is_up(admin):
    try:
        return any(host["state"] == "up" for host in admin.items("hosts"))
    except (Problem, OSError):
        return False


def kill_and_restart(control, admin, name):
    before = books(admin)
    control.kill(name)
    control.start(name)
    wait_until(lambda: host_is_up(admin), 60, f"the host after {name} was killed")
    wait_until(lambda: books_are(admin, before), 60, f"the books after {name} was killed, {before} against {books(admin)}")


def main():
    stack = read_description()
    control, user, admin = StackControl.of_environment(), signed_in(stack), administrator(stack)
    session = ready_session(user, stack["pool"])
    wait_until(lambda: len(admin.items("admin/desktops")) == 2, 60, "the second desktop")
    wait_until(lambda: all(d["power"] == "up" for d in admin.items("admin/desktops")), 600, "warm desktops")
    console = Console(stack)
    wait_state(user, session["id"], ("connected",))
    for name in ("host", "broker"):
        kill_and_restart(control, admin, name)
        assert console.is_open(), f"killing {name} dropped the console"
        wait_state(user, session["id"], ("connected",))
    for name in ("relay", "portal"):
        kill_and_restart(control, admin, name)
        wait_until(lambda: not console.is_open(), 30, f"the end of the console after {name} was killed")
        console.close()
        console = Console(stack)
        wait_state(user, session["id"], ("connected",))
    assert user.call("GET", f"sessions/{session['id']}")["desktop"]["id"] == session["desktop"]["id"]
    console.close()
    wait_state(user, session["id"], ("disconnected", "ready"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
