"""What the judges of the program's answers have in common: where scenarios are, what is wrong, the count."""
import pathlib
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent


class Wrong(Exception):
    """What the program says is not so."""


def expect(holds: bool, words: str) -> None:
    if not holds:
        raise Wrong(words)


def judge_scenarios(pattern: str, judgements) -> int:
    """Judges the scenarios of the command line, or of a pattern beside this file, and says how many
    checks hold. judgements(program, file, scenario, number) gives, for each scenario, functions that
    return how many checks they made or raise Wrong. The exit code of the judge."""
    program, *files = sys.argv[1:]
    files = [pathlib.Path(file) for file in files] or sorted(HERE.glob(pattern))
    passed = failed = 0
    for number, file in enumerate(files):
        for judge in judgements(program, file, tomllib.loads(file.read_text()), number):
            try:
                passed += judge()
            except Wrong as wrong:
                failed += 1
                print(f"{file.name}: {wrong}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0
