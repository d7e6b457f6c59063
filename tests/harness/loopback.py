"""What the stand-ins share: an HTTP server on loopback, or on the address at which containers reach this machine, with one
owner, in a thread of its own."""
import http.server
import threading


class LoopbackServer:
    def __init__(self, handler, port=0, address="127.0.0.1"):
        bound = type("Handler", (handler,), {"owner": self})
        self.server = http.server.ThreadingHTTPServer((address, port), bound)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    @property
    def url(self):
        return f"http://{self.server.server_address[0]}:{self.server.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    owner = None
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def read_body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while True:
            size = int(self.rfile.readline().split(b";")[0], 16)
            body += self.rfile.read(size)
            self.rfile.readline()
            if size == 0:
                return body

    def answer(self, status, headers, content):
        """headers: pairs of name and value."""
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
