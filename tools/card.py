#!/usr/bin/env python3
"""Prints four figures about the code, as a card to report beside a release. usage: card.py [--list]

- function lines: from the first line of a definition to its closing brace; src and apps, no tests
- lines over 100 columns: of all C++, and of all Python, in the repository
- sourced: of the functions that headers of src/turnout/estimation declare and that are more than
  one line, how many have a comment that names a source or an equation; --list names the others
- stems: of the sources in src, how many share a stem with a header, of the headers, with a test

By regular expressions, not by a parser: good for a trend, not for a proof.
"""
import pathlib
import re
import statistics
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
WIDTH = 100
NOT_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', re.S)
OPENS_SCOPE = re.compile(r"\b(?:namespace|class|struct|union|extern)\b[^()]*$")
SIGNATURE = re.compile(r"\)\s*(?:const|noexcept|override|final|&+|->[^{;]*|\s)*(?::[^;]*)?$")
SOURCE = re.compile(r"docs/|theory|section \d|equations?\b|\(\d{1,2}\)|\b(?:18|19|20)\d\d\b"
                    r"|Jeffreys|Wilson|Bonferroni")
DECLARATION = re.compile(r"(?!using|return|enum|explicit|friend|typedef|case|for\b|if\b|while\b)[^=()]*?[\w>&*\]]\s+[&*]?([a-z]\w*)"
                         r"\s*\(.*\)\s*(?:const)?\s*(?:noexcept)?", re.S)


def files(*patterns: str) -> list[pathlib.Path]:
    return sorted(file for pattern in patterns for file in ROOT.glob(pattern) if "build" not in file.parts)


def without_text(code: str) -> str:
    """Comments and literals made blank: only the code's own braces are left, lines keep numbers."""
    return NOT_CODE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), code)


def function_lengths(code: str) -> list[int]:
    """Lines of each outermost block whose head looks like a function's."""
    code = re.sub(r"^[ \t]*#[^\n]*", lambda found: " " * len(found[0]), without_text(code), flags=re.M)
    lengths, head, depth_in_function, first = [], 0, 0, 0
    for at, sign in enumerate(code):
        if sign == "{":
            before = code[head:at]
            if depth_in_function:
                depth_in_function += 1
            elif SIGNATURE.search(before) and not OPENS_SCOPE.search(before):
                depth_in_function, first = 1, head + len(before) - len(before.lstrip())
            else:
                head = at + 1
        elif sign == "}":
            if depth_in_function == 1:
                lengths.append(code.count("\n", first, at) + 1)
            depth_in_function = max(0, depth_in_function - 1)
            head = at + 1
        elif sign == ";" and not depth_in_function:
            head = at + 1
    return lengths


def functions() -> list[int]:
    code = files(*(f"{folder}/**/*.{ending}" for folder in ("src", "apps") for ending in ("cpp", "h")))
    sources = [file for file in code if not file.stem.endswith("_test")]
    return sorted(length for file in sources for length in function_lengths(file.read_text()))


def long_lines(*endings: str) -> str:
    code = files(*(f"*/**/*.{ending}" for ending in endings))
    lines = [line for file in code for line in file.read_text().splitlines()]
    over = sum(len(line) > WIDTH for line in lines)
    return f"{over} of {len(lines)} ({100 * over / len(lines):.2f} %)"


def comment_before(lines: list[str], number: int) -> str:
    first = number
    while first > 0 and lines[first - 1].lstrip().startswith("///"):
        first -= 1
    return "\n".join(lines[first:number])


def declared_functions(text: str) -> list[tuple[int, str]]:
    """Line and name of each function that a header declares in public and does not define in one line."""
    code = re.sub(r"=\s*\{[^{};]*\}|^#[^\n]*", lambda found: " " * len(found[0]), without_text(text), flags=re.M)
    hidden = re.search(r"^ *private:", code, re.M)
    found = []
    for statement in re.finditer(r"([^;{}]+)([;{][^\n]*)", code[:hidden.start() if hidden else len(code)]):
        head = re.sub(r"^\s*(?:public:|\[\[nodiscard\]\])?\s*", "", statement[1])
        declared = DECLARATION.fullmatch(head.strip())
        if declared and not statement[2].rstrip().endswith("}"):
            begins = statement.start() + len(statement[1]) - len(statement[1].lstrip())
            found.append((code.count("\n", 0, begins), declared[1]))
    return found


def estimation_functions() -> dict[str, bool]:
    """Each function that a header of estimation declares: whether its comment names a source."""
    found = {}
    for header in files("src/turnout/estimation/**/*.h"):
        text = header.read_text()
        for line, name in declared_functions(text):
            found[f"{header.name}: {name}"] = bool(SOURCE.search(comment_before(text.splitlines(), line)))
    return found


def stems() -> tuple[int, int, int, int]:
    headers = {f.with_suffix("") for f in files("src/**/*.h")}
    sources = {f.with_suffix("") for f in files("src/**/*.cpp") if not f.stem.endswith("_test")}
    tests = {f.with_name(f.stem.removesuffix("_test")) for f in files("src/**/*_test.cpp")}
    return len(sources & headers), len(sources), len(tests & headers), len(headers)


def main():
    lengths = functions()
    high = lengths[int(0.95 * (len(lengths) - 1))]
    sourced = estimation_functions()
    with_header, sources, with_test, headers = stems()
    for name, figure in (
            ("function lines", f"median {statistics.median(lengths):g}, p95 {high}, "
                               f"longest {lengths[-1]}, of {len(lengths)}"),
            (f"lines over {WIDTH} columns", f"C++ {long_lines('cpp', 'h')}, Python {long_lines('py')}"),
            ("estimation, with a source", f"{sum(sourced.values())} of {len(sourced)} functions"),
            ("stems shared", f"{with_header} of {sources} sources with a header, "
                             f"{with_test} of {headers} headers with a test")):
        print(f"{name:<27} {figure}")
    if "--list" in sys.argv[1:]:
        missing = sorted(name for name, named in sourced.items() if not named)
        print("\nwithout a source:", *missing, sep="\n  ")


if __name__ == "__main__":
    main()
