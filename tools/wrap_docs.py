#!/usr/bin/env python3
"""Fails if prose of the documentation has lines over 100 columns; --write wraps them.

Tables, fenced blocks and indented formulas may be as wide as they must. A paragraph is wrapped anew
only if one of its lines is too long, so that a run changes nothing that is as it should be.
usage: wrap_docs.py [--write] [FILE.md ...]
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
WIDTH = 100
MARK = re.compile(r"( {0,3}(?:[-*+]|\d+\.) +)")
STARTS_A_BLOCK = re.compile(r"(?:[-+*>#|]|#+|\d+\.|=+|-+)$")  # as the first word of a line


def pages() -> list[pathlib.Path]:
    docs = sorted((ROOT / "docs").rglob("*.md"))
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "catalog/README.md", *docs]


def is_prose(line: str) -> bool:
    return bool(line.strip()) and not re.match(r" {0,3}(?:\||#|<|!\[|>)| {4}", line)


def paragraphs(lines: list[str]):
    """Yields (first, last + 1) of each run of prose lines; a list's item begins a run of its own."""
    fenced, first = False, None
    for number, line in enumerate([*lines, ""]):
        fence = line.lstrip().startswith("```")
        ends = fence or fenced or not is_prose(line) or MARK.match(line)
        if first is not None and ends:
            yield first, number
            first = None
        if fence:
            fenced = not fenced
        elif first is None and not fenced and is_prose(line):
            first = number


def wrap(lines: list[str]) -> list[str]:
    mark = MARK.match(lines[0])
    lead = mark[1] if mark else re.match(r" *", lines[0])[0]
    indent = " " * len(lead)
    words = " ".join([lines[0][len(lead):], *lines[1:]]).split()
    out, line = [], lead + words[0]
    for word in words[1:]:
        too_long = len(line) + 1 + len(word) > WIDTH
        keep = STARTS_A_BLOCK.match(word)  # would be read as the start of a list, a table, a heading
        if too_long and not keep:
            out.append(line)
            line = indent + word
        else:
            line += " " + word
    return [*out, line]


def main() -> int:
    arguments = [a for a in sys.argv[1:] if a != "--write"]
    too_long = []
    for page in [pathlib.Path(a) for a in arguments] or pages():
        lines = page.read_text().splitlines()
        done, at = [], 0
        for first, last in paragraphs(lines):
            long = [n for n in range(first, last) if len(lines[n]) > WIDTH]
            too_long += [f"{page}:{n + 1}: {len(lines[n])} columns, at most {WIDTH}" for n in long]
            done += lines[at:first] + (wrap(lines[first:last]) if long else lines[first:last])
            at = last
        if "--write" in sys.argv:
            page.write_text("\n".join(done + lines[at:]) + "\n")
    if "--write" in sys.argv:
        return 0
    print("\n".join(too_long) if too_long else "no line is too long")
    return 1 if too_long else 0


if __name__ == "__main__":
    sys.exit(main())
