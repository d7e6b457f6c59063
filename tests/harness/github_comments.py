"""The part of the GitHub stand-in that keeps comments of pull requests, checked against the published
description (`issues/list-comments`, `issues/create-comment`, `issues/update-comment`).

`lose_every` N: of the requests that change something the Nth, 2Nth, … is done and its answer lost."""
import json
import re
import urllib.parse

LONGEST = 65536
LISTED = r"/repos/([^/]+/[^/]+)/issues/(\d+)/comments"
ONE = r"/repos/([^/]+/[^/]+)/issues/comments/(\d+)"


class GitHubComments:
    def __init__(self):
        self.all = []  # {"id", "repository", "number", "body", "edits"}
        self.complaints = []
        self.lose_every = 0
        self.failures = []  # statuses that the next changes get
        self.changes = 0
        self.asked = []  # what was asked of the lists
        self.is_hidden = False  # as where the token may not see the repository

    def of(self, repository, number):
        return [one for one in self.all if (one["repository"], one["number"]) == (repository, number)]

    def remove(self, comment):
        self.all.remove(comment)

    def write(self, repository, number, body):
        """Somebody's comment, or ours."""
        one = {"id": 1 + max((one["id"] for one in self.all), default=9000), "repository": repository,
               "number": number, "body": body, "edits": 0}
        self.all.append(one)
        return one

    def answer(self, verb, path, raw):
        """(status, body), "lost", or None: no path of comments."""
        address = urllib.parse.urlsplit(path)
        listed, one = re.fullmatch(LISTED, address.path), re.fullmatch(ONE, address.path)
        if not listed and not one:
            return None
        if self.is_hidden:
            return 404, {"message": "Not Found"}
        if listed and verb == "GET":
            return self._list(listed[1], int(listed[2]), address.query)
        if (verb, bool(listed)) not in {("POST", True), ("PATCH", False)}:
            return 405, {"message": "no such method here"}
        return self._change(listed, one, raw)

    def _list(self, repository, number, query):
        self.asked.append(query)
        fields = {name: int(values[0]) for name, values in urllib.parse.parse_qs(query).items()}
        size, page = fields.get("per_page", 30), fields.get("page", 1)
        if set(fields) - {"per_page", "page"} or not 1 <= size <= 100:
            return self._refuse(f"list: {query}")
        found = self.of(repository, number)[(page - 1) * size:page * size]
        return 200, [self._shown(one) for one in found]

    def _change(self, listed, one, raw):
        self.changes += 1
        if self.failures:
            return self.failures.pop(0), {"message": "told to fail"}
        try:
            body = json.loads(raw)
        except ValueError:
            body = None
        if not isinstance(body, dict) or set(body) != {"body"} or not isinstance(body["body"], str):
            return self._refuse(f"not a comment: {raw[:200]}")
        if not body["body"] or len(body["body"]) > LONGEST:
            return self._refuse(f"body of {len(body['body'])} characters")
        done = self._create(listed, body["body"]) if listed else self._update(one, body["body"])
        return "lost" if self.lose_every and self.changes % self.lose_every == 0 else done

    def _create(self, listed, text):
        return 201, self._shown(self.write(listed[1], int(listed[2]), text))

    def _update(self, one, text):
        for comment in self.all:
            if (comment["repository"], comment["id"]) == (one[1], int(one[2])):
                comment["body"] = text
                comment["edits"] += 1
                return 200, self._shown(comment)
        return 404, {"message": "Not Found"}

    def _refuse(self, complaint):
        self.complaints.append(complaint)
        return 422, {"message": complaint}

    @staticmethod
    def _shown(comment):
        return {"id": comment["id"], "body": comment["body"], "user": {"login": "triphammer", "id": 5}}
