# SPDX-License-Identifier: Apache-2.0
"""A stack on the fake hypervisor with an image of a few kilobytes: everything real but the guests."""
import contextlib
import os
import shutil
import sys
import tempfile

from host_machines import make_image
from stack import Stack


@contextlib.contextmanager
def fake_stack(size=2, spares=1, image="tiny", database=None, options=()):
    """A provisioned stack; the end of the block ends it and fails when something did not end cleanly."""
    store = tempfile.mkdtemp(prefix="caraway-store-")
    make_image(store, image)
    stack = Stack(os.environ["CARAWAY_BUILD"], store, fake=True, say=lambda text: print(text, flush=True),
                  database=database, options=options)
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
