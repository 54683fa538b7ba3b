# SPDX-License-Identifier: Apache-2.0
"""Who may include whom: the directions of docs/architecture.md. A folder that has no row may include nothing of ours,
so a new layer has to be entered here."""
import re

from c_scan import TOKEN
from sources import C_SUFFIXES, main

COMMON = {"common/base", "common/wire", "common/spice", "common/net", "common/relay", "common/api_client"}

ALLOWED = {
    "common/base": set(),
    "common/wire": {"common/base"},
    "common/spice": set(),
    "common/net": {"common/base", "common/wire", "common/spice"},
    "common/relay": {"common/base", "common/wire", "common/spice", "common/net"},
    "common/api_client": {"common/base", "common/wire", "common/spice", "common/net"},
    "broker/model": COMMON,
    "broker/policy": COMMON | {"broker/model"},
    "broker/db": COMMON,
    "broker/store": COMMON | {"broker/db", "broker/model"},
    "broker/auth": COMMON | {"broker/model"},
    "broker/hostlink": COMMON | {"broker/model"},
    "broker/service": COMMON | {"broker/model", "broker/policy", "broker/store", "broker/auth", "broker/hostlink"},
    "broker/api": COMMON | {"broker/model", "broker/service"},
    "broker/ctl": COMMON,
    "broker": COMMON | {"broker/model", "broker/policy", "broker/db", "broker/store", "broker/auth", "broker/hostlink",
                        "broker/service", "broker/api"},
    "host/plan": COMMON,
    "host/hypervisor": COMMON | {"host/plan"},
    "host/image": COMMON | {"host/plan"},
    "host/relay": COMMON,
    "host/guest": COMMON,
    "host": COMMON | {"host/plan", "host/hypervisor", "host/image", "host/guest"},
    "portal": COMMON,
    "client/model": COMMON,
    "client/display": COMMON | {"client/model"},
    "client/ui": COMMON | {"client/model", "client/display"},
    "client": COMMON | {"client/model", "client/display", "client/ui"},
}

# Single headers beyond that; docs/decisions/include-directions.md says why.
EXCEPTIONS = {
    ("broker/api", "broker/hostlink/authority.h"),
    ("broker/api", "broker/hostlink/host_link_hub.h"),
}

# A library's headers, and the only folders that may see them.
SYSTEM = [
    (r"sqlite3\.h", ("broker/db",)),
    (r"libvirt/", ("host/hypervisor",)),
    (r"gtk/|gdk/|spice-client-gtk", ("client",)),
    (r"glib|gio/|gobject|json-glib/|libsoup/", ("common/base", "common/wire", "common/net", "common/relay",
                                                "common/api_client", "broker", "host", "portal", "client")),
]

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


def folder_of(path):
    """The layer a file is in: its first two folders; a file right in a program's folder, or one of the portal (which
    has no layers), belongs to the program."""
    parts = path.split("/")
    return "/".join(parts[:2]) if len(parts) > 2 and parts[0] != "portal" else parts[0]


def includes(text):
    """(line, kind, name) of each #include outside of comments."""
    code = TOKEN.sub(lambda m: re.sub(r"[^\n]", " ", m.group()) if m.group()[0] == "/" else m.group(), text)
    return [(code.count("\n", 0, m.start(1)) + 1, m.group(1), m.group(2)) for m in INCLUDE.finditer(code)]


def own_violation(tree, path, name):
    if ".." in name or not (tree.root / name).is_file():
        return f'"{name}" is no file; write includes of ours from the top of the tree'
    source, target = folder_of(str(path)), folder_of(name)
    if source == target or target in ALLOWED.get(source, set()) or (source, name) in EXCEPTIONS:
        return None
    return f'{source} must not include {target} ("{name}")'


def system_violation(path, name):
    for pattern, folders in SYSTEM:
        if re.match(pattern, name):
            if not any(str(path).startswith(folder + "/") for folder in folders):
                return f"<{name}> belongs only into {', '.join(folders)}"
            return None
    return None


def check(tree):
    violations = []
    for path in tree.with_suffix(C_SUFFIXES):
        if path.parts[0] == "tests":
            continue
        for line, kind, name in includes(tree.text(path)):
            violation = own_violation(tree, path, name) if kind == '"' else system_violation(path, name)
            if violation:
                violations.append(f"{path}:{line}: {violation}")
    return violations


if __name__ == "__main__":
    main(check)
