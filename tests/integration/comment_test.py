"""The one comment on a pull request: what each job reports, found again and edited, whatever the forge forgets."""
import re

from harness import payloads

WORKFLOW = """
name: CI
on: pull_request
jobs:
  lint:
    runs-on: host
    steps:
      - uses: actions/checkout@v4
      - run: |
          cp said.txt flake8.txt
          echo "::add-mask::correct-horse"
          echo "the word is correct-horse" >> flake8.txt
    reports: { text: flake8.txt }
  test:
    runs-on: host
    steps:
      - uses: actions/checkout@v4
      - run: |
          cat > report.xml <<'XML'
          <testsuite name="s"><testcase classname="&lt;b&gt;@octocat" name="@octocat ` &lt;/details&gt;">
          <failure message="late"/></testcase></testsuite>
          XML
          printf 'SF:clock.py\\nDA:1,1\\nDA:2,0\\nend_of_record\\n' > cover.info
          exit 1
    reports: { junit: report.xml, coverage: cover.info }
"""


def open_pull(daemon, repository, head, base, action="opened"):
    """The run of a pull request of a fork, at its end."""
    daemon.trust_forks(repository)
    event = payloads.pull_request(repository.name, repository.clone_url, 7, head, base, action, fork_id=99)
    answer, guid = daemon.deliver(repository, "pull_request", event)
    assert answer.status_code == 202, answer.text
    [run] = daemon.delivery(guid)["runs"]
    return daemon.finished_run(run)


def is_said(daemon, github, sha):
    """Waits until the only comment is about the end of that commit's run."""
    def found():
        comments = github.comments.of("acme/app", 7)
        return [one for one in comments if f"`{sha[:7]}`" in one["body"] and ": failed\n" in one["body"]
                and "Tests:" in one["body"] and "flake8" in one["body"]]
    daemon.wait_for(found, 30, str(github.comments.all))
    [comment] = github.comments.of("acme/app", 7)
    return comment["body"]


def test_a_pull_request_of_a_fork_gets_one_comment_that_is_edited(daemon, git, github):
    repository = git.repository("acme/app")
    daemon.add_repository(repository)
    base = repository.commit({".triphammer/ci.yml": WORKFLOW, "said.txt": "x.py:1: E501 @octocat\n```\n</details>\n"})
    head = repository.commit({"more": "1"}, branch="topic")

    run = open_pull(daemon, repository, head, base)

    body = is_said(daemon, github, head)
    assert f"### ❌ [`CI` #{run['number']}]({daemon.url}/runs/{run['id']}): failed" in body
    assert "````text\nx.py:1: E501 @octocat\n```\n</details>\n" in body
    assert "correct-horse" not in body and "the word is ***" in body
    outside = re.sub(r"^(`{3,})text\n.*?^\1$", "", body, flags=re.S | re.M)
    outside = re.sub(r"(`+)[^\n]+?\1(?!`)", "", outside)
    assert "@" not in outside and outside.count("<details>") == outside.count("</details>") == 3
    assert "Coverage: 50.0 %" in body and "1 of 2 jobs failed: [`test`]" in body

    later = repository.commit({"said.txt": "clean\n"}, branch="topic")
    open_pull(daemon, repository, later, base, "synchronize")

    body = is_said(daemon, github, later)
    assert "E501" not in body and "clean" in body


def test_answers_that_are_lost_after_the_forge_acted_make_no_second_comment(make_daemon, git, github):
    daemon = make_daemon()
    repository = git.repository("acme/app")
    daemon.add_repository(repository)
    base = repository.commit({".triphammer/ci.yml": WORKFLOW, "said.txt": "one\n"})
    head = repository.commit({"more": "1"}, branch="topic")
    github.comments.lose_every = 1
    open_pull(daemon, repository, head, base)
    daemon.wait_for(lambda: github.comments.all, 20, "no comment")
    github.comments.lose_every = 0
    daemon.kill()
    daemon.start()

    is_said(daemon, github, head)

    github.comments.remove(github.comments.all[0])
    later = repository.commit({"said.txt": "two\n"}, branch="topic")
    open_pull(daemon, repository, later, base, "synchronize")
    assert "two" in is_said(daemon, github, later)


def test_comments_can_be_switched_off(make_daemon, git, github):
    daemon = make_daemon(github={"api_url": github.url, "token": github.token, "comments": False})
    repository = git.repository("acme/app")
    daemon.add_repository(repository)
    base = repository.commit({".triphammer/ci.yml": WORKFLOW, "said.txt": "one\n"})
    head = repository.commit({"more": "1"}, branch="topic")

    run = open_pull(daemon, repository, head, base)

    names = [f"triphammer/CI/{job['name']} (pull_request)" for job in run["jobs"]]
    daemon.wait_for(lambda: set(github.last_states(head)) == set(names) and
                    "pending" not in github.last_states(head).values(), 20, str(github.statuses))
    assert github.comments.all == [] and github.comments.asked == []
