"""The part of the GitHub stand-in where people sign in: the page that asks them, the exchange of the code, who they are
and where they belong, and tokens that are given back. As strict as GitHub says it is ("Authorizing OAuth apps"), and
stricter about PKCE: without a challenge nobody signs in. What does not fit is remembered in `complaints`."""
import base64
import hashlib
import html
import json
import re
import secrets
import urllib.parse

ASKED = {"client_id", "redirect_uri", "state", "code_challenge", "code_challenge_method", "scope"}
EXCHANGED = {"client_id", "client_secret", "code", "redirect_uri", "code_verifier"}


class GitHubOAuth:
    """`person` (a login) is signed in at GitHub in the browser that comes."""

    def __init__(self, callback):
        self.client_id, self.client_secret, self.callback = "Iv1.0123456789abcdef", secrets.token_hex(20), callback
        self.people = {}     # login → {"id": …, "orgs": {login: id}}
        self.person = None
        self.codes = {}      # code → (login, challenge, scope); once
        self.tokens = {}     # token → (login, scope)
        self.given_back = []
        self.complaints = []
        self.failures = []   # statuses that the next exchanges get

    def add(self, login, number, **organizations):
        self.people[login] = {"id": number, "orgs": organizations}
        self.person = login

    def decide(self, url, allow=True):
        """What the browser is sent back with: a person clicks on GitHub's page."""
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
        complaint = self._complaint(query)
        if complaint:
            self.complaints.append(complaint)
            raise AssertionError(complaint)
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self._back(query, allow)).query))

    def _complaint(self, query):
        if set(query) - ASKED or not ASKED - {"scope"} <= set(query):
            return f"authorize: fields {sorted(query)}"
        if query["client_id"] != self.client_id:
            return "authorize: client_id"
        if query["redirect_uri"] != self.callback:
            return f"authorize: redirect_uri {query['redirect_uri']}"
        if query["code_challenge_method"] != "S256" or not re.fullmatch(r"[\w-]{43}", query["code_challenge"], re.ASCII):
            return "authorize: code_challenge"
        return "authorize: state" if len(query["state"]) < 32 else ""

    def _back(self, query, allow):
        if not allow:
            answer = {"error": "access_denied", "error_description": "The user has denied your application access."}
        else:
            code = secrets.token_hex(10)
            self.codes[code] = (self.person, query["code_challenge"], query.get("scope", ""))
            answer = {"code": code}
        return f"{query['redirect_uri']}?{urllib.parse.urlencode({**answer, 'state': query['state']})}"

    # --- HTTP ---------------------------------------------------------------------------------------

    def answer(self, verb, path, headers, raw):
        """(status, content type or Location, text) or None: not for this part."""
        url = urllib.parse.urlsplit(path)
        query = dict(urllib.parse.parse_qsl(url.query))
        token = (headers.get("Authorization") or "").partition(" ")[2]
        if url.path == "/login/oauth/authorize" and verb == "GET":
            return self._ask(query)
        if url.path == "/login/oauth/decision" and verb == "POST":
            form = dict(urllib.parse.parse_qsl(raw.decode()))
            return 302, self._back(json.loads(form["query"]), form["allow"] == "yes"), ""
        if url.path == "/login/oauth/access_token" and verb == "POST":
            return self._json(*self._exchange(headers, raw))
        if url.path == f"/applications/{self.client_id}/token" and verb == "DELETE":
            return self._json(*self._forget(headers, raw))
        if verb == "GET" and url.path in ("/user", "/user/orgs") and token in self.tokens:
            return self._json(*self._tell(url.path, query, *self.tokens[token]))
        return None

    @staticmethod
    def _json(status, body):
        return status, "application/json; charset=utf-8", "" if body is None else json.dumps(body)

    def _ask(self, query):
        complaint = self._complaint(query)
        if complaint:
            self.complaints.append(complaint)
            return 404, "text/html", html.escape(complaint)
        kept = html.escape(json.dumps(query))
        return 200, "text/html", f"""<!doctype html><title>Authorize application</title><form method="post" action="/login/oauth/decision">
            <input type="hidden" name="query" value="{kept}"><button name="allow" value="no">Cancel</button>
            <button name="allow" value="yes" class="yes">Authorize</button></form>"""

    def _exchange(self, headers, raw):
        if self.failures:
            return self.failures.pop(0), {"message": "told to fail"}
        form = dict(urllib.parse.parse_qsl(raw.decode()))
        right_type = headers.get("Content-Type") == "application/x-www-form-urlencoded" and headers.get("Accept") == "application/json"
        if set(form) != EXCHANGED or not right_type:
            self.complaints.append(f"access_token: fields {sorted(form)}, {headers.get('Content-Type')}")
            return 422, {"message": "Unprocessable"}
        if (form["client_id"], form["client_secret"]) != (self.client_id, self.client_secret):
            return 200, {"error": "incorrect_client_credentials", "error_description": "The client_id and/or client_secret passed are incorrect."}
        if form["redirect_uri"] != self.callback:
            return 200, {"error": "redirect_uri_mismatch"}
        login, challenge, scope = self.codes.pop(form["code"], (None, "", ""))
        proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        if not login or proof != challenge or not 43 <= len(form["code_verifier"]) <= 128:
            return 200, {"error": "bad_verification_code", "error_description": "The code passed is incorrect or expired."}
        token = "gho_" + secrets.token_hex(18)
        self.tokens[token] = (login, scope)
        return 200, {"access_token": token, "token_type": "bearer", "scope": scope}

    def _forget(self, headers, raw):
        wanted = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        if headers.get("Authorization") != f"Basic {wanted}":
            return 404, {"message": "Not Found"}
        token = json.loads(raw).get("access_token")
        if token not in self.tokens:
            return 422, {"message": "Validation Failed"}
        del self.tokens[token]
        self.given_back.append(token)
        return 204, None

    def _tell(self, path, query, login, scope):
        person = self.people[login]
        if path == "/user":
            return 200, {"login": login, "id": person["id"], "type": "User"}
        if "read:org" not in scope.split():
            return 403, {"message": "You need at least read:org scope or user scope to list your organizations."}
        size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
        items = [{"login": name, "id": number} for name, number in person["orgs"].items()]
        return 200, items[(page - 1) * size:page * size]
