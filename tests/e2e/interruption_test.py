#!/usr/bin/env python3
"""Signals, outputs and questions as a terminal's user meets them. usage: interruption_test.py TURNOUT"""
import contextlib
import json
import os
import pathlib
import pty
import select
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LOG = ROOT / "examples/passes.jsonl.gz"
SOON = 3  # seconds; the program promises one
SIMULATE = ["simulate", ROOT / "examples/hard-tasks.toml", "--policy", "mini"]
AXES = ["--x", "P=0:0.5", "--y", "c2=0.002:0.2:log"]


def turnout(*arguments, **options):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300,
                          cwd=ROOT, **options)


@contextlib.contextmanager
def silent_server():
    """A port that takes connections and says nothing."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.temporary = self.folder / "temporary"
        self.temporary.mkdir()
        self.environment = {**os.environ, "TMPDIR": str(self.temporary)}

    def store(self):
        source = f"sqlite:{self.folder}/passes.db"
        self.assertEqual(turnout("import", LOG, source).returncode, 0)
        return source


class Signals(Folder):
    def ends(self, *arguments, ended_by=signal.SIGINT, after=0.7, stdin=subprocess.DEVNULL):
        """Starts a verb, sends it a signal, and looks at what is left of it."""
        before = {str(path) for path in self.folder.rglob("*")}
        with subprocess.Popen([PROGRAM, *map(str, arguments)], stdin=stdin, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, cwd=ROOT,
                              env=self.environment) as process:
            time.sleep(after)
            self.assertIsNone(process.poll(), f"ended before the signal came: {arguments}")
            started = time.monotonic()
            process.send_signal(ended_by)
            try:
                _, said = process.communicate(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        self.assertLess(time.monotonic() - started, SOON, arguments)
        self.assertEqual(process.returncode, 128 + ended_by, (arguments, said))
        self.assertEqual(said, b"turnout: interrupted\n", arguments)
        left = {str(path) for path in self.folder.rglob("*")} - before
        self.assertEqual({path for path in left if "partial" in path or str(self.temporary) in path}, set(), arguments)
        return left

    def test_a_long_reading_of_a_log_ends_and_its_temporary_store_goes(self):
        rows = [json.dumps({"task_id": f"t{i}", "attempt": 1, "model": "m", "started_at": "2026-01-01T00:00:00Z",
                            "latency_s": 1}) for i in range(1000)]
        log = self.folder / "log.jsonl"
        with log.open("w") as out:
            for part in range(1500):
                out.write("\n".join(rows).replace('": "t', f'": "{part}-') + "\n")
        for verb in (["estimate", "--log"], ["log", "stats"], ["audit", "--log"]):
            self.ends(*verb, log)
        self.ends("import", log, f"sqlite:{self.folder}/large.db")
        self.ends("log", "check", log, ended_by=signal.SIGTERM)
        self.ends("log", "check", log, ended_by=signal.SIGHUP)

    def test_reading_standard_input_that_does_not_come_ends(self):
        read, write = os.pipe()
        with os.fdopen(read), os.fdopen(write, "w"):
            self.ends("log", "stats", "-", stdin=read)

    def test_computations_end_and_leave_no_partial_file(self):
        scenario = ROOT / "examples/grok-3-mini-gpt-5.toml"
        self.ends("verify")
        self.ends("map", scenario, *AXES, "--size", "10000x10000", "-o", self.folder / "map.csv")
        four = ["examples/four-models.toml", "--x", "P=0:3", "--y", "t4=1:9", "--show", "misalignment"]
        self.ends("map", *four, "--size", "10000x10000", "-o", self.folder / "four.csv")
        self.ends(*SIMULATE, "--tasks", "1e9")
        self.ends(*SIMULATE, "--tasks", "1e12", "-o", self.folder / "log.jsonl")

    def test_servers_that_say_nothing_are_left(self):
        with silent_server() as port:
            for store in (f"postgres://u@127.0.0.1:{port}/db", f"clickhouse://u@127.0.0.1:{port}/db"):
                self.ends("import", LOG, store)
                self.ends("log", "stats", store)
            self.ends("import", "--map", "litellm", f"postgres://u@127.0.0.1:{port}/db", f"sqlite:{self.folder}/new.db")

    def test_a_store_that_another_program_holds_is_left(self):
        import sqlite3
        source = self.store()
        with contextlib.closing(sqlite3.connect(self.folder / "passes.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            self.ends("import", LOG, source)

    def test_a_fifo_without_a_reader_is_left(self):
        fifo = self.folder / "fifo.csv"
        os.mkfifo(fifo)
        self.ends("map", ROOT / "examples/grok-3-mini-gpt-5.toml", *AXES, "--size", "10x10", "-o", fifo)

    def test_a_signal_that_is_ignored_stays_so(self):
        with subprocess.Popen([PROGRAM, "log", "stats", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE,
                              preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)) as process:
            time.sleep(0.5)
            process.send_signal(signal.SIGHUP)
            time.sleep(1.5)
            process.communicate(LOG_TEXT)
        self.assertEqual(process.returncode, 0)


LOG_TEXT = b'{"task_id":"a","attempt":1,"model":"m","started_at":"2026-01-01T00:00:00Z","latency_s":1}\n'


class TemporaryStores(Folder):
    def test_what_a_killed_run_left_is_not_merged_into_the_next_log(self):
        """The store was called turnout-PID-0.db, and made by whoever came first."""
        log = self.folder / "log.jsonl"
        log.write_bytes(LOG_TEXT)
        left_over = self.folder / "left.db"
        self.assertEqual(turnout("import", LOG, f"sqlite:{left_over}").returncode, 0)
        # The shell becomes the program, so that the number is known before.
        script = f'cp {left_over} "$TMPDIR/turnout-$$-0.db"; exec {PROGRAM} log stats {log} --json'
        done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True, env=self.environment)
        self.assertEqual(json.loads(done.stdout)["passes"], 1)
        self.assertEqual([path.name.startswith("turnout-") and path.suffix for path in self.temporary.iterdir()],
                         [".db"])

    def test_the_store_is_in_a_folder_for_its_user_alone(self):
        read, write = os.pipe()
        with subprocess.Popen([PROGRAM, "log", "stats", "-"], stdin=read, stdout=subprocess.DEVNULL,
                              env=self.environment) as process:
            os.close(read)
            os.write(write, LOG_TEXT)
            for _ in range(100):
                made = list(self.temporary.iterdir())
                if made:
                    break
                time.sleep(0.05)
            (folder,) = made
            self.assertEqual(stat.S_IMODE(folder.stat().st_mode), 0o700)
            os.close(write)
            process.wait()
        self.assertEqual(list(self.temporary.iterdir()), [])


class Outputs(Folder):
    def verbs(self, output):
        return (["estimate", "--log", LOG, "--ltv", 40, "-o", output], [*SIMULATE, "--tasks", 10, "-o", output])

    def test_a_link_stays_and_its_target_is_written(self):
        for number, dangling in enumerate((False, True)):
            for verb in self.verbs(""):
                target = self.folder / f"target-{number}-{verb[0]}"
                link = self.folder / f"link-{number}-{verb[0]}"
                if not dangling:
                    target.write_text("old")
                link.symlink_to(target.name)
                done = turnout(*verb[:-1], link)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertTrue(link.is_symlink())
                self.assertGreater(len(target.read_text()), 100)

    def test_the_name_of_standard_output_is_written_to(self):
        for output in ("/dev/stdout", "/proc/self/fd/1", "/dev/fd/1"):
            for verb in self.verbs(output):
                before = os.lstat("/dev/stdout")
                done = turnout(*verb)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn('"task_id"' if verb[0] == "simulate" else "[[model]]", done.stdout)
                self.assertEqual(os.lstat("/dev/stdout").st_ino, before.st_ino)

    def test_what_standard_output_already_holds_stays(self):
        held = self.folder / "held"
        done = subprocess.run(f"(echo first; {PROGRAM} simulate examples/hard-tasks.toml --policy mini --tasks 10 -o "
                              f"/dev/stdout) > {held}",
                              shell=True, check=True, cwd=ROOT)
        self.assertEqual(done.returncode, 0)
        lines = held.read_text().splitlines()
        self.assertEqual(lines[0], "first")
        self.assertIn('"task_id"', lines[1])

    def test_a_dash_is_standard_output(self):
        for verb in self.verbs("-"):
            done = subprocess.run([PROGRAM, *map(str, verb)], capture_output=True, text=True, check=True,
                                  cwd=self.folder if verb[0] == "estimate" else ROOT)
            self.assertIn('"task_id"' if verb[0] == "simulate" else "[[model]]", done.stdout)
        self.assertFalse((self.folder / "-").exists() or (ROOT / "-").exists())

    def test_a_fifo_is_written_to(self):
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        for verb in self.verbs(fifo):
            with subprocess.Popen(["cat", fifo], stdout=subprocess.PIPE, text=True) as reader:
                self.assertEqual(turnout(*verb).returncode, 0)
                text, _ = reader.communicate()
            self.assertGreater(len(text), 100)
            self.assertTrue(stat.S_ISFIFO(fifo.stat().st_mode))


class Pruning(Folder):
    BEFORE = "2036-01-01"

    def on_a_terminal(self, answer, *arguments):
        """What is shown on a terminal on which the question is answered, and the exit code."""
        process, terminal = pty.fork()
        if process == 0:
            os.execv(PROGRAM, [str(PROGRAM), *map(str, arguments)])
        shown = b""
        while True:
            with contextlib.suppress(OSError):
                if select.select([terminal], [], [], 20)[0] and (piece := os.read(terminal, 4096)):
                    shown += piece
                    if b"[y/N]" in piece:
                        os.write(terminal, answer)
                    continue
            break
        os.close(terminal)
        return shown.decode(), os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])

    def size(self, store):
        return json.loads(turnout("log", "stats", store, "--json").stdout)["passes"]

    def test_without_a_terminal_nothing_goes_unless_it_is_said(self):
        store = self.store()
        before = self.size(store)
        done = turnout("log", "prune", store, "--before", self.BEFORE)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertIn(f"turnout: --yes: is needed to delete {before} passes of", done.stderr)
        self.assertEqual(self.size(store), before)
        self.assertEqual(turnout("log", "prune", store, "--before", "2000-01-01").returncode, 0, "nothing to ask")
        done = turnout("log", "prune", store, "--before", self.BEFORE, "--yes", "--json")
        self.assertEqual(json.loads(done.stdout)["deleted"], before)
        self.assertEqual(self.size(store), 0)

    def test_a_dry_run_says_what_would_go_and_writes_nothing(self):
        store = self.store()
        file = self.folder / "passes.db"
        bytes_before = file.read_bytes()
        answer = json.loads(turnout("log", "prune", store, "--before", "2026-01-10", "--dry-run", "--json").stdout)
        self.assertEqual((answer["dry_run"], answer["deleted"]), (True, 0))
        self.assertGreater(answer["chosen"]["tasks"], 0)
        self.assertLess(answer["chosen"]["first"], "2026-01-10")
        self.assertIn("would delete", turnout("log", "prune", store, "--before", "2026-01-10", "--dry-run").stdout)
        self.assertEqual(file.read_bytes(), bytes_before)
        self.assertEqual([path.name for path in self.folder.iterdir() if "passes.db" in path.name], ["passes.db"])
        done = json.loads(turnout("log", "prune", store, "--before", "2026-01-10", "--yes", "--json").stdout)
        self.assertEqual(done["deleted"], answer["chosen"]["passes"])
        self.assertEqual(self.size(store), answer["kept"])

    def test_on_a_terminal_it_says_what_goes_and_asks(self):
        store = self.store()
        before = self.size(store)
        for answer in (b"n\n", b"\n", b"\x04"):
            shown, code = self.on_a_terminal(answer, "log", "prune", store, "--before", self.BEFORE)
            self.assertIn(f"{store}: delete {before} passes of ", shown)
            self.assertEqual(code, 0, shown)
            self.assertEqual(self.size(store), before)
        shown, code = self.on_a_terminal(b"\x03", "log", "prune", store, "--before", self.BEFORE)
        self.assertEqual((code, self.size(store)), (130, before), shown)
        shown, code = self.on_a_terminal(b"y\n", "log", "prune", store, "--before", self.BEFORE)
        self.assertEqual((code, self.size(store)), (0, 0), shown)


if __name__ == "__main__":
    # A shell that starts this in the background has SIGINT ignored, for all that we start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    unittest.main()
