# SPDX-License-Identifier: Apache-2.0
"""
Many people at once: accounts, sign-ins and spare desktops put straight into the database (hashing a thousand passwords
would take minutes and is bounded apart), and a client that keeps a connection for each of them in one thread.
"""
import asyncio
import hashlib
import json
import sqlite3
import ssl
import uuid

BATCH = 100


class SqliteBooks:
    def __init__(self, path):
        self.path = path

    def run(self, statement):
        with sqlite3.connect(self.path) as database:
            rows = database.execute(statement).fetchall()
        database.close()
        return [[str(value) for value in row] for row in rows]

    def columns(self, table):
        return [row[1] for row in self.run(f"PRAGMA table_info({table})")]


class PostgresBooks:
    def __init__(self, server, name):
        self.server, self.name = server, name

    def run(self, statement):
        return [line.split("|") for line in self.server.sql(statement, self.name).splitlines()]

    def columns(self, table):
        rows = self.run(f"SELECT column_name FROM information_schema.columns WHERE table_name = '{table}'")
        return [row[0] for row in rows]


def clone(books, table, where, names, rows):
    """Enters a copy of the row of `where` for each of `rows`, with the columns `names` replaced by its values."""
    columns = books.columns(table)
    values = [f"v.column{names.index(column) + 1}" if column in names else f"t.{column}" for column in columns]
    for start in range(0, len(rows), BATCH):
        list_of_values = ", ".join("(" + ", ".join(f"'{value}'" for value in row) + ")"
                                   for row in rows[start:start + BATCH])
        books.run(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {table} t, "
                  f"(VALUES {list_of_values}) AS v WHERE t.{where}")


class Person:
    def __init__(self, number):
        self.name = f"person{number:04}"
        self.id = str(uuid.UUID(int=0x1000 + number))
        self.token = f"token-of-{self.name}".ljust(43, "x")


def enter_people(books, count, like):
    """Accounts with the rights and the sign-in of the account `like`; returns them."""
    people = [Person(number) for number in range(count)]
    clone(books, "account", f"name = '{like}'", ["id", "name"], [[one.id, one.name] for one in people])
    owner = books.run(f"SELECT id FROM account WHERE name = '{like}'")[0][0]
    clone(books, "sign_in", f"account_id = '{owner}'", ["token_hash", "account_id"],
          [[hashlib.sha256(one.token.encode()).hexdigest(), one.id] for one in people])
    clone(books, "entitlement", f"account_id = '{owner}'", ["account_id"], [[one.id] for one in people])
    return people


def enter_spares(books, count, like):
    """Ready desktops like the one with id `like`; returns (id, name) of each."""
    spares = [(str(uuid.UUID(int=0x2000000 + number)), f"spare-{number:04}") for number in range(count)]
    clone(books, "desktop", f"id = '{like}'", ["id", "name"], spares)
    return spares


class Line:
    """One person's connection to a broker, opened again when an answer has ended it."""

    def __init__(self, broker, token):
        self.broker, self.token, self.is_spent = broker, token, False
        self.context = ssl.create_default_context(cafile=broker.ca)

    async def open(self):
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.broker.port, ssl=self.context)
        return self

    async def ask(self, method, path, body=None, headers=None):
        """(status, decoded body) of one exchange."""
        if self.is_spent:
            await self.close()
            await self.open()
        data = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} /api/v1/{path} HTTP/1.1", "Host: broker", f"Authorization: Bearer {self.token}",
                 "Content-Type: application/json", f"Content-Length: {len(data)}",
                 *(f"{name}: {value}" for name, value in (headers or {}).items())]
        self.writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + data)
        await self.writer.drain()
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        self.is_spent = fields.get("connection") == "close"
        self.retry_after = float(fields.get("retry-after", 0))
        raw = await self.reader.readexactly(int(fields.get("content-length", 0)))
        return int(head[0].split()[1]), json.loads(raw) if raw else None

    async def connect(self, key=None, **body):
        return await self.ask("POST", "pools/office/connect", body, {"Idempotency-Key": key or str(uuid.uuid4())})

    async def close(self):
        self.writer.close()


async def open_lines(broker, tokens, at_once=50):
    """A line for each of `tokens`; handshakes a few at a time."""
    gate = asyncio.Semaphore(at_once)

    async def one(token):
        async with gate:
            return await Line(broker, token).open()
    return await asyncio.gather(*(one(token) for token in tokens))
