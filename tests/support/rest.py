# SPDX-License-Identifier: Apache-2.0
"""A small client for Caraway's REST interface: TLS checked against a given CA, problems raised as exceptions."""
import http.client
import json
import ssl
import urllib.parse
import uuid


class Problem(Exception):
    """An RFC 9457 answer: `status`, stable `code`, the sentence `detail` and `reasons`."""

    def __init__(self, status, body):
        self.status = status
        self.code = body.get("code")
        self.detail = body.get("detail")
        self.reasons = body.get("reasons") or []
        super().__init__(f"{status} {self.code}: {self.detail}")


class Rest:
    def __init__(self, url, ca_file, token=None, timeout_s=30):
        parts = urllib.parse.urlsplit(url)
        self.host, self.port = parts.hostname, parts.port or 443
        self.context = ssl.create_default_context(cafile=ca_file)
        self.token = token
        self.timeout_s = timeout_s

    def open(self, method, path, body=None, headers=None):
        """One exchange on a connection of its own; returns the response, whose connection the caller keeps."""
        connection = http.client.HTTPSConnection(self.host, self.port, context=self.context, timeout=self.timeout_s)
        sent = dict(headers or {})
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        connection.request(method, path, data, sent)
        response = connection.getresponse()
        response.connection = connection
        return response

    def call(self, method, path, body=None, headers=None):
        """The decoded answer (dict, text or None); Problem for a status of 400 and above."""
        response = self.open(method, path if path.startswith("/") else f"/api/v1/{path}", body, headers)
        raw = response.read()
        response.connection.close()
        kind = response.headers.get_content_type()
        value = json.loads(raw) if raw and kind.endswith("json") else raw.decode(errors="replace") if raw else None
        if response.status >= 400:
            raise Problem(response.status, value if isinstance(value, dict) else {"detail": value})
        return value

    def login(self, user, password):
        answer = self.call("POST", "login", {"user": user, "password": password})
        self.token = answer["token"]
        return answer

    def connect(self, pool, **body):
        return self.call("POST", f"pools/{pool}/connect", body, {"Idempotency-Key": str(uuid.uuid4())})

    def items(self, path):
        """Every item of a list, page by page."""
        found, cursor = [], None
        while True:
            mark = "&" if "?" in path else "?"
            page = self.call("GET", path + (f"{mark}cursor={urllib.parse.quote(cursor)}" if cursor else ""))
            found += page["items"]
            cursor = page.get("next")
            if not cursor:
                return found
