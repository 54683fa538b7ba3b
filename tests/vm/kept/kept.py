# SPDX-License-Identifier: Apache-2.0
"""
A dedicated desktop with an extra disk on a real guest: what its user wrote is there after it was switched off and
started again, on the same disks; a user's typing tells, because nobody else sees into the guest.
"""
import glob
import os
import sys

from console import type_until_ended
from desktop import administrator, ready_session, signed_in
from processes import Failed, wait_until
from stack_control import read_description

POOL = "own"
BOOT_LIMIT_S = 600
# Signs out, which ends the session, only when all before it is true.
WRITE = "echo kept > ~/mark && sync && loginctl terminate-user desktop"
READ = "grep -q kept ~/mark && test -b /dev/disk/by-id/virtio-data-1 && loginctl terminate-user desktop"


class Bench:
    def __init__(self, stack):
        self.stack = stack
        self.user, self.admin = signed_in(stack), administrator(stack)

    def make_pool(self):
        self.admin.call("POST", "pools", {"name": POOL, "description": "Own desktops", "kind": "dedicated",
                                          "image": "debian12-desktop", "size": 1, "spares": 0, "memory_mib": 768,
                                          "disks": [{"size_mib": 64}], "on_logoff": "stop"})
        self.admin.call("PUT", f"pools/{POOL}/entitlements/user/{self.stack['user']}")

    def desktop(self, desktop_id):
        return self.admin.call("GET", f"admin/desktops/{desktop_id}")

    def wait_power(self, desktop_id, power, limit_s):
        steps = []

        def reached():
            desktop = self.desktop(desktop_id)
            if desktop["power"] == "failed":
                raise Failed(f"the desktop failed: {desktop}")
            if not steps or steps[-1] != desktop["step"]:
                steps.append(desktop["step"])
                print(f"desktop: {steps[-1]}", flush=True)
            return desktop["power"] == power and (power != "up" or desktop["guest"]["ready"])
        wait_until(reached, limit_s, f"power {power}")

    def type_and_sign_out(self, session, text):
        """Types into a terminal of the desktop what ends the session when it succeeds."""
        ended = type_until_ended(self.user, {**self.stack, "pool": POOL}, session, text)
        assert "You signed out of the desktop." in " ".join(ended["reasons"]), ended

    def disks(self, desktop_id):
        return sorted(os.path.basename(path) for path in
                      glob.glob(os.path.join(self.stack["directory"], "host", "kept", f"{desktop_id}*")))


def main():
    bench = Bench(read_description())
    bench.make_pool()
    first = ready_session(bench.user, POOL, BOOT_LIMIT_S)
    desktop_id = first["desktop"]["id"]
    bench.wait_power(desktop_id, "up", BOOT_LIMIT_S)
    disks = bench.disks(desktop_id)
    assert disks == [f"{desktop_id}-1.qcow2", f"{desktop_id}.qcow2"], disks
    bench.type_and_sign_out(first, WRITE)
    bench.wait_power(desktop_id, "off", 200)
    assert bench.disks(desktop_id) == disks, bench.disks(desktop_id)
    again = ready_session(bench.user, POOL, BOOT_LIMIT_S)
    assert again["desktop"]["id"] == desktop_id and again["id"] != first["id"], again
    bench.wait_power(desktop_id, "up", BOOT_LIMIT_S)
    bench.type_and_sign_out(again, READ)
    bench.wait_power(desktop_id, "off", 200)
    bench.admin.call("DELETE", f"admin/desktops/{desktop_id}?force=true")
    wait_until(lambda: not bench.disks(desktop_id), 120, "the end of the disks")
    bench.admin.call("DELETE", f"pools/{POOL}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
