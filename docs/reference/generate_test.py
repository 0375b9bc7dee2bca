#!/usr/bin/env python3
"""Tests of generate.py: what it reads out of C++, SQL and protobuf."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import generate  # noqa: E402


class CppTest(unittest.TestCase):
    def test_arguments_end_at_the_matching_parenthesis(self):
        text = 'GetGauge("a, b)", f(1, 2),\n {{"kind", x}, {"code", y}})'
        self.assertEqual(generate.arguments(text, 8), ['"a, b)"', "f(1, 2)", '{{"kind", x}, {"code", y}}'])

    def test_adjacent_literals_are_one_and_code_is_none(self):
        self.assertEqual(generate.literal('"one "\n  "two \\"three\\""'), 'one two "three"')
        self.assertIsNone(generate.literal('absl::StrCat("one", x)'))

    def test_labels_come_from_the_call_or_from_a_variable(self):
        self.assertEqual(generate.labels_of("", ['"n"', '"h"', '{{"a", x}, {"b", y}}']), ["a", "b"])
        self.assertEqual(generate.labels_of('const Labels labels = {{"mode", m}};', ['"n"', '"h"', "labels"]), ["mode"])

    def test_defaults_are_readable(self):
        self.assertEqual(generate.default_of("absl::Hours(24 * 365)"), "`8760h`")
        self.assertEqual(generate.default_of('""'), "empty")


class SqlTest(unittest.TestCase):
    def tables(self, text):
        tables = {}
        for comment, statement in generate.statements(text):
            made = generate.re.match(r"CREATE (UNLOGGED )?TABLE (?:IF NOT EXISTS )?(\w+)\s*\(", statement)
            changed = generate.re.match(r"ALTER TABLE (\w+)\s+(.*);", statement, generate.re.S)
            if made:
                generate.create(tables, made, comment, statement, "0001")
            elif changed:
                generate.alter(tables, changed.group(1), changed.group(2), "0002")
        return tables

    def test_columns_with_types_comments_and_keys(self):
        t = self.tables("-- What it is.\nCREATE TABLE t (\n  a text,\n  b numeric(3, 1) NOT NULL,  -- Of a.\n"
                        "  c xid8 DEFAULT f(),\n  PRIMARY KEY (a, b)\n);\n")["t"]
        self.assertEqual(t["comment"], "What it is.")
        self.assertEqual(t["key"], "a, b")
        self.assertEqual(list(t["columns"].values()), [["a", "text", "no", "", "0001"],
                                                       ["b", "numeric(3, 1)", "no", "Of a.", "0001"],
                                                       ["c", "xid8", "yes", "", "0001"]])

    def test_later_migrations_change_them(self):
        t = self.tables("CREATE TABLE t (a text NOT NULL);\nDO $$\nBEGIN\n  ALTER TABLE t DROP COLUMN a;\nEND $$;\n"
                        "ALTER TABLE t\n  ADD COLUMN b integer,  -- Beside a.\n  ALTER COLUMN a DROP NOT NULL;\n")["t"]
        self.assertEqual(list(t["columns"].values()), [["a", "text", "yes", "", "0001"],
                                                       ["b", "integer", "yes", "Beside a.", "0002"]])


class ProtoTest(unittest.TestCase):
    def test_the_comment_of_an_rpc_is_divided(self):
        what, idempotency, errors = generate.parts_of(
            ["Returns it. Read only, so always safe", "to repeat.", "Errors:", "- NOT_FOUND: there is", "  none."])
        self.assertEqual((what, idempotency, errors), (["Returns it."], "read only, so always safe to repeat",
                                                       ["- NOT_FOUND: there is none."]))

    def test_what_is_not_said_is_not_stated(self):
        self.assertEqual(generate.parts_of(["Does it."])[1:], ("not stated", ["not stated"]))


class PolicyTest(unittest.TestCase):
    def test_only_a_star_at_the_end_matches_more(self):
        self.assertTrue(generate.allows("source/*", "source/110"))
        self.assertFalse(generate.allows("source/1", "source/110"))

    def test_an_unnamed_method_has_no_callers(self):
        self.assertEqual(generate.callers([("", ["admin/*"], ["/a/B"])], "/a/C"), "nobody: the policy has no rule")


if __name__ == "__main__":
    unittest.main()
