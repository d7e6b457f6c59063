"""Everything out again: `triphammer export`."""
import json
import zipfile

WORKFLOW = "on: push\njobs:\n  say:\n    runs-on: host\n    steps:\n      - run: echo said\n"
PIPELINE = "name: held\non: workflow_dispatch\njobs:\n  a: { runs-on: host, steps: [{ run: 'true' }] }\n"


def lines(file):
    return [json.loads(line) for line in file.read_text().splitlines()]


def check_export(folder, sha):
    assert [one["full_name"] for one in lines(folder / "repositories.jsonl")] == ["acme/app"]
    assert [one["name"] for one in lines(folder / "secrets.jsonl")] == ["DB_PASSWORD"]
    assert "topsecret" not in "".join(file.read_text() for file in folder.glob("*.jsonl"))
    assert (folder / "pipelines" / "held" / "1.yml").read_text() == PIPELINE
    assert (folder / "pipelines" / "held" / "2.yml").read_text() == PIPELINE + "# two\n"
    assert [one["sha"] for one in lines(folder / "runs.jsonl")] == [sha]
    assert len(lines(folder / "deliveries.jsonl")) == 1
    with zipfile.ZipFile(folder / "runs" / "1.zip") as run:
        logs = [run.read(name).decode() for name in run.namelist() if name.startswith("logs/")]
        assert any("said" in log for log in logs), run.namelist()


def test_all_that_is_ones_own_is_written_with_and_without_a_daemon(daemon, git, tmp_path):
    repository = git.repository("acme/app")
    daemon.add_repository(repository)
    sha = repository.commit({".triphammer/say.yml": WORKFLOW})
    daemon.run_of_push(repository, sha)
    daemon.admin("secret", "set", "DB_PASSWORD", stdin="topsecret")
    daemon.admin("pipeline", "put", "held", stdin=PIPELINE)
    daemon.admin("pipeline", "put", "held", "--base", "1", stdin=PIPELINE + "# two\n")

    said = daemon.admin("export", str(tmp_path / "out")).stdout

    assert said.startswith("repositories: 1, pipelines: 1, secrets: 1, variables: 0, ")
    check_export(tmp_path / "out", sha)
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700
    daemon.stop()
    daemon.admin("export", str(tmp_path / "again"))
    check_export(tmp_path / "again", sha)
    refused = daemon.admin("export", str(tmp_path / "again"), check=False)
    assert refused.returncode == 2 and "name a new folder" in refused.stderr
