#!/usr/bin/env python3
"""A current ClickHouse behind HTTP: the package indexes carry its engine as a library (chDB), and no server.

usage: clickhouse_http.py FOLDER PORT USER    with chdb installed; the password is in TURNOUT_TEST_PASSWORD; serves until
                                                 SIGTERM

What turnout asks of a server is asked of the real engine: every statement and setting, formats, tables that travel with a
question. What is the server's and not the engine's is this file's and proves nothing: HTTP itself, users, clusters, killing
statements, answers that fail in their midst.
"""
import base64
import email.parser
import email.policy
import http.server
import os
import pathlib
import signal
import sys
import tempfile
import threading
import urllib.parse

from chdb import session

OWN = ("database", "query", "query_id", "wait_end_of_query")


def parts_of(content_type, body):
    """The files of a form, by their names."""
    head = b"Content-Type: " + content_type.encode() + b"\r\n\r\n"
    form = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    return {part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
            for part in form.iter_parts()}


class Engine:
    """One statement at a time."""

    def __init__(self, folder):
        self.session = session.Session(str(folder))
        self.lock = threading.Lock()
        self.scratch = tempfile.TemporaryDirectory(dir=folder.parent)

    def ask(self, sql):
        return self.session.query(sql, "TabSeparated").bytes()

    def in_file(self, rows):
        file = pathlib.Path(self.scratch.name, "rows")
        file.write_bytes(rows)
        return file

    def attach(self, name, options, rows):
        columns = options[f"{name}_structure"]
        self.ask(f"CREATE TEMPORARY TABLE {name} ({columns})")
        self.ask(f"INSERT INTO {name} FROM INFILE '{self.in_file(rows)}' FORMAT {options[f'{name}_format']}")

    def answer(self, options, content_type, body):
        with self.lock:
            self.ask(f"USE `{options.get('database', 'default')}`")
            tables = parts_of(content_type, body) if content_type.startswith("multipart/") else {}
            of_tables = {f"{name}_{what}" for name in tables for what in ("format", "structure")}
            for key in options.keys() - of_tables - set(OWN):
                self.ask(f"SET {key} = {options[key]}")
            for name, rows in tables.items():
                self.attach(name, options, rows)
            try:
                return self.run(options.get("query", ""), b"" if tables else body)
            finally:
                for name in tables:
                    self.ask(f"DROP TABLE {name}")

    def run(self, sql, body):
        if not sql:
            return self.ask(body.decode())
        if body:
            start, form = sql.rsplit(" FORMAT ", 1)
            sql = f"{start} FROM INFILE '{self.in_file(body)}' FORMAT {form}"
        return self.ask(sql)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    engine = None
    credentials = ""

    def reply(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.reply(200, b"Ok.\n")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Authorization", "") != self.credentials:
            self.reply(403, b"Code: 516. DB::Exception: Authentication failed. (AUTHENTICATION_FAILED)\n")
            return
        options = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query, keep_blank_values=True))
        try:
            self.reply(200, self.engine.answer(options, self.headers.get("Content-Type", ""), body))
        except BrokenPipeError:
            pass
        except Exception as failure:  # pylint: disable=broad-except  # of the engine: its words are the answer
            self.reply(500, f"{failure}\n".encode())

    def log_message(self, *_):
        pass


def main():
    folder, port, user = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    Handler.credentials = "Basic " + base64.b64encode(f"{user}:{os.environ['TURNOUT_TEST_PASSWORD']}".encode()).decode()
    Handler.engine = Engine(folder)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))  # the engine's threads do not end by themselves
    http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main()
