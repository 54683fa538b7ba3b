# SPDX-License-Identifier: Apache-2.0
"""What a test does as the user of the shared stack: sign in, come to a ready desktop."""
import os

from processes import wait_until
from rest import Rest


def signed_in(stack):
    user = Rest(stack["portal"], stack["ca"])
    user.login(stack["user"], stack["password"])
    return user


def administrator(stack):
    admin = Rest(stack["broker"], stack["ca"])
    admin.login(stack["admin"], stack["admin_password"])
    return admin


def ready_session(user, pool, limit_s=600, take_over=True):
    """The user's session on a desktop of the pool, once it can be opened."""
    session = user.connect(pool, take_over=take_over)

    def is_ready():
        now = user.call("GET", f"sessions/{session['id']}")
        return now if now["state"] in ("ready", "connected", "disconnected") else None
    return wait_until(is_ready, limit_s, f"the desktop of session {session['id']}", 0.3)


def wait_state(user, session_id, states, limit_s=60):
    def reached():
        now = user.call("GET", f"sessions/{session_id}")
        return now if now["state"] in states else None
    return wait_until(reached, limit_s, f"session {session_id} in {states}", 0.2)


def artefact(name):
    folder = os.path.join(os.environ["CARAWAY_SOURCE"], "build", "artefacts")
    os.makedirs(folder, exist_ok=True)
    return os.path.join(folder, name)
