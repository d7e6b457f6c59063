"""`vars`: of the server, of a repository, of an environment."""
from harness import payloads

WORKFLOW = """
on: [push, pull_request]
jobs:
  plain:
    if: vars.REGION != 'nowhere'
    runs-on: host
    steps:
      - run: echo "<$REGION $TIER>"
        env: { REGION: "${{ vars.region }}", TIER: "${{ vars.TIER }}" }
  live:
    environment: production
    runs-on: host
    steps:
      - run: echo "<${{ vars.REGION }} ${{ vars.TIER }}>"
"""


def texts(daemon, run):
    return {job["key"]: daemon.log_text(run["id"], job["id"]) for job in run["jobs"] if job["state"] != "skipped"}


def test_the_narrower_scope_counts_and_forks_get_none(daemon, git):
    repository = git.repository("acme/app")
    sha = repository.commit({".triphammer/a.yml": WORKFLOW})
    daemon.add_repository(repository)
    of_app = ["--repository", "acme/app"]
    daemon.admin("variable", "set", "REGION", stdin="eu\n")
    daemon.admin("variable", "set", "tier", *of_app, stdin="one")
    daemon.admin("variable", "set", "REGION", *of_app, "--environment", "production", stdin="us")

    run = daemon.run_of_push(repository, sha)

    said = texts(daemon, run)
    assert "<eu one>" in said["plain"] and "<us one>" in said["live"], said
    assert "TIER" in daemon.admin("variable", "list").stdout
    head = repository.commit({"x": "y"}, branch="topic")
    daemon.trust_forks(repository)
    event = payloads.pull_request(repository.name, repository.clone_url, 7, head, sha, fork_id=99)
    _, guid = daemon.deliver(repository, "pull_request", event)
    [fork] = daemon.delivery(guid)["runs"]
    assert "< >" in texts(daemon, daemon.finished_run(fork))["plain"]
    daemon.admin("variable", "remove", "REGION")
    assert daemon.admin("variable", "remove", "REGION", check=False).returncode == 1
