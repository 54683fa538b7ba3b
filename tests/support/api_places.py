# SPDX-License-Identifier: Apache-2.0
"""
The broker's routes as its table prints them, with what docs/openapi.yaml says that each takes: tests that walk every
place of the interface are made from this, so that a new route or member is walked without anybody remembering it.
"""
import os
import re
import subprocess

import yaml

METHODS = {"get", "post", "put", "patch", "delete"}


def route_rows():
    """[method, pattern, permission, body limit] of every route."""
    program = os.path.join(os.environ["CARAWAY_BUILD"], "bin", "list_routes")
    lines = subprocess.run([program], capture_output=True, text=True, check=True).stdout.splitlines()
    return [line.split(" ") for line in lines]


def load_document():
    with open(os.path.join(os.environ["CARAWAY_SOURCE"], "docs", "openapi.yaml")) as file:
        return yaml.safe_load(file)


def described(document):
    """"METHOD PATTERN" to its description."""
    return {f"{method.upper()} {path}": operation for path, item in document["paths"].items()
            for method, operation in item.items() if method in METHODS}


def operations():
    document = load_document()
    return [Operation(document, row) for row in route_rows()]


def error_codes():
    with open(os.path.join(os.environ["CARAWAY_SOURCE"], "common", "base", "error.h")) as file:
        return set(re.findall(r'X\(\w+, "([a-z-]+)"\)', file.read()))


class Operation:
    """One route: `schema` of its body (None without one), `parameters` of its path, query and head."""

    def __init__(self, document, row):
        self.document = document
        self.method, self.pattern, self.permission, limit = row
        self.name, self.body_limit = f"{self.method} {self.pattern}", int(limit)
        item = document["paths"][self.pattern]
        described = item[self.method.lower()]
        self.parameters = [self.resolve(parameter)
                           for parameter in item.get("parameters", []) + described.get("parameters", [])]
        content = described.get("requestBody", {}).get("content", {})
        self.schema = self.resolve(content["application/json"]["schema"]) if content else None

    def resolve(self, value):
        while "$ref" in value:
            target = self.document
            for part in value["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            value = target
        return value

    def sample(self, schema=None, everything=False):
        """A value that fits: required members only, or all of them."""
        schema = self.resolve(self.schema if schema is None else schema)
        kind = schema["type"]
        if kind == "object":
            wanted = schema.get("properties", {}) if everything else schema.get("required", [])
            return {name: self.sample(schema["properties"][name], everything) for name in wanted}
        if kind == "array":
            return [self.sample(schema["items"], everything)] if everything or schema.get("minItems") else []
        if "pattern" in schema:
            return "07:30"
        simple = {"string": schema.get("enum", ["a"])[0], "integer": schema.get("minimum", 1), "boolean": False}
        return simple[kind]

    def places(self, schema=None, at=()):
        """(path, schema) of every value in the body, inner ones too."""
        if schema is None and self.schema is None:
            return []
        schema = self.resolve(self.schema if schema is None else schema)
        found = [(at, schema)] if at else []
        for name, inner in schema.get("properties", {}).items():
            found += self.places(inner, (*at, name))
        if schema["type"] == "array":
            found += self.places(schema["items"], (*at, 0))
        return found

    def body_with(self, at, value, known):
        """A sample body with `value` at the place `at`; `known` are members of it that must be right."""
        body = self.sample() | known
        if len(at) > 1:
            body[at[0]] = self.sample(everything=True)[at[0]]
        here = body
        for step in at[:-1]:
            here = here[step]
        here[at[-1]] = value
        return body
