"""What the pages of bench/ have in common: they name the commit that was measured, and are wrapped."""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import wrap_docs  # noqa: E402  (found by the line before)

MEASURED = ("CMakeLists.txt", "CMakePresets.json", "apps", "bench", "cmake", "src")


def git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True, cwd=ROOT)
    return done.stdout.rstrip()


def changed_files() -> list[str]:
    """Files that are not as committed and could change a figure; the pages themselves could not."""
    lines = git("status", "--porcelain", "--", *MEASURED).splitlines()
    return [line[3:] for line in lines if not line.endswith(".md")]


def measured_commit() -> str:
    """HEAD's short hash; "(uncommitted changes)" behind it where the tree is not HEAD's.

    With --write that ends the program: a page names a commit that can be checked out and measured.
    """
    commit, changed = git("rev-parse", "--short", "HEAD"), changed_files()
    if changed and "--write" in sys.argv:
        sys.exit(f"not written: {changed[0]} is not committed, so no commit has these figures; commit first")
    return f"{commit} (uncommitted changes)" if changed else commit


def write(name: str, text: str):
    (ROOT / "bench" / name).write_text(wrap_docs.wrap_page(text))
