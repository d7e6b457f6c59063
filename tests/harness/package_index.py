"""A private index of Python packages (the simple API of PEP 503, basic authentication) and of npm's (a bearer token) on
another machine. It looks at this machine's command lines while a client waits for a package."""
import base64
import contextlib
import hashlib
import http.server
import io
import json
import pathlib
import sys
import tarfile
import zipfile

from .elsewhere import other_machine

USER = "ci"
WHEEL = "acme_greeting-1.2.0-py3-none-any.whl"
TARBALL = "greeting-1.2.0.tgz"
INFO = "acme_greeting-1.2.0.dist-info"
WHEEL_FILES = {
    "acme_greeting.py": "WORDS = 'greetings of the wheel'\n",
    f"{INFO}/METADATA": "Metadata-Version: 2.1\nName: acme-greeting\nVersion: 1.2.0\n",
    f"{INFO}/WHEEL": "Wheel-Version: 1.0\nGenerator: acme\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}
TARBALL_FILES = {
    "package/package.json": json.dumps({"name": "@acme/greeting", "version": "1.2.0", "main": "index.js"}),
    "package/index.js": "module.exports = 'greetings of the tarball'\n",
}


class Index:
    """`host` is its address."""

    def __init__(self, host, log):
        self.host = host
        self.log = log

    def asked(self):
        """What was asked for: [{path, status, clients, leaks}]; the last two are command lines of that moment."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@contextlib.contextmanager
def package_index(folder, token):
    """An Index with `acme-greeting` and `@acme/greeting`, for those who have the token."""
    log = pathlib.Path(folder) / "asked"
    log.touch()
    with other_machine(sys.executable, "-m", "harness.package_index", str(log), stdin=token,
                       cwd=pathlib.Path(__file__).resolve().parents[1]) as host:
        yield Index(host, log)


# --- over there -----------------------------------------------------------------------------------------


def wheel():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in WHEEL_FILES.items():
            archive.writestr(name, text)
        archive.writestr(f"{INFO}/RECORD", "".join(f"{name},,\n" for name in [*WHEEL_FILES, f"{INFO}/RECORD"]))
    return out.getvalue()


def tarball():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, text in TARBALL_FILES.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return out.getvalue()


def command_lines():
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            yield (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")


class Handler(http.server.BaseHTTPRequestHandler):
    token = ""
    log = None
    wheel = wheel()
    tarball = tarball()

    def page(self):
        """(type, body) of the path."""
        site = f"http://{self.headers['Host']}"
        path = self.path.lower()
        if path == "/simple/acme-greeting/":
            digest = hashlib.sha256(self.wheel).hexdigest()
            return "text/html", f'<!DOCTYPE html><a href="/files/{WHEEL}#sha256={digest}">{WHEEL}</a>'.encode()
        if path == "/npm/@acme%2fgreeting":
            digest = base64.b64encode(hashlib.sha512(self.tarball).digest()).decode()
            version = {"name": "@acme/greeting", "version": "1.2.0", "main": "index.js",
                       "dist": {"tarball": f"{site}/npm/{TARBALL}", "integrity": f"sha512-{digest}"}}
            return "application/json", json.dumps({
                "name": "@acme/greeting", "dist-tags": {"latest": "1.2.0"}, "versions": {"1.2.0": version}}).encode()
        files = {f"/files/{WHEEL}": self.wheel, f"/npm/{TARBALL}": self.tarball}
        return "application/octet-stream", files.get(self.path)

    def allowed(self):
        """Either part takes its own scheme only, as the real ones do."""
        basic = "Basic " + base64.b64encode(f"{USER}:{self.token}".encode()).decode()
        wanted = f"Bearer {self.token}" if self.path.startswith("/npm/") else basic
        return self.headers["Authorization"] == wanted

    def do_GET(self):
        kind, body = self.page()
        status = 401 if not self.allowed() else 404 if body is None else 200
        self.note(status)
        body = body if status == 200 else b"{}"
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", "Bearer" if self.path.startswith("/npm/") else 'Basic realm="acme"')
        self.send_header("Content-Type", kind if status == 200 else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def note(self, status):
        """The client waits for its answer meanwhile, so its command line is there."""
        lines = list(command_lines())
        entry = {"path": self.path, "status": status,
                 "clients": [line for line in lines if "install" in line and "greeting" in line],
                 "leaks": [line for line in lines if self.token in line]}
        with open(self.log, "a", encoding="utf-8") as log:
            log.write(json.dumps(entry) + "\n")

    def log_message(self, *_):
        pass


def main():
    Handler.token = sys.stdin.read()
    Handler.log = sys.argv[1]
    server = http.server.ThreadingHTTPServer(("", 80), Handler)
    print("ready", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
