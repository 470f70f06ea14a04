#!/usr/bin/env python3
"""Fails if a folder of src/turnout includes a folder that it may not, or is not in the table.

The table is docs/architecture.md's, read from there, so that the documented rule is the checked one.
usage: check_layers.py [ROOT]
"""
import pathlib
import re
import sys


def read_table(page: pathlib.Path) -> dict[str, set[str]]:
    allowed = {}
    for line in page.read_text().splitlines():
        row = re.fullmatch(r"\| `(\w+)` \| ([\w, ]*) \|.*", line)
        if row:
            allowed[row[1]] = set(filter(None, row[2].split(", "))) - {"nothing"}
    return allowed


def violations(root: pathlib.Path) -> list[str]:
    allowed = read_table(root / "docs/architecture.md")
    found = []
    for file in sorted((root / "src/turnout").rglob("*.[ch]*")):
        folder = file.relative_to(root / "src/turnout").parts[0]
        if folder not in allowed:
            found.append(f"{file.relative_to(root)}: folder {folder} is not in the table of docs/architecture.md")
            continue
        for number, line in enumerate(file.read_text().splitlines(), 1):
            include = re.match(r'\s*#\s*include\s*[<"]turnout/(\w+)/', line)
            if include and include[1] not in allowed[folder] | {folder}:
                found.append(f"{file.relative_to(root)}:{number}: {folder} may not include {include[1]}")
    return found


def main() -> int:
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent)
    found = violations(root)
    print("\n".join(found) if found else "layers hold")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
