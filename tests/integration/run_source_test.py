"""What a checkout has of git in `triphammer run`: the tree's own repository around it, and others of its host."""
import json
import os
import subprocess

import pytest

from harness.git_http import GitServer

HERE = {"TRIPHAMMER_GIT_INSECURE_HOSTS": "127.0.0.1"}
NO_HOSTS = {"TRIPHAMMER_GIT_INSECURE_HOSTS": "localhost"}  # not the tree's


@pytest.fixture
def git_server(tmp_path):
    with GitServer(tmp_path / "git") as server:
        yield server


@pytest.fixture
def run(binary, tmp_path):
    """Runs these steps in the tree of a repository; the ended process and the log of all steps."""
    (tmp_path / "temp").mkdir()

    def call(repository, *steps, origin=None, **environment):
        git(repository.tree, "remote", "set-url", "origin", origin or repository.clone_url)
        (repository.tree / "w.yml").write_text(
            "on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n" + "".join(f"      - {step}\n" for step in steps))
        done = subprocess.run(
            [binary, "run", "w.yml", "--json"], cwd=repository.tree, capture_output=True, text=True, timeout=120,
            env={**os.environ, "TMPDIR": str(tmp_path / "temp"), **HERE, **environment})
        events = [json.loads(line) for line in done.stdout.splitlines()]
        return done, "".join(one["log"] for one in events if one["event"] == "step" and "log" in one)

    return call


def git(tree, *words):
    return subprocess.run(["git", *words], cwd=tree, check=True, capture_output=True, text=True).stdout.strip()


def test_tags_branches_and_the_remote_are_those_of_the_tree(run, git_server):
    app = git_server.repository("acme/app")
    first = app.commit({"a": "1"})
    app.tag("v1.0", annotated=True)
    app.commit({"b": "1"}, branch="side")
    git(app.tree, "checkout", "-q", "main")
    app.commit({"c": "1"})
    git(app.tree, "fetch", "-q", app.bare, "+refs/heads/*:refs/remotes/origin/*")

    done, log = run(
        app,
        "{ uses: actions/checkout@v4, with: { fetch-depth: 0 } }",
        "run: git describe; git rev-list --count HEAD; git branch -r; git remote get-url origin; git fsck && echo whole",
        "{ uses: actions/checkout@v4, with: { path: side, ref: side } }",
        "run: test -e side/b; git -C side symbolic-ref HEAD",
        "{ uses: actions/checkout@v4, with: { path: old, ref: v1.0 } }",
        "run: git -C old rev-parse HEAD",
        origin=app.clone_url.replace("://", "://me:hunter2@"),
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "v1.0-2-g" in log and "\n3\n" in log and "origin/main\n" in log and "origin/side\n" in log
    assert f"{app.clone_url}\n" in log and "whole\n" in log and "refs/heads/side\n" in log and f"{first}\n" in log
    assert "hunter2" not in done.stdout


def test_a_tree_with_a_part_of_its_history_has_that_part(run, git_server, tmp_path):
    app = git_server.repository("acme/app")
    app.commit({"a": "1"})
    app.commit({"a": "2"})
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{app.bare}", "shallow")
    app.tree = tmp_path / "shallow"

    done, log = run(app, "{ uses: actions/checkout@v4, with: { fetch-depth: 0 } }", "run: git rev-list --count HEAD; git fsck")

    assert done.returncode == 0 and "2\n" in log, done.stdout


def test_another_repository_of_the_same_host_comes_by_the_users_own_git(run, git_server, tmp_path):
    with GitServer(tmp_path / "closed", {"me": "my-password"}) as closed:
        lib, app = closed.repository("tools/lib"), closed.repository("acme/app")
        lib.commit({"lib.txt": "lib\n"})
        app.commit({"a": "1"})
        steps = ("{ uses: actions/checkout@v4, with: { repository: tools/lib, path: lib } }",
                 "run: cat lib/lib.txt; git -C lib remote get-url origin; ! grep -rq my-password .")
        home = tmp_path / "home"
        home.mkdir()

        refused, said = run(app, *steps, HOME=str(home))
        (home / ".gitconfig").write_text("[credential]\n\thelper = store\n")
        (home / ".git-credentials").write_text(closed.url.replace("://", "://me:my-password@") + "\n")
        done, log = run(app, *steps, HOME=str(home))

    assert refused.returncode == 1 and f"git ls-remote {lib.clone_url}" in said, said
    assert done.returncode == 0 and f"lib\n{lib.clone_url}\n" in log, done.stdout


def test_the_trees_own_host_need_not_be_listed(run, git_server, tmp_path):
    app = git_server.repository("acme/app")
    app.commit({"a": "1"})
    with GitServer(tmp_path / "gone") as gone:
        host = gone.url.replace("http://", "https://")

    done, said = run(app, "{ uses: actions/checkout@v4, with: { repository: tools/lib } }",
                     origin=f"{host}/acme/app.git", **NO_HOSTS)

    assert done.returncode == 1 and f"git ls-remote {host}/tools/lib.git" in said, said


def test_nothing_comes_from_another_host_than_the_trees_own(run, git_server, tmp_path):
    with GitServer(tmp_path / "other") as other:
        lib, app = other.repository("tools/lib"), git_server.repository("acme/app")
        lib.commit({"lib.txt": "lib\n"})
        app.add_submodule("lib", lib.clone_url, lib.head())

        done, log = run(app, "{ uses: actions/checkout@v4, with: { submodules: true } }")
        without, said = run(app, "{ uses: actions/checkout@v4, with: { repository: tools/lib } }", origin=str(app.bare))

        assert done.returncode == 1 and "whose remote 'origin' says what may be fetched" in log, log
        assert without.returncode == 1 and "add it with git remote add origin URL" in said, said
        assert other.requests == []


def test_submodules_of_the_same_host_are_there(run, git_server):
    lib, app = git_server.repository("tools/lib"), git_server.repository("acme/app")
    lib.commit({"lib.txt": "lib\n"})
    app.add_submodule("lib", "../../tools/lib.git", lib.head())

    done, log = run(app, "{ uses: actions/checkout@v4, with: { submodules: recursive } }", "run: cat lib/lib.txt; git submodule status")

    assert done.returncode == 0 and f"lib\n {lib.head()} lib (" in log, done.stdout
