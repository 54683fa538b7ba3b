# SPDX-License-Identifier: Apache-2.0
"""
Every route × every role × one's own, foreign and missing ids, as broker/api/route_roles.txt says it (fault 29), and
what lists show: pools and sessions of others stay out of sight (as they did not in other products).
"""
import itertools
import json
import os
import re
import unittest

from api_places import route_rows
from device import Device
from machines import Broker, ScriptedHost, random_id
from processes import wait_until
from rest import Problem

TABLE = os.path.join(os.environ["CARAWAY_SOURCE"], "broker", "api", "route_roles.txt")
OWN, FOREIGN, MISSING = range(3)
LIMIT_S = 90
PASSWORD = "walks through every door"
# What acts only with its real body; all else is sent one that is refused once the permission was looked at.
REAL_BODIES = {"grants": {"viewer": "native"}, **dict.fromkeys(
    ("console.vv", "disconnect", "restart", "reset", "lock", "logoff"), {})}


def table():
    """The names of the roles, and "METHOD PATTERN" to the cells of each."""
    with open(TABLE) as file:
        lines = [line.split() for line in file if line.strip() and not line.startswith("#")]
    return lines[0][1:], {f"{method} {path}": cells for method, path, *cells in lines[1:]}


ROLES, ROWS = table()


class World:
    """Two of everything: office, wards, staff and victim are one's own for who is bound to them."""

    def __init__(self):
        self.broker = Broker().up()
        self.admin = self.broker.admin
        self.host = ScriptedHost(self.broker, images=("debian-12", "other-image")).connect()
        self.other_host = ScriptedHost(self.broker, "kvm2")
        self.numbers = itertools.count(1)
        for image in ("debian-12", "other-image"):
            self.admin.call("POST", "images", {"name": image})
        self.people = {name: self.broker.user(name) for name in ("demo", "victim", "stranger")}
        for group, user in (("staff", "victim"), ("others", "stranger")):
            self.admin.call("POST", "groups", {"name": group})
            self.admin.call("PUT", f"groups/{group}/members/{user}")
        for pool, kind in (("office", "floating"), ("away", "floating"), ("wards", "dedicated"), ("far", "dedicated")):
            self.pool(pool, kind)
        self.sessions = [self.session("office"), self.session("away")]
        self.kept = [self.session("wards")["desktop"]["name"], self.session("far")["desktop"]["name"]]
        self.devices = [self.device(), self.device()]
        self.admin.call("POST", "roles", {"name": "reader", "permissions": ["pool.read"]})
        self.rest = {"administrator": self.admin, "user": self.broker.user("plain"),
                     "pool-manager": self.holder("manager", "pool-manager"),
                     "office-manager": self.holder("local", "pool-manager", "/pools/office", "/pools/wards"),
                     "help-desk": self.holder("helper", "help-desk"),
                     "ward-desk": self.holder("ward", "help-desk", "/groups/staff"),
                     "auditor": self.holder("auditor", "auditor"), "reader": self.holder("reader", "reader")}

    def down(self):
        self.host.hang_up()
        self.broker.down()

    def pool(self, name, kind):
        self.admin.call("POST", "pools", {"name": name, "kind": kind, "image": "debian-12", "size": 2, "spares": 1})
        self.admin.call("PUT", f"pools/{name}/entitlements/user/demo")

    def device(self):
        """The id of one that waits."""
        return Device(self.broker).enrol()["id"]

    def bind(self, user, role, thing="/"):
        return self.admin.call("POST", "role-bindings", {"kind": "user", "subject": user, "role": role, "object": thing})

    def holder(self, user, role, *objects):
        rest = self.broker.user(user)
        for thing in objects or ("/",):
            self.bind(user, role, thing)
        return rest

    def session(self, pool):
        """One of demo that is ready."""
        demo = self.people["demo"]

        def ready():
            try:
                session = demo.connect(pool)
            except Problem as problem:
                if problem.code in ("no-free-desktop", "no-capacity"):
                    return None
                raise
            return session if session["state"] not in ("requested", "preparing") else None
        return wait_until(ready, LIMIT_S, f"a session of {pool}")

    def ids(self, route, which):
        """The value of each parameter; what a request destroys is made for it."""
        if which == MISSING:
            return dict.fromkeys(("pool", "group", "user", "session", "desktop", "role", "binding", "signin", "token", "device"), random_id()) | {
                "host": "kvm9", "image": "no-image", "authenticator": "nowhere", "serial": "ab" * 16, "key": "b1-0", "kind": "user", "subject": "victim"}
        live = self.sessions[which]
        ids = {"pool": ("office", "away")[which], "group": ("staff", "others")[which], "role": ("reader", "auditor")[which],
               "user": ("victim", "stranger")[which], "host": ("kvm1", "kvm2")[which], "kind": "user", "subject": "victim",
               "serial": "ab" * 16, "key": "b1-0", "authenticator": "nowhere", "signin": random_id(), "token": random_id(), "image": ("debian-12", "other-image")[which], "session": live["id"], "desktop": live["desktop"]["name"],
               "device": self.devices[which]}
        if route == "DELETE /api/v1/admin/desktops/{desktop}":
            ids["desktop"] = self.kept[which]
        if "/members/" in route:
            ids["user"] = "demo"  # who is in neither group, and stays out
        if "{binding}" in route:
            ids["binding"] = self.bind(self.fresh("users"), "auditor")["id"]
        return ids

    def fresh(self, collection):
        name = f"n{next(self.numbers)}"
        bodies = {"users": {"password": PASSWORD}, "groups": {}, "roles": {"permissions": []},
                  "pools": {"image": "debian-12", "size": 0, "spares": 0}}
        self.admin.call("POST", collection, {"name": name, **bodies[collection]})
        return name

    def spend(self, route, which, role, ids):
        """Something of its own for a request that will be let in, and destroys."""
        kind = re.fullmatch(r"DELETE /api/v1/(users|groups|roles|pools)/\{(\w+)\}", route)
        if kind and which != MISSING:
            ids[kind.group(2)] = self.fresh(kind.group(1))
            if role == "office-manager":
                self.bind("local", "pool-manager", f"/pools/{ids['pool']}")
        if route == "DELETE /api/v1/devices/{device}" and which != MISSING:
            ids["device"] = self.device()
        if route.endswith("/logoff") and which != MISSING:
            self.sessions[which] = self.session(("office", "away")[which])
            ids["session"] = self.sessions[which]["id"]


class RoleWalk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.addClassCleanup(cls.world.down)

    def mark(self, rest, route, ids):
        method, pattern = route.split(" ")
        path = re.sub(r"\{(\w+)\}", lambda name: ids[name.group(1)], pattern)
        body = REAL_BODIES.get(path.rsplit("/", 1)[1], {"no-such-member": 1}) if method in ("POST", "PUT", "PATCH") else None
        response = rest.open(method, path, body)
        raw = response.read() if response.status >= 400 else b"{}"
        response.connection.close()
        self.assertNotEqual(response.status, 500, raw)
        code = json.loads(raw or b"{}").get("code")
        marks = {(401, "not-signed-in"): "!", (403, "not-permitted"): "-"}
        return marks.get((response.status, code), "0" if response.status == 404 else "+"), raw

    def walk(self, route, role, expected):
        rest, answers = self.world.rest[role], {}
        for which, mark in enumerate(expected):
            ids = self.world.ids(route, which)
            if mark == "+":
                self.world.spend(route, which, role, ids)
            with self.subTest(route=route, role=role, which=("own", "foreign", "missing")[which]):
                found, raw = self.mark(rest, route, ids)
                answers[which] = raw
                # Of whoever is let in to all of them the body is looked at, too, before the object is.
                self.assertIn(found, mark + ("+" if which == MISSING and expected[FOREIGN] == "+" else ""), raw)
        if expected[1:] in ("00", "--"):  # whoever may not read a thing cannot tell whether it is there
            with self.subTest(route=route, role=role, which="foreign and missing alike"):
                self.assertEqual(answers[FOREIGN], answers[MISSING])

    def test_every_route_has_a_row(self):
        self.assertEqual({f"{method} {pattern}" for method, pattern, *_ in route_rows()}, set(ROWS))
        for route, cells in ROWS.items():
            self.assertEqual(len(cells), len(ROLES), route)

    def test_every_cell(self):
        for route, cells in sorted(ROWS.items(), key=lambda row: (row[0].endswith("logoff"), row[0].startswith("DELETE"))):
            for role, cell in reversed(list(zip(ROLES, cells))):
                if cell != ".":
                    self.walk(route, role, cell)

    def test_the_document_says_the_same(self):
        with open(os.path.join(os.environ["CARAWAY_SOURCE"], "docs", "roles.md")) as file:
            lines = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in file if line.startswith("|")]
        said = {name: {line[0].split(":")[0] for line in lines[2:] if line[place] == "x"}
                for place, name in enumerate(lines[0]) if place > 0}
        fixed = {role["name"]: set(role["permissions"]) for role in self.world.admin.items("roles") if role["fixed"]}
        self.assertEqual(said, fixed)

    def test_nobody_gets_anywhere(self):
        rest = self.world.broker.rest()
        public = {"POST /api/v1/login", "GET /api/v1/sign-in-methods", "POST /api/v1/oidc/redeem", "GET /healthz", "GET /readyz", "GET /metrics",
                  "POST /api/v1/devices/challenge", "POST /api/v1/devices/enrol", "POST /api/v1/devices/sign-in", "GET /api/v1/devices/enrolment/{device}"}
        for route, cells in ROWS.items():
            if route not in public and "/internal/" not in route and "/oidc/" not in route:
                with self.subTest(route=route):
                    self.assertEqual(self.mark(rest, route, self.world.ids(route, MISSING))[0], "!")

    def names(self, role, path, member="name"):
        """Of all pages, of one row each."""
        mark = "&" if "?" in path else "?"
        return {item[member] for item in self.world.rest[role].items(f"{path}{mark}limit=1")}

    def test_pools_and_sessions_of_others_are_out_of_sight(self):
        pools = self.names("administrator", "pools")
        self.assertTrue({"office", "wards", "away", "far"} <= pools)
        self.assertEqual(self.names("reader", "pools"), pools)
        seen = self.names("office-manager", "pools")
        self.assertTrue({"office", "wards"} <= seen and not {"away", "far"} & seen, seen)
        of = {item["name"]: item["pool"] for item in self.world.admin.items("admin/desktops")}
        shown = self.names("office-manager", "admin/desktops")
        self.assertTrue(shown)
        self.assertTrue({of[name] for name in shown if name in of} <= {"office", "wards"})
        for session in self.world.rest["office-manager"].items("sessions?all=true&limit=1"):
            self.assertIn(session["pool"]["name"], ("office", "wards"))
        self.assertEqual(self.world.rest["user"].items("sessions"), [])

    def test_users_and_groups_of_others_are_out_of_sight(self):
        self.assertEqual(self.names("ward-desk", "users"), {"victim"})
        self.assertEqual(self.names("ward-desk", "groups"), {"staff"})
        self.assertTrue({"victim", "stranger", "admin"} <= self.names("help-desk", "users"))

    def refused(self, code, call):
        with self.assertRaises(Problem) as caught:
            call()
        self.assertEqual(caught.exception.code, code, caught.exception)

    def test_no_way_to_more_rights(self):
        helper, admin = self.world.rest["help-desk"], self.world.admin
        password = {"password": "a long enough secret"}
        helper.call("POST", "users/stranger/password", password)
        for above in ("admin", "manager", "auditor"):
            self.refused("not-permitted", lambda name=above: helper.call("POST", f"users/{name}/password", password))
        keeper = self.world.fresh("users")
        admin.call("POST", f"users/{keeper}/password", {**password, "password_change_required": False})
        admin.call("POST", "roles", {"name": "keeper", "permissions": ["role.read", "role.manage", "group.read", "user.read",
                                                                       "group.manage", "user.manage", "pool.read"]})
        self.world.bind(keeper, "keeper")
        rest = self.world.broker.sign_in(keeper, "a long enough secret")
        grant = {"kind": "user", "subject": keeper, "object": "/"}
        for role in ("administrator", "help-desk", "auditor"):
            self.refused("not-permitted", lambda name=role: rest.call("POST", "role-bindings", {**grant, "role": name}))
        self.refused("not-permitted", lambda: rest.call("POST", "roles", {"name": "more", "permissions": ["host.manage"]}))
        self.refused("not-permitted", lambda: rest.call("PATCH", "roles/keeper", {"permissions": ["host.manage"]}))
        self.refused("not-permitted", lambda: rest.call("PATCH", f"users/{keeper}", {"roles": ["administrator"]}))
        self.refused("not-permitted", lambda: rest.call("PATCH", "users/admin", {"disabled": True}))
        admin.call("POST", "groups", {"name": "chiefs"})
        admin.call("POST", "role-bindings", {"kind": "group", "subject": "chiefs", "role": "administrator"})
        self.refused("not-permitted", lambda: rest.call("PUT", f"groups/chiefs/members/{keeper}"))
        rest.call("POST", "role-bindings", {**grant, "role": "reader"})

    def test_no_power_over_people_by_taking_them_in(self):
        admin = self.world.admin
        admin.call("POST", "roles", {"name": "ward-lead", "permissions": ["group.read", "group.manage", "user.reset-password"]})
        admin.call("POST", "roles", {"name": "looker", "permissions": ["user.read"]})
        admin.call("POST", "roles", {"name": "gatherer", "permissions": ["group.read", "group.manage", "user.read"]})
        for group in ("annex", "corridor"):
            admin.call("POST", "groups", {"name": group})
        lead, gatherer = self.world.broker.user("lead"), self.world.broker.user("gatherer")
        self.world.bind("lead", "ward-lead", "/groups/annex")
        self.world.bind("lead", "looker")
        self.world.bind("gatherer", "gatherer", "/")
        target = self.world.fresh("users")
        reset = {"password": "a long enough secret"}
        self.refused("not-permitted", lambda: lead.call("PUT", f"groups/annex/members/{target}"))
        self.refused("not-permitted", lambda: lead.call("POST", f"users/{target}/password", reset))
        gatherer.call("PUT", f"groups/annex/members/{target}")  # who gets no power over people by it
        lead.call("POST", f"users/{target}/password", reset)
        self.world.bind("lead", "ward-lead", "/groups/corridor")
        lead.call("PUT", f"groups/corridor/members/{target}")  # whose password is theirs to reset already
        self.world.bind("lead", "ward-lead", "/users")
        lead.call("PUT", f"groups/annex/members/{self.world.fresh('users')}")

    def test_the_last_administrator_stays(self):
        admin = self.world.admin
        mine = [item["id"] for item in admin.items("role-bindings")
                if (item["kind"], item["subject"], item["role"]) == ("user", "admin", "administrator")]
        self.refused("conflict", lambda: admin.call("DELETE", f"role-bindings/{mine[0]}"))
        self.refused("conflict", lambda: admin.call("PATCH", "users/admin", {"roles": ["user"]}))

    def test_one_s_own_rights_are_told(self):
        local = self.world.rest["office-manager"]
        me = local.call("GET", "me")
        self.assertEqual(me["roles"], ["pool-manager", "user"])
        self.assertIn("pool.manage", me["permissions"])
        held = local.call("GET", "me/permissions?object=/pools/office")
        self.assertEqual(held["permissions"], me["permissions"])
        nothing = {"permissions": [], "by": []}
        for thing in ("/", "/pools", "/pools/away", f"/pools/{random_id()}", "/hosts/kvm1"):
            self.assertEqual(local.call("GET", f"me/permissions?object={thing}"), nothing)


if __name__ == "__main__":
    unittest.main()
