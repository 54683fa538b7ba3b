# SPDX-License-Identifier: Apache-2.0
"""Each check must be able to fail: one bad sample a rule, and a good tree that all of them accept."""
import subprocess
import tempfile
import unittest
from pathlib import Path

import c_scan
import check_build
import check_format
import check_headers
import check_includes
import check_security
import check_sizes
import check_tests
import check_translations
import check_words
from sources import Tree

CHECKS = (check_build, check_format, check_headers, check_includes, check_sizes, check_tests, check_translations,
          check_words)
TOP = "/* SPDX-License-Identifier: Apache-2.0 */\n"
HASH_TOP = "# SPDX-License-Identifier: Apache-2.0\n"
GOOD_HEADER = TOP + "/*\n * Owns a thing.\n */\n#pragma once\n\n/** Does it. */\nvoid thing_do(void);\n"
GOOD = {
    "common/base/thing.h": GOOD_HEADER,
    "common/base/thing.c": TOP + '#include "common/base/thing.h"\n\n/* a goto, sprintf() and "TO' + 'DONE" only in words */\n'
                           "void\nthing_do(void)\n{\n}\n",
    "broker/store/thing_store.c": TOP + '#include "common/base/thing.h"\n',
    "CMakeLists.txt": HASH_TOP + "caraway_layer(caraway_base\n  SOURCES a.c)\n",
    "run": "#!/bin/bash\n" + HASH_TOP,
    "packaging/debian-packages.txt": "gcc  # build\ngit  # test: the files\n",
    ".clang-format": (Path(__file__).resolve().parents[2] / ".clang-format").read_text(),
}


class SampleTree(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        for path, text in GOOD.items():
            self.write(path, text)

    def write(self, path, text):
        file = Path(self.folder.name) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def violations(self, check):
        return check.check(Tree(self.folder.name))

    def assert_found(self, check, path, text, words):
        self.write(path, text)
        found = "\n".join(self.violations(check))
        self.assertIn(words, found)
        self.assertIn(path, found)


class Good(SampleTree):
    def test_good_tree_passes_every_check(self):
        for check in CHECKS:
            self.assertEqual(self.violations(check), [], check.__name__)

    def test_ignored_files_are_not_looked_at(self):
        subprocess.run(["git", "init", "-q", self.folder.name], check=True)
        self.write(".gitignore", "/build/\n")
        self.write("build/bad.c", "void f(void) { goto x; }\n")
        for check in CHECKS:
            self.assertEqual(self.violations(check), [], check.__name__)


class Includes(SampleTree):
    BAD = [
        ("common/base/a.c", '#include "common/wire/w.h"', "must not include common/wire"),
        ("common/spice/a.c", '#include "common/base/thing.h"', "must not include common/base"),
        ("common/spice/a.c", "#include <glib.h>", "<glib.h> belongs only into"),
        ("common/relay/a.c", '#include "common/api_client/w.h"', "must not include common/api_client"),
        ("broker/policy/a.c", '#include "broker/store/w.h"', "must not include broker/store"),
        ("broker/api/a.c", '#include "broker/store/w.h"', "must not include broker/store"),
        ("broker/service/a.c", '#include "broker/api/w.h"', "must not include broker/api"),
        ("broker/api/b.c", '#include "broker/hostlink/w.h"', "must not include broker/hostlink"),
        ("broker/policy/b.c", '#include "broker/db/db.h"', "must not include broker/db"),
        ("broker/service/b.c", '#include "broker/db/db.h"', "must not include broker/db"),
        ("broker/ctl/a.c", '#include "broker/model/w.h"', "must not include broker/model"),
        ("broker/store/a.c", "#include <sqlite3.h>", "belongs only into broker/db"),
        ("host/plan/a.c", '#include "host/hypervisor/w.h"', "must not include host/hypervisor"),
        ("host/relay/a.c", "#include <libvirt/libvirt.h>", "belongs only into host/hypervisor"),
        ("portal/a.c", '#include "host/plan/w.h"', "must not include host/plan"),
        ("client/model/a.c", '#include "client/ui/w.h"', "must not include client/ui"),
        ("common/base/a.c", '#include "thing.h"', "is no file"),
        ("common/base/a.c", '#include "common/base/../base/thing.h"', "is no file"),
        ("broker/news/a.c", '#include "broker/model/w.h"', "broker/news must not include"),
        ("broker/main.c", '#include "broker/ctl/w.h"', "broker must not include broker/ctl"),
        ("portal/http/a.c", '#include "broker/model/w.h"', "portal must not include broker/model"),
    ]

    def test_each_direction_can_fail(self):
        for path, include, words in self.BAD:
            with self.subTest(include=include, path=path):
                name = include.split()[1].strip('<>"')
                if words != "is no file" and include.split()[1].startswith('"'):
                    self.write(name, GOOD_HEADER)
                self.assert_found(check_includes, path, TOP + include + "\n", words)


class Sizes(SampleTree):
    def test_long_file(self):
        self.assert_found(check_sizes, "a.py", HASH_TOP + "pass\n" * 600, "601 lines")

    def test_long_header(self):
        self.assert_found(check_sizes, "common/base/a.h", GOOD_HEADER + "\n" * 130, "130 is the limit")

    def test_long_function(self):
        body = "".join(f"  x = {i};\n" for i in range(79))
        self.assert_found(check_sizes, "common/base/a.c", TOP + "static void\nlong_one(int x)\n{\n" + body + "}\n",
                          "long_one has 81 lines")


class Headers(SampleTree):
    def test_missing_license(self):
        for path in ("a.c", "a.py", "a.js", "a.css", "x/CMakeLists.txt", "run", "cmake/a.cmake"):
            with self.subTest(path=path):
                self.assert_found(check_headers, path, "something else\n", "begin it with SPDX")

    def test_missing_pragma(self):
        self.assert_found(check_headers, "a.h", GOOD_HEADER.replace("#pragma once", ""), "#pragma once")

    def test_missing_paragraph(self):
        self.assert_found(check_headers, "a.h", TOP + "#pragma once\n", "starts with a paragraph")

    def test_undocumented_function(self):
        for comment in ("", "/* not for documents */\n", "/** Another's. */\nint other(void);\n"):
            with self.subTest(comment=comment):
                self.assert_found(check_headers, "a.h", GOOD_HEADER + comment + "const char *\nlost(int a);\n",
                                  "lost has no")


class Words(SampleTree):
    def test_banned_calls(self):
        for name in check_words.BANNED_CALLS:
            with self.subTest(name=name):
                self.assert_found(check_words, "a.c", f"void f(void) {{ {name}(x); }}\n", f"{name} is banned")

    def test_longer_names_and_members_are_no_calls(self):
        self.write("a.c", "void f(void) { g_strtok(x); my_system(1); a->rand(2); b.gets(3); }\n")
        self.assertEqual(self.violations(check_words), [])

    def test_sessions_have_no_timer_of_rest(self):
        for made in ('soup_session_new()', 'soup_session_new_with_options("timeout", 5u, NULL)',
                     'g_object_new(SOUP_TYPE_SESSION, "idle-timeout", 60, NULL)'):
            with self.subTest(made=made):
                self.assert_found(check_words, "a.c", f"void f(void) {{ s = {made}; }}\n", "a session of libsoup needs")
        self.write("a.c", 'void f(void) { s = g_object_new(SOUP_TYPE_SESSION, "idle-timeout", 0, NULL); }\n')
        self.assertEqual(self.violations(check_words), [])

    def test_goto(self):
        self.assert_found(check_words, "a.c", "void f(void) { goto end; }\n", "goto is banned")

    def test_impure_layers(self):
        self.assert_found(check_words, "broker/policy/a.c", "int f(void) { return time(0); }\n", "in a pure layer")

    def test_notes(self):
        for word in ("TO" "DO", "FIX" "ME", "X" "XX"):
            with self.subTest(word=word):
                self.assert_found(check_words, "docs/a.md", f"{word}: later\n", "finish it")

    def test_tabs(self):
        self.assert_found(check_words, "a.py", "if x:\n\tpass\n", "a tab")

    def test_machine_paths(self):
        self.assert_found(check_words, "a.md", "see " + "/wo" + "rk/notes\n", "one machine")


class Format(SampleTree):
    def test_misformatted(self):
        self.assert_found(check_format, "a.c", TOP + "int   x ;\n", "run clang-format")


class Build(SampleTree):
    def test_target_twice(self):
        self.write("a/CMakeLists.txt", "caraway_layer(caraway_base SOURCES a.c)\n")
        self.assertIn("caraway_base is defined 2 times", self.violations(check_build)[0])

    def test_packages(self):
        for text, words in (("gcc\n", "name  # why"), ("gcc # why\n", "name  # why"),
                            ("git  # b\ngcc  # a\n", "sort it"), ("gcc  # a\ngcc  # b\n", "each package once")):
            with self.subTest(text=text):
                self.assert_found(check_build, "packaging/debian-packages.txt", text, words)

    def test_packages_missing(self):
        (Path(self.folder.name) / "packaging/debian-packages.txt").unlink()
        self.assertIn("must list", self.violations(check_build)[0])


class Tests(SampleTree):
    def test_sleeping_and_skipping(self):
        for path, text in (("tests/unit/a/a.py", "time." + "sleep(1)\n"), ("tests/unit/a/a.c", "int a = sleep(1);\n"),
                           ("tests/unit/a/b.c", "int a = g_test_" + "skip(x);\n"),
                           ("tests/unit/a/b.py", "self.skip" + "Test('x')\n")):
            with self.subTest(text=text):
                self.assert_found(check_tests, path, text, "a test")

    def test_test_that_nothing_runs(self):
        self.write("tests/unit/a/CMakeLists.txt", HASH_TOP + "foreach(module one two)\n  caraway_test(u_${module} SOURCES "
                   "test_api_${module}.c)\nendforeach()\nfile(GLOB x ${HERE}/test_wire_*.c)\nx(SCRIPT test_b.py)\n")
        for name in ("test_api_one.c", "test_wire_a.c", "test_b.py"):
            self.write(f"tests/unit/a/{name}", "\n")
        self.assertEqual(self.violations(check_tests), [])
        for name in ("test_api_three.c", "test_c.py"):
            with self.subTest(name=name):
                self.assert_found(check_tests, f"tests/unit/a/{name}", "\n", "no CMakeLists.txt beside it runs it")


class Translations(SampleTree):
    PO = 'msgid ""\nmsgstr "Language: de\\n"\n\nmsgid "%s does not answer"\nmsgstr "%s schweigt"\n'
    POT = PO.replace("%s schweigt", "")

    def setUp(self):
        super().setUp()
        self.write("client/po/POTFILES", "client/model/server_sentence.c\n")
        self.write("client/model/server_sentence.c", TOP + 'x = N_("%s does not answer");\n')
        self.write("broker/policy/said.c", TOP + 'say("%s does not "\n    "answer", host);\n')
        self.write("client/po/caraway-client.pot", self.POT)
        self.write("client/po/de.po", self.PO)

    def test_finished(self):
        self.assertEqual(self.violations(check_translations), [])

    def test_unfinished(self):
        more = '\nmsgid "One\\nmore"\nmsgstr ""\n'
        for path, text, words in (
                ("client/po/de.po", self.POT, "no translation of “%s does not answer”"),
                ("client/po/de.po", self.PO.replace('msgid "%s', '#, fuzzy\nmsgid "%s'), "no translation"),
                ("client/po/caraway-client.pot", self.POT + more, "nothing says “One\nmore” any more"),
                ("client/ui/page.c", TOP + 'x = _("Page");\n', "is not in POTFILES"),
                ("client/model/server_sentence.c", TOP + 'x = N_("%s " "is silent");\n', "server does not say “%s is silent”")):
            with self.subTest(path=path, words=words):
                before = Path(self.folder.name) / path
                text_before = before.read_text() if before.exists() else None
                self.assert_found(check_translations, path, text, words)
                before.write_text(text_before) if text_before is not None else before.unlink()


class Scanner(unittest.TestCase):
    def test_braces_in_literals_and_comments(self):
        text = "int f(void)\n{\n  char c = '{'; /* } */ const char *s = \"}\\\"\";\n  return 1;\n}\nint g(void)\n{\n}\n"
        self.assertEqual([(f.name, f.lines) for f in c_scan.functions(text)], [("f", 4), ("g", 2)])

    def test_tables_and_types_are_no_functions(self):
        text = "static const Row rows[] = {\n    {1, f(2)},\n};\nstruct A {\n  int (*x)(void);\n};\nint f(void)\n{\n}\n"
        self.assertEqual([f.name for f in c_scan.functions(text)], ["f"])

    def test_macros_with_braces(self):
        text = "#define X(a) \\\n  do { \\\n  } while (0)\nint f(void)\n{\n}\n"
        self.assertEqual([f.name for f in c_scan.functions(text)], ["f"])



class SecurityPage(unittest.TestCase):
    PAGE = "# Security\n| who | what |\n|---|---|\n| a | b |\n## Controls\n| control | kept true by |\n|---|---|\n"

    def faults(self, *rows):
        return list(check_security.faults(self.PAGE + "".join(row + "\n" for row in rows), {"test_grant"}))

    def test_a_control_has_a_test_or_is_not_met(self):
        self.assertEqual(self.faults("| Signed | `test_grant` |", "| Hardware keys | **not met**: nobody asked |"), [])

    def test_a_control_without_a_test(self):
        self.assertEqual(len(self.faults("| Signed | by review |")), 1)

    def test_a_test_that_is_gone(self):
        self.assertEqual(self.faults("| Signed | `test_grants` |"), ["docs/security.md:8: there is no test test_grants"])


if __name__ == "__main__":
    unittest.main()
