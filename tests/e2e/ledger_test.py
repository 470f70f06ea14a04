#!/usr/bin/env python3
"""docs/ledger.md must be what the program prints. usage: ledger_test.py TURNOUT LEDGER.md"""
import difflib
import pathlib
import subprocess
import sys
import tempfile

program, page = sys.argv[1:3]
with tempfile.TemporaryDirectory() as folder:
    made = pathlib.Path(folder) / "ledger.md"
    done = subprocess.run([program, "verify", "--ledger", made], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    differences = list(difflib.unified_diff(pathlib.Path(page).read_text().splitlines(), made.read_text().splitlines(),
                                            "docs/ledger.md", "turnout verify", lineterm=""))
if differences:
    print("\n".join(differences), "\nrun ./dev ledger and review the difference")
    sys.exit(1)
print("1 passed, 0 failed")
