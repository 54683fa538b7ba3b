# SPDX-License-Identifier: Apache-2.0
"""
The whole life of a dedicated desktop with the real programs, the broker killed at each step of it: assigned, logged off and
stopped, started by connecting, switched by an administrator, given up by force (I1 I2 I4).
"""
import signal
import sys

from desktop import ready_session
from fake_stack import fake_stack
from processes import wait_until
from rest import Problem

POOL = "own"


def kill_broker(stack):
    """The broker dies at once and a new one takes its place."""
    broker = stack.processes["broker"]
    broker.kill(signal.SIGKILL)
    broker.child.wait()
    stack.restart_broker()


def desktop(stack, name):
    return stack.admin.call("GET", f"admin/desktops/{name}")


def wait_for_power(stack, name, power):
    wait_until(lambda: desktop(stack, name)["power"] == power, 60, f"{name} to be {power}")


def refusal(call, *arguments):
    try:
        call(*arguments)
    except Problem as problem:
        return problem.code
    raise AssertionError("this was not refused")


def offer(user):
    return next(item for item in user.items("desktops") if item["pool"]["name"] == POOL)


def main():
    with fake_stack(size=1, spares=0) as stack:
        stack.admin.call("POST", "pools", {"name": POOL, "kind": "dedicated", "image": "tiny", "size": 2, "spares": 0,
                                           "on_logoff": "stop", "may_reset": False})
        stack.admin.call("PUT", f"pools/{POOL}/entitlements/user/demo")
        user = stack.sign_in()
        first = ready_session(user, POOL)
        name = first["desktop"]["name"]
        assert first["desktop"]["kind"] == "dedicated" and not first["may_reset"], first
        assert first["on_logoff"] == offer(user)["pool"]["on_logoff"] == "stop", first
        kill_broker(stack)

        user = stack.sign_in()
        assert refusal(user.call, "POST", f"sessions/{first['id']}/reset") == "not-permitted"
        user.call("POST", f"sessions/{first['id']}/logoff")
        kill_broker(stack)
        wait_for_power(stack, name, "off")
        assert desktop(stack, name)["owner"] == "demo" and desktop(stack, name)["session"] is None

        user = stack.sign_in()
        assert offer(user)["state"] == "available" and offer(user)["desktops"][0]["power"] == "off", offer(user)
        waiting = user.call("POST", f"pools/{POOL}/connect")
        kill_broker(stack)
        user = stack.sign_in()
        second = ready_session(user, POOL)
        assert second["id"] == waiting["id"] and second["desktop"]["name"] == name, (waiting, second)
        assert refusal(user.call, "POST", f"pools/{POOL}/connect", {"another": True}) == "desktop-limit-reached"

        stack.admin.call("POST", f"admin/desktops/{name}/shutdown")
        kill_broker(stack)
        wait_for_power(stack, name, "off")
        assert refusal(stack.admin.call, "DELETE", f"admin/desktops/{name}") == "conflict"
        stack.admin.call("POST", f"admin/desktops/{name}/start")
        wait_for_power(stack, name, "up")
        stack.admin.call("DELETE", f"admin/desktops/{name}?force=true")
        kill_broker(stack)
        wait_until(lambda: not [row for row in stack.desktops() if row["name"] == name], 60, "the desktop to be gone")
    return 0


if __name__ == "__main__":
    sys.exit(main())
