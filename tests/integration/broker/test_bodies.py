# SPDX-License-Identifier: Apache-2.0
"""The corpus of bodies (fault 26) against the real broker: the right status and code for each, and nothing changed by any
that is refused."""
import json
import unittest

from corpus import decode, read_corpus
from machines import Broker

PLACES = ("users", "groups", "pools", "images", "hosts")


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
        for line in read_corpus("json/bodies.txt"):
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
        for line in read_corpus("json/requests.txt"):
            status, code, method, path, text = line.split(" ", 4)
            with self.subTest(line=line[:120]):
                before = self.everything() if code != "-" else None
                answer = self.send(method, path, decode(text))
                self.assertEqual((str(answer[0]), answer[1].get("code", "-")), (status, code), answer[1])
                if before is not None:
                    self.assertEqual(self.everything(), before)


if __name__ == "__main__":
    unittest.main()
