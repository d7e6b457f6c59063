"""`queue drain`: no job begins, over a restart too; what runs goes on; `queue resume` lets the rest begin."""
WORKFLOW = """
on: push
jobs:
  first:
    runs-on: host
    steps: [ run: "echo here > here; while [ ! -e go ]; do sleep 0.05; done" ]
  second: { needs: first, runs-on: host, steps: [ run: echo second ] }
"""


def states(daemon, run):
    return {job["key"]: job["state"] for job in daemon.get(f"/runs/{run}")["jobs"]}


def test_a_drained_queue_lets_what_runs_end_and_nothing_begin(daemon, git):
    repository = git.repository("acme/app")
    daemon.add_repository(repository)
    [run] = daemon.delivery(daemon.push(repository, repository.commit({".triphammer/w.yml": WORKFLOW})))["runs"]
    here = daemon.wait_for(lambda: next(daemon.data.with_name("data-run").glob("*/work/here"), None), 30)

    daemon.admin("queue", "drain")
    daemon.kill()
    daemon.start()
    (here.parent / "go").write_text("")
    daemon.wait_for(lambda: states(daemon, run) == {"first": "succeeded", "second": "queued"}, 30)
    [other] = daemon.delivery(daemon.push(repository, repository.commit({"x": "y"})))["runs"]

    [second] = [job for job in daemon.get(f"/runs/{run}")["jobs"] if job["key"] == "second"]
    assert second["reason"].startswith("the queue is drained, by socket:")
    queue = daemon.get("/queue")
    assert queue["running"] == [] and queue["drained"]["by"].startswith("socket:") and len(queue["waiting"]) == 2
    [finding] = [one for one in daemon.get("/doctor?fresh=true")["findings"] if one["name"] == "queue"]
    assert (finding["state"], finding["remedy"]) == ("warning", "triphammer queue resume")
    assert states(daemon, other)["first"] == "queued"

    assert daemon.api("/queue/resume", "POST").status_code == 204
    daemon.wait_for(lambda: states(daemon, run)["second"] == "succeeded", 30)
    assert daemon.get("/queue")["drained"] is None
    daemon.api(f"/runs/{other}/cancel", "POST").raise_for_status()
    done = [row["action"] for row in daemon.get("/audit?action=queue")["items"]]
    assert done == ["queue.resume", "queue.drain"]
