"""Secrets reach the job that may have them and nothing else."""
import contextlib
import os
import pathlib
import sqlite3

CANARY = "canary-5f1c0de-value"
WORKFLOW = """
on: push
jobs:
  a:
    runs-on: host
    steps:
      - env: { TOKEN: "${{ secrets.DEPLOY_TOKEN }}" }
        run: |
          test "$TOKEN" = "$(printf '%s%s' canary-5f1 c0de-value)" && echo matched
          echo "the token is $TOKEN"
          echo "$TOKEN" | base64
          sleep 1
"""


def test_a_secret_is_used_masked_and_found_nowhere(daemon, git, tmp_path):
    repository = git.repository("acme/app")
    sha = repository.commit({".triphammer/a.yml": WORKFLOW})
    daemon.add_repository(repository)
    daemon.admin("secret", "set", "DEPLOY_TOKEN", "--repository", "acme/app", stdin=CANARY + "\n")
    run = daemon.delivery(daemon.push(repository, sha))["runs"][0]
    seen = set()
    while daemon.get(f"/runs/{run}")["state"] not in ("succeeded", "failed", "cancelled"):
        seen |= processes_with(CANARY)
    found = daemon.finished_run(run)
    log = daemon.log_text(run, found["jobs"][0]["id"])
    assert found["state"] == "succeeded", log
    assert "matched" in log and "the token is ***" in log and CANARY not in log
    [secret] = daemon.get("/secrets")["items"]
    assert secret["used_at"] >= found["created_at"]
    assert uses_of_secrets(daemon) == [(int(run), f"given to attempt {found['jobs'][0]['fence']}: DEPLOY_TOKEN")]
    assert not seen, seen
    daemon.admin("backup", str(tmp_path / "copy.db"))
    [core] = [line for line in open(f"/proc/{daemon.process.pid}/limits") if line.startswith("Max core file size")]
    assert set(core.split()[4:6]) <= {"0", "1"}, "neither a file nor a program gets one"
    daemon.kill()
    assert files_with(daemon.folder, CANARY) == []
    assert CANARY.encode() not in (tmp_path / "copy.db").read_bytes()


def uses_of_secrets(daemon):
    """(run, what was said) of each time that a job was given some."""
    with contextlib.closing(sqlite3.connect(f"file:{daemon.data}/triphammer.db?mode=ro", uri=True)) as database:
        return database.execute("SELECT run, reason FROM changes WHERE subject = 'secret' AND to_state = 'used'").fetchall()


def test_a_stored_value_is_never_shown(daemon):
    daemon.admin("secret", "set", "NAME_ONLY", stdin=CANARY)
    assert CANARY not in daemon.api("/secrets").text
    assert "NAME_ONLY" in daemon.admin("secret", "list").stdout
    daemon.admin("secret", "remove", "NAME_ONLY")
    assert "NAME_ONLY" not in daemon.admin("secret", "list").stdout


def test_a_fork_gets_no_secret(daemon, git):
    from harness import payloads
    repository = git.repository("acme/app")
    text = "on: pull_request\njobs:\n  a:\n    runs-on: host\n    steps:\n      - env: { TOKEN: \"${{ secrets.DEPLOY_TOKEN }}\" }\n        run: test -z \"$TOKEN\" && echo empty\n"
    base = repository.commit({".triphammer/a.yml": text})
    head = repository.commit({"x": "y"}, branch="topic")
    daemon.add_repository(repository)
    daemon.admin("secret", "set", "DEPLOY_TOKEN", stdin=CANARY)
    daemon.trust_forks(repository)
    payload = payloads.pull_request(repository.name, repository.clone_url, 7, head, base, fork_id=99)
    _, guid = daemon.deliver(repository, "pull_request", payload)
    delivery = daemon.delivery(guid)
    assert delivery["facts"]["pull_request"]["from_fork"] is True
    for run in delivery["runs"]:
        found = daemon.finished_run(run)
        assert CANARY not in str(found)


def processes_with(text):
    """Processes whose command line or environment, as others see them, holds the text. The step's
    own shell is meant to have it in its environment."""
    found = set()
    for pid in os.listdir("/proc"):
        if not pid.isdigit() or int(pid) == os.getpid():
            continue
        try:
            if text.encode() in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
                found.add(pathlib.Path(f"/proc/{pid}/cmdline").read_text(errors="replace")[:200])
        except OSError:
            continue
    return found


def files_with(folder, text):
    found = []
    for path in pathlib.Path(folder).rglob("*"):
        try:
            if path.is_file() and not path.is_symlink() and text.encode() in path.read_bytes():
                found.append(str(path))
        except OSError:
            continue
    return found


def test_the_list_of_tokens_says_what_each_is_limited_to(daemon, git):
    daemon.add_repository(git.repository("acme/app"))
    daemon.admin("token", "create", "narrow", "--role", "viewer", "--repository", "acme/app")
    daemon.admin("token", "create", "wide", "--role", "viewer")
    found = {token["name"]: token["repository"] for token in daemon.get("/tokens")["items"]}
    assert (found["narrow"], found["wide"]) == ("acme/app", None)
