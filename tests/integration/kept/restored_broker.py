# SPDX-License-Identifier: Apache-2.0
"""
A broker that is restored from a backup of before a dedicated desktop was made does not lose it: the host keeps it aside
and shows it; restored from a later backup the broker knows it again, and its owner starts it on the same disks (I2 I5).
"""
import glob
import os
import sys

from desktop import ready_session
from fake_stack import fake_stack
from processes import wait_until

POOL = "own"


def disks(stack, desktop_id):
    return sorted(glob.glob(stack.path("host", "kept", f"{desktop_id}*")))


def backup(stack, name):
    path = stack.path(name)
    stack.once([stack.program("caraway-broker"), *stack.broker_options(), f"--backup={path}"])
    return path


def restore(stack, path):
    """Stops the broker, puts the backup in the place of its database, and starts it again."""
    assert stack.processes["broker"].stop() == 0
    for file in glob.glob(stack.path("broker", "caraway.db*")):
        os.unlink(file)
    stack.once([stack.program("caraway-broker"), *stack.broker_options(), f"--restore={path}"])
    stack.restart_broker()


def host(stack):
    return stack.admin.call("GET", "hosts/kvm1")


def main():
    with fake_stack(size=1, spares=0) as stack:
        stack.admin.call("POST", "pools", {"name": POOL, "kind": "dedicated", "image": "tiny", "size": 1, "spares": 0})
        stack.admin.call("PUT", f"pools/{POOL}/entitlements/user/demo")
        before = backup(stack, "before")
        session = ready_session(stack.sign_in(), POOL)
        desktop_id, name = session["desktop"]["id"], session["desktop"]["name"]
        after = backup(stack, "after")
        kept = disks(stack, desktop_id)
        assert kept, "a dedicated desktop without a disk"

        restore(stack, before)
        aside = wait_until(lambda: host(stack)["quarantined"], 30, "the desktop to be kept aside")
        assert f"{name} ({desktop_id[:8]})" == aside[0]["name"], aside
        assert not stack.desktops(), stack.desktops()
        assert disks(stack, desktop_id) == kept

        restore(stack, after)
        wait_until(lambda: not host(stack)["quarantined"], 30, "the desktop to be known again")
        again = ready_session(stack.sign_in(), POOL)
        assert again["desktop"]["id"] == desktop_id, again
        assert disks(stack, desktop_id) == kept
    return 0


if __name__ == "__main__":
    sys.exit(main())
