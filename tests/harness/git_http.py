"""Real git over HTTP: a folder of bare repositories served by `git http-backend`, on loopback.

`credentials={"user": "password"}` asks for Basic authentication. `fail_with` answers every request
with that status; `delay` holds each answer back (seconds)."""
import base64
import os
import pathlib
import shutil
import subprocess
import time

from .loopback import Handler, LoopbackServer


class GitServer(LoopbackServer):
    def __init__(self, root, credentials=None, port=0, handler=None):
        self.root = pathlib.Path(root)
        self.root.mkdir(parents=True, exist_ok=True)
        self.credentials = credentials or {}
        self.fail_with = None
        self.delay = 0.0
        self.requests = []
        super().__init__(handler or GitHandler, port)

    def repository(self, name):
        """Creates OWNER/NAME as a bare repository and a working tree beside it."""
        return Repository(self, name)


class Repository:
    def __init__(self, server, name):
        self.name = name
        self.bare = server.root / f"{name}.git"
        self.tree = server.root / "trees" / name
        self.clone_url = f"{server.url}/{name}.git"
        _git(None, "init", "-q", "--bare", "-b", "main", str(self.bare))
        _git(self.bare, "config", "http.receivepack", "true")
        _git(self.bare, "config", "uploadpack.allowAnySHA1InWant", "true")
        _git(None, "init", "-q", "-b", "main", str(self.tree))
        _git(self.tree, "remote", "add", "origin", str(self.bare))

    def commit(self, files, message="change", branch="main"):
        """Writes {path: text or None to delete}, commits, pushes; the new commit's id."""
        head = _git(self.tree, "rev-parse", "--verify", "-q", f"refs/heads/{branch}", check=False)
        if head:
            _git(self.tree, "checkout", "-q", branch)
        else:
            _git(self.tree, "checkout", "-q", *(["-b", branch] if self.head() else ["-B", branch]))
        for path, text in files.items():
            target = self.tree / path
            if text is None:
                target.unlink()
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text if isinstance(text, bytes) else text.encode())
        return self.commit_tree(message, branch)

    def copy_in(self, folder):
        shutil.copytree(folder, self.tree, dirs_exist_ok=True)

    def commit_tree(self, message="change", branch="main"):
        _git(self.tree, "add", "-A")
        _git(self.tree, "commit", "-q", "--allow-empty", "-m", message)
        _git(self.tree, "push", "-q", "-f", "origin", f"HEAD:refs/heads/{branch}")
        return self.head()

    def add_submodule(self, path, url, commit, name=None):
        """A link to `commit`, and what .gitmodules says of it; committed with whatever comes next."""
        section = f"submodule.{name or path}"
        self.configure_modules(f"{section}.path", path)
        self.configure_modules(f"{section}.url", url)
        (self.tree / path).mkdir(parents=True, exist_ok=True)
        _git(self.tree, "update-index", "--add", "--cacheinfo", f"160000,{commit},{path}")
        _git(self.tree, "commit", "-q", "-m", f"add {path}")

    def configure_modules(self, key, value):
        _git(self.tree, "config", "-f", ".gitmodules", key, value)
        _git(self.tree, "add", ".gitmodules")

    def remove_submodule(self, path):
        _git(self.tree, "rm", "-q", "-f", "--cached", path)
        shutil.rmtree(self.tree / path)

    def commit_with_link(self, name, target, branch="main"):
        """A tree that git itself would not write: HEAD's, and `name` once more, as a link to `target`."""
        write = ["hash-object", "--literally", "-w", "--stdin", "-t"]
        blob = self._write([*write, "blob"], target.encode())
        tree = subprocess.run(["git", "-C", self.tree, "cat-file", "tree", "HEAD^{tree}"], capture_output=True, check=True)
        tree = self._write([*write, "tree"], tree.stdout + f"120000 {name}\0".encode() + bytes.fromhex(blob))
        commit = _git(self.tree, "commit-tree", "-m", "a link", "-p", "HEAD", tree)
        _git(self.tree, "push", "-q", "-f", "origin", f"{commit}:refs/heads/{branch}")
        return commit

    def _write(self, arguments, text):
        done = subprocess.run(["git", "-C", self.tree, *arguments], input=text, capture_output=True, check=True)
        return done.stdout.decode().strip()

    def tag(self, name, annotated=False):
        arguments = ["tag", "-f", name] + (["-a", "-m", name] if annotated else [])
        _git(self.tree, *arguments)
        _git(self.tree, "push", "-q", "-f", "origin", f"refs/tags/{name}")
        return _git(self.tree, "rev-parse", f"{name}^{{commit}}")

    def head(self):
        return _git(self.tree, "rev-parse", "--verify", "-q", "HEAD", check=False)


def _git(folder, *arguments, check=True):
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.com",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.com",
    }
    command = ["git", *(["-C", str(folder)] if folder else []), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    if check and done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr}")
    return done.stdout.strip() if done.returncode == 0 else ""


class GitHandler(Handler):
    def do_GET(self):
        self._serve(b"")

    def do_POST(self):
        self._serve(self.read_body())

    def _serve(self, body):
        owner = self.owner
        owner.requests.append((self.command, self.path))
        time.sleep(owner.delay)
        if owner.fail_with:
            return self.answer(owner.fail_with, [], b"refused\n")
        if owner.credentials and not self.is_allowed():
            return self.answer(401, [("WWW-Authenticate", 'Basic realm="git"')], b"who are you?\n")
        path, _, query = self.path.partition("?")
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(owner.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        done = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True, timeout=120)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = [line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line]
        status = next((int(value.split()[0]) for name, value in headers if name == "Status"), 200)
        self.answer(status, [pair for pair in headers if pair[0] != "Status"], content)

    def is_allowed(self):
        kind, _, token = self.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "basic":
            return False
        user, _, password = base64.b64decode(token).decode().partition(":")
        return self.owner.credentials.get(user) == password
