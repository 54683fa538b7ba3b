# SPDX-License-Identifier: Apache-2.0
"""Creating under an Idempotency-Key (fault 7): the answer is the same again, also after the broker was killed."""
import glob
import json
import os
import sqlite3
import unittest

from machines import Broker
from processes import Failed
from rest import Problem


class CreationsTest(unittest.TestCase):
    def setUp(self):
        self.broker = Broker().up()
        self.addCleanup(self.broker.down)

    def post(self, path, body, key):
        response = self.broker.admin.open("POST", f"/api/v1/{path}", body, {"Idempotency-Key": key})
        answer = json.loads(response.read())
        response.connection.close()
        return response.status, answer

    def kill(self):
        self.broker.process.kill()
        self.broker.process.child.wait()

    def restart(self):
        self.kill()
        self.broker.start()

    def database(self):
        path = os.path.join(self.broker.folder, "state", "caraway.db")
        if not os.path.exists(path):
            raise Failed(f"{path} is not there")
        return sqlite3.connect(path)

    def test_the_answer_outlives_the_broker(self):
        group = {"name": "staff", "description": "All"}
        first = self.post("groups", group, "k-1")
        self.assertEqual(first[0], 201)
        self.restart()
        self.assertEqual(self.post("groups", group, "k-1"), first)
        self.assertEqual(len(self.broker.admin.items("groups")), 1)

    def test_another_body_is_refused(self):
        self.post("groups", {"name": "staff"}, "k-1")
        self.restart()
        status, problem = self.post("groups", {"name": "others"}, "k-1")
        self.assertEqual((status, problem["code"]), (409, "conflict"))
        self.assertIn("Idempotency-Key", problem["detail"])

    def test_what_was_made_is_read_when_the_answer_was_not_kept(self):
        """As if the broker had died between the commit and keeping its answer."""
        user = {"name": "alice", "password": "alice has a long password"}
        first = self.post("users", user, "k-1")
        self.kill()
        with self.database() as database:
            self.assertEqual(database.execute("UPDATE creation_key SET answer = ''").rowcount, 1)
        database.close()
        self.broker.start()
        again = self.post("users", user, "k-1")
        self.assertEqual(again[0], 201)
        self.assertEqual(again[1]["id"], first[1]["id"])

    def test_join_tokens_are_the_same_and_not_stored(self):
        first = self.post("hosts/join-tokens", {"role": "host"}, "k-1")
        self.assertEqual(first[0], 201)
        self.restart()
        self.assertEqual(self.post("hosts/join-tokens", {"role": "host"}, "k-1"), first)
        secret = first[1]["token"].split(".")[2].encode()
        for path in glob.glob(os.path.join(self.broker.folder, "state", "caraway.db*")):
            with open(path, "rb") as file:
                self.assertNotIn(secret, file.read())

    def test_keys_belong_to_one_account(self):
        self.post("groups", {"name": "staff"}, "k-1")
        self.broker.admin.call("POST", "users", {"name": "root2", "password": "root2 has a long password",
                                                 "roles": ["administrator"]})
        other = self.broker.sign_in("root2", "root2 has a long password")
        with self.assertRaises(Problem) as caught:
            other.call("POST", "groups", {"name": "staff"}, {"Idempotency-Key": "k-1"})
        self.assertEqual(caught.exception.status, 409)
        self.assertNotIn("Idempotency-Key", caught.exception.detail)

    def test_a_failed_creation_leaves_its_key_free(self):
        self.assertEqual(self.post("groups", {"name": "../x"}, "k-1")[0], 400)
        self.assertEqual(self.post("groups", {"name": "staff"}, "k-1")[0], 201)


if __name__ == "__main__":
    unittest.main()
