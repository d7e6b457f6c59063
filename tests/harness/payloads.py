"""Webhook payloads in the shape that GitHub publishes, and their signatures."""
import hashlib
import hmac
import json
import uuid

ZERO = "0" * 40


def repository(name, clone_url, forge_id=4711):
    owner, short = name.split("/")
    return {
        "id": forge_id,
        "name": short,
        "full_name": name,
        "private": False,
        "owner": {"login": owner, "id": 1, "name": owner},
        "clone_url": clone_url,
        "html_url": f"https://github.example/{name}",
        "default_branch": "main",
        "fork": False,
    }


def push(name, clone_url, sha, ref="refs/heads/main", before=ZERO, message="change", files=(), forge_id=4711, **more):
    commit = {
        "id": sha,
        "message": message,
        "timestamp": "2026-11-21T08:00:00Z",
        "author": {"name": "Ada", "email": "ada@example.com", "username": "ada"},
        "added": [],
        "removed": [],
        "modified": list(files),
    }
    deleted = sha == ZERO
    return {
        "ref": ref,
        "before": before,
        "after": sha,
        "created": before == ZERO,
        "deleted": deleted,
        "forced": False,
        "compare": "",
        "commits": [] if deleted else [commit],
        "head_commit": None if deleted else commit,
        "repository": repository(name, clone_url, forge_id),
        "pusher": {"name": "ada", "email": "ada@example.com"},
        "sender": {"login": "ada", "id": 7},
        **more,
    }


def pull_request(name, clone_url, number, head_sha, base_sha, action="opened", head_ref="topic", fork_id=None, forge_id=4711):
    base = repository(name, clone_url, forge_id)
    head = repository(name, clone_url, fork_id or forge_id)
    return {
        "action": action,
        "number": number,
        "pull_request": {
            "number": number,
            "title": "A change",
            "draft": False,
            "merged": False,
            "merge_commit_sha": None,
            "head": {"ref": head_ref, "sha": head_sha, "repo": head},
            "base": {"ref": "main", "sha": base_sha, "repo": base},
            "user": {"login": "ada", "id": 7},
        },
        "repository": base,
        "sender": {"login": "ada", "id": 7},
    }


def signed(event, payload, secret, guid=None):
    """(headers, body) of a delivery, as GitHub sends it."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    mac = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/0000000",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": guid or str(uuid.uuid4()),
        "X-GitHub-Hook-ID": "1",
        "X-Hub-Signature-256": f"sha256={mac}",
    }
    return headers, body
