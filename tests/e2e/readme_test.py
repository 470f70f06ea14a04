#!/usr/bin/env python3
"""What README.md and docs/guide show must be what the program prints, and what they link to must be there.

A plain fenced block shows output: of its own "$ turnout ..." lines, or of ./dev demo where it has none. "..." stands
for lines left out; commands whose output is not shown (files a reader would have) are not run.
usage: readme_test.py TURNOUT [--update]     --update: put in what is printed now; review the difference
"""
import difflib
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = pathlib.Path(sys.argv[1]).resolve()
UPDATE = "--update" in sys.argv[2:]
README = ROOT / "README.md"
SHOWING = [README, *sorted((ROOT / "docs/guide").glob("*.md"))]
LINKING = [*SHOWING, ROOT / "CONTRIBUTING.md", ROOT / "catalog/README.md", *sorted((ROOT / "docs").glob("*.md")),
           *sorted((ROOT / "docs/decisions").glob("*.md")), *sorted((ROOT / "bench").glob("*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
LEFT_OUT = re.compile(r"^\.\.\.\n", re.M)
README_LINES = 125
printed: dict[str, str] = {}
problems: list[str] = []


def output_of(command: str) -> str:
    if command not in printed:
        path = f"{PROGRAM.parent}:{os.environ['PATH']}"
        printed[command] = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=True,
                                          timeout=300, env={"PATH": path, "LC_ALL": "C.UTF-8"}).stdout
    return printed[command]


def demo_command() -> str:
    return re.search(r"build/release/bin/(turnout catalog .*)", (ROOT / "dev").read_text())[1]


def is_printed(shown: str, output: str) -> bool:
    """Whether the parts of what is shown are printed in this order, with anything between them."""
    at = 0
    for part in LEFT_OUT.split(shown):
        at = output.find(part, at) if at >= 0 else at
        at = at + len(part) if at >= 0 else at
    return at >= 0


def nearest(line: str, lines: list[str], first: int) -> int:
    """The number of the line from `first` on that is most like `line`."""
    alike = [difflib.SequenceMatcher(None, line, other).ratio() for other in lines[first:]]
    return first + max(range(len(alike)), key=alike.__getitem__) if alike else first


def renewed(shown: str, output: str) -> str:
    """The same parts of the output as it is now: each from the line most like its first to the one most like its
    last."""
    lines, at, parts = output.splitlines(), 0, []
    for part in LEFT_OUT.split(shown):
        old = part.splitlines()
        if not old or not lines[at:]:
            parts.append(part)
            continue
        first = nearest(old[0], lines, at) if part is not shown else 0
        last = nearest(old[-1], lines, first) if part is not shown else len(lines) - 1
        parts.append("".join(f"{line}\n" for line in lines[first:last + 1]))
        at = last + 1
    return "...\n".join(parts)


def check_block(page: pathlib.Path, block: str) -> str:
    """The block as it should be."""
    pieces = re.split(r"^(\$ .*\n)", block, flags=re.M)
    shown = [("", pieces[0])] if len(pieces) == 1 else list(zip(pieces[1::2], pieces[2::2]))
    text = ""
    for line, part in shown:
        command = line[2:].rstrip("\n") or demo_command()
        if part.replace("...\n", "").strip() and not is_printed(part.removeprefix("...\n"), output_of(command)):
            if UPDATE:
                part = renewed(part, output_of(command))
            else:
                problems.append(f"{page.name} shows for `{command}` what it does not print:\n{part}")
        text += line + part
    return text


def check_blocks(page: pathlib.Path):
    text = page.read_text()
    new = BLOCK.sub(lambda found: found[0] if found[1] else f"```\n{check_block(page, found[2])}```", text)
    if new != text:
        page.write_text(new)


def check_links(page: pathlib.Path):
    prose = re.sub(r"`[^`\n]*`", "", BLOCK.sub("", page.read_text()))
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if re.match(r"[a-z]+:", target) or target.startswith("#"):
            continue
        if not (page.parent / target.split("#")[0]).exists():
            problems.append(f"{page.relative_to(ROOT)} links to {target}, which is not there")


def check_readme():
    lines = README.read_text().splitlines()
    if len(lines) > README_LINES:
        problems.append(f"README.md has {len(lines)} lines, at most {README_LINES}: the rest belongs into docs/guide")
    verbs = re.findall(r"^  ([a-z]+)  +\S", output_of("turnout --help"), re.M)
    rows = "\n".join(line for line in lines if line.startswith("|"))
    version = re.search(r"project\(turnout VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text())[1]
    if f"\nversion: {version}\n" not in (ROOT / "CITATION.cff").read_text():
        problems.append(f"CITATION.cff does not cite version {version}")
    problems.extend(f"README.md's table has no verb {verb}" for verb in verbs if f"`{verb}`" not in rows)


for shown_page in SHOWING:
    check_blocks(shown_page)
for linking_page in LINKING:
    check_links(linking_page)
check_readme()
print("\n".join(problems))
print(f"{len(printed)} commands run, {len(problems)} problems")
sys.exit(1 if problems or len(printed) < 10 else 0)
