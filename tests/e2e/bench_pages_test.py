#!/usr/bin/env python3
"""Each page of bench/ names the commit that was measured, and that commit is in the history of HEAD.

Ends with 77 (skipped), and says so, where the history is not there: no repository, or a shallow clone.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
COMMIT = re.compile(r"(?:\bat|Commit:) ([0-9a-f]{7,40})\b(?! \(uncommitted)")


def git(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def problem(page: pathlib.Path) -> str | None:
    named = COMMIT.search(page.read_text().replace("\n", " "))
    if not named:
        return f"bench/{page.name} names no commit"
    if git("merge-base", "--is-ancestor", named[1], "HEAD").returncode:
        return f"bench/{page.name} was measured at {named[1]}, which is not in the history: ./dev bench --write"
    return None


if git("rev-parse", "--is-shallow-repository").stdout.strip() != "false":
    print("skipped: the history is not there")
    sys.exit(77)
pages = sorted((ROOT / "bench").glob("*.md"))
problems = [found for page in pages if (found := problem(page))]
print("\n".join(problems) if problems else f"{len(pages)} pages name a commit of the history")
sys.exit(1 if problems or not pages else 0)
