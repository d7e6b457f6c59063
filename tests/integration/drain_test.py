"""`queue drain`: no job begins, over a restart too; what runs goes on; `queue resume` lets the rest begin."""
import json

import websocket

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


def follow_queue(daemon):
    """Waits for the next thing that is told of the queue itself."""
    socket = websocket.create_connection(
        daemon.url.replace("http", "ws") + "/api/v1/live", header=[f"Authorization: Bearer {daemon.admin_token()}"], timeout=20)
    socket.send(json.dumps({"sub": ["queue"], "last": json.loads(socket.recv())["seq"]}))

    def tell():
        told = json.loads(socket.recv())
        return (told["topic"], told["from"], told["to"]) if told.get("subject") == "queue" else tell()
    return tell


def follow_counts(daemon):
    """Answers the next counts of the whole server; the present ones come first."""
    socket = websocket.create_connection(
        daemon.url.replace("http", "ws") + "/api/v1/live", header=[f"Authorization: Bearer {daemon.admin_token()}"], timeout=20)
    socket.send(json.dumps({"sub": ["counts"], "last": json.loads(socket.recv())["seq"]}))

    def count():
        told = json.loads(socket.recv())
        return told["counts"] if told.get("topic") == "counts" else count()
    return count


def test_a_drained_queue_lets_what_runs_end_and_nothing_begin(daemon, git):
    repository = git.repository("acme/app")
    daemon.add_repository(repository)
    [run] = daemon.delivery(daemon.push(repository, repository.commit({".triphammer/w.yml": WORKFLOW})))["runs"]
    here = daemon.wait_for(lambda: next(daemon.data.with_name("data-run").glob("*/work/here"), None), 30)

    tell = follow_queue(daemon)
    daemon.admin("queue", "drain")
    assert tell() == ("queue", "", "drained")
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

    tell, count = follow_queue(daemon), follow_counts(daemon)
    assert count() == {"running": 0, "waiting": 2, "approvals": 0}
    assert daemon.api("/queue/resume", "POST").status_code == 204
    assert tell() == ("queue", "drained", "")
    daemon.wait_for(lambda: states(daemon, run)["second"] == "succeeded", 30)
    assert daemon.get("/queue")["drained"] is None
    daemon.api(f"/runs/{other}/cancel", "POST").raise_for_status()
    while count() != {"running": 0, "waiting": 0, "approvals": 0}:
        pass
    done = [row["action"] for row in daemon.get("/audit?action=queue")["items"]]
    assert done == ["queue.resume", "queue.drain"]
