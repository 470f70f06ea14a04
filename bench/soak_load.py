"""Users for bench/soak: connections that ask, stream, ask again and abort, and remember what they were answered."""
import collections
import json
import random
import re
import selectors
import socket
import threading
import time

HEAD = ("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Content-Length: %d\r\n\r\n%s")
REPROMPTS, STREAMS, ABORTS = 0.5, 0.5, 0.02  # shares of requests
PATIENCE_S = 15

Settled = collections.namedtuple("Settled", "task attempt text")


def request_bytes(text, stream=False):
    body = json.dumps({"model": "turnout/auto", "stream": stream, "messages": [{"role": "user", "content": text}]})
    return (HEAD % (len(body), body)).encode()


def field(head, name):
    found = re.search(name + rb": ([^\r]*)", head)
    return found[1].decode() if found else ""


class User:
    """One connection and what is under way on it."""

    def __init__(self, load):
        self.load, self.socket = load, None
        self.text, self.last = "", None  # the last whole answer: task, attempt

    def send(self):
        chance = self.load.chance
        self.again = self.last if self.last and chance.random() < REPROMPTS else None
        if not self.again:
            self.text = " ".join("%07x" % chance.getrandbits(28) for _ in range(12))
        self.aborts, self.buffer, self.since = chance.random() < ABORTS, b"", time.time()
        self.last = None
        stream = self.aborts or chance.random() < STREAMS
        try:
            if not self.socket:
                self.socket = socket.create_connection(("127.0.0.1", self.load.port), timeout=5)
                self.load.selector.register(self.socket, selectors.EVENT_READ, self)
            self.socket.sendall(request_bytes(self.text, stream))
        except OSError:
            self.end("refused", close=True)

    def receive(self):
        try:
            part = self.socket.recv(65536)
        except OSError:
            part = b""
        self.buffer += part
        head_ends = self.buffer.find(b"\r\n\r\n")
        if not part:
            return self.end("cut", close=True)
        if head_ends < 0:
            return None
        if self.aborts and len(self.buffer) > head_ends + 100:
            return self.end("aborted", close=True)
        if self.is_whole(head_ends):
            self.answered(self.buffer[:head_ends])
        return None

    def is_whole(self, head_ends):
        length = field(self.buffer[:head_ends], b"[Cc]ontent-[Ll]ength")
        return self.buffer.endswith(b"0\r\n\r\n") if not length else len(self.buffer) - head_ends - 4 >= int(length)

    def answered(self, head):
        status = head[9:12].decode()
        if status == "200":
            task, attempt = field(head, b"x-turnout-task"), int(field(head, b"x-turnout-attempt"))
            self.load.answer(self, task, attempt)
            self.last = (task, attempt)
        self.end(status, close=b"onnection: close" in head)

    def end(self, how, close=False):
        self.load.counts[how] += 1
        if how != "200":
            self.load.unclear.add(self.text)
        if close:
            self.close()
        self.since = None

    def close(self):
        if self.socket:
            self.load.selector.unregister(self.socket)
            self.socket.close()
            self.socket = None


class Load(threading.Thread):
    """After stop(): counts by status; answered, by (task, attempt), with when; re-prompts, and those that were placed
    wrongly."""

    def __init__(self, port, connections, seed):
        super().__init__(daemon=True)
        self.port, self.chance, self.selector = port, random.Random(seed), selectors.DefaultSelector()
        self.counts, self.answered, self.texts = collections.Counter(), {}, {}
        self.reprompts, self.wrong, self.over = 0, [], False
        # texts whose last request was cut or aborted: whether that was an attempt is not for us to say
        self.unclear = set()
        self.users = [User(self) for _ in range(connections)]

    def answer(self, user, task, attempt):
        self.answered[task, attempt] = time.time()
        self.texts[task] = user.text
        if user.again:
            self.reprompts += 1
            if (task, attempt) != (user.again[0], user.again[1] + 1):
                self.wrong.append([user.again, (task, attempt)])

    def run(self):
        for user in self.users:
            user.send()
        while not self.over:
            for key, _ in self.selector.select(0.1):
                key.data.receive()
            now = time.time()
            for user in self.users:
                if user.since and now - user.since > PATIENCE_S:
                    user.end("no answer", close=True)
                if not user.since:
                    if self.counts["refused"] and not user.socket:
                        time.sleep(0.001)
                    user.send()

    def stop(self):
        self.over = True
        self.join()
        for user in self.users:
            user.close()

    def settled(self, before_s):
        """Tasks whose last answer came before a time, with the number of that attempt; nobody is asking about them."""
        last = {}
        for (task, attempt), when in self.answered.items():
            last[task] = max(last.get(task, (0, 0)), (attempt, when))
        busy = {user.text for user in self.users} | self.unclear
        return [Settled(task, attempt, self.texts[task]) for task, (attempt, when) in last.items()
                if when < before_s and self.texts[task] not in busy]

    @staticmethod
    def ask_once(port, text):
        """Asks until there is an answer. Returns its task and attempt."""
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                connection.sendall(request_bytes(text))
                answer = b""
                while b"\r\n\r\n" not in answer:
                    part = connection.recv(65536)
                    if not part:
                        break
                    answer += part
                if answer[9:12] == b"200":
                    return field(answer, b"x-turnout-task"), int(field(answer, b"x-turnout-attempt"))
        return None
