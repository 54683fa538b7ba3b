# SPDX-License-Identifier: Apache-2.0
"""
The check of `./run demo --smoke`, and that it can fail: with the relay it sees the typed text change the picture, and
without the relay it fails with a sentence.
"""
import json
import os
import subprocess
import sys

from desktop import artefact, ready_session, signed_in
from processes import wait_until
from stack_control import StackControl, read_description


def probe(stack, screenshot):
    return subprocess.run(
        [os.path.join(os.environ["CARAWAY_BUILD"], "bin", "caraway-probe"), "--server", stack["portal"], "--ca-file",
         stack["ca"], "--user", stack["user"], "--pool", stack["pool"], "--take-over", "--screenshot", screenshot, "--type",
         "echo Caraway smoke test", "--json"],
        env={**os.environ, "CARAWAY_PASSWORD": stack["password"]}, capture_output=True, text=True, timeout=300)


def main():
    stack, control = read_description(), StackControl.of_environment()
    ready_session(signed_in(stack), stack["pool"])
    seen = probe(stack, artefact("probe.png"))
    print(seen.stdout, seen.stderr)
    assert seen.returncode == 0
    measured = json.loads(seen.stdout.strip().splitlines()[-1])
    assert all(measured[name] >= 0 for name in ("login_ms", "connect_ms", "first_frame_ms"))
    control.kill("relay")
    try:
        blind = probe(stack, artefact("probe-without-relay.png"))
    finally:
        control.start("relay")
    print(blind.stdout, blind.stderr)
    assert blind.returncode == 1, "the probe was content without a relay"
    assert blind.stderr.strip(), "the probe did not say what failed"
    again = wait_until(lambda: probe(stack, artefact("probe.png")).returncode == 0, 120, "a console after the relay came back")
    assert again
    return 0


if __name__ == "__main__":
    sys.exit(main())
