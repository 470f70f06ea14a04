#!/usr/bin/env python3
"""The tools that write and check the documentation: tools/wrap_docs.py and tools/answer_keys.py."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "tools"))

import answer_keys  # noqa: E402
import wrap_docs  # noqa: E402

LONG = "word " * 30


class WrapDocs(unittest.TestCase):
    def test_long_prose_is_wrapped_and_then_left_alone(self):
        wrapped = wrap_docs.wrap_page(f"# Head\n\n{LONG}\n\n- {LONG}\n")
        self.assertTrue(all(len(line) <= wrap_docs.WIDTH for line in wrapped.splitlines()))
        self.assertEqual(wrapped, wrap_docs.wrap_page(wrapped))
        self.assertEqual(wrapped.split(), f"# Head {LONG} - {LONG}".split())

    def test_tables_code_and_formulas_keep_their_lines(self):
        page = f"| {LONG} |\n|---|\n\n```\n{LONG}\n```\n\n    {LONG}\n\n![{LONG}](x.svg)\n"
        self.assertEqual(wrap_docs.wrap_page(page), page)

    def test_short_lines_are_not_joined(self):
        page = "one\ntwo\n\n- three\n  four\n"
        self.assertEqual(wrap_docs.wrap_page(page), page)

    def test_no_line_begins_with_what_would_open_a_list_or_a_heading(self):
        for sign in ("-", "+", "#", "|", ">", "1."):
            wrapped = wrap_docs.wrap_page(f"{'word ' * 19}abc {sign} x {LONG}\n")
            self.assertFalse([line for line in wrapped.splitlines() if line.startswith(sign)], sign)

    def test_code_is_not_broken(self):
        self.assertIn("`a b c d`", wrap_docs.wrap_page(f"{'word ' * 19}`a b c d` {LONG}\n"))


class AnswerKeys(unittest.TestCase):
    COMMON = {"$defs": {"share": {"type": "number", "minimum": 0, "maximum": 1},
                        "model": {"properties": {"name": {"type": "string"}}}}}

    def table(self, properties, required=()):
        schemas = {"common.json": self.COMMON}
        return answer_keys.table(schemas, {"properties": properties, "required": list(required)})

    def test_a_shared_object_is_linked_and_a_shared_number_spelled_out(self):
        rows = self.table({"model": {"$ref": "common.json#/$defs/model"},
                           "reach": {"description": "how often", "$ref": "common.json#/$defs/share"}},
                          ["model", "reach"])
        self.assertIn("| `model` | [model](#answers-model) |  |", rows)
        self.assertIn("| `reach` | number (0 to 1) | how often |", rows)

    def test_what_need_not_be_there_is_optional(self):
        rows = self.table({"a": {"type": "integer"}, "b": {"type": ["string", "null"]}}, ["a"])
        self.assertIn("| `a` | integer |", rows)
        self.assertIn("| `b` | string or null, optional |", rows)

    def test_keys_within_lists_and_alternatives_are_listed(self):
        part = {"type": "object", "properties": {"x": {"type": "number"}}, "required": ["x"]}
        rows = self.table({"list": {"type": "array", "items": part},
                           "maybe": {"oneOf": [part, {"type": "null"}]}}, ["list", "maybe"])
        self.assertIn("| `list` | list of objects |", rows)
        self.assertIn("| `list[].x` | number |", rows)
        self.assertIn("| `maybe` | object or null |", rows)
        self.assertIn("| `maybe.x` | number |", rows)

    def test_bars_do_not_break_the_table(self):
        self.assertIn(r"a \| b", self.table({"key": {"type": "string", "description": "a | b"}}))


if __name__ == "__main__":
    unittest.main(verbosity=0)
