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
    bench = sorted((ROOT / "bench").glob("*.md"))
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "catalog/README.md", *docs, *bench]


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


def pieces(text: str) -> list[str]:
    """Words; code stays whole, and what would be read as the start of a block stays where it is."""
    found = []
    for word in re.findall(r"(?:`[^`]*`|\S)+", text):
        if found and STARTS_A_BLOCK.match(word):
            found[-1] += " " + word
        else:
            found.append(word)
    return found


def wrap(lines: list[str]) -> list[str]:
    mark = MARK.match(lines[0])
    lead = mark[1] if mark else re.match(r" *", lines[0])[0]
    first, *rest = pieces(" ".join([lines[0][len(lead):], *lines[1:]]))
    out, line = [], lead + first
    for piece in rest:
        if len(line) + 1 + len(piece) > WIDTH:
            out.append(line)
            line = " " * len(lead) + piece
        else:
            line += " " + piece
    return [*out, line]


def wrap_page(text: str) -> str:
    """The page with every paragraph wrapped that has a line over WIDTH."""
    lines = text.splitlines()
    done, at = [], 0
    for first, last in paragraphs(lines):
        long = any(len(line) > WIDTH for line in lines[first:last])
        done += lines[at:first] + (wrap(lines[first:last]) if long else lines[first:last])
        at = last
    return "\n".join(done + lines[at:]) + "\n"


def main() -> int:
    arguments = [a for a in sys.argv[1:] if a != "--write"]
    different = []
    for page in [pathlib.Path(a) for a in arguments] or pages():
        text = page.read_text()
        wrapped = wrap_page(text)
        if "--write" in sys.argv:
            page.write_text(wrapped)
        elif wrapped != text:
            different.append(str(page))
    for page in different:
        print(f"{page}: prose of over {WIDTH} columns; tools/wrap_docs.py --write wraps it")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
