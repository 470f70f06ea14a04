#!/usr/bin/env python3
"""The layer check must fail on a forbidden include and on an unknown folder, and hold for an allowed one."""
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def check(files: dict[str, str]) -> subprocess.CompletedProcess:
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "docs").mkdir()
        (root / "docs/architecture.md").write_text((ROOT / "docs/architecture.md").read_text())
        for name, text in files.items():
            file = root / "src/turnout" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return subprocess.run([sys.executable, ROOT / "tools/check_layers.py", root], capture_output=True, text=True, check=False)


allowed = check({"game/a.h": '#include "turnout/numeric/b.h"\n#include "turnout/game/c.h"\n'})
assert allowed.returncode == 0, allowed.stdout
forbidden = check({"game/a.h": '#include <vector>\n#include "turnout/report/b.h"\n'})
assert forbidden.returncode == 1 and "src/turnout/game/a.h:2: game may not include report" in forbidden.stdout, forbidden.stdout
unknown = check({"misc/a.h": ""})
assert unknown.returncode == 1 and "folder misc is not in the table" in unknown.stdout, unknown.stdout
print("3 passed, 0 failed")
