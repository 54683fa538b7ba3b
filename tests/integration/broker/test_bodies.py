# SPDX-License-Identifier: Apache-2.0
"""The corpus of bodies (fault 26) against the real broker: the right status and code for each, and nothing changed by any
that is refused."""
import json
import os
import re
import unittest

from machines import Broker

CORPUS = os.path.join(os.environ["CARAWAY_SOURCE"], "tests", "corpus", "json")
PLACES = ("users", "groups", "pools", "images", "hosts")


def read(name):
    with open(os.path.join(CORPUS, name), encoding="utf-8") as file:
        return [line.rstrip("\n") for line in file if not line.startswith("#") and line.strip()]


def decode(text):
    """<<N|TEXT>> is TEXT N times, %HH a byte."""
    text = re.sub(r"<<(\d+)\|(.*?)>>", lambda match: match.group(2) * int(match.group(1)), text)
    return re.sub(rb"%([0-9A-Fa-f]{2})", lambda match: bytes([int(match.group(1), 16)]), text.encode())


class BodiesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = Broker().up()
        cls.addClassCleanup(cls.broker.down)

    def send(self, method, path, body):
        response = self.broker.admin.open(method, f"/api/v1/{path}", body, {"Content-Type": "application/json"})
        raw = response.read()
        response.connection.close()
        return response.status, json.loads(raw) if raw else {}

    def everything(self):
        return {place: self.broker.admin.items(place) for place in PLACES}

    def test_bodies(self):
        """What is no JSON is malformed everywhere; what is JSON is understood and refused for what it says."""
        before = self.everything()
        for line in read("bodies.txt"):
            verdict, _, text = line.partition(" ")
            body = decode(text)
            if not body:
                continue  # no body at all is an empty object
            with self.subTest(line=line[:100]):
                status, problem = self.send("POST", "groups", body)
                self.assertEqual((status, problem["code"]),
                                 (400, "invalid-request" if verdict == "yes" else "malformed-body"))
                self.assertTrue(problem["detail"])
        self.assertEqual(self.everything(), before)

    def test_requests(self):
        for line in read("requests.txt"):
            status, code, method, path, text = line.split(" ", 4)
            with self.subTest(line=line[:120]):
                before = self.everything() if code != "-" else None
                answer = self.send(method, path, decode(text))
                self.assertEqual((str(answer[0]), answer[1].get("code", "-")), (status, code), answer[1])
                if before is not None:
                    self.assertEqual(self.everything(), before)


if __name__ == "__main__":
    unittest.main()
