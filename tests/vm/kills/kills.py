# SPDX-License-Identifier: Apache-2.0
"""
kill -9 of each daemon while a console is open, then a restart: sessions, desktops and guests agree again (I1, I2, I4);
killing caraway-host, or the broker, drops no console; killing relay or portal drops it and a new grant brings it back.
"""
import http.client
import sys

from console import Console, new_console
from desktop import administrator, ready_session, signed_in, wait_state
from processes import wait_until
from rest import Problem
from stack_control import StackControl, read_description


def books(admin):
    """What the broker holds: sessions and desktops, without what changes by itself."""
    sessions = sorted((s["id"], s["user"], s["desktop"]["id"]) for s in admin.items("sessions?all=true"))
    desktops = sorted((d["id"], d["name"], d["assignment"]) for d in admin.items("admin/desktops"))
    return sessions, desktops


def answered(question):
    """What question() comes to; None while nobody answers, or with a refusal."""
    try:
        return question()
    except (Problem, OSError, http.client.HTTPException):
        return None


def host_is_up(admin):
    return answered(lambda: any(host["state"] == "up" for host in admin.items("hosts")))


def kill_and_restart(control, admin, user, name):
    before = books(admin)
    control.kill(name)
    control.start(name)
    wait_until(lambda: host_is_up(admin), 120, f"the host after {name} was killed")
    wait_until(lambda: answered(lambda: books(admin)) == before, 120, f"the books after {name} was killed: {before}")
    wait_until(lambda: answered(lambda: user.call("GET", "me")), 120, f"answers through the portal after {name} was killed")


def is_at_rest(admin):
    """One desktop is the user's and one is spare: what tests before left is gone."""
    return sorted((d["assignment"], d["power"]) for d in admin.items("admin/desktops")) == [("assigned", "up"), ("spare", "up")]


def main():
    stack = read_description()
    control, user, admin = StackControl.of_environment(), signed_in(stack), administrator(stack)
    session = ready_session(user, stack["pool"])
    wait_until(lambda: is_at_rest(admin), 600, "two warm desktops")
    console = Console(stack)
    wait_state(user, session["id"], ("connected",))
    for name in ("host", "broker"):
        kill_and_restart(control, admin, user, name)
        assert console.is_open(), f"killing {name} dropped the console"
        wait_state(user, session["id"], ("connected",))
    for name in ("relay", "portal"):
        kill_and_restart(control, admin, user, name)
        wait_until(lambda: not console.is_open(), 60, f"the end of the console after {name} was killed")
        console.close()
        console = new_console(stack)
        wait_state(user, session["id"], ("connected",))
    assert user.call("GET", f"sessions/{session['id']}")["desktop"]["id"] == session["desktop"]["id"]
    console.close()
    wait_state(user, session["id"], ("disconnected", "ready"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
