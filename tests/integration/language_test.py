"""lint, eval and plan as the contract says: lines, JSON and exit statuses, asked of the binary."""
import json
import subprocess

GOOD = """\
on: { push: { branches: [main] } }
jobs:
  second:
    runs-on: host
    needs: first
    steps: [ { run: "echo two" } ]
  first:
    runs-on: host
    steps:
      - name: Say it
        run: echo one
"""
BROKEN = """\
on: push
jobs:
  test:
    runs-onn: host
    steps: [ { run: make } ]
"""
UNTRUSTED = """\
on: pull_request
jobs:
  test:
    runs-on: host
    steps: [ { run: "echo ${{ github.event.pull_request.title }}" } ]
"""
PUSH = {
    "ref": "refs/heads/main",
    "before": "1" * 40,
    "after": "2" * 40,
    "created": False,
    "deleted": False,
    "forced": False,
    "head_commit": {"id": "2" * 40, "message": "a change"},
    "commits": [],
    "repository": {"id": 7, "full_name": "me/app", "default_branch": "main", "clone_url": "https://example.com/me/app.git"},
    "sender": {"login": "me", "id": 1},
}
WHERE = {name: PUSH[name] for name in ("repository", "sender")}


def call(binary, *words, stdin=""):
    words = [str(word) for word in words]
    return subprocess.run([str(binary), *words], input=stdin, capture_output=True, text=True, timeout=60)


def write(path, text):
    path.write_text(text)
    return path


def push_to(tmp_path, branch):
    return write(tmp_path / f"{branch}.json", json.dumps({**PUSH, "ref": f"refs/heads/{branch}"}))


def test_lint_says_nothing_of_a_good_file(binary, tmp_path):
    done = call(binary, "lint", write(tmp_path / "good.yml", GOOD))

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_lint_prints_one_line_a_problem_without_colour(binary, tmp_path):
    file = write(tmp_path / "broken.yml", BROKEN)

    done = call(binary, "lint", file)

    assert done.returncode == 1
    unknown = [line for line in done.stdout.splitlines() if line.endswith(" [unknown-key]")]
    assert len(unknown) == 1
    assert unknown[0].startswith(f"{file}:4:5: error: ") and "runs-on" in unknown[0]
    assert "\x1b" not in done.stdout


def test_lint_gives_the_same_as_json(binary, tmp_path):
    file = write(tmp_path / "broken.yml", BROKEN)

    done = call(binary, "lint", "--json", file)

    problems = json.loads(done.stdout)
    assert done.returncode == 1
    assert set(problems[0]) == {"file", "line", "column", "severity", "code", "message", "hint"}
    assert (str(file), 4, "unknown-key") in {(one["file"], one["line"], one["code"]) for one in problems}


def test_lint_checks_the_others_when_a_file_cannot_be_read(binary, tmp_path):
    file = write(tmp_path / "broken.yml", BROKEN)

    done = call(binary, "lint", "--json", tmp_path / "missing.yml", file)

    assert done.returncode == 2
    assert "missing.yml" in done.stderr
    assert json.loads(done.stdout)


def test_lint_refuses_a_huge_file_unread(binary, tmp_path):
    done = call(binary, "lint", write(tmp_path / "huge.yml", GOOD + "#" * (300 * 1024)))

    assert done.returncode == 1
    assert "huge.yml:" in done.stdout


def test_lint_compares_a_call_with_the_file_that_it_calls(binary, tmp_path):
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    write(folder / "called.yml", """\
on: { workflow_call: { inputs: { who: { type: string, required: true } } } }
jobs: { a: { runs-on: host, steps: [ { run: "echo hi" } ] } }
""")
    caller = write(folder / "caller.yml", """\
on: push
jobs:
  call: { uses: ./.github/workflows/called.yml, with: { whom: me } }
""")

    done = call(binary, "lint", "--allow", "unsupported", "--json", caller)

    codes = [(one["line"], one["code"]) for one in json.loads(done.stdout) if one["severity"] == "error"]
    assert done.returncode == 1
    assert codes == [(3, "missing-input"), (3, "unknown-input")]


def test_allow_lowers_an_error_to_a_warning(binary, tmp_path):
    file = write(tmp_path / "untrusted.yml", UNTRUSTED)

    refused = call(binary, "lint", file)
    allowed = call(binary, "lint", "--allow", "untrusted-interpolation", file)

    assert (refused.returncode, allowed.returncode) == (1, 0)
    assert ": warning: " in allowed.stdout


def test_eval_prints_kind_and_value(binary, tmp_path):
    context = write(tmp_path / "context.json", json.dumps({"github": {"ref": "refs/heads/main"}}))

    done = call(binary, "eval", "format('{0}!', github.ref)", "--context", context)

    assert done.returncode == 0
    assert json.loads(done.stdout) == {"kind": "string", "value": "refs/heads/main!"}


def test_eval_says_where_an_expression_is_wrong(binary):
    done = call(binary, "eval", "1 ==", "--json")

    answer = json.loads(done.stdout)
    assert done.returncode == 1
    assert answer["position"] > 0 and answer["error"]


def test_eval_batch_answers_line_by_line(binary):
    lines = [
        {"expr": "1 == 1"},
        {"expr": "env.A", "contexts": {"env": {"A": "x"}}},
        {"expr": "0 / "},
        {"expr": "fromJSON('1e999')"},
    ]

    done = call(binary, "eval", "--batch", stdin="".join(json.dumps(line) + "\n" for line in lines) + "nonsense\n")

    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert answers[0] == {"kind": "boolean", "value": True}
    assert answers[1] == {"kind": "string", "value": "x"}
    assert "error" in answers[2] and "error" in answers[4]
    assert len(answers) == 5


def test_plan_says_yes_with_jobs_in_order(binary, tmp_path):
    done = call(binary, "plan", write(tmp_path / "w.yml", GOOD), "--event", "push", "--payload", push_to(tmp_path, "main"))

    assert done.returncode == 0
    assert done.stdout.index("first") < done.stdout.index("second")
    assert "Say it" in done.stdout


def test_plan_says_no_with_the_filter_that_did_it(binary, tmp_path):
    words = ("plan", write(tmp_path / "w.yml", GOOD), "--event", "push", "--payload", push_to(tmp_path, "dev"))

    text = call(binary, *words)
    tree = json.loads(call(binary, *words, "--json").stdout)

    assert text.returncode == 3
    assert "dev" in text.stdout and "main" in text.stdout
    assert tree["starts"] is False and tree["runs"] == []
    assert tree["reasons"]["children"]


def test_plan_takes_the_commit_of_the_tree_where_the_payload_names_none(binary, tmp_path):
    workflow = write(tmp_path / "hand.yml", GOOD.replace("{ push: { branches: [main] } }", "workflow_dispatch"))
    payload = write(tmp_path / "event.json", json.dumps({"ref": "refs/heads/main", "inputs": {}, **WHERE}))
    words = ("plan", workflow, "--event", "workflow_dispatch", "--payload", payload, "--json")

    outside = json.loads(call(binary, *words).stdout)
    author = ["-c", "user.name=ann", "-c", "user.email=ann@example.com"]
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    subprocess.run(["git", *author, "commit", "--quiet", "--allow-empty", "-m", "one"], cwd=tmp_path, check=True)
    inside = json.loads(call(binary, *words).stdout)

    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert outside["runs"][0]["sha"] == "0" * 40
    assert inside["runs"][0]["sha"] == head.stdout.strip()


def test_plan_of_a_broken_file_or_payload_is_a_usage_error(binary, tmp_path):
    broken = write(tmp_path / "broken.yml", BROKEN)
    good = write(tmp_path / "good.yml", GOOD)
    payload = push_to(tmp_path, "main")

    assert call(binary, "plan", broken, "--event", "push", "--payload", payload).returncode == 2
    assert call(binary, "plan", good, "--event", "push", "--payload", tmp_path / "missing").returncode == 2
    assert call(binary, "plan", good, "--event", "push").returncode == 2
