# SPDX-License-Identifier: Apache-2.0
"""What the browser tests of the portal share: the real caraway-portal before a stub broker, with a browser in front, fresh
for each test; and the runner."""
import contextlib
import os
import sys
import tempfile
import traceback

from browser import Browser, artefact
from installation import Installation
from processes import Failed, Process, free_port, wait_until
from rest import Rest
from stub_broker import StubBroker


def pool(number, name, description):
    return {"id": f"00000000-0000-4000-8000-0000000000{number}", "name": name, "description": description}


OFFICE = pool(10, "office", "Debian desktop with the usual office programs")
DESIGN = pool(11, "design", "Large screen, four processors, drawing programs")
LAB = pool(12, "lab", "For the physics course")
TRAINING = pool(13, "training", "")


class PortalCase:
    """A portal, a stub broker and a browser, fresh for each test."""

    def __init__(self, folder):
        self.installation = installation = Installation(folder)
        self.broker = StubBroker(installation.machine("broker", "b1"), installation.ca)
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        state = installation.machine("portal", "p1", self.broker.url)
        program = os.path.join(os.environ["CARAWAY_BUILD"], "bin", "caraway-portal")
        self.portal = Process("portal", [program, f"--portal-listen=127.0.0.1:{self.port}", f"--portal-state-directory={state}",
                                         f"--portal-web-directory={self.web_directory(folder)}", "--portal-site=Example Site"],
                              os.path.join(folder, "portal.log")).start()
        self.rest = Rest(self.url, installation.ca)
        wait_until(self.is_ready, 20, f"the portal ({self.portal.log_tail()})")
        self.browser = Browser()

    def web_directory(self, _folder):
        return os.path.join(os.environ["CARAWAY_SOURCE"], "portal", "web")

    def is_ready(self):
        if not self.portal.is_alive():
            raise Failed(f"the portal ended: {self.portal.log_tail()}")
        try:
            return self.rest.call("GET", "/readyz") is not None
        except OSError:
            return False

    def close(self):
        self.browser.close()
        status = self.portal.stop()
        self.broker.close()
        if status != 0:
            raise Failed(f"the portal ended with {status}: {self.portal.log_tail()}")

    def sign_in(self, user="alice", password="correct horse"):
        self.browser.go(self.url + "/")
        self.browser.fill("input[name=username]", user)
        self.browser.fill("input[type=password]", password)
        self.browser.press("Sign in")

    def card(self, name):
        return f"[data-pool={name}]"


def ready_session(case, item, state="ready", **members):
    session_id = f"session-{item['id']}"
    case.broker.set_session(session_id, id=session_id, pool=item, desktop={"id": "d", "name": f"{item['name']}-0003", "host": "kvm1"},
                            user="alice", state=state, step="", progress=100, created=0, connected_from=None, viewer=None,
                            reasons=[], **members)
    return dict(case.broker.sessions[session_id])


def no_policy_violations(case):
    """Neither the app nor spice-html5 runs into the Content-Security-Policy, and no secret is in the console."""
    messages = "\n".join(case.browser.console())
    for word in ("Content Security Policy", "Content-Security-Policy", "Refused to", "TrustedHTML", "Uncaught", "correct horse",
                 "once-"):
        if word in messages:
            raise Failed(f"“{word}” in the browser's console: {messages}")


@contextlib.contextmanager
def opened(make_case):
    with tempfile.TemporaryDirectory(prefix="caraway-web-") as folder:
        case = make_case(folder)
        try:
            yield case
        finally:
            case.close()


def run(test, case):
    try:
        test(case)
        no_policy_violations(case)
    except Exception:
        case.browser.picture(artefact(f"failed-{test.__name__}.png"))
        raise


def main_of(names, make_case, shared=False):
    """Runs every test_… in `names`, or those of the command line; the exit status. Each has a portal and a browser of its own, unless
    they are `shared`: then each test begins with screens.reset()."""
    tests = [value for name, value in names.items() if name.startswith("test_")]
    wanted = [test for test in tests if len(sys.argv) < 2 or test.__name__ in sys.argv[1:]]
    failed = 0
    with opened(make_case) if shared else contextlib.nullcontext() as one:
        for test in wanted:
            try:
                with contextlib.nullcontext(one) if shared else opened(make_case) as case:
                    run(test, case)
                print(f"ok {test.__name__}", flush=True)
            except Exception:
                failed += 1
                print(f"FAILED {test.__name__}\n{traceback.format_exc()}", flush=True)
    print(f"{len(wanted) - failed} of {len(wanted)} passed")
    return 1 if failed or not wanted else 0
