# SPDX-License-Identifier: Apache-2.0
"""A stack on the fake hypervisor with an image of a few kilobytes: everything real but the guests."""
import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile

from stack import Stack


def make_image(folder, name):
    path = os.path.join(folder, f"{name}.qcow2")
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", path, "16M"], check=True)
    with open(path, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    with open(os.path.join(folder, f"{name}.json"), "w") as file:
        json.dump({"name": name, "hash": digest, "size_mib": 1, "virtual_size_mib": 16, "os": "none", "account": "desktop",
                   "created": "2026-01-01T00:00:00Z", "recipe_hash": "0" * 64}, file)


@contextlib.contextmanager
def fake_stack(size=2, spares=1, image="tiny", database=None):
    """A provisioned stack; the end of the block ends it and fails when something did not end cleanly."""
    store = tempfile.mkdtemp(prefix="caraway-store-")
    make_image(store, image)
    stack = Stack(os.environ["CARAWAY_BUILD"], store, fake=True, say=lambda text: print(text, flush=True),
                  database=database)
    try:
        stack.up()
        stack.provision(image, size, spares)
        yield stack
    except BaseException:
        print(stack.logs(), file=sys.stderr)
        raise
    finally:
        complaints = stack.down()
        shutil.rmtree(store, ignore_errors=True)
    assert not complaints, "\n".join(complaints)
