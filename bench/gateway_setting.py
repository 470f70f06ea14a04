"""What bench/gateway measures: the proxies' configurations, and the processes of a run."""
import contextlib
import hashlib
import json
import os
import pathlib
import re
import resource
import signal
import subprocess
import tempfile
import time

PORTS = {"direct": 9300, "nginx": 9301, "haproxy": 9302, "turnout": 9303, "stream": 9304, "tls": 9305}
KEY = "sk-turnout-bench"
TICK = os.sysconf("SC_CLK_TCK")
REPLY = json.dumps({"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "mini-1",
                    "choices": [{"index": 0, "message": {"role": "assistant", "content": "x" * 250},
                                 "finish_reason": "stop"}],
                    "usage": {"prompt_tokens": 118, "completion_tokens": 47, "total_tokens": 165}})
LUA = """
local head, tail, counter = %s, %s, 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer %s"
local words = {%s}
math.randomseed(os.time())
request = function()
  local text = {}
  for i = 1, 12 do text[i] = words[math.random(#words)] end
  return wrk.format(nil, nil, nil, head .. table.concat(text, " ") .. tail)
end
%s
done = function(summary, latency)
  io.write(string.format('{"requests":%%d,"errors":%%d,"p50_us":%%d,"p99_us":%%d}\\n', summary.requests,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status +
    summary.errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"""
NGINX = """worker_processes 1; worker_rlimit_nofile 20000; daemon off; error_log {run}/{name}.err warn;
pid {run}/{name}.pid;
events {{ worker_connections 16384; }}
http {{
  access_log off; keepalive_requests 100000000; keepalive_timeout 120s; tcp_nodelay on;
  client_body_buffer_size 512k; client_max_body_size 8m;
  client_body_temp_path {run}/{name}b; proxy_temp_path {run}/{name}p;
  fastcgi_temp_path {run}/{name}f; uwsgi_temp_path {run}/{name}u; scgi_temp_path {run}/{name}s;
  {body}
}}
"""
ANSWER = "location / {{ default_type application/json; return 200 '{reply}'; }}"
PROXY = """upstream u {{ server 127.0.0.1:{upstream}; keepalive 256; }}
  server {{ listen 127.0.0.1:{port} backlog=8192;
  location / {{ proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection '';
    proxy_buffering off; }} }}"""
HAPROXY = """global
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend f
  bind 127.0.0.1:{port}
  default_backend b
backend b
  server s 127.0.0.1:{upstream}
"""
TURNOUT = """[listen]
port = {port}
[store]
passes = "sqlite:{run}/turnout.db"
spill = "{run}/turnout.spill"
[policy]
text = "mini,mini,large"
[[upstream]]
name = "mock"
url = "{scheme}://127.0.0.1:{upstream}/v1"
speaks = ["openai", "anthropic"]
key = "none"
{authorities}
[[model]]
name = "mini"
upstream = "mock"
model = "mini-1"
price = {{ input = 0.15, output = 0.6, as_of = "2026-11-01" }}
[[model]]
name = "large"
upstream = "mock"
model = "large-1"
price = {{ input = 2.5, output = 10.0, as_of = "2026-11-01" }}
[[key]]
name = "bench"
sha256 = "{key}"
requests_per_minute = 1_000_000
"""
SCENARIO = """[user]
value = 10
[provider]
churn_penalty = 5.0
[[model]]
name = "mini-1"
success = 0.2
latency = {seconds}
cost = 0.05
[[model]]
name = "large-1"
success = 0.6
latency = {seconds}
cost = 2.0
"""


def lua_of(size, rate=None, connections=64):
    """A wrk script of requests of so many bytes. rate: requests a second that it aims at, at times drawn at random."""
    body = {"model": "turnout/auto", "messages": [{"role": "system", "content": "Answer briefly."}]}
    turn = 0
    while len(json.dumps(body)) < size - 700:
        role = "user" if turn % 2 == 0 else "assistant"
        body["messages"].append({"role": role, "content": f"Turn {turn}: " + "a word and another " * 25})
        turn += 1
    text = json.dumps(body)
    filler = "y" * max(0, size - len(text) - 150)
    head = text[:-2] + ', {"role": "user", "content": "' + filler + " "
    words = [hashlib.sha256(str(i).encode()).hexdigest()[:8] for i in range(500)]
    pause = f"delay = function() return math.random(0, {2000 * connections // rate}) end" if rate else ""
    return LUA % (json.dumps(head), json.dumps('"}], "temperature": 0.2}'), KEY,
                  ",".join(f'"{word}"' for word in words), pause)


def load(port, script, connections, seconds):
    done = subprocess.run(["taskset", "-c", "0", "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(script),
                           f"http://127.0.0.1:{port}/v1/chat/completions"], capture_output=True, text=True, check=True)
    return json.loads(re.search(r"^\{.*\}$", done.stdout, re.M)[0])


def seconds_of(process):
    """CPU seconds of a process and its children, user and system."""
    total = 0
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
            same = os.getpgid(int(stat.parent.name)) == process.pid
        except OSError:
            continue
        if same:
            total += int(fields[11]) + int(fields[12])
    return total / TICK


def group(process):
    """The ids of a process and its children."""
    ids = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if os.getpgid(int(stat.parent.name)) == process.pid:
                ids.append(stat.parent.name)
    return ids


def mebibytes(process):
    """Resident memory of a process and its children."""
    texts = [pathlib.Path(f"/proc/{one}/status").read_text() for one in group(process)]
    return sum(int(re.search(r"VmRSS:\s+(\d+)", text)[1]) for text in texts) / 1024


def descriptors(process):
    return sum(len(os.listdir(f"/proc/{one}/fd")) for one in group(process))


class Setting:
    """A run's folder and the processes in it; they end with it."""

    def __init__(self, folder, program):
        self.run, self.program, self.processes = pathlib.Path(folder), program, {}
        self.run.chmod(0o755)

    def script(self, size, rate=None):
        path = self.run / "load.lua"
        path.write_text(lua_of(size, rate))
        return path

    def start(self, name, core, command):
        log = open(self.run / f"{name}.log", "w")
        self.processes[name] = subprocess.Popen(["taskset", "-c", str(core), *command], stdout=log, stderr=log,
                                                cwd=self.run,
                                                start_new_session=True)
        return self.processes[name]

    def nginx(self, name, core, body):
        (self.run / f"{name}.conf").write_text(NGINX.format(run=self.run, name=name, body=body))
        return self.start(name, core, ["nginx", "-p", str(self.run), "-c", str(self.run / f"{name}.conf")])

    def answers(self, tls=False):
        """The mocked upstream: nginx with a fixed answer; with TLS too, by a certificate made here."""
        certificate, secured = self.run / "mock.pem", ""
        if tls:
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                            "-days", "1",
                            "-subj", "/CN=mock", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                            str(self.run / "mock.key"),
                            "-out", str(certificate)], check=True, capture_output=True)
            secured = (f"listen 127.0.0.1:{PORTS['tls']} ssl backlog=4096; ssl_certificate {certificate}; "
                       f"ssl_certificate_key {self.run / 'mock.key'}; ssl_protocols TLSv1.3;")
        body = f"server {{ listen 127.0.0.1:{PORTS['direct']} backlog=4096; {secured} {ANSWER.format(reply=REPLY)} }}"
        return self.nginx("direct", 0, body)

    def streams(self, seconds):
        """The mocked upstream: answers that come as streams of 50 chunks, within so many seconds."""
        scenario = self.run / "mock.toml"
        scenario.write_text(SCENARIO.format(seconds=seconds))
        return self.start("stream", 0, [self.program, "mock-llm", str(scenario), "--listen",
                                        f"127.0.0.1:{PORTS['stream']}",
                                        "--tokens", "100", "--parts", "50"])

    def proxies(self, upstream, *names):
        port = PORTS[upstream]
        if "nginx" in names:
            self.nginx("nginx", 1, PROXY.format(upstream=port, port=PORTS["nginx"]))
        if "haproxy" in names:
            (self.run / "haproxy.cfg").write_text(HAPROXY.format(port=PORTS["haproxy"], upstream=port))
            self.start("haproxy", 1, ["haproxy", "-db", "-f", str(self.run / "haproxy.cfg")])
        if "turnout" in names:
            self.gateway("turnout", PORTS["turnout"], upstream)

    def gateway(self, name, port, upstream):
        folder = self.run / name
        folder.mkdir()
        tls = f'authorities = "{self.run / "mock.pem"}"' if upstream == "tls" else ""
        (folder / "turnout.toml").write_text(TURNOUT.format(
            run=folder, port=port, upstream=PORTS[upstream], scheme="https" if upstream == "tls" else "http",
            authorities=tls,
            key=hashlib.sha256(KEY.encode()).hexdigest()))
        return self.start(name, 1, [self.program, "serve", "-c", str(folder / "turnout.toml")])


@contextlib.contextmanager
def setting(program):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory() as folder:
        made = Setting(folder, program)
        try:
            yield made
        finally:
            for process in made.processes.values():
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGTERM)
                process.wait()


def settle():
    """Until what was started listens."""
    time.sleep(1)
