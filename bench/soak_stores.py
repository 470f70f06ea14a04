"""The stores of bench/soak: what is in them, and how they are away for a while."""
import contextlib
import os
import pathlib
import pwd
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/engines"))
import servers  # noqa: E402

SELECT = "SELECT task_id, attempt FROM passes"


class Sqlite:
    """A file, which another process locks."""

    trouble = "locked by another process"

    def __init__(self, folder):
        self.file, self.address = folder / "turnout.db", f"sqlite:{folder}/turnout.db"

    def connect(self):
        return contextlib.closing(sqlite3.connect(self.file, isolation_level=None, timeout=30))

    def passes(self):
        with self.connect() as database:
            return {(task, attempt) for task, attempt in database.execute(SELECT)}

    def be_away(self, seconds):
        with self.connect() as lock:
            lock.execute("BEGIN EXCLUSIVE")
            time.sleep(seconds)
            lock.execute("ROLLBACK")

    def damage(self):
        """What is wrong with the file; empty: nothing."""
        with self.connect() as database:
            (said,) = database.execute("PRAGMA integrity_check").fetchone()
        return "" if said == "ok" else said

    def close(self):
        pass


class Postgres:
    """A server of its own, which is stopped and started."""

    trouble = "stopped"

    def __init__(self, folder):
        self.data = folder / "postgres"
        self.stack = contextlib.ExitStack()
        self.address = self.stack.enter_context(servers.postgres(folder))
        self.port = self.address.rpartition(":")[2].partition("/")[0]

    def control(self, verb, *more):
        user = pwd.getpwnam("postgres")
        as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups",
                   "--"] if os.geteuid() == 0 else []
        binary = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))[-1]
        subprocess.run([*as_user, binary, verb, "-w", "-D", self.data, *more], check=True, cwd="/",
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start(self):
        self.control("start", "-l", "/dev/null", "-o",
                     f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=")

    def passes(self):
        psql = ["psql", "-Atc", SELECT, self.address.replace("postgres:", "postgresql:", 1)]
        said = subprocess.run(psql, capture_output=True, text=True, check=True)
        return {(task, int(attempt)) for task, attempt in (line.split("|") for line in said.stdout.splitlines())}

    def be_away(self, seconds):
        self.control("stop", "-m", "fast")
        time.sleep(seconds)
        self.start()

    def damage(self):
        return ""  # it reads its own files; that it answers is what is asked

    def close(self):
        self.control("stop", "-m", "fast")
        self.stack.close()
