"""The part of the GitHub stand-in that GitHub Apps talk to: installations and their tokens. Each request is
checked against the published description; what does not fit is answered as GitHub does and remembered."""
import base64
import hashlib
import json
import re
import subprocess
import time
import urllib.parse

READ_WRITE = {"read", "write"}
# Of the schema `app-permissions`, those that a workflow can ask for.
PERMISSIONS = {
    "actions": READ_WRITE, "attestations": READ_WRITE, "checks": READ_WRITE, "contents": READ_WRITE,
    "deployments": READ_WRITE, "discussions": READ_WRITE, "issues": READ_WRITE, "metadata": READ_WRITE,
    "packages": READ_WRITE, "pages": READ_WRITE, "pull_requests": READ_WRITE, "repository_projects": READ_WRITE,
    "security_events": READ_WRITE, "statuses": READ_WRITE, "artifact_metadata": READ_WRITE,
    "vulnerability_alerts": READ_WRITE,
}
TOKEN_FIELDS = {"repositories", "repository_ids", "permissions"}
SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")  # RFC 8017, section 9.2


def page_of(items, query):
    size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
    return items[(page - 1) * size:page * size]


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class GitHubApp:
    """An App with a key of its own in `folder`, installed on `installed` (OWNER/NAME → permissions)."""

    def __init__(self, folder, app_id="4711"):
        self.id, self.name, self.slug, self.owner = app_id, "An App", "an-app", "ada"
        self.url = "https://github.example"
        self.suspended = set()  # accounts
        self.events = ["push"]
        self.key = folder / "app.pem"
        subprocess.run(["openssl", "genrsa", "-out", self.key, "2048"], check=True, capture_output=True)
        printed = subprocess.run(["openssl", "rsa", "-in", self.key, "-noout", "-modulus"],
                                 check=True, capture_output=True, text=True)
        self.modulus = int(printed.stdout.partition("=")[2], 16)
        self.installed = {}
        self.tokens = {}   # alive: token → (installation, repositories, permissions)
        self.made = []     # every token that was ever made, with what was asked for
        self.revoked = []
        self.failures = []  # statuses that the next requests for a token get
        self.is_revoking = True
        self.lifetime = 3600  # of the tokens, in seconds

    def complaint_about(self, jwt):
        """None for a token that GitHub would take."""
        try:
            head, claims, signature = jwt.split(".")
            header, said = json.loads(decode(head)), json.loads(decode(claims))
            number = int.from_bytes(decode(signature), "big")
        except ValueError:
            return "A JSON web token could not be decoded"
        size = (self.modulus.bit_length() + 7) // 8
        shown = pow(number, 65537, self.modulus).to_bytes(size, "big")
        hashed = SHA256_PREFIX + hashlib.sha256(f"{head}.{claims}".encode()).digest()
        if shown != b"\0\1" + b"\xff" * (size - len(hashed) - 3) + b"\0" + hashed:
            return "the signature is not the App's"
        now = time.time()
        if header.get("alg") != "RS256" or str(said.get("iss")) != self.id:
            return "'iss' or 'alg' is wrong"
        if not isinstance(said.get("iat"), int) or said["iat"] > now:
            return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
        if not isinstance(said.get("exp"), int) or not now < said["exp"] <= now + 600:
            return "'Expiration time' claim ('exp') is too far in the future, or past"
        return None

    def answer(self, verb, path, authorization, raw):
        """(status, body) or None: not a path of Apps."""
        kind, _, token = (authorization or "").partition(" ")
        if (verb, path) == ("DELETE", "/installation/token"):
            return self._revoke(token)
        url = urllib.parse.urlsplit(path)
        known = (verb == "GET" and re.fullmatch(r"/repos/([^/]+/[^/]+)/installation|/app(?:/installations)?", url.path)
                 or verb == "POST" and re.fullmatch(r"/app/installations/(\d+)/access_tokens", path))
        if not known:
            return None
        complaint = "no bearer" if kind != "Bearer" else self.complaint_about(token)
        if complaint:
            return 401, {"message": complaint}
        if url.path == "/app":
            return 200, self.describe()
        if url.path == "/app/installations":
            return 200, page_of(self._installations(), dict(urllib.parse.parse_qsl(url.query)))
        return self._find(known[1]) if verb == "GET" else self._make(int(known[1]), raw)

    def describe(self):
        return {"id": int(self.id), "slug": self.slug, "node_id": "A_1", "name": self.name, "owner": {"login": self.owner},
                "description": "", "external_url": "https://example.com", "html_url": f"{self.url}/apps/{self.slug}",
                "permissions": next(iter(self.installed.values()), {}), "events": self.events,
                "created_at": "2026-11-22T08:00:00Z", "updated_at": "2026-11-22T08:00:00Z"}

    def _installations(self):
        return [{"id": 1000 + n, "account": {"login": owner, "type": "Organization"}, "app_id": int(self.id),
                 "html_url": f"{self.url}/settings/installations/{1000 + n}", "repository_selection": "selected",
                 "suspended_at": "2026-11-22T08:00:00Z" if owner in self.suspended else None,
                 "permissions": next(self.installed[name] for name in self.installed if name.startswith(f"{owner}/"))}
                for n, owner in enumerate(self._owners())]

    def _owners(self):
        return sorted({name.partition("/")[0] for name in self.installed})

    def allows(self, token, repository, permission, access):
        """Whether a token that was made may do that there."""
        installation, names, permissions = self.tokens.get(token, (None, [], {}))
        if repository not in self.installed or self.id_of(repository) != installation:
            return False
        given = permissions.get(permission)
        return (names is None or repository.partition("/")[2] in names) and given in (access, "write")

    def _find(self, repository):
        if repository not in self.installed:
            return 404, {"message": "Not Found"}
        return 200, {"id": self.id_of(repository), "app_id": int(self.id), "permissions": self.installed[repository]}

    def id_of(self, repository):
        """Of the installation: an account has one."""
        return 1000 + self._owners().index(repository.partition("/")[0])

    def _make(self, installation, raw):
        if self.failures:
            return self.failures.pop(0), {"message": "told to fail"}
        given = [name for name in self.installed if self.id_of(name) == installation]
        body = json.loads(raw or b"{}")
        complaint = self._wrong_with(given, body)
        if complaint:
            return 422, {"message": complaint}
        token = f"ghs_{hashlib.sha256(str(len(self.made)).encode()).hexdigest()[:36]}"
        self.tokens[token] = (installation, body.get("repositories"), body.get("permissions"))
        self.made.append((token, body))
        expires = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + self.lifetime))
        return 201, {"token": token, "expires_at": expires, "permissions": body["permissions"],
                     "repository_selection": "selected"}

    def _wrong_with(self, given, body):
        if set(body) - TOKEN_FIELDS or "permissions" not in body or not given:
            return f"fields: {sorted(body)}"
        names = [name for name in given if name.partition("/")[2] in body.get("repositories", [])]
        if len(names) != len(body.get("repositories", [])):
            return "There is at least one repository that does not exist or is not accessible to the parent installation."
        granted = {**self.installed[(names or given)[0]], "metadata": "read"}
        for name, access in body["permissions"].items():
            if access not in PERMISSIONS.get(name, ()):
                return f"{name}: {access} is not in the schema"
            if access != granted.get(name) and granted.get(name) != "write":
                return "The permissions requested are not granted to this installation."
        return None

    def _revoke(self, token):
        if not self.is_revoking:
            return 503, {"message": "not now"}
        if token not in self.tokens:
            return 401, {"message": "Bad credentials"}
        del self.tokens[token]
        self.revoked.append(token)
        return 204, None
