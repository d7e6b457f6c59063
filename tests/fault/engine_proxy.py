"""A socket between the runners and the engine, at which calls are cut, answered falsely, or waited for."""
import contextlib
import os
import socket
import struct
import threading


class Call:
    """One request as it goes by. A hook may change `body`; what it sets here is done with the answer."""

    def __init__(self, pid, head, body):
        self.pid, self.head, self.body = pid, head, body
        self.method, self.path = head.split(b"\r\n", 1)[0].decode().split(" ")[:2]
        self.cut = None       # "before" it reaches the engine, or "after" it was done
        self.answer = None    # bytes in the place of the engine's
        self.rewrite = None   # a function of the engine's answer

    def request(self):
        lines = [line for line in self.head.split(b"\r\n") if line
                 and not line.lower().startswith((b"connection:", b"content-length:", b"transfer-encoding:"))]
        upgrades = self.upgrades()
        lines.append(b"Connection: Upgrade" if upgrades else b"Connection: close")
        if self.body or self.method in ("POST", "PUT"):
            lines.append(b"Content-Length: %d" % len(self.body))
        return b"\r\n".join(lines) + b"\r\n\r\n" + self.body

    def upgrades(self):
        return b"\r\nupgrade:" in self.head.lower()


class EngineProxy:
    """`hook(call)` is asked about every request of a process that `wanted(pid)`; all others pass."""

    def __init__(self, path, engine, wanted):
        self.path, self.engine, self.wanted = str(path), engine.removeprefix("unix://"), wanted
        self.hook = None
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)

    @property
    def host(self):
        return f"unix://{self.path}"

    def __enter__(self):
        self.listener.bind(self.path)
        os.chmod(self.path, 0o666)
        self.listener.listen(64)
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client):
        with client, contextlib.suppress(OSError, ValueError):
            pid = struct.unpack("3i", client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
            call = read_call(client, pid)
            hook = self.hook
            if hook and call and self.wanted(pid):
                hook(call)
            if call and call.cut != "before":
                self._pass(client, call)

    def _pass(self, client, call):
        if call.answer is not None:
            client.sendall(call.answer)
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as engine:
            engine.connect(self.engine)
            engine.sendall(call.request())
            if call.cut == "after" or call.rewrite:
                answer = read_all(engine)
                if call.rewrite:
                    client.sendall(call.rewrite(answer))
                return
            if call.upgrades():
                threading.Thread(target=relay, args=[client, engine], daemon=True).start()
            relay(engine, client)


def read_call(client, pid):
    data = b""
    while b"\r\n\r\n" not in data:
        more = client.recv(65536)
        if not more:
            return None
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    if fields.get(b"transfer-encoding") == b"chunked":
        return Call(pid, head, read_chunks(client, rest))
    length = int(fields.get(b"content-length", 0))
    while len(rest) < length:
        rest += receive(client)
    return Call(pid, head, rest)


def receive(client):
    more = client.recv(65536)
    if not more:
        raise ValueError("a request ended early")
    return more


def read_chunks(client, rest):
    body = b""
    while True:
        while b"\r\n" not in rest:
            rest += receive(client)
        size, _, rest = rest.partition(b"\r\n")
        size = int(size.split(b";")[0], 16)
        while len(rest) < size + 2:
            rest += receive(client)
        body, rest = body + rest[:size], rest[size + 2:]
        if size == 0:
            return body


def read_all(connection):
    out = b""
    while more := connection.recv(65536):
        out += more
    return out


def relay(source, target):
    with contextlib.suppress(OSError):
        while more := source.recv(65536):
            target.sendall(more)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def answer_with(status, body):
    return b"HTTP/1.1 %d OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % (status, len(body)) + body
