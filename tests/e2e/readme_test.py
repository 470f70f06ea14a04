#!/usr/bin/env python3
"""What README.md shows must be what the program prints. usage: readme_test.py TURNOUT

A plain fenced block shows output: of its own "$ turnout ..." lines, or of ./dev demo where it has none. "..." stands for
lines left out; commands whose output is not shown (files a reader would have) are not run.
"""
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = pathlib.Path(sys.argv[1]).resolve()


def output_of(command):
    path = f"{PROGRAM.parent}:{os.environ['PATH']}"
    return subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=True, timeout=300,
                          env={"PATH": path, "LC_ALL": "C.UTF-8"}).stdout


def demo_command():
    line = re.search(r"build/release/bin/(turnout catalog .*)", (ROOT / "dev").read_text())
    return line[1]


failed = checked = 0
for language, block in re.findall(r"^```(\w*)\n(.*?)^```$", (ROOT / "README.md").read_text(), re.M | re.S):
    if language:
        continue
    pieces = re.split(r"^\$ (.*)\n", block, flags=re.M)
    shown = [(demo_command(), pieces[0])] if len(pieces) == 1 else list(zip(pieces[1::2], pieces[2::2]))
    for command, text in shown:
        text = text.removeprefix("...\n").rstrip("\n")
        if not text:
            continue
        checked += 1
        output = output_of(command)
        at = 0
        for part in re.split(r"^\.\.\.\n", text + "\n", flags=re.M):  # in this order, with anything between them
            at = output.find(part, at) if at >= 0 else at
        if at < 0:
            failed += 1
            print(f"README.md shows for `{command}` what it does not print:\n{text}\n")
print(f"{checked - failed} passed, {failed} failed")
sys.exit(1 if failed or checked < 4 else 0)
