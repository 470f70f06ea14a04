"""What the tests of the gateway as a program share: one in a folder of its own, before models of known truth."""
import contextlib
import http.server
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/support"))
from gateway_process import Process, ask, get, post  # noqa: E402

PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
FOUR = ROOT / "examples/four-models.toml"
os.environ.pop("http_proxy", None)


def turnout(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False, timeout=300)


class GatewayCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def start(self, *arguments, **options):
        process = Process(PROGRAM, *arguments, **options)
        self.addCleanup(process.close)
        return process

    def mock(self, *arguments):
        return self.start("mock-llm", FOUR, "--speedup", "1e4", "--tokens", "20", "--listen", "127.0.0.1:0", *arguments)

    def config(self, upstream, policy="mini,mini,large", more=""):
        models = "".join(f'[[model]]\nname = "{name}"\nupstream = "mock"\nmodel = "{name}"\n'
                         f'price = {{ input = 0.0, output = {price}, as_of = "2026-11-01" }}\n'
                         for name, price in [("nano", 1.0), ("mini", 4.0), ("large", 20.0), ("frontier", 60.0)])
        (self.folder / "turnout.toml").write_text(
            f'[listen]\naddress = "127.0.0.1"\nport = 0\n[store]\npasses = "sqlite:{self.folder}/turnout.db"\n'
            f'spill = "{self.folder}/turnout.spill"\nevery_s = 0.2\n[policy]\ntext = "{policy}"\n'
            f'[[upstream]]\nname = "mock"\nurl = "http://127.0.0.1:{upstream}/v1"\nspeaks = ["openai", '
            f'"anthropic"]\nkey = "none"\n'
            f"{models}{more}")

    def serve(self):
        return self.start("serve", "-c", self.folder / "turnout.toml", cwd=self.folder)

    def ask(self, gateway, text, path="/v1/chat/completions", fields=None, **more):
        return ask(gateway.port, text, path, fields, **more)

    def get(self, gateway, path):
        return get(gateway.port, path)

    def post(self, gateway, path, body):
        return post(gateway.port, path, body)

    def rows(self):
        with contextlib.closing(sqlite3.connect(self.folder / "turnout.db")) as database:
            return database.execute("SELECT task_id, attempt, model, outcome, cost_usd, propensity FROM passes ORDER "
                                    "BY started_us").fetchall()

    def origin(self):
        """An upstream that keeps the heads that it is sent; its port and they."""
        heads = []

        class Answer(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                heads.append(dict(self.headers))
                self.rfile.read(int(self.headers["Content-Length"]))
                body = (b'{"id": "1", "model": "nano-2", "choices": [{"message": {"content": "yes"}}], '
                        b'"usage": {"prompt_tokens": 7, "completion_tokens": 2}}')
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server.server_port, heads
