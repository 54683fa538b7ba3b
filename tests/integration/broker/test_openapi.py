# SPDX-License-Identifier: Apache-2.0
"""docs/openapi.yaml says what the route table and the answers of a real broker say."""
import json
import re
import unittest

from api_places import described, error_codes, load_document, route_rows
from machines import Broker, Machine, ScriptedHost, provision, wait_spare


def table():
    return {f"{method} {pattern}": rest for method, pattern, *rest in route_rows()}


class DocumentTest(unittest.TestCase):
    def setUp(self):
        self.document = load_document()
        self.operations = described(self.document)

    def test_every_route_is_described_and_nothing_else(self):
        self.assertEqual(set(self.operations), set(table()))

    def test_permissions_are_those_of_the_table(self):
        for name, (permission, _) in table().items():
            self.assertEqual(self.operations[name]["x-permission"], permission, name)

    def test_bodies_are_described_where_they_are_taken(self):
        for name, (_, limit) in table().items():
            self.assertEqual("requestBody" in self.operations[name], limit != "0", name)

    def test_codes_exist(self):
        for name, operation in self.operations.items():
            self.assertLessEqual(set(operation.get("x-codes", [])), error_codes(), name)

    def test_references_lead_somewhere(self):
        def walk(value):
            if isinstance(value, dict):
                if "$ref" in value:
                    target = self.document
                    for part in value["$ref"].removeprefix("#/").split("/"):
                        target = target[part]
                for inner in value.values():
                    walk(inner)
            elif isinstance(value, list):
                for inner in value:
                    walk(inner)
        walk(self.document)

    def test_path_parameters_are_declared(self):
        for path, item in self.document["paths"].items():
            declared = [parameter["$ref"].rsplit("/", 1)[1] for parameter in item.get("parameters", [])]
            self.assertEqual(declared, re.findall(r"\{(\w+)\}", path), path)


class AnswersTest(unittest.TestCase):
    """Real answers have exactly the members, of the types, that the document gives."""

    @classmethod
    def setUpClass(cls):
        cls.document = load_document()
        cls.operations = described(cls.document)
        cls.broker = Broker().up()
        cls.addClassCleanup(cls.broker.down)
        cls.host = ScriptedHost(cls.broker).connect()
        cls.addClassCleanup(cls.host.hang_up)
        cls.user = provision(cls.broker)
        wait_spare(cls.broker)

    def resolve(self, schema):
        while "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        if "allOf" in schema:  # of one: a reference that may be null
            schema = {**self.resolve(schema["allOf"][0]), "nullable": schema.get("nullable", False)}
        return schema

    def fits(self, value, schema, where):
        schema = self.resolve(schema)
        if value is None:
            self.assertTrue(schema.get("nullable"), f"{where} is null")
            return
        kinds = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}
        self.assertIs(type(value), kinds[schema["type"]], where)
        if "enum" in schema:
            self.assertIn(value, schema["enum"], where)
        if isinstance(value, list):
            for inner in value:
                self.fits(inner, schema["items"], where + "[]")
        elif isinstance(value, dict):
            self.assertLessEqual(set(value), set(schema["properties"]), where)
            self.assertLessEqual(set(schema.get("required", [])), set(value), where)
            for name, inner in value.items():
                self.fits(inner, schema["properties"][name], f"{where}.{name}")

    def check(self, rest, method, path, pattern, body=None, status=None):
        response = rest.open(method, path, body)
        raw = response.read()
        operation = self.operations[f"{method} {pattern}"]
        name = f"{method} {pattern}"
        self.assertIn(str(response.status), operation["responses"], f"{name}: {raw}")
        content = operation["responses"][str(response.status)].get("content", {})
        self.assertEqual(bool(raw), bool(content), name)
        if "application/json" in content:
            value = json.loads(raw)
            self.fits(value, content["application/json"]["schema"], name)
            return value
        return raw

    def test_lists(self):
        for what in ("users", "groups", "pools", "images", "hosts", "admin/desktops", "audit", "sessions"):
            page = self.check(self.broker.admin, "GET", f"/api/v1/{what}", f"/api/v1/{what}")
            if what not in ("groups", "sessions"):
                self.assertTrue(page["items"], what)

    def test_a_session_and_its_consoles(self):
        session = self.check(self.user, "POST", "/api/v1/pools/office/connect", "/api/v1/pools/{pool}/connect", {})
        self.check(self.user, "POST", "/api/v1/pools/office/connect", "/api/v1/pools/{pool}/connect", {"viewer": "native"})
        path, pattern = f"/api/v1/sessions/{session['id']}", "/api/v1/sessions/{session}"
        self.check(self.user, "GET", "/api/v1/desktops", "/api/v1/desktops")
        for viewer in ("native", "browser"):
            self.check(self.user, "POST", f"{path}/grants", f"{pattern}/grants", {"viewer": viewer, "take_over": True})
        self.check(self.user, "POST", f"{path}/console.vv", f"{pattern}/console.vv", {"take_over": True})
        for action in ("lock", "restart", "reset", "disconnect"):
            self.check(self.user, "POST", f"{path}/{action}", f"{pattern}/{action}")
        self.check(self.broker.admin, "POST", f"{path}/message", f"{pattern}/message", {"title": "a", "text": "b"})
        self.check(self.user, "POST", f"{path}/logoff", f"{pattern}/logoff")
        self.check(self.user, "GET", path, pattern)

    def refusal(self, rest, pool):
        response = rest.open("POST", f"/api/v1/pools/{pool}/connect", {})
        problem = json.loads(response.read())
        self.assertEqual(response.headers["Content-Type"], "application/problem+json")
        self.fits(problem, {"$ref": "#/components/schemas/Problem"}, "refused connection")
        self.assertEqual(problem["reasons"], [rule["text"] for rule in problem["rules"] if not rule["ok"]])
        return problem

    def test_refusals_list_the_rules_that_explaining_lists(self):
        stranger = self.broker.user("stranger")
        problem = self.refusal(stranger, "office")
        self.assertEqual((problem["code"], problem["rules"][-1]["rule"]), ("not-entitled", "entitled"))
        explained = self.check(self.broker.admin, "GET", "/api/v1/pools/office/explain?user=stranger",
                               "/api/v1/pools/{pool}/explain")
        self.assertEqual(explained["rules"][:len(problem["rules"])], problem["rules"])
        self.assertEqual((explained["outcome"], explained["code"], explained["detail"]),
                         ("refuse", problem["code"], problem["detail"]))
        unknown = self.refusal(stranger, "attic")
        self.assertEqual((unknown["code"], unknown["rules"][-1]["rule"]), ("unknown-pool", "pool-exists"))

    def test_administration(self):
        admin, v1 = self.broker.admin, "/api/v1"
        self.check(admin, "GET", f"{v1}/me", f"{v1}/me")
        self.check(admin, "POST", f"{v1}/users", f"{v1}/users", {"name": "one", "password": "one has a long one"})
        self.check(admin, "PATCH", f"{v1}/users/one", f"{v1}/users/{{user}}", {"full_name": "One"})
        self.check(admin, "POST", f"{v1}/users/one/password", f"{v1}/users/{{user}}/password",
                   {"password": "another long one"})
        self.check(admin, "POST", f"{v1}/groups", f"{v1}/groups", {"name": "crew"})
        self.check(admin, "PUT", f"{v1}/groups/crew/members/one", f"{v1}/groups/{{group}}/members/{{user}}")
        self.check(admin, "PUT", f"{v1}/pools/office/entitlements/group/crew",
                   f"{v1}/pools/{{pool}}/entitlements/{{kind}}/{{subject}}")
        self.check(admin, "GET", f"{v1}/pools/office/entitlements", f"{v1}/pools/{{pool}}/entitlements")
        self.check(admin, "DELETE", f"{v1}/pools/office/entitlements/group/crew",
                   f"{v1}/pools/{{pool}}/entitlements/{{kind}}/{{subject}}")
        self.check(admin, "DELETE", f"{v1}/groups/crew/members/one", f"{v1}/groups/{{group}}/members/{{user}}")
        self.check(admin, "GET", f"{v1}/groups/crew", f"{v1}/groups/{{group}}")
        self.check(admin, "DELETE", f"{v1}/groups/crew", f"{v1}/groups/{{group}}")
        self.check(admin, "DELETE", f"{v1}/users/one", f"{v1}/users/{{user}}")
        self.check(admin, "PATCH", f"{v1}/pools/office", f"{v1}/pools/{{pool}}", {"description": "Desks", "schedule": {
            "time_zone": "Europe/Berlin", "rules": [{"days": ["mon"], "from": "22:00", "to": "06:00", "spares": 0}]}})
        self.check(admin, "GET", f"{v1}/pools/office", f"{v1}/pools/{{pool}}")
        self.check(admin, "GET", f"{v1}/pools/office/schedule?hours=200", f"{v1}/pools/{{pool}}/schedule")
        self.check(admin, "GET", f"{v1}/pools/office/explain?user=admin", f"{v1}/pools/{{pool}}/explain")
        self.check(admin, "PATCH", f"{v1}/pools/office", f"{v1}/pools/{{pool}}", {"schedule": None})
        self.check(admin, "GET", f"{v1}/hosts/kvm1", f"{v1}/hosts/{{host}}")
        self.check(admin, "POST", f"{v1}/hosts/join-tokens", f"{v1}/hosts/join-tokens", {"role": "portal"})

    def test_machines(self):
        portal = Machine(self.broker, "portal", "edge1")
        self.fits(portal.answer, {"$ref": "#/components/schemas/Joined"}, "join")
        self.check(portal.rest, "GET", "/internal/grant-keys", "/internal/grant-keys")

    def test_problems(self):
        response = self.broker.rest().open("GET", "/api/v1/me")
        self.assertEqual(response.headers["Content-Type"], "application/problem+json")
        self.assertEqual(response.headers["WWW-Authenticate"], "Bearer")
        self.fits(json.loads(response.read()), {"$ref": "#/components/schemas/Problem"}, "problem")


if __name__ == "__main__":
    unittest.main()
