#!/usr/bin/env python3
"""Fails if a folder of src/turnout reaches a folder that it may not, directly or through what it includes, or if what
shows answers (report, drawing, apps) computes some: it may call no function of game but those that name things.

The table is CMakeLists.txt's (turnout_folder ... MAY_INCLUDE ...), read from there, so that the rule that links is the
rule that is checked; docs/architecture.md must show the same.
usage: check_layers.py [ROOT]
"""
import pathlib
import re
import sys

# Where answers are shown, and what may be called there: names, ranges and symbols, but no solver.
SHOWING = ("src/turnout/report", "apps")
NAMING = {"to_string", "symbol", "is_cascade", "parameters", "broken_assumptions", "check", "range_of", "net_value", "belongs_to_a_model"}
FUNCTION_OF_GAME = re.compile(r"\bgame::((?!k[A-Z])[a-z]\w*)")

INCLUDE = re.compile(r'\s*#\s*include\s*[<"]turnout/((\w+)/[\w/]+\.h)[>"]')


def read_table(lists: pathlib.Path) -> dict[str, set[str]]:
    """Folder -> the folders that it may reach."""
    text = re.sub(r"#.*", "", lists.read_text())
    table = {}
    for call in re.findall(r"turnout_folder\(([^)]*)\)", text):
        name, *rest = call.split()
        clauses = re.split(r"\b(MAY_INCLUDE|LIBRARIES|USES|LOADS|OPTION)\b", " ".join(rest))
        named = dict(zip(clauses[1::2], clauses[2::2]))
        table[name] = set(named.get("MAY_INCLUDE", "").split())
    return table


def documented(page: pathlib.Path) -> dict[str, set[str]]:
    rows = (re.fullmatch(r"\| `(\w+)` \| ([\w, ]*) \|.*", line) for line in page.read_text().splitlines())
    return {row[1]: set(filter(None, row[2].split(", "))) - {"nothing"} for row in rows if row}


def includes_of(file: pathlib.Path) -> list[tuple[int, str, str]]:
    """Line, header and folder of each include of ours."""
    found = []
    for number, line in enumerate(file.read_text().splitlines(), 1):
        include = INCLUDE.match(line)
        if include:
            found.append((number, include[1], include[2]))
    return found


def way_to_forbidden(source: pathlib.Path, header: str, allowed: set[str]) -> list[str] | None:
    """The chain of headers from `header` to one whose folder is not allowed, breadth first."""
    chains, seen = [[header]], {header}
    for chain in chains:
        if chain[-1].split("/")[0] not in allowed:
            return chain
        file = source / chain[-1]
        for _, further, _ in includes_of(file) if file.exists() else []:
            if further not in seen:
                seen.add(further)
                chains.append([*chain, further])
    return None


def solvers_where_answers_are_shown(root: pathlib.Path) -> list[str]:
    """Also functions that are named without a call, and names made short by a using-declaration."""
    found = []
    for file in (file for folder in SHOWING for file in sorted((root / folder).rglob("*.[ch]*"))):
        if file.name.endswith("_test.cpp"):
            continue
        for number, line in enumerate(file.read_text().splitlines(), 1):
            code = line.split("//")[0]
            if re.search(r"using namespace\s+(turnout::)?game\b", code):
                found.append(f"{file.relative_to(root)}:{number}: names game's functions without game::")
            for name in FUNCTION_OF_GAME.findall(code):
                if name not in NAMING:
                    found.append(f"{file.relative_to(root)}:{number}: calls game::{name}; analysis computes, "
                                 "report and apps show")
    return found


def violations(root: pathlib.Path) -> list[str]:
    table = read_table(root / "CMakeLists.txt")
    source = root / "src/turnout"
    found = []
    for folder, allowed in table.items():
        for through in sorted(allowed & table.keys()):
            for further in sorted(table[through] - allowed):
                found.append(f"CMakeLists.txt: {folder} may not reach {further}, but {through}, which it may include, does")
    page = root / "docs/architecture.md"
    if page.exists() and documented(page) != table:
        shown = documented(page)
        names = sorted(name for name in table.keys() | shown.keys() if table.get(name) != shown.get(name))
        found.append(f"docs/architecture.md: shows another table than CMakeLists.txt for {', '.join(names)}")
    for file in sorted(source.rglob("*.[ch]*")):
        folder = file.relative_to(source).parts[0]
        if folder not in table:
            found.append(f"{file.relative_to(root)}: folder {folder} is not in the table of CMakeLists.txt")
            continue
        for number, header, _ in includes_of(file):
            way = way_to_forbidden(source, header, table[folder] | {folder})
            if way:
                through = f" (through {' -> '.join(way[:-1])})" if len(way) > 1 else ""
                found.append(f"{file.relative_to(root)}:{number}: {folder} may not include {way[-1].split('/')[0]}{through}")
    return found + solvers_where_answers_are_shown(root)


def main() -> int:
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent)
    found = violations(root)
    print("\n".join(found) if found else "layers hold")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
