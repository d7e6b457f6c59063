"""What need not be kept any longer goes: by the rules, without hurting what stays, over deaths of the daemon."""
import contextlib
import json
import os
import pathlib
import sqlite3
import subprocess

import pytest
import requests

from harness import payloads

WORKFLOW = "on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n      - run: echo kept; echo text > kept.txt\n" \
           "      - uses: actions/upload-artifact@v4\n        with: {name: it, path: kept.txt}\n"


def query(daemon, text):
    with contextlib.closing(sqlite3.connect(f"file:{daemon.data}/triphammer.db?mode=ro", uri=True)) as database:
        return database.execute(text).fetchall()


def folder_of(daemon, fence):
    return daemon.data / "logs" / str(fence // 1000) / str(fence)


def push_runs(daemon, git, count, name="acme/kept"):
    repository = git.repository(name)
    daemon.add_repository(repository)
    repository.commit({".triphammer/c.yml": WORKFLOW})
    runs = [daemon.run_of_push(repository, repository.commit({"n": str(n)})) for n in range(count)]
    # A run goes only when its runner's folder has gone, some seconds after its end.
    daemon.wait_for(lambda: query(daemon, "SELECT count(*) FROM attempts WHERE swept = 0") == [(0,)], 60)
    return runs


def test_a_preview_says_what_goes_and_then_that_goes(daemon, git):
    runs = push_runs(daemon, git, 3)
    fences = [fence for fence, in query(daemon, "SELECT id FROM attempts ORDER BY id")]
    assert daemon.admin("retention", "--preview").stdout == "0 deliveries\n"
    daemon.admin("repo", "retention", "acme/kept", "--runs", "1")

    preview = json.loads(daemon.admin("retention", "--preview", "--json").stdout)["preview"]
    assert [(line["repository"], line["cause"], line["runs"]) for line in preview["items"]] == [("acme/kept", "count", 2)]
    assert len(daemon.get("/runs")["items"]) == 3  # only looked
    said = json.loads(daemon.admin("retention", "--json").stdout)

    assert said["runs"] == 2 and said["bytes"] == preview["items"][0]["bytes"] > 0
    assert [run["id"] for run in daemon.get("/runs")["items"]] == [runs[2]["id"]]
    assert daemon.api(f"/runs/{runs[0]['id']}").status_code == 404
    assert [folder_of(daemon, fence).exists() for fence in fences] == [False, False, True]
    assert len(list((daemon.data / "artifacts").rglob("*"))) == len(query(daemon, "SELECT 1 FROM artifacts")) + sum(
        path.is_dir() for path in (daemon.data / "artifacts").rglob("*"))
    assert "kept" in daemon.log_text(runs[2]["id"], runs[2]["jobs"][0]["id"], 1)
    repositories = daemon.get("/retention")["repositories"]
    assert repositories[0]["own"]["runs"] == 1 and repositories[0]["runs"] == 1 and repositories[0]["artifact_bytes"] > 0


def test_logs_go_before_their_run_and_the_page_says_why(daemon, git):
    runs = push_runs(daemon, git, 2)
    daemon.admin("repo", "retention", "acme/kept", "--log-bytes", "1")

    daemon.admin("retention")

    first, newest = ((run["id"], run["jobs"][0]["id"]) for run in runs)
    answer = daemon.api(f"/runs/{first[0]}/jobs/{first[1]}/log/raw?step=1")
    assert answer.status_code == 404 and "was removed" in answer.json()["error"]["message"]
    assert daemon.get(f"/runs/{first[0]}")["state"] == "succeeded"
    assert "kept" in daemon.log_text(*newest, 1)  # the newest of its branch


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount what cannot be removed")
def test_a_death_between_rows_and_files_leaves_files_that_the_next_start_removes(daemon, git):
    push_runs(daemon, git, 2)
    fence = query(daemon, "SELECT min(id) FROM attempts")[0][0]
    folder = folder_of(daemon, fence)
    daemon.admin("repo", "retention", "acme/kept", "--runs", "1")
    subprocess.run(["mount", "--bind", str(folder), str(folder)], check=True)  # not to be removed: busy
    try:
        daemon.admin("retention")
        assert query(daemon, "SELECT fence FROM unwanted_logs") == [(fence,)] and folder.exists()
        assert query(daemon, "SELECT count(*) FROM runs") == [(1,)]
        daemon.kill()
    finally:
        subprocess.run(["umount", str(folder)], check=True)

    daemon.start()

    daemon.wait_for(lambda: query(daemon, "SELECT count(*) FROM unwanted_logs") == [(0,)])
    assert not folder.exists()
    assert query(daemon, "PRAGMA foreign_key_check") == [] and query(daemon, "PRAGMA integrity_check") == [("ok",)]


def test_bad_limits_are_refused_with_their_name(daemon, git):
    daemon.add_repository(git.repository("acme/kept"))
    for body, word in (({"runs": -1}, "runs"), ({"run_days": "3"}, "run_days"), ({"days": 3}, "days")):
        answer = daemon.api("/repositories/acme/kept/retention", "PUT", json=body)
        assert answer.status_code == 400 and word in answer.json()["error"]["message"]
    assert daemon.admin("repo", "retention", "acme/kept", check=False).returncode == 2
    assert daemon.admin("repo", "retention", "acme/kept", "--runs", "many", check=False).returncode == 2
    daemon.admin("repo", "retention", "acme/kept", "--runs", "server")


@contextlib.contextmanager
def small_disk(folder, size):
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "none", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(file, leave):
    """All of the file system but `leave` bytes."""
    with open(file, "wb") as filler:
        size = 0
        for piece in (1 << 20, 4096):
            with contextlib.suppress(OSError):
                while os.statvfs(file.parent).f_bavail * 4096 > leave + piece or not leave:
                    os.posix_fallocate(filler.fileno(), size, piece)
                    size += piece


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_below_the_mark_no_job_starts_but_deliveries_are_kept_even_when_the_disk_is_full(make_daemon, git, tmp_path):
    with small_disk(tmp_path / "disk", "400m") as disk:
        daemon = make_daemon(start=False, data=str(disk / "data"), run=str(tmp_path / "daemon/run"),
                             quota={"low_water_bytes": "8388608", "reserve_bytes": "16777216"})
        daemon.data = pathlib.Path(disk / "data")
        daemon.start()
        repository = git.repository("acme/full")
        daemon.add_repository(repository)
        sha = repository.commit({".triphammer/c.yml": WORKFLOW.split("      - uses")[0]})
        reserve = daemon.data / "reserve"
        whole = reserve.stat().st_size
        assert whole == 16 << 20
        fill(disk / "filler", 4 << 20)

        [run] = daemon.delivery(daemon.push(repository, sha))["runs"]
        reason = daemon.get(f"/runs/{run}")["jobs"][0]["reason"]
        assert "no job is started" in reason and "quota.low_water_bytes" in reason
        assert daemon.get("/server")["paused"] == reason
        assert "triphammer_dispatch_paused 1" in requests.get(f"{daemon.url}/metrics", timeout=5).text
        findings = daemon.get("/doctor?fresh=true")["findings"]
        [short] = [finding for finding in findings if finding["name"] == "queue"]
        assert "no job is started" in short["text"] and short["remedy"].startswith("triphammer retention --preview")

        (disk / "filler").unlink()
        fill(disk / "filler", 0)
        statuses = []
        for n in range(600):  # until the database's log and file need room that is not there
            answer, _ = daemon.deliver(repository, "push", payloads.push(
                repository.name, repository.clone_url, payloads.ZERO, ref="refs/heads/gone", before=f"{n:040x}",
                pad=os.urandom(60_000).hex()))
            statuses.append(answer.status_code)
            if not reserve.exists():
                break
        assert set(statuses) == {202} and not reserve.exists()
        assert requests.get(f"{daemon.url}/readyz", timeout=5).status_code == 200

        (disk / "filler").unlink()
        assert daemon.finished_run(run)["state"] == "succeeded"
        daemon.wait_for(lambda: reserve.exists() and reserve.stat().st_size == whole)
        assert daemon.get("/server")["paused"] is None
