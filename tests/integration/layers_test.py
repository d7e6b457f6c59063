"""Checkouts on top of a layer: quick, whole, and nobody's but the job's own."""
import json
import os
import signal
import stat

from harness import payloads


def workflow(*steps, event="push", **job):
    text = {"on": event, "jobs": {"a": {"runs-on": "host", **job, "steps": list(steps)}}}
    return json.dumps(text)


CHECKOUT = {"uses": "actions/checkout@v4"}


def layers(daemon, name="*"):
    """The folders of the layers that are there, complete."""
    return [path for path in daemon.folder.glob(f"data-run/layers/*-*/{name}/*") if (path / "lock").exists()]


def run_of(daemon, repository, *steps, files=None, **job):
    sha = repository.commit({".triphammer/w.yml": workflow(*steps, **job), **(files or {})})
    if repository.name not in daemon.hooks:
        daemon.add_repository(repository)
    run = daemon.run_of_push(repository, sha)
    return sha, run, daemon.log_text(run["id"], run["jobs"][0]["id"])


def with_layer(daemon, repository, files):
    """A repository whose first push has left a layer; its commit."""
    sha, run, log = run_of(daemon, repository, CHECKOUT, files=files)
    assert run["state"] == "succeeded", log
    assert "On top of" not in log
    [layer] = daemon.wait_for(lambda: layers(daemon), message="no layer was made: " + daemon.tail())
    assert layer.name == sha
    return sha


def test_a_checkout_on_a_layer_is_as_whole_as_any(daemon, git):
    app = git.repository("acme/app")
    (app.tree / "bin").mkdir()
    (app.tree / "bin" / "tool").write_text("#!/bin/sh\necho tool\n")
    (app.tree / "bin" / "tool").chmod(0o755)
    os.symlink("README", app.tree / "link")
    first = with_layer(daemon, app, {"README": "one\n", "old/gone": "x", "dir/file": "kept\n", "eol.txt": "a\r\nb\r\n",
                                     "act/action.yml": json.dumps({"runs": {"using": "composite", "steps": [
                                         {"shell": "sh", "run": "echo the action ran"}]}})})

    sha, run, log = run_of(
        daemon, app, CHECKOUT,
        {"run": "test -z \"$(git status --porcelain)\" && git diff-index --quiet HEAD && git diff-files --quiet && echo clean"},
        {"run": "git rev-parse HEAD; git log --format=%s; git branch --show-current; git fsck && echo whole"},
        {"run": "cat README link dir/file; bin/tool; test ! -e old && stat -c '%a %U' bin/tool README"},
        {"run": "test \"$(find . -not -user \"$(id -un)\" | wc -l)\" = 0 && echo all mine; od -c eol.txt | head -2"},
        {"uses": "./act"},
        {"run": "echo ${{ hashFiles('dir/*') }}; git fetch -q --unshallow 2>&1 || echo no network for git"},
        {"uses": "actions/checkout@v4", "with": {"path": "whole", "fetch-depth": 0}},
        {"run": "git -C whole rev-list --count HEAD; git -C whole rev-parse HEAD"},
        {"uses": "actions/checkout@v4"},
        {"run": "test ! -e whole && git status --porcelain && cat README"},
        files={"README": "two\n", "old/gone": None, "eol.txt": "a\n", ".gitattributes": "*.txt eol=crlf\n"},
    )

    assert run["state"] == "succeeded", log
    assert f"On top of {first}, whose files are here\n" in log
    assert "clean\n" in log and f"{sha}\nchange\nmain\n" in log and "whole\n" in log, log
    assert "two\ntwo\nkept\ntool\n755 runner\n644 runner\n" in log and "all mine\n" in log, log
    assert "a  \\r  \\n" in log, log
    assert "the action ran\n" in log
    assert f"2\n{sha}\n" in log, log


def test_a_path_and_a_ref_may_rest_on_it_too(daemon, git):
    app = git.repository("acme/app")
    first = with_layer(daemon, app, {"README": "one\n"})
    app.commit({"README": "topic\n"}, branch="topic")

    _, run, log = run_of(
        daemon, app, {"uses": "actions/checkout@v4", "with": {"path": "a/b", "ref": "topic"}},
        {"run": "cat a/b/README; cd a/b; git status -sb; ls -A ../.."})

    assert run["state"] == "succeeded", log
    assert f"On top of {first}" in log and "topic\n## topic" in log, log


def test_what_a_job_does_to_its_files_the_next_one_does_not_see(daemon, git):
    app = git.repository("acme/app")
    with_layer(daemon, app, {"README": "one\n", "dir/file": "kept\n", "dir/more": "more\n"})
    spoil = ("echo spoiled > README; rm -r dir; chmod 777 .; echo x > new; git config core.hooksPath /tmp; "
             "echo '#!/bin/sh' > .git/hooks-x; rm -rf .git/objects; chmod -R 777 .git; ln -sf /etc/passwd README.link")
    _, spoiled, log = run_of(daemon, app, CHECKOUT, {"run": spoil})
    assert spoiled["state"] == "succeeded" and "On top of" in log, log

    _, run, log = run_of(
        daemon, app, CHECKOUT,
        {"run": "cat README dir/file dir/more; ls -A; git config core.hooksPath || echo none; git status --porcelain; git fsck"})

    assert run["state"] == "succeeded" and "On top of" in log, log
    assert "one\nkept\nmore\n.git\n.triphammer\nREADME\ndir\nnone\n" in log, log
    for layer in layers(daemon):
        modes = [stat.S_IMODE(path.lstat().st_mode) for path in (layer / "files").rglob("*") if not path.is_symlink()]
        assert not any(mode & 0o022 for mode in modes)


def test_a_job_that_checks_nothing_out_finds_an_empty_workspace(daemon, git):
    app = git.repository("acme/app")
    with_layer(daemon, app, {"README": "one\n"})

    _, run, log = run_of(
        daemon, app, {"run": "test -z \"$(ls -A)\" && echo empty > mine && cat mine"}, CHECKOUT,
        {"run": "test ! -e mine && cat README"})

    assert run["state"] == "succeeded", log
    assert "empty\n" in log and "On top of" in log and "one\n" in log, log


def test_a_forks_layer_is_never_used_by_others(daemon, git):
    app = git.repository("acme/app")
    steps = (CHECKOUT, {"run": "cat README"})
    base = app.commit({".triphammer/w.yml": workflow(*steps, event=["push", "pull_request"]), "README": "base\n"})
    daemon.add_repository(app)
    daemon.trust_forks(app)
    head = app.commit({"README": "of a fork\n"}, branch="topic")
    _, guid = daemon.deliver(
        app, "pull_request", payloads.pull_request(app.name, app.clone_url, 7, head, base, fork_id=99))
    [run] = daemon.delivery(guid)["runs"]
    of_fork = daemon.finished_run(run)
    daemon.wait_for(lambda: layers(daemon, "*.fork"), message="no layer of the fork: " + daemon.tail())

    run = daemon.run_of_push(app, base)
    log = daemon.log_text(run["id"], run["jobs"][0]["id"])

    assert of_fork["state"] == run["state"] == "succeeded", log
    assert "On top of" not in log and "base\n" in log, log
    own = daemon.wait_for(lambda: [one for one in layers(daemon) if not one.parent.name.endswith(".fork")])
    assert [one.name for one in own] == [base]


def test_a_failed_jobs_workspace_is_held_as_it_was(daemon, git):
    app = git.repository("acme/app")
    with_layer(daemon, app, {"README": "one\n", "dir/file": "kept\n", "dir/gone": "x"})

    _, run, log = run_of(
        daemon, app, CHECKOUT, {"run": "echo evidence > result; rm dir/gone; exit 1"}, **{"hold-on-failure": "10m"})

    assert run["state"] == "failed" and "On top of" in log, log
    [held] = daemon.wait_for(lambda: list(daemon.folder.glob("data-run/held/*/work/result")), message=daemon.tail())
    assert held.read_text() == "evidence\n"
    assert (held.parent / "dir" / "file").read_text() == "kept\n" and not (held.parent / "dir" / "gone").exists()
    assert (held.parent / ".git" / "HEAD").exists() and not (held.parents[1] / "kept").exists()


def test_a_runner_that_was_killed_leaves_no_mount(daemon, git):
    app = git.repository("acme/app")
    with_layer(daemon, app, {"README": "one\n"})
    sha = app.commit({".triphammer/w.yml": workflow(CHECKOUT, {"run": "echo here > started; sleep 600"})})
    delivery = daemon.delivery(daemon.push(app, sha))
    [attempt] = daemon.wait_for(lambda: list(daemon.folder.glob("data-run/*/upper/work/started")), message=daemon.tail())
    folder = attempt.parents[2]

    os.kill(int((folder / "lock").read_text()), signal.SIGKILL)
    run = daemon.finished_run(delivery["runs"][0])

    assert run["state"] == "failed"
    daemon.wait_for(lambda: not folder.exists(), message="the attempt's folder stays")
    assert str(folder) not in open("/proc/self/mountinfo").read()
    _, run, log = run_of(daemon, app, CHECKOUT, {"run": "cat README"})
    assert run["state"] == "succeeded" and "On top of" in log and "one\n" in log, log


def test_a_checkout_inside_of_an_action_rests_on_a_layer_too(make_daemon, git):
    daemon = make_daemon(actions={"allow": ["tools/*"]}, github={"url": git.url})
    app, tools = git.repository("acme/app"), git.repository("tools/begin")
    commit = tools.commit({"action.yml": json.dumps({"runs": {"using": "composite", "steps": [CHECKOUT]}})})
    with_layer(daemon, app, {"README": "one\n"})

    _, run, log = run_of(daemon, app, {"uses": f"tools/begin@{commit}"}, {"run": "cat README; git status --porcelain"})

    assert run["state"] == "succeeded" and "On top of" in log and "one\n" in log, log
