"""`uses:` in steps: local, remote and built-in actions, through the whole server."""

COMPOSITE = """
inputs: { who: { default: nobody } }
outputs: { said: { value: "${{ steps.say.outputs.said }}" } }
runs:
  using: composite
  steps:
    - id: say
      shell: bash
      run: |
        cat "$GITHUB_ACTION_PATH/words.txt"
        echo "said=hello ${{ inputs.who }}" >> "$GITHUB_OUTPUT"
"""
NODE = "inputs: { who: {} }\nruns: { using: node20, pre: pre.js, main: main.js, post: post.js }\n"
NODE_FILES = {
    "pre.js": "console.log('pre ran'); require('fs').appendFileSync(process.env.GITHUB_STATE, 'seen=pre\\n')\n",
    "main.js": "console.log('main sees ' + process.env.STATE_seen + ' ' + process.env.INPUT_WHO)\n",
    "post.js": "console.log('post sees ' + process.env.STATE_seen)\n",
}


def workflow(*steps):
    return "on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n" + "".join(f"      - {step}\n" for step in steps)


def state_of(run):
    return {step["name"]: step["state"] for step in run["jobs"][0]["steps"]}


def test_a_local_action_is_read_from_the_tree_that_was_checked_out(daemon, git):
    repository = git.repository("acme/app")
    sha = repository.commit({
        ".triphammer/w.yml": workflow(
            "uses: actions/checkout@v4",
            "{ id: greet, uses: ./.github/actions/greet, with: { who: Ada } }",
            'run: echo "got ${{ steps.greet.outputs.said }}"',
        ),
        ".github/actions/greet/action.yml": COMPOSITE,
        ".github/actions/greet/words.txt": "words of the action\n",
    })
    daemon.add_repository(repository)

    run = daemon.run_of_push(repository, sha)

    assert run["state"] == "succeeded", run
    log = daemon.log_text(run["id"], run["jobs"][0]["id"])
    assert "words of the action\n" in log and "got hello Ada\n" in log


def test_a_remote_action_comes_from_the_daemon_where_it_is_allowed(make_daemon, git):
    daemon = make_daemon(actions={"allow": ["tools/*"]}, github={"url": git.url})
    action = git.repository("tools/say")
    commit = action.commit({"action.yml": NODE, **NODE_FILES, "sub/action.yml": COMPOSITE, "sub/words.txt": "remote\n"})
    repository = git.repository("acme/app")
    sha = repository.commit({".triphammer/w.yml": workflow(
        f"{{ uses: tools/say@{commit}, with: {{ who: Ada }} }}",
        f"uses: tools/say/sub@{commit}",
        "run: 'folder=$(grep -o \" [^ ]*/actions \" /proc/mounts) && ! touch $folder/x && ls -A $GITHUB_WORKSPACE'",
    )})
    daemon.add_repository(repository)

    run = daemon.run_of_push(repository, sha)

    assert run["state"] == "succeeded", run
    assert state_of(run)[f"Post Run tools/say@{commit}"] == "succeeded"
    log = daemon.log_text(run["id"], run["jobs"][0]["id"])
    for line in ("pre ran\n", "main sees pre Ada\n", "post sees pre\n", "remote\n"):
        assert line in log
    assert len([r for r in git.requests if "tools/say" in str(r) and "upload-pack" in str(r)]) <= 3


def test_what_a_remote_action_does_before_runs_before_the_first_step(make_daemon, git):
    daemon = make_daemon(actions={"allow": ["tools/*"]}, github={"url": git.url})
    action = git.repository("tools/say")
    early = NODE_FILES["pre.js"] + "require('fs').appendFileSync(process.env.GITHUB_ENV, 'EARLY=yes\\n')\n"
    commit = action.commit({"action.yml": NODE, **NODE_FILES, "pre.js": early})
    broken = git.repository("tools/broken")
    bad = broken.commit({"action.yml": NODE, **NODE_FILES, "pre.js": "process.exit(3)\n"})
    repository = git.repository("acme/app")
    sha = repository.commit({".triphammer/w.yml": workflow(
        'run: echo "first step, early $EARLY"',
        f"{{ uses: tools/say@{commit}, with: {{ who: Ada }} }}",
        f"{{ uses: tools/broken@{bad}, continue-on-error: true, if: false }}",
        "{ uses: tools/never@" + 40 * "0" + ", if: false }",
    ), ".triphammer/fails.yml": workflow("run: echo not reached", f"uses: tools/broken@{bad}")})
    daemon.add_repository(repository)

    delivery = daemon.delivery(daemon.push(repository, sha))
    red, good = sorted((daemon.finished_run(run) for run in delivery["runs"]), key=lambda run: run["state"])

    assert good["state"] == "succeeded", good
    assert [step["name"] for step in good["jobs"][0]["steps"]][:2] == ["Set up job", "Set up actions"]
    log = daemon.log_text(good["id"], good["jobs"][0]["id"])
    assert log.index("pre ran\n") < log.index("first step, early yes\n") < log.index("main sees pre Ada\n")
    assert log.count("pre ran\n") == 1
    assert red["state"] == "failed" and f"tools/broken@{bad}, pre: exited with status 3" in red["jobs"][0]["reason"]
    assert state_of(red)["Run echo not reached"] == "skipped"


def test_what_actions_inside_of_actions_do_before_runs_before_the_first_step_too(make_daemon, git):
    daemon = make_daemon(actions={"allow": ["tools/*"]}, github={"url": git.url})
    inner = git.repository("tools/say")
    pre = NODE_FILES["pre.js"].replace("'seen=pre\\n'", "'seen=pre for ' + process.env.INPUT_WHO + '\\n'")
    commit = inner.commit({"action.yml": NODE, **NODE_FILES, "pre.js": pre})
    outer = git.repository("tools/both")
    both = outer.commit({
        "action.yml": "inputs: { who: { default: nobody } }\nruns:\n  using: composite\n  steps:\n"
                      "    - { run: echo the outer one, shell: sh }\n"
                      f"    - {{ uses: tools/say@{commit}, with: {{ who: \"${{{{ inputs.who }}}}\" }} }}\n"})
    deep = outer.commit({"action.yml": f"runs: {{ using: composite, steps: [{{ uses: tools/both@{both} }}] }}\n"})
    repository = git.repository("acme/app")
    sha = repository.commit({".triphammer/w.yml": workflow(
        "run: echo first step", f"{{ uses: tools/both@{both}, with: {{ who: Ada }} }}", f"uses: tools/both@{deep}")})
    daemon.add_repository(repository)

    run = daemon.run_of_push(repository, sha)

    log = daemon.log_text(run["id"], run["jobs"][0]["id"])
    assert run["state"] == "succeeded", log
    before, after = log.split("first step\n", 1)
    assert before.count("pre ran\n") == 2 and "pre ran\n" not in after, log
    assert "main sees pre for Ada Ada\n" in after and "main sees pre for nobody nobody\n" in after, log
    assert after.count("post sees pre for") == 2, log


def test_a_remote_action_that_is_not_allowed_or_not_pinned_says_what_to_do(daemon, git):
    repository = git.repository("acme/app")
    first = repository.commit({".triphammer/w.yml": workflow(f"uses: tools/say@{'a' * 40}")})
    daemon.add_repository(repository)

    refused = daemon.run_of_push(repository, first)
    second = repository.commit({".triphammer/w.yml": workflow("uses: tools/say@v1")})
    unpinned = daemon.run_of_push(repository, second)

    assert refused["state"] == "failed"
    assert "actions.allow" in daemon.log_text(refused["id"], refused["jobs"][0]["id"])
    [problem] = unpinned["problems"]
    assert problem["code"] == "action-version" and "40 hex digits" in problem["hint"]


def test_checkout_takes_other_commits_depths_and_parts(daemon, git):
    repository = git.repository("acme/app")
    old = repository.commit({"file": "old\n", "a/x": "1", "b/y": "2"})
    repository.commit({"file": "side\n"}, branch="side")
    sha = repository.commit({"file": "new\n", ".triphammer/w.yml": workflow(
        "{ uses: actions/checkout@v4, with: { fetch-depth: 0, path: all } }",
        "{ id: old, uses: actions/checkout@v4, with: { ref: %s, path: old } }" % old,
        "{ uses: actions/checkout@v4, with: { ref: side, path: side } }",
        "{ uses: actions/checkout@v4, with: { sparse-checkout: a, path: part } }",
        "run: git -C all rev-list --count HEAD; cat all/file old/file side/file; git -C side branch; ls part",
        'run: test "${{ steps.old.outputs.commit }}" = %s' % old,
        "{ uses: actions/checkout@v4, with: { ref: nowhere }, continue-on-error: true }",
    )})
    daemon.add_repository(repository)

    run = daemon.run_of_push(repository, sha)

    assert run["state"] == "succeeded", daemon.log_text(run["id"], run["jobs"][0]["id"])
    log = daemon.log_text(run["id"], run["jobs"][0]["id"])
    assert "2\nnew\nold\nside\n* side\n" in log
    assert "a\nfile\n" in log and "refs/tags/nowhere is not there" in log
