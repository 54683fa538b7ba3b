# SPDX-License-Identifier: Apache-2.0
"""What the tests of the agent on libvirt need of the machine: an image without a system, the QEMUs that run, a channel."""
import glob
import hashlib
import json
import os
import socket
import subprocess


def make_image(folder, name):
    path = os.path.join(folder, f"{name}.qcow2")
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", path, "16M"], check=True)
    with open(path, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    with open(os.path.join(folder, f"{name}.json"), "w") as file:
        json.dump({"name": name, "hash": digest, "size_mib": 1, "virtual_size_mib": 16, "os": "none", "account": "desktop",
                   "created": "2026-01-01T00:00:00Z", "recipe_hash": "0" * 64}, file)


def machines(bench):
    """Process ids of the QEMUs whose command line names the bench's folder."""
    found = {}
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as file:
                line = file.read().decode(errors="replace")
        except OSError:
            continue
        if "qemu-system" in line.split("\0")[0] and bench.dir in line:
            found[int(path.split("/")[2])] = line
    return found


def open_channel(bench, desktop, channel="main"):
    """Has the agent hand one end of a loopback pair to the desktop's display, as the relay does; returns the other."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        theirs = socket.create_connection(listener.getsockname())
        ours, _ = listener.accept()
    bench.relay.say([theirs.fileno()], type="open", request=1, desktop=desktop, channel=channel)
    theirs.close()
    opened = bench.relay.expect("opened")
    assert opened["ok"], opened
    ours.settimeout(20)
    return ours
