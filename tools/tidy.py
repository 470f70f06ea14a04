#!/usr/bin/env python3
"""clang-tidy of src and apps, several files of a folder at a time: most of its time goes into what all of them include.

The files of a unit are written one after the other, with what they include in front and with a number behind each name
that one of them declares for itself and another may mean otherwise. A unit with a finding is checked again, each of its files alone as the compiler
reads it, and only what is found there counts: a unit can cost time, but no file is accused that is clean.
usage: tidy.py BUILD [FOLDER ...]     BUILD has a compile_commands.json that knows no precompiled header
"""
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILES_OF_A_UNIT = 12
# The analyzer's shallow mode looks into fewer calls and halves its time; the sanitizers run what it would look into.
SHALLOW = [f"--extra-arg={word}" for word in ("-Xclang", "-analyzer-config", "-Xclang", "mode=shallow")]

NAMELESS = re.compile(r"^namespace \{$(.*?)^\}  // namespace$", re.M | re.S)
TYPE = r"(?:struct|class|enum class|enum) (\w+)|using (\w+) ="
FUNCTION_OR_CONSTANT = r"(?![ }/#]|using ).*?(\w+)(?:\(|\{| = )"
DECLARED = re.compile(rf"^(?:template <.*>\s)?(?:{TYPE}|{FUNCTION_OR_CONSTANT})", re.M)
CONSTANT = re.compile(r"^.{0,40}\b(k[A-Z]\w*)(?:\{| = | =$)", re.M)
USED = re.compile(r"^using (\w+)::([A-Z]\w*);$", re.M)
INCLUDE = re.compile(r"^#include .*$", re.M)
SCOPED_ENUM = re.compile(r"enum class \w+[^{;]*\{([^}]*)\}")


def commands(build: pathlib.Path, folders: list[str]) -> dict[pathlib.Path, tuple[str, ...]]:
    """The sources of the folders that are no tests -> how each is compiled, without its name and its object's."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", *(f"{folder}/*.cpp" for folder in folders)],
                            cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    wanted = {ROOT / name for name in listed if not name.endswith("_test.cpp")}
    if not wanted:
        sys.exit(f"tidy.py: no sources in {' '.join(folders)}: folders are like src/turnout/http")
    found: dict[pathlib.Path, tuple[str, ...]] = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        file = pathlib.Path(entry["file"])
        if file in wanted and file not in found:
            found[file] = tuple(shlex.split(entry["command"].partition(" -o ")[0]))
    if missing := wanted - found.keys():
        sys.exit(f"tidy.py: not compiled: {sorted(map(str, missing))}")
    return found


def folder_of(file: pathlib.Path) -> tuple[str, ...]:
    """src/turnout/game of src/turnout/game/kernels/solve.cpp."""
    return file.relative_to(ROOT).parent.parts[:3]


def units(found: dict[pathlib.Path, tuple[str, ...]]) -> list[list[pathlib.Path]]:
    """Files of a folder that are compiled alike, in parts of nearly the same size, the longest first."""
    alike = collections.defaultdict(list)
    for file in sorted(found):
        alike[folder_of(file), found[file]].append(file)
    parts = []
    for files in alike.values():
        count = -(-len(files) // FILES_OF_A_UNIT)
        parts += [files[start::count] for start in range(count)]
    return sorted(parts, key=lambda part: sum(file.stat().st_size for file in part), reverse=True)


def own_names(text: str) -> set[str]:
    """What a file declares in its nameless namespaces."""
    names: set[str] = set()
    for part in NAMELESS.findall(text):
        names |= {name for pair in DECLARED.findall(part) for name in pair if name} | set(CONSTANT.findall(part))
    return names - {"operator", "if", "for", "static_assert"}


def enumerators(text: str) -> set[str]:
    """The names of enumerators that are said with their type's alone."""
    return {name for body in SCOPED_ENUM.findall(text) for name in re.findall(r"\bk[A-Z]\w*", body)}


def renamed(text: str, name: str, number: int) -> str:
    """The text with a number behind the name, but where it is a member's or another namespace's."""
    return re.sub(rf"(?<![.:>\w]){name}\b", f"{name}{number}", text)


def joined(files: list[pathlib.Path]) -> str:
    """One text of several files, in which no name is declared twice."""
    texts = {file: file.read_text() for file in files}
    includes = dict.fromkeys(line for text in texts.values() for line in INCLUDE.findall(text))
    words = {file: set(re.findall(r"\w+", text)) for file, text in texts.items()}
    parts = ["\n".join(includes)]
    for number, (file, text) in enumerate(texts.items(), 1):
        text = INCLUDE.sub("", text)
        for name in own_names(text) - enumerators(text):
            if name[0].isupper() or any(name in others for other, others in words.items() if other != file):
                text = renamed(text, name, number)
        for scope, name in USED.findall(text):
            if any(f"::{name};" in other and f"using {scope}::{name};" not in other for other in texts.values()):
                alias = f"using {name}{number} = {scope}::{name};"
                text = renamed(text.replace(f"using {scope}::{name};", alias), name, number)
        parts.append(text)
    return "\n".join(parts)


def tidy(build: pathlib.Path, file: pathlib.Path) -> subprocess.CompletedProcess:
    return subprocess.run(["clang-tidy-14", "-p", build, "--quiet", "--warnings-as-errors=*", *SHALLOW, file],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def check(build: pathlib.Path, unit: pathlib.Path, files: list[pathlib.Path]) -> str:
    """What is found in the files of a unit; empty if nothing is."""
    together = tidy(unit.parent, unit)
    if together.returncode == 0:
        return ""
    (unit.with_suffix(".log")).write_text(together.stdout + together.stderr)
    print(f"findings in {unit.name}: checking its {len(files)} files alone", flush=True)
    alone = [tidy(build, file) for file in files]
    return "".join(one.stdout or one.stderr or f"clang-tidy fails on {one.args[-1]}\n"
                   for one in alone if one.returncode != 0)


def main() -> int:
    build = pathlib.Path(sys.argv[1]).resolve()
    folder = build / "units"
    folder.mkdir(exist_ok=True)
    found, database, jobs = commands(build, sys.argv[2:] or ["src", "apps"]), [], {}
    for number, files in enumerate(units(found)):
        unit = folder / f"{files[0].parent.name}_{number}.cpp"
        unit.write_text(joined(files))
        arguments = [*found[files[0]], f"-I{files[0].parent}", "-c", str(unit)]
        database.append({"directory": str(folder), "file": str(unit), "arguments": arguments})
        jobs[unit] = files
    (folder / "compile_commands.json").write_text(json.dumps(database))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda unit: check(build, unit, jobs[unit]), jobs))
    print("".join(results), end="")
    return any(results)


if __name__ == "__main__":
    sys.exit(main())
