"""`actions/checkout` through the whole server: other repositories, tags, the remote."""
import subprocess

TOOLS = "tools/lib"


def workflow(*steps):
    return "on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n" + "".join(f"      - {step}\n" for step in steps)


def run_of(daemon, repository, *steps, files=None):
    sha = repository.commit({".triphammer/w.yml": workflow(*steps), **(files or {})})
    if repository.name not in daemon.hooks:
        daemon.add_repository(repository)
    run = daemon.run_of_push(repository, sha)
    return run, daemon.log_text(run["id"], run["jobs"][0]["id"])


def test_another_registered_repository_comes_with_its_own_credential(make_daemon, git, tmp_path):
    from harness.git_http import GitServer

    daemon = make_daemon()
    app = git.repository("acme/app")
    with GitServer(tmp_path / "closed", {"x-access-token": "lib-token"}) as closed:
        lib = closed.repository("acme/lib")
        first = lib.commit({"lib.txt": "first\n"})
        lib.tag("v1")
        lib.commit({"lib.txt": "second\n"})
        (tmp_path / "token").write_text("lib-token")
        daemon.add_repository(lib, token_file=tmp_path / "token")

        run, log = run_of(
            daemon, app,
            "uses: actions/checkout@v4",
            "{ uses: actions/checkout@v4, with: { repository: acme/lib, path: lib } }",
            "{ uses: actions/checkout@v4, with: { repository: acme/lib, ref: v1, path: old } }",
            "{ id: by, uses: actions/checkout@v4, with: { repository: acme/lib, ref: %s, path: by } }" % first,
            "run: cat lib/lib.txt old/lib.txt by/lib.txt; git -C lib remote get-url origin",
            "run: '! grep -rq lib-token lib old by && ! env | grep -q lib-token'",
        )

        assert run["state"] == "succeeded", log
        assert f"second\nfirst\nfirst\n{lib.clone_url}\n" in log


def test_who_may_check_out_whom_is_what_repo_access_says(daemon, git):
    app, lib = git.repository("acme/app"), git.repository(TOOLS)
    lib.commit({"lib.txt": "lib\n"})
    step = "{ uses: actions/checkout@v4, with: { repository: tools/lib, path: lib } }"

    unknown, said_first = run_of(daemon, app, step)
    daemon.add_repository(lib)
    closed, said_then = run_of(daemon, app, step)
    daemon.admin("repo", "access", TOOLS, "everyone")
    opened, log = run_of(daemon, app, step, "run: cat lib/lib.txt")

    assert unknown["state"] == "failed" and "triphammer repo add tools/lib" in said_first
    assert closed["state"] == "failed" and "triphammer repo access tools/lib everyone" in said_then
    assert opened["state"] == "succeeded" and "lib\n" in log, log


def test_tags_branches_and_the_remote_are_there_as_at_github(daemon, git):
    app = git.repository("acme/app")
    app.commit({"a": "1"})
    app.tag("v1.0", annotated=True)
    app.commit({"b": "1"}, branch="side")

    run, log = run_of(
        daemon, app,
        "{ uses: actions/checkout@v4, with: { fetch-depth: 0 } }",
        "run: git describe; git rev-list --count HEAD; git branch -r; git status -sb | head -1",
        "run: git remote get-url origin; git fsck --connectivity-only && echo whole",
        "{ uses: actions/checkout@v4, with: { fetch-tags: true, path: tags } }",
        "run: git -C tags tag; git -C tags rev-list --count HEAD; git -C tags branch -r",
        "{ uses: actions/checkout@v4, with: { path: bare } }",
        "run: test -z \"$(git -C bare tag)\" && git -C bare cat-file -t HEAD",
    )

    assert run["state"] == "succeeded", log
    assert "v1.0-1-g" in log and "\n2\n" in log and "origin/main\n" in log and "origin/side\n" in log
    assert "## main...origin/main\n" in log and f"{app.clone_url}\n" in log and "whole\n" in log
    assert "v1.0\n1\n" in log and "commit\n" in log


def test_a_commit_that_is_gone_is_a_clear_failure(daemon, git):
    app = git.repository("acme/app")
    daemon.add_repository(app)

    run, log = run_of(daemon, app, "{ uses: actions/checkout@v4, with: { ref: %s } }" % ("d" * 40))

    assert run["state"] == "failed" and "commit vanished: " + "d" * 40 in log, log


def test_a_mirror_that_was_lost_is_made_again(daemon, git):
    app = git.repository("acme/app")
    sha = app.commit({"file": "here\n", ".triphammer/w.yml": workflow(
        "uses: actions/checkout@v4", "run: cat file")})
    daemon.add_repository(app)
    first = daemon.run_of_push(app, sha)
    subprocess.run(["rm", "-rf", *daemon.data.glob("mirrors/*")], check=True)

    again = daemon.api(f"/runs/{first['id']}/rerun", "POST", json={"jobs": "all"})

    assert again.status_code < 300, again.text
    run = daemon.finished_run(first["id"])
    assert run["state"] == "succeeded", daemon.log_text(run["id"], run["jobs"][0]["id"])


def test_a_commit_by_its_id_is_no_branch_and_flags_are_read_as_github_does(daemon, git):
    app = git.repository("acme/app")
    app.commit({"a": "1"})
    app.tag("v1.0", annotated=True)

    run, log = run_of(
        daemon, app,
        "{ uses: actions/checkout@v4, with: { ref: '${{ github.sha }}', fetch-depth: '-1', fetch-tags: True } }",
        "run: git rev-parse --abbrev-ref HEAD; git describe; git diff --stat HEAD~1 | tail -1; git config user.name x",
    )

    assert run["state"] == "succeeded", log
    assert "HEAD\nv1.0-1-g" in log and "1 file changed" in log


def test_a_sparse_checkout_has_what_its_patterns_say(daemon, git):
    app = git.repository("acme/app")
    app.commit({"top.txt": "", "src/a/x.c": "", "src/b/y.c": "", "docs/z.md": ""})
    cone = "{ uses: actions/checkout@v4, with: { path: cone, filter: 'blob:none', sparse-checkout: \"src/a\\ndocs\" } }"
    plain = ("{ uses: actions/checkout@v4, with: { path: plain, sparse-checkout-cone-mode: false, "
             "sparse-checkout: \"/src/*\\n!/src/b\" } }")

    run, log = run_of(
        daemon, app, cone, plain,
        "run: for at in cone plain; do (cd $at; echo $at $(git ls-files -t | grep -v '^S' | cut -c3- | sort); git status --short); done",
        "run: (cd cone; find . -name .git -prune -o -type f -print | sort)",
    )

    assert run["state"] == "succeeded", log
    assert "cone docs/z.md src/a/x.c top.txt\nplain src/a/x.c\n" in log
    assert "./docs/z.md\n./src/a/x.c\n./top.txt\n" in log


def test_files_stay_in_a_repository_that_is_not_to_be_cleaned_and_nowhere_else(daemon, git):
    app = git.repository("acme/app")
    app.commit({"same.txt": "same\n", "changed.txt": "first\n", "gone/too.txt": "x\n"})
    app.tag("v1")
    app.commit({"changed.txt": "second\n", "gone/too.txt": None, "new.txt": "new\n"})
    keep = "{ uses: actions/checkout@v4, with: { clean: false } }"

    run, log = run_of(
        daemon, app,
        "run: echo before > before.txt",
        keep,
        "run: test ! -e before.txt && ls",  # it was no repository
        "{ uses: actions/checkout@v4, with: { ref: v1 } }",
        "run: mkdir out && echo built > out/file && echo ruined > same.txt && touch -d 2001-01-01 changed.txt new.txt",
        "run: git config user.name nobody; git checkout -q -b mine",
        keep,
        "run: cat same.txt changed.txt new.txt out/file; test ! -e gone; git status --porcelain; git branch --show-current",
        "{ uses: actions/checkout@v4, with: { clean: true } }",
        "run: test ! -e out && git status --porcelain && echo clean",
    )

    assert run["state"] == "succeeded", log
    assert "same\nsecond\nnew\nbuilt\n?? out/\nmain\n" in log and log.endswith("clean\n"), log


def test_what_did_not_change_keeps_its_time_where_files_stay(daemon, git):
    app = git.repository("acme/app")
    app.commit({"same.txt": "same\n", "changed.txt": "first\n"})
    app.tag("v1")
    app.commit({"changed.txt": "second\n"})

    run, log = run_of(
        daemon, app,
        "{ uses: actions/checkout@v4, with: { ref: v1 } }",
        "run: stat -c %.9Y same.txt changed.txt > $RUNNER_TEMP/times",
        "{ uses: actions/checkout@v4, with: { clean: false } }",
        "run: stat -c %.9Y same.txt changed.txt | diff $RUNNER_TEMP/times - | grep -c '^>'; cat changed.txt",
    )

    assert run["state"] == "succeeded" and "1\nsecond\n" in log, log


def test_the_server_of_github_may_be_named_and_no_other(make_daemon, git):
    daemon = make_daemon(github={"url": git.url})
    app = git.repository("acme/app")
    step = "{ uses: actions/checkout@v4, with: { github-server-url: %s } }"

    ours, log = run_of(daemon, app, step % (git.url + "/"), "run: test -d .triphammer")
    other, said = run_of(daemon, app, step % "https://git.example.com")

    assert ours["state"] == "succeeded", log
    assert other["state"] == "failed" and f"repositories come from {git.url}" in said, said
