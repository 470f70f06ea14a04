"""A client of many streams at once, on one thread, for bench/gateway."""
import contextlib
import selectors
import socket
import time

from gateway_setting import KEY

END = b"\r\n0\r\n\r\n"


class Stream:
    """One connection, and the stream that comes on it."""

    def __init__(self, port, model):
        self.port, self.model = port, model
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, number):
        """Asks for a stream; of a task of its own, since no other has these words."""
        words = " ".join(f"{number * 7919 + i * 104729:x}" for i in range(12))
        body = (f'{{"model": "{self.model}", "stream": true, "stream_options": {{"include_usage": true}}, '
                f'"messages": [{{"role": "user", "content": "{words}"}}]}}')
        self.tail, self.begun, self.first = b"", False, None
        self.asked = time.perf_counter()
        self.socket.sendall((f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAuthorization: "
                             f"Bearer {KEY}\r\n"
                             f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode())

    def read(self):
        """Reads what is there. Returns whether the stream has ended."""
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError("a stream was cut")
        if not self.begun:
            assert part.startswith(b"HTTP/1.1 200"), part
            self.begun = True
        if self.first is None and b"data:" in part:
            self.first = time.perf_counter() - self.asked
        self.tail = (self.tail + part)[-len(END):]
        return self.tail == END


def first_bytes(port, model, count):
    """Seconds from the request to the first event of each of so many streams, one after the other."""
    stream, seconds = Stream(port, model), []
    for number in range(count):
        stream.ask(time.monotonic_ns() + number)
        while not stream.read():
            pass
        seconds.append(stream.first)
    stream.socket.close()
    return seconds


def keep_streaming(port, model, clients, seconds):
    """So many clients read stream after stream. Returns how many ended within the time."""
    over, ended = time.monotonic() + seconds, 0
    with selectors.DefaultSelector() as selector, contextlib.ExitStack() as sockets:
        for _ in range(clients):
            stream = Stream(port, model)
            sockets.callback(stream.socket.close)
            selector.register(stream.socket, selectors.EVENT_READ, stream)
            stream.ask(time.monotonic_ns())
        while time.monotonic() < over:
            for key, _ in selector.select(0.1):
                if key.data.read():
                    ended += 1
                    key.data.ask(time.monotonic_ns())
    return ended


def hold_streams(port, model, count, while_open):
    """Opens so many streams, reads all for some seconds, and calls while_open; then the client vanishes."""
    streams = []
    with selectors.DefaultSelector() as selector:
        for number in range(count):
            stream = Stream(port, model)
            stream.ask(time.monotonic_ns() + number)
            selector.register(stream.socket, selectors.EVENT_READ, stream)
            streams.append(stream)
        over = time.monotonic() + 4
        while time.monotonic() < over or not all(stream.first for stream in streams):
            for key, _ in selector.select(0.1):
                key.data.read()
        result = while_open()
    for stream in streams:
        stream.socket.close()
    return result
