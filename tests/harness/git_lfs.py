"""A git server that keeps files of Git LFS, too. Each request of the batch API is checked against the published
schema (docs/api/schemas/http-batch-request-schema.json of git-lfs/git-lfs) and docs/api/batch.md."""
import hashlib
import json

import jsonschema

from .git_http import GitHandler, GitServer

MEDIA_TYPE = "application/vnd.git-lfs+json"
REQUEST = {
    "type": "object",
    "properties": {
        "transfers": {"type": "array", "items": {"type": "string"}},
        "operation": {"type": "string"},
        "objects": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "oid": {"type": "string"}, "size": {"type": "number"}, "authenticated": {"type": "boolean"}},
                "required": ["oid", "size"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["objects", "operation"],
}


class LfsServer(GitServer):
    """`elsewhere` is the URL of the server that objects are fetched from; `change` what becomes of their bytes;
    `redirect` where a request for one is sent instead."""

    def __init__(self, root, credentials=None):
        self.objects = {}
        self.elsewhere = None
        self.change = bytes
        self.redirect = None
        self.is_down = False
        self.complaints = []
        self.fetched = []
        super().__init__(root, credentials, handler=_Handler)

    def add(self, content):
        """Its pointer."""
        oid = hashlib.sha256(content).hexdigest()
        self.objects[oid] = content
        return f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(content)}\n"


class _Handler(GitHandler):
    def do_POST(self):
        if not self.path.endswith(".git/info/lfs/objects/batch"):
            return super().do_POST()
        body = self.read_body()
        if self.owner.credentials and not self.is_allowed():
            return self.answer(401, [("LFS-Authenticate", 'Basic realm="lfs"')], b"{}")
        answer = json.dumps({"transfer": "basic", "objects": [self.find(one) for one in self.check(body)]})
        return self.answer(200, [("Content-Type", MEDIA_TYPE)], answer.encode())

    def do_GET(self):
        if not self.path.startswith("/objects/"):
            return super().do_GET()
        owner, oid = self.owner, self.path.removeprefix("/objects/").split("?")[0]
        owner.fetched.append((oid, dict(self.headers)))
        if owner.is_down:
            return self.answer(503, [], b"")
        if owner.redirect:
            return self.answer(302, [("Location", owner.redirect)], b"")
        if self.headers.get("X-Ticket") != "for " + oid:
            return self.answer(403, [], b"no ticket")
        return self.answer(200, [], owner.change(owner.objects[oid]))

    def check(self, body):
        request = json.loads(body)
        jsonschema.validate(request, REQUEST)
        for name in ("Accept", "Content-Type"):
            if self.headers.get(name) != MEDIA_TYPE:
                self.owner.complaints.append(f"{name}: {self.headers.get(name)}")
        if request["operation"] != "download" or "basic" not in request.get("transfers", ["basic"]):
            self.owner.complaints.append(body)
        return request["objects"]

    def find(self, wanted):
        oid = wanted["oid"]
        if oid not in self.owner.objects:
            return {**wanted, "error": {"code": 404, "message": "Object does not exist"}}
        href = f"{self.owner.elsewhere or self.owner.url}/objects/{oid}?ticket=1"
        return {**wanted, "authenticated": True, "actions": {"download": {
            "href": href, "header": {"X-Ticket": "for " + oid}, "expires_at": "2030-01-01T00:00:00Z"}}}
