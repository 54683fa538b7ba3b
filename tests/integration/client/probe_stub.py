# SPDX-License-Identifier: Apache-2.0
"""caraway-probe against a stub portal and a guest of one boot sector: what it measures, and what it must not call good."""
import json
import os
import subprocess
import sys
import tempfile

from processes import Failed
from stub_portal import Refusal, StubPortal
from tiny_guest import TinyGuest

PROBE = os.path.join(os.environ["CARAWAY_BUILD"], "bin", "caraway-probe")


def argv(portal, *options, pool="office"):
    return [PROBE, "--server", portal.url, "--ca-file", portal.ca, "--user", "demo", "--pool", pool, "--json", *options]


def run(portal, *options, pool="office", password="right"):
    env = {key: value for key, value in os.environ.items() if key != "G_DEBUG"}
    return subprocess.run(argv(portal, *options, pool=pool), env={**env, "CARAWAY_PASSWORD": password},
                          capture_output=True, text=True, timeout=60)


def expect(condition, what, done):
    if not condition:
        raise Failed(f"{what}: status {done.returncode}\n{done.stdout}\n{done.stderr}")


def types_and_measures(portal, folder):
    picture = os.path.join(folder, "after.png")
    done = run(portal, "--type", "hello", "--screenshot", picture, "--wait-ms", "20000")
    expect(done.returncode == 0, "a good run fails", done)
    measured = json.loads(done.stdout)
    expect(all(measured[key] > 0 for key in ("login_ms", "connect_ms", "first_frame_ms", "changed_pixels")), "no measures", done)
    expect(os.path.exists(picture) and os.path.exists(picture.replace(".png", "-before.png")), "no pictures", done)


def fails_when_refused(portal, folder):
    portal.story.refuse_console = Refusal(403, "grant-expired", "The grant has expired.")
    done = run(portal)
    portal.story.refuse_console = None
    expect(done.returncode == 1 and "The grant has expired." in done.stderr, "a refused console counts as good", done)


def fails_without_picture(portal, folder):
    done = run(portal, "--screenshot", os.path.join(folder, "nowhere", "x.png"))
    expect(done.returncode == 1 and "cannot write" in done.stderr, "a picture that cannot be saved counts as good", done)
    done = run(portal, "--wait-ms", "1")
    expect(done.returncode == 1 and "first picture" in done.stderr, "no picture in time counts as good", done)


def refusals_have_words(portal, folder):
    for pool, password, words in (("full", "right", "All desktops of this pool are in use."),
                                  ("nothing", "right", "There is no pool"), ("office", "wrong", "is wrong")):
        done = run(portal, pool=pool, password=password)
        expect(done.returncode == 1 and words in done.stderr, f"no words for {pool}", done)


def usage(portal, folder):
    done = subprocess.run([PROBE, "--server", portal.url], capture_output=True, text=True, timeout=20)
    expect(done.returncode == 2, "a missing option is no usage error", done)


def holds(portal, folder):
    """A cut console ends a hold with status 1; with --reconnect it is opened again and counted."""
    for options, reconnects in ((["--hold"], 0), (["--hold", "--reconnect"], 1)):
        with subprocess.Popen(argv(portal, *options), env={**os.environ, "CARAWAY_PASSWORD": "right", "G_DEBUG": ""},
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as probe:
            probe.stdout.readline()
            portal.cut()
            if reconnects:
                state = {"reconnects": 0}
                while state["reconnects"] < reconnects:
                    probe.stdin.write("state\n")
                    probe.stdin.flush()
                    state = json.loads(probe.stdout.readline())
                probe.stdin.write("type abc\n")
                probe.stdin.flush()
                assert json.loads(probe.stdout.readline())["changed_pixels"] > 0
                probe.stdin.close()
            assert probe.wait(30) == (0 if reconnects else 1), probe.stderr.read()


def main():
    # A fresh guest each time: what one check has painted would be the next one's first picture.
    for check in (types_and_measures, fails_when_refused, fails_without_picture, refusals_have_words, usage, holds):
        with tempfile.TemporaryDirectory() as folder, TinyGuest(folder) as guest, StubPortal(folder, guest.port) as portal:
            check(portal, folder)
            print(f"{check.__name__}: good", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
