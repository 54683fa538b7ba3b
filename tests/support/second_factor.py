# SPDX-License-Identifier: Apache-2.0
"""An authenticator app by a hand that is not ours, and the set-up of a second factor over the API."""
import base64
import hmac
import struct
import time

from processes import wait_until


def code_of(secret, ahead=0):
    """RFC 6238 with what Python has."""
    step = int(time.time()) // 30 + ahead
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), "sha1")
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7fffffff) % 1000000:06d}"


def enrol(rest, **proof):
    """The secret, and the recovery codes; `rest` goes on with the sign-in that it has then."""
    draft = rest.call("POST", "me/second-factor", proof)
    # A code of the step before would be taken as a clock that is behind, from which the next one is too far.
    wait_until(lambda: time.time() % 30 < 20, 30, "the beginning of a step of time")
    answer = rest.call("POST", "me/second-factor/confirm", {"code": code_of(draft["secret"])})
    rest.token = answer.get("token", rest.token)
    return draft["secret"], answer["recovery_codes"]
