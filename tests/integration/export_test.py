"""A run's export: everything of it in one zip, which `triphammer run --replay` carries out once more."""
import hashlib
import io
import json
import os
import subprocess
import zipfile

WORKFLOW = """
on:
  push: { branches: [main] }
jobs:
  one:
    runs-on: host
    steps:
      - uses: actions/checkout@v4
      - name: say / it
        run: |
          echo "from $(cat greeting.txt) for ${{ github.event.ref }}, $TOKEN"
        env: { TOKEN: "${{ secrets.TOKEN }}" }
"""


def exported(daemon, run):
    answer = daemon.api(f"/runs/{run}/export")
    answer.raise_for_status()
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    return answer.content


def test_an_export_has_all_of_a_run_and_no_secret(daemon, git):
    repository = git.repository("acme/app")
    daemon.add_repository(repository)
    daemon.admin("secret", "set", "TOKEN", stdin="correct-horse")
    run = daemon.run_of_push(repository, repository.commit({".triphammer/w.yml": WORKFLOW, "greeting.txt": "the tree"}))
    assert run["state"] == "succeeded", run

    archive = zipfile.ZipFile(io.BytesIO(exported(daemon, run["id"])))

    assert archive.testzip() is None
    files = {name: archive.read(name) for name in archive.namelist()}
    assert files["definition.yml"].decode() == WORKFLOW
    assert json.loads(files["event.json"])["ref"] == "refs/heads/main"
    assert json.loads(files["run.json"])["sha"] == run["sha"]
    assert [job["key"] for job in json.loads(files["environment.json"])["jobs"]] == ["one"]
    [log] = [name for name in files if name.startswith("logs/") and "say" in name]
    assert b"from the tree for refs/heads/main, ***" in files[log]
    assert all(b"correct-horse" not in text for text in files.values())
    sums = json.loads(files.pop("digests.json"))
    assert sums == {name: hashlib.sha256(text).hexdigest() for name, text in files.items()}


def test_an_exported_run_is_replayed_on_the_working_tree(daemon, git, binary, tmp_path):
    repository = git.repository("acme/app")
    daemon.add_repository(repository)
    daemon.admin("secret", "set", "TOKEN", stdin="correct-horse")
    run = daemon.run_of_push(repository, repository.commit({".triphammer/w.yml": WORKFLOW, "greeting.txt": "the tree"}))
    (tmp_path / "run.zip").write_bytes(exported(daemon, run["id"]))
    tree = tmp_path / "tree"
    subprocess.run(["git", "clone", "-q", repository.clone_url, str(tree)], check=True)
    (tree / ".triphammer" / "w.yml").unlink()

    def replay(*more, folder=tree):
        return subprocess.run(
            [str(binary), "run", "--replay", str(tmp_path / "run.zip"), "--secret", "TOKEN", *more],
            cwd=folder, capture_output=True, text=True, timeout=120, env={**os.environ, "TOKEN": "another-secret"},
        )

    done = replay()

    assert done.returncode == 0, done.stdout + done.stderr
    assert "from the tree for refs/heads/main, ***" in done.stdout
    (tree / "greeting.txt").write_text("another tree\n")
    assert "from another tree for refs/heads/main" in replay().stdout
    other = tmp_path / "other"
    other.mkdir()
    (other / "greeting.txt").write_text("no tree\n")
    elsewhere = replay(folder=other)
    assert f"the run was of commit {run['sha'][:12]}" in elsewhere.stderr


def test_what_is_no_export_is_refused(binary, tmp_path):
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("run.json", "{}")
    (tmp_path / "text.zip").write_text("no zip")

    for name, word in (("other.zip", "another version"), ("text.zip", "text.zip"), ("none.zip", "none.zip")):
        done = subprocess.run([str(binary), "run", "--replay", name], cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert done.returncode == 2 and word in done.stderr, done.stderr
