#!/usr/bin/env python3
"""The layer check must fail on a forbidden include, on one that is reached through an allowed folder, on a folder that
is not in the table, on a page that shows another table and on a solver that is called where answers are shown, and hold
for an allowed include."""
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TABLE = (ROOT / "CMakeLists.txt").read_text()


def check(files: dict[str, str], table: str = TABLE, page: str = "") -> subprocess.CompletedProcess:
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "CMakeLists.txt").write_text(table)
        if page:
            (root / "docs").mkdir()
            (root / "docs/architecture.md").write_text(page)
        for name, text in files.items():
            file = root / ("" if name.startswith("apps") else "src/turnout") / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return subprocess.run([sys.executable, ROOT / "tools/check_layers.py", root], capture_output=True, text=True,
                              check=False)


def expect(done: subprocess.CompletedProcess, code: int, text: str) -> None:
    assert done.returncode == code and text in done.stdout, done.stdout


expect(check({"game/a.h": '#include "turnout/numeric/b.h"\n#include "turnout/game/c.h"\n'}), 0, "layers hold")
expect(check({"game/a.h": '#include <vector>\n#include "turnout/report/b.h"\n'}), 1,
       "src/turnout/game/a.h:2: game may not include report")
expect(check({"misc/a.h": ""}), 1, "folder misc is not in the table")
# A gateway may include policy; if policy's header reaches game, so does the gateway.
gateway = TABLE + "\nturnout_folder(gateway MAY_INCLUDE base policy traffic)\n"
reaching = {"gateway/a.cpp": '#include "turnout/policy/b.h"\n', "policy/b.h": '#include "turnout/game/c.h"\n'}
expect(check(reaching, gateway), 1,
       "src/turnout/gateway/a.cpp:1: gateway may not include game (through policy/b.h)")
# So does a table in which it could.
expect(check({}, TABLE + "\nturnout_folder(gateway MAY_INCLUDE base policy traffic simulation)\n"), 1,
       "gateway may not reach game, but simulation, which it may include, does")
expect(check({}, TABLE, "| `base` | game |\n"), 1, "docs/architecture.md: shows another table")
# What shows answers computes none, however the solver is named; names of things and comments are no solvers.
expect(check({"report/a.cpp": "auto e = game::solve(game);\n"}), 1,
       "src/turnout/report/a.cpp:1: calls game::solve; analysis computes, report and apps show")
expect(check({"apps/turnout/a.cpp": "\nusing turnout::game::best_response;\n"}), 1,
       "apps/turnout/a.cpp:2: calls game::best_response")
expect(check({"report/a.h": "using namespace turnout::game;\n"}), 1, "names game's functions without game::")
expect(check({"report/a.cpp": "// not game::solve()\ngame::to_string(route); game::kMostModels; game::Game g;\n"}), 0,
       "layers hold")
print("10 passed, 0 failed")
