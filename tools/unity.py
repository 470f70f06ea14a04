#!/usr/bin/env python3
"""Which source files can be compiled as one: prints lines "GROUP FILE", for CMake's UNITY_GROUP (cmake/unity.cmake).

A name that a file declares for itself alone, in a nameless namespace, must not be a word of another file of its group,
nor of a header that only the other includes; and a name that a file takes from another namespace must not be said by
another file that does not take it from there. Then nothing in a group can mean another thing than it does alone.
usage: unity.py FILE ...
"""
import functools
import pathlib
import re
import sys

from tidy import USED, own_names

FILES_OF_A_GROUP = 10  # more of them leave one processor idle at the end
MACROS = {"TEST", "TEST_F", "TEST_P", "INSTANTIATE_TEST_SUITE_P", "RC_GTEST_PROP"}


SOURCES = pathlib.Path(__file__).resolve().parent.parent / "src"


@functools.cache
def words(file: pathlib.Path) -> frozenset[str]:
    """The words of a file but those of its comments."""
    return frozenset(re.findall(r"\w+", re.sub(r"//.*", "", file.read_text())))


@functools.cache
def taken(file: pathlib.Path) -> frozenset[tuple[str, str]]:
    """The names that a file takes by "using SCOPE::NAME;", with their scopes."""
    return frozenset(USED.findall(file.read_text()))


@functools.cache
def said(file: pathlib.Path) -> frozenset[str]:
    """The words of a file that no scope and no object stands before."""
    return frozenset(re.findall(r"(?<![.:>\w])\w+", re.sub(r"//.*", "", file.read_text())))


@functools.cache
def headers(file: pathlib.Path) -> frozenset[pathlib.Path]:
    """The headers of ours that a file includes, itself or by others."""
    named = re.findall(r'^#include "(.*)"', file.read_text(), re.M)
    found = {path for name in named for path in (SOURCES / name, file.parent / name) if path.exists()}
    return frozenset(found.union(*map(headers, found)))


def apart(one: pathlib.Path, other: pathlib.Path, own: dict[pathlib.Path, set[str]]) -> bool:
    """Whether a name that one has or takes would be met in what only the other reads."""
    if any(name in said(b) for a, b in ((one, other), (other, one)) for _, name in taken(a) - taken(b)):
        return True
    return any(not own[a].isdisjoint(words(file)) for a, b in ((one, other), (other, one))
               for file in (b, *(headers(b) - headers(a))))


def groups(files: list[pathlib.Path]) -> list[list[pathlib.Path]]:
    """The files in groups; those with the most names of their own first, each into the first group that can take it."""
    own = {file: own_names(file.read_text()) - MACROS for file in files}
    found: list[list[pathlib.Path]] = []
    for file in sorted(files, key=lambda file: (-len(own[file]), file)):
        for group in found:
            if len(group) < FILES_OF_A_GROUP and not any(apart(file, other, own) for other in group):
                group.append(file)
                break
        else:
            found.append([file])
    return found


def main() -> None:
    for number, group in enumerate(groups([pathlib.Path(file).resolve() for file in sys.argv[1:]])):
        print("".join(f"{number} {file}\n" for file in group), end="")


if __name__ == "__main__":
    main()
