# SPDX-License-Identifier: Apache-2.0
"""
Hostile JSON (fault 26) for every route that takes a body, made from the route table and its description: deep, huge,
with a member twice at every depth, of wrong types, with numbers out of range. All of it is refused with a stable code
and changes nothing.
"""
import copy
import json
import unittest

from api_places import operations
from walked_broker import WalkedBroker, problem_violations

LISTS = ("users", "groups", "pools", "images", "hosts", "admin/desktops", "sessions?all=true", "pools/office/entitlements")
DEPTH_MAX = 32
WRONG = {"string": [1, True, [], {}, ["a"], -1.5], "boolean": [0, 1, "true", [], {}], "array": [{}, "a", 1, True],
         "integer": ["1", True, [], {}, 1.5, 1e3, -1, 9223372036854775807, -9223372036854775808], "object": [[], "a", 1, True]}
NUMBERS = ("01", "+1", "1.", ".5", "-", "0x10", "1e400", "-1e400", "NaN", "-Infinity", "9223372036854775808",
           "-9223372036854775809", "1" + "0" * 400, "1_0")
MARK = '"@@"'


def nested(depth):
    return "[" * depth + "]" * depth


def objects_of(value, at=()):
    """Where there is an object with members, outermost first."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [at] if isinstance(value, dict) and value else []
    for step, below in inner:
        found += objects_of(below, (*at, step))
    return found


def with_twice(value, at):
    """`value` as text, the first member of the object at `at` twice."""
    value = copy.deepcopy(value)
    here = value
    for step in at:
        here = here[step]
    name, first = next(iter(here.items()))
    here["@@"] = None
    return json.dumps(value).replace(f"{MARK}: null", f"{json.dumps(name)}: {json.dumps(first)}")


class HostileJsonTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.walked = WalkedBroker()
        cls.addClassCleanup(cls.walked.down)
        cls.operations = [operation for operation in operations() if operation.body_limit > 0]
        cls.before = cls.everything()

    def tearDown(self):
        self.assertEqual(self.everything(), self.before)

    @classmethod
    def everything(cls):
        """Without what a host's heartbeats change."""
        return {place: [{name: value for name, value in item.items() if name not in ("last_seen", "last_sign_in", "guest")}
                        for item in cls.walked.admin.items(place)] for place in LISTS}

    def refused(self, operation, body, codes, headers=None):
        status, _, raw = self.walked.send(operation, self.walked.path(operation),
                                          body if isinstance(body, bytes) else body.encode(), headers)
        self.assertGreaterEqual(status, 400, raw[:200])
        problem = json.loads(raw)
        self.assertEqual(problem_violations(status, problem), [])
        self.assertIn(problem["code"], codes, problem)

    def each(self, make):
        """Every (operation, text of a body) that `make` gives for an operation."""
        for operation in self.operations:
            for body in make(operation):
                with self.subTest(route=operation.name, body=body[:100]):
                    self.refused(operation, body, {"malformed-body"})

    def whole(self, operation):
        return operation.sample(everything=True) | self.walked.known(operation)

    def test_every_body_is_described(self):
        for operation in self.operations:
            self.assertIsNotNone(operation.schema, operation.name)

    def test_broken_or_foreign(self):
        def make(operation):
            text = json.dumps(self.whole(operation))
            return [text[:-1], text + "}", text + text, f"[{text}]", "null", '"a"', f"/**/{text}", f"\ufeff{text}",
                    text.encode("utf-16"), text.encode() + b"\0", text.encode() + b"\xff", "<a/>", "a=1"]
        self.each(make)

    def test_deep(self):
        def make(operation):
            bodies = [f'{{"a":{nested(DEPTH_MAX)}}}', f'{{"a":{nested(DEPTH_MAX)[:-1]}', '{"a":' * 600 + "1" + "}" * 600,
                      "[" * (operation.body_limit - 1)]
            for at, _ in operation.places():
                body = operation.body_with(at, "@@", self.walked.known(operation))
                bodies.append(json.dumps(body).replace(MARK, nested(DEPTH_MAX)))
            return bodies
        self.each(make)

    def test_a_member_twice_at_every_depth(self):
        def make(operation):
            whole = self.whole(operation)
            twice = [with_twice(whole, at) for at in objects_of(whole)]
            return [*twice, '{"a":{"b":[{"c":1,"c":1}]}}', '{"":1,"":1}', '{"a":1,"\\u0061":1}']
        self.each(make)

    def test_texts_that_are_none(self):
        def make(operation):
            bodies = []
            for text in ('"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '"a\\u0000b"', '"\n"', '"\\x41"', "'a'"):
                bodies.append(f'{{{text if text[0] == chr(34) else chr(34)}:1}}')
                for at, schema in operation.places():
                    if schema["type"] == "string":
                        body = operation.body_with(at, "@@", self.walked.known(operation))
                        bodies.append(json.dumps(body).replace(MARK, text))
            return bodies
        self.each(make)

    def test_numbers_that_are_none(self):
        def make(operation):
            bodies = [f'{{"a":{number}}}' for number in NUMBERS]
            for at, schema in operation.places():
                if schema["type"] == "integer":
                    body = json.dumps(operation.body_with(at, "@@", self.walked.known(operation)))
                    bodies += [body.replace(MARK, number) for number in NUMBERS]
            return bodies
        self.each(make)

    def test_wrong_types(self):
        for operation in self.operations:
            for at, schema in operation.places():
                for value in WRONG[schema["type"]]:
                    with self.subTest(route=operation.name, at=at, value=value):
                        body = operation.body_with(at, value, self.walked.known(operation))
                        self.refused(operation, json.dumps(body), {"invalid-request", "identity-not-trusted"})

    def test_huge(self):
        """A byte more than the route takes, announced or in pieces."""
        for operation in self.operations:
            with self.subTest(route=operation.name):
                body = json.dumps(operation.sample()).encode().ljust(operation.body_limit + 1)
                self.refused(operation, body, {"too-large"})
                text = json.dumps({"a": "x" * operation.body_limit}).encode()
                self.refused(operation, text, {"too-large"})


if __name__ == "__main__":
    unittest.main()
