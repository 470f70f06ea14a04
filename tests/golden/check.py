#!/usr/bin/env python3
"""Runs the commands of the golden transcripts and compares what they print; each verb must be in one.

A transcript is a text file: a line "$ COMMAND", what it prints on both streams, and "[exit N]" if N is not 0.
Commands run in the repository's root with `turnout` on the PATH.
usage: check.py TURNOUT [--update]
"""
import difflib
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def run(command: str, program: pathlib.Path) -> str:
    path = f"{program.parent}:{os.environ['PATH']}"
    sanitizers = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True,
                          env={"PATH": path, "LC_ALL": "C.UTF-8", **sanitizers}, check=False)
    text = f"$ {command}\n{done.stdout}{done.stderr}"
    return text + (f"[exit {done.returncode}]\n" if done.returncode else "")


def verbs_without_transcript(program: pathlib.Path, commands: list[str]) -> list[str]:
    """Verbs of the program's help that no transcript calls, at most to see their own help."""
    verbs = re.findall(r"^  ([a-z]+)  +\S", run("turnout --help", program), re.M)
    called = {verb for c in commands for verb in re.findall(r"\bturnout ([a-z]+)\b(?! --help)", c)}
    return [verb for verb in verbs if verb not in called]


def main() -> int:
    program = pathlib.Path(sys.argv[1]).resolve()
    update = "--update" in sys.argv[2:]
    failed = 0
    all_commands = []
    transcripts = sorted(pathlib.Path(__file__).parent.glob("*.txt"))
    for file in transcripts:
        expected = file.read_text()
        commands = [line[2:] for line in expected.splitlines() if line.startswith("$ ")]
        all_commands += commands
        actual = "\n".join(run(command, program) for command in commands)
        if update:
            file.write_text(actual)
        elif actual != expected:
            failed += 1
            diff = difflib.unified_diff(expected.splitlines(), actual.splitlines(), file.name, "now", lineterm="")
            print("\n".join(diff))
    missing = verbs_without_transcript(program, all_commands)
    if missing:
        print(f"no transcript shows: {', '.join(missing)}")
    print(f"{len(transcripts) - failed} transcripts passed, {failed} failed")
    return 1 if failed or missing or not transcripts else 0


if __name__ == "__main__":
    sys.exit(main())
