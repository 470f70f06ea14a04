#!/usr/bin/env python3
"""Real database servers for tests, on loopback, in a folder that goes with them.

usage: servers.py COMMAND...    runs a command with their addresses in the environment:
  TURNOUT_TEST_POSTGRES      postgres://... an empty database
  TURNOUT_TEST_CLICKHOUSE    clickhouse://... a server whose cluster `pair` is it and the next one
  TURNOUT_TEST_CLICKHOUSE_2  clickhouse://... the other server
  TURNOUT_TEST_SERVERS       this file: tests that end a server start one of their own by it
                   Other servers than this system's: TURNOUT_POSTGRES_BIN, a folder of programs; TURNOUT_CHDB_PYTHON, a
                   Python that has chDB (current/clickhouse_http.py: one server, no cluster, no users)
       servers.py --one postgres|clickhouse
                   prints such an address, the server's process and this one, and serves until SIGTERM
"""
import contextlib
import glob
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

PASSWORD = "p@ss:w/ord"  # an awkward one: it must be escaped in a URL
ESCAPED = "p%40ss%3Aw%2Ford"


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def wait_until(ready, process, what, log):
    for _ in range(600):
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            ready()
            return
        time.sleep(0.1)
    raise SystemExit(f"{what} did not start:\n{pathlib.Path(log).read_text()[-3000:]}")


def stop(process):
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def kill(process):
    """Ends a server as a power cut does: what it started, too, goes on by itself else."""
    def parent(pid):
        with contextlib.suppress(OSError):
            return int(pathlib.Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()[1])

    own = [int(entry.name) for entry in pathlib.Path("/proc").glob("[0-9]*") if parent(entry.name) == process.pid]
    process.kill()
    for pid in own:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def postgres_process(folder):
    """A PostgreSQL server, its address and its process. It asks for a password, and refuses to run as root: then it runs as the user postgres."""
    binaries = pathlib.Path(os.environ.get("TURNOUT_POSTGRES_BIN") or sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1])
    data = folder / "postgres"
    data.mkdir()
    (folder / "password").write_text(PASSWORD)
    as_user = []
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--"]
        folder.chmod(0o755)
        for path in (data, folder / "password"):
            os.chown(path, user.pw_uid, user.pw_gid)
    subprocess.run([*as_user, binaries / "initdb", "-D", data, "-U", "turnout", "-A", "scram-sha-256", "--pwfile",
                    folder / "password",
                    "-E", "UTF8", "--locale=C", "--no-sync"], check=True, stdout=subprocess.DEVNULL, cwd=folder)
    (port,) = free_ports(1)
    log = folder / "postgres.log"
    with log.open("w") as out:
        server = subprocess.Popen([*as_user, binaries / "postgres", "-D", data, "-p", str(port), "-c",
                                   "listen_addresses=127.0.0.1",
                                   "-c", "unix_socket_directories=", "-c", "fsync=off"], stdout=out, stderr=out,
                                  cwd=folder)
    try:
        wait_until(lambda: subprocess.run(["pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)],
                                          check=True), server,
                   "postgres", log)
        yield f"postgres://turnout:{ESCAPED}@127.0.0.1:{port}/postgres", server
    finally:
        stop(server)


@contextlib.contextmanager
def postgres(folder):
    with postgres_process(folder) as (address, _):
        yield address


CLICKHOUSE = """<?xml version="1.0"?>
<yandex>
  <logger><level>warning</level><log>{folder}/log</log><errorlog>{folder}/err</errorlog></logger>
  <listen_host>127.0.0.1</listen_host>
  <http_port>{http}</http_port>
  <tcp_port>{tcp}</tcp_port>
  <path>{folder}/data/</path>
  <tmp_path>{folder}/tmp/</tmp_path>
  <users_config>{folder}/users.xml</users_config>
  <default_profile>default</default_profile>
  <default_database>default</default_database>
  <mark_cache_size>67108864</mark_cache_size>
  <remote_servers><pair>
    <shard><internal_replication>true</internal_replication>
      <replica><host>127.0.0.1</host><port>{tcp1}</port><user>turnout</user><password>{password}</password></replica>
    </shard>
    <shard><internal_replication>true</internal_replication>
      <replica><host>127.0.0.1</host><port>{tcp2}</port><user>turnout</user><password>{password}</password></replica>
    </shard>
  </pair></remote_servers>
</yandex>"""
USERS = """<?xml version="1.0"?>
<yandex>
  <profiles>
    <default><max_memory_usage>4000000000</max_memory_usage></default>
    <reads><readonly>1</readonly></reads>
    <hurries><max_execution_time>1</max_execution_time></hurries>
    <reads_and_sets><readonly>2</readonly></reads_and_sets>
  </profiles>
  <users>
    <turnout><password>{password}</password><networks><ip>127.0.0.1</ip></networks>
      <profile>default</profile><quota>default</quota></turnout>
    <hurried><password>{password}</password><networks><ip>127.0.0.1</ip></networks>
      <profile>hurries</profile><quota>default</quota></hurried>
    <stranger><password>{password}</password><networks><ip>127.0.0.1</ip></networks>
      <profile>default</profile><quota>default</quota>
      <allow_databases><database>elsewhere</database></allow_databases></stranger>
    <reader><password>{password}</password><networks><ip>127.0.0.1</ip></networks>
      <profile>reads</profile><quota>default</quota></reader>
    <setting_reader><password>{password}</password><networks><ip>127.0.0.1</ip></networks>
      <profile>reads_and_sets</profile><quota>default</quota></setting_reader>
  </users>
  <quotas><default></default></quotas>
</yandex>"""


@contextlib.contextmanager
def clickhouse_process(folder, ports, which):
    """One ClickHouse server, its address and its process; `ports` are the HTTP and TCP ports of both servers of the cluster `pair`."""
    folder.mkdir()
    (http, tcp) = ports[which]
    (folder / "config.xml").write_text(CLICKHOUSE.format(folder=folder, http=http, tcp=tcp, tcp1=ports[0][1],
                                                         tcp2=ports[1][1], password=PASSWORD))
    (folder / "users.xml").write_text(USERS.format(password=PASSWORD))
    command = [shutil.which("clickhouse-server") or "/usr/sbin/clickhouse-server", f"--config-file={folder}/config.xml"]
    python = os.environ.get("TURNOUT_CHDB_PYTHON")
    if python:
        command = [python, pathlib.Path(__file__).resolve().parent / "current/clickhouse_http.py", folder / "data", str(http),
                   "turnout"]
    log = folder / "out"
    # Without a command line of a server's the engine takes the configuration of the folder it is in.
    (folder / "empty").mkdir()
    with log.open("w") as out:
        server = subprocess.Popen(command, stdout=out, stderr=out, cwd=folder / "empty" if python else folder,
                                  env={**os.environ, "TURNOUT_TEST_PASSWORD": PASSWORD})
    try:
        wait_until(lambda: urllib.request.urlopen(f"http://127.0.0.1:{http}/", timeout=5), server, "clickhouse-server",
                   log)
        yield f"clickhouse://turnout:{ESCAPED}@127.0.0.1:{http}/default", server
    finally:
        stop(server)


@contextlib.contextmanager
def clickhouse(folder, ports, which):
    with clickhouse_process(folder, ports, which) as (address, _):
        yield address


@contextlib.contextmanager
def one(engine, folder):
    """A server of its own, its address and its process."""
    if engine == "postgres":
        server = postgres_process(folder)
    else:
        four = free_ports(4)
        server = clickhouse_process(folder / "clickhouse", [(four[0], four[1]), (four[2], four[3])], 0)
    with server as started:
        yield started


def serve_one(engine):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with tempfile.TemporaryDirectory(prefix="turnout-server-") as name, one(engine, pathlib.Path(name)) as server:
        print(server[0], server[1].pid, os.getpid(), flush=True)
        while True:
            signal.pause()


@contextlib.contextmanager
def servers():
    with tempfile.TemporaryDirectory(prefix="turnout-servers-") as name, contextlib.ExitStack() as stack:
        folder = pathlib.Path(name)
        four = free_ports(4)
        ports = [(four[0], four[1]), (four[2], four[3])]
        yield {
            "TURNOUT_TEST_SERVERS": str(pathlib.Path(__file__).resolve()),
            "TURNOUT_TEST_POSTGRES": stack.enter_context(postgres(folder)),
            "TURNOUT_TEST_CLICKHOUSE": stack.enter_context(clickhouse(folder / "clickhouse-1", ports, 0)),
            "TURNOUT_TEST_CLICKHOUSE_2": stack.enter_context(clickhouse(folder / "clickhouse-2", ports, 1)),
        }


if __name__ == "__main__":
    if sys.argv[1] == "--one":
        serve_one(sys.argv[2])
    with servers() as addresses:
        sys.exit(subprocess.run(sys.argv[1:], env={**os.environ, **addresses}, check=False).returncode)
