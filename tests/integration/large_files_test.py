"""`actions/checkout` with `lfs: true` through the whole server."""
import os
import time

import pytest

from harness.git_http import GitServer
from harness.git_lfs import LfsServer

CHECKOUT = "{ uses: actions/checkout@v4, with: { lfs: true } }"


@pytest.fixture
def lfs(tmp_path):
    with LfsServer(tmp_path / "lfs", {"x-access-token": "lfs-token"}) as server:
        yield server
        assert server.complaints == []


@pytest.fixture
def app(lfs):
    repository = lfs.repository("acme/app")
    repository.commit({"image.bin": lfs.add(b"\0large\n" * 1000), "a b/same.bin": lfs.add(b"\0large\n" * 1000),
                       "tool.sh": lfs.add(b"echo tool runs\n"), "notes.txt": "oid sha256:" + "a" * 64 + "\n"})
    return repository


@pytest.fixture
def daemon(make_daemon, lfs):
    return make_daemon(git={"insecure_hosts": ["127.0.0.1"], "lfs_hosts": [lfs.url.removeprefix("http://")]})


def run_of(daemon, repository, tmp_path, *steps):
    text = "on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n" + "".join(f"      - {step}\n" for step in steps)
    sha = repository.commit({".triphammer/w.yml": text})
    if repository.name not in daemon.hooks:
        (tmp_path / "token").write_text("lfs-token")
        daemon.add_repository(repository, token_file=tmp_path / "token")
    run = daemon.run_of_push(repository, sha)
    return run["state"], daemon.log_text(run["id"], run["jobs"][0]["id"])


def test_pointers_become_files_once_fetched_with_the_repositorys_credential(daemon, lfs, app, tmp_path):
    steps = (CHECKOUT, "run: wc -c image.bin 'a b/same.bin'; sh tool.sh; cat notes.txt; test -z \"$(git status --porcelain)\"",
             "run: '! grep -rq lfs-token .git && ! env | grep -q lfs-token'")

    state, log = run_of(daemon, app, tmp_path, *steps)
    again, _ = run_of(daemon, app, tmp_path, *steps)

    assert state == again == "succeeded", log
    assert "7000 image.bin\n" in log and "7000 a b/same.bin\n" in log and "tool runs\n" in log
    assert len(lfs.fetched) == 2 and all("Authorization" not in headers for _, headers in lfs.fetched)


def test_pointers_stay_where_nobody_asks_for_more(daemon, lfs, app, tmp_path):
    state, log = run_of(daemon, app, tmp_path, "uses: actions/checkout@v4", "run: grep -l git-lfs *.bin")

    assert state == "succeeded" and lfs.fetched == [], log


def test_files_of_git_lfs_are_off_until_an_admin_lists_hosts(make_daemon, lfs, app, tmp_path):
    daemon = make_daemon()

    state, log = run_of(daemon, app, tmp_path, CHECKOUT)

    assert state == "failed" and "lists the hosts that they may come from at git.lfs_hosts" in log, log
    assert lfs.fetched == []


def test_nothing_comes_from_a_host_that_is_not_listed(daemon, lfs, app, tmp_path):
    with GitServer(tmp_path / "other") as other:
        lfs.elsewhere = other.url

        state, log = run_of(daemon, app, tmp_path, CHECKOUT)

        name = other.url.removeprefix("http://")
        assert state == "failed" and f"may not come from {name}: an admin adds it to git.lfs_hosts" in log, log
        assert other.requests == []


def test_no_redirect_is_followed(daemon, lfs, app, tmp_path):
    with GitServer(tmp_path / "other") as other:
        lfs.redirect = other.url + "/objects/x"

        state, log = run_of(daemon, app, tmp_path, CHECKOUT)

        assert state == "failed" and "answered 302: redirects are not followed" in log, log
        assert other.requests == []


def test_a_host_that_is_down_ends_the_step_at_once(daemon, lfs, app, tmp_path):
    lfs.is_down = True

    state, log = run_of(daemon, app, tmp_path, CHECKOUT)

    assert state == "failed" and "answered 503" in log and len(lfs.fetched) == 1, log


@pytest.mark.parametrize("change, why", [
    (lambda content: content[:-1] + b"?", "its SHA-256 is another one"),
    (lambda content: content[:-1], "it is shorter than its pointer says"),
    (lambda content: content + b"?", "it is longer than its pointer says"),
])
def test_other_bytes_than_the_pointers_are_refused_and_not_kept(daemon, lfs, app, tmp_path, change, why):
    lfs.change = change

    state, log = run_of(daemon, app, tmp_path, CHECKOUT)

    assert state == "failed" and why in log, log
    assert list(daemon.data.glob("lfs/*/*")) == []


def test_an_object_that_is_not_there_is_named_with_its_path(daemon, lfs, app, tmp_path):
    app.commit({"gone.bin": lfs.add(b"gone")})
    lfs.objects = {oid: content for oid, content in lfs.objects.items() if content != b"gone"}

    state, log = run_of(daemon, app, tmp_path, CHECKOUT)

    assert state == "failed" and "gone.bin: the Git LFS object" in log and "is not there" in log, log


def test_a_pointer_behind_a_link_is_left_alone(daemon, lfs, app, tmp_path):
    (app.tree / "link.bin").symlink_to("/etc/hostname")
    (app.tree / "into.bin").symlink_to("image.bin")

    state, log = run_of(daemon, app, tmp_path, CHECKOUT, "run: test -L link.bin && test -L into.bin && wc -c into.bin")

    assert state == "succeeded" and "7000 into.bin" in log, log


def test_files_that_nobody_asked_for_in_a_month_go_and_come_again(daemon, lfs, app, tmp_path):
    month = 31 * 24 * 3600
    state, log = run_of(daemon, app, tmp_path, CHECKOUT)
    assert state == "succeeded", log
    old, used = sorted(daemon.data.glob("lfs/*/*"))
    daemon.stop()
    os.utime(old, (time.time() - month,) * 2)

    daemon.start()
    daemon.wait_for(lambda: not old.exists(), message="an old object stays: " + daemon.tail())

    assert used.exists() and not list(daemon.data.glob("lfs/*/*.unused"))
    state, log = run_of(daemon, app, tmp_path, CHECKOUT, "run: sh tool.sh; wc -c image.bin")
    assert state == "succeeded" and "tool runs\n7000 image.bin\n" in log, log
    assert len(lfs.fetched) == 3
