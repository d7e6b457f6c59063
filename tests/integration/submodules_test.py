"""`actions/checkout` with `submodules:` through the whole server; .gitmodules may be a stranger's work."""
import os
import time

import pytest

from harness.git_http import GitServer

HERE = {"insecure_hosts": ["127.0.0.1"]}
CHECKOUT = "{ uses: actions/checkout@v4, with: { submodules: true } }"


def workflow(*steps):
    return "on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n" + "".join(f"      - {step}\n" for step in steps)


def run_of(daemon, repository, *steps):
    sha = repository.commit({".triphammer/w.yml": workflow(*steps)})
    if repository.name not in daemon.hooks:
        daemon.add_repository(repository)
    run = daemon.run_of_push(repository, sha)
    return run["state"], daemon.log_text(run["id"], run["jobs"][0]["id"])


def with_submodules(git, url_of_lib="../../tools/lib.git"):
    """acme/app has tools/lib at libs/lib, which has tools/deep at deep."""
    deep, lib, app = git.repository("tools/deep"), git.repository("tools/lib"), git.repository("acme/app")
    deep.commit({"deep.txt": "deep\n"})
    lib.add_submodule("deep", "../deep.git", deep.head())
    lib.commit({"lib.txt": "lib\n"})
    app.add_submodule("libs/lib", url_of_lib, lib.head())
    return app, lib


def asked_for(server, name):
    return any(path.startswith(f"/{name}") for _, path in server.requests)


def test_submodules_are_off_until_an_admin_allows_them(daemon, git):
    app, _ = with_submodules(git)

    asked, log = run_of(daemon, app, CHECKOUT)
    plain, _ = run_of(daemon, app, "uses: actions/checkout@v4", "run: test -z \"$(ls libs/lib)\"")
    app.remove_submodule("libs/lib")
    none, _ = run_of(daemon, app, CHECKOUT)

    assert asked == "failed" and plain == none == "succeeded"
    assert ".gitmodules, submodule at 'libs/lib' (http://127.0.0.1" in log
    assert "an admin sets git.submodules to registered or same-host" in log
    assert not asked_for(git, "tools/lib")


def test_submodules_of_the_same_host_come_as_deep_as_asked(make_daemon, git):
    daemon = make_daemon(git={**HERE, "submodules": "same-host"})
    app, lib = with_submodules(git)

    state, log = run_of(
        daemon, app,
        "{ uses: actions/checkout@v4, with: { submodules: true, path: one } }",
        "run: cat one/libs/lib/lib.txt && test -z \"$(ls one/libs/lib/deep)\"",
        "{ uses: actions/checkout@v4, with: { submodules: recursive, path: all, fetch-depth: 0 } }",
        "run: cd all; cat libs/lib/deep/deep.txt; git submodule status --recursive; git -C libs/lib remote get-url origin",
        "run: cd all; git submodule foreach --recursive 'git log --format=%s'; git submodule update --init --recursive",
        "run: cd all; git diff --exit-code && test -z \"$(git status --porcelain)\" && git fsck && echo clean",
    )

    assert state == "succeeded", log
    assert f"\n {lib.head()} libs/lib (" in log and "\n " in log and lib.clone_url in log
    assert "Entering 'libs/lib/deep'" in log and "clean\n" in log


def test_a_sparse_checkout_leaves_out_the_submodules_that_it_leaves_out(make_daemon, git):
    daemon = make_daemon(git={**HERE, "submodules": "same-host"})
    app, _ = with_submodules(git)

    state, log = run_of(
        daemon, app,
        "{ uses: actions/checkout@v4, with: { submodules: true, sparse-checkout: src } }",
        "run: test ! -e libs",
    )

    assert state == "succeeded", log


def test_a_registered_submodule_comes_with_its_own_credential_where_it_may_be_read(make_daemon, git, tmp_path):
    daemon = make_daemon(git={**HERE, "submodules": "registered"})
    with GitServer(tmp_path / "closed", {"x-access-token": "lib-token"}) as closed:
        lib, app = closed.repository("tools/lib"), git.repository("acme/app")
        lib.commit({"lib.txt": "closed\n"})
        app.add_submodule("lib", lib.clone_url, lib.head())

        unknown, said_first = run_of(daemon, app, CHECKOUT)
        (tmp_path / "token").write_text("lib-token")
        daemon.add_repository(lib, token_file=tmp_path / "token")
        kept, said_then = run_of(daemon, app, CHECKOUT)
        daemon.admin("repo", "access", "tools/lib", "everyone")
        state, log = run_of(daemon, app, CHECKOUT, "run: cat lib/lib.txt; ! grep -rq lib-token lib .git && ! env | grep lib-token")

    assert unknown == "failed" and "is not registered on this server: triphammer repo add" in said_first
    assert kept == "failed" and "triphammer repo access tools/lib everyone" in said_then
    assert state == "succeeded" and "closed\n" in log, log


def test_nothing_is_fetched_from_another_host_unless_it_is_registered(make_daemon, git, tmp_path):
    daemon = make_daemon(git={**HERE, "submodules": "same-host"})
    with GitServer(tmp_path / "other") as other:
        lib, app = other.repository("tools/lib"), git.repository("acme/app")
        lib.commit({"lib.txt": "lib\n"})
        app.add_submodule("lib", lib.clone_url, lib.head())

        state, log = run_of(daemon, app, CHECKOUT)

        assert state == "failed" and "is on another host than acme/app and not registered" in log, log
        assert other.requests == []


def test_a_submodule_gets_no_credential_that_is_not_its_own(make_daemon, github, tmp_path):
    with GitServer(tmp_path / "closed", {"x-access-token": github.token}) as closed:
        daemon = make_daemon(
            git={**HERE, "submodules": "same-host"},
            github={"api_url": github.url, "url": closed.url, "token": github.token})
        lib, app = closed.repository("tools/lib"), closed.repository("acme/app")
        lib.commit({"lib.txt": "closed\n"})
        app.add_submodule("lib", "../../tools/lib.git", lib.head())

        state, log = run_of(daemon, app, CHECKOUT)

    assert state == "failed" and "submodule lib: " in log and "wants another credential" in log, log


@pytest.mark.parametrize("url, why", [
    ("file://{bare}", "begins with neither https:// nor ssh://"),
    ("{bare}", "begins with neither https:// nor ssh://"),
    ("ext::sh -c touch% {bare}/hit", "begins with neither https:// nor ssh://"),
    ("-u./payload", "begins with neither https:// nor ssh://"),
    ("ssh://-oProxyCommand=x/lib.git", "begins with neither https:// nor ssh://"),
    ("../../../../etc", "leads out of its host"),
    ("{url}/tools/../../lib.git", "plain path"),
    ("http://user:pass@127.0.0.1/lib.git", "must not hold a user name or password"),
    ("http://169.254.169.254/latest", "plain http is taken from loopback hosts"),
])
def test_a_submodule_by_another_way_than_its_host_is_refused(make_daemon, git, url, why):
    daemon = make_daemon(git={**HERE, "submodules": "same-host"})
    lib, app = git.repository("tools/lib"), git.repository("acme/app")
    lib.commit({"lib.txt": "lib\n"})
    app.add_submodule("lib", url.format(bare=lib.bare, url=git.url), lib.head())

    state, log = run_of(daemon, app, CHECKOUT)

    assert state == "failed" and why in log and "lib" in log, log
    assert not (lib.bare / "hit").exists() and not asked_for(git, "tools/lib")


def test_a_name_that_leads_out_of_its_folder_is_refused(make_daemon, git):
    """CVE-2018-11235: .git/modules/NAME with NAME=../../x, whose hooks git would have run."""
    daemon = make_daemon(git={**HERE, "submodules": "same-host"})
    lib, app = git.repository("tools/lib"), git.repository("acme/app")
    lib.commit({"lib.txt": "lib\n"})
    app.add_submodule("lib", "../../tools/lib.git", lib.head(), name="../../evil")

    state, log = run_of(daemon, app, CHECKOUT)

    assert state == "failed" and "its name '../../evil' is not one for a submodule" in log, log


def test_a_tree_with_a_link_where_a_submodule_goes_gets_nothing_into_its_git_folder(make_daemon, git):
    """As in CVE-2024-32002, with a tree that has `libs` twice: a link to .git, and a folder with a submodule."""
    daemon = make_daemon(git={**HERE, "submodules": "same-host"})
    lib, app = git.repository("tools/lib"), git.repository("acme/app")
    lib.commit({"post-checkout": "#!/bin/sh\n"})
    app.add_submodule("libs/hooks", "../../tools/lib.git", lib.head())
    app.commit({".triphammer/w.yml": workflow(CHECKOUT)})
    daemon.add_repository(app)

    run = daemon.run_of_push(app, app.commit_with_link("libs", ".git"))

    log = daemon.log_text(run["id"], run["jobs"][0]["id"])
    assert run["state"] == "failed" and "something else than a folder" in log, log
    assert not asked_for(git, "tools/lib")


def test_what_gitmodules_says_beside_paths_and_urls_does_nothing(make_daemon, git):
    daemon = make_daemon(git={**HERE, "submodules": "same-host"})
    app, _ = with_submodules(git)
    hit = app.bare / "hit"
    app.configure_modules("submodule.libs/lib.update", f"!touch {hit}")
    app.configure_modules("include.path", f"{app.bare}/config")
    app.configure_modules("core.fsmonitor", f"touch {hit}")

    state, log = run_of(daemon, app, CHECKOUT, "run: cat libs/lib/lib.txt; git config --get-all submodule.libs/lib.update || echo none")

    assert state == "succeeded" and "lib\nnone\n" in log, log
    assert not hit.exists()


def test_a_submodules_own_settings_hooks_and_filters_do_nothing(make_daemon, git):
    daemon = make_daemon(git={**HERE, "submodules": "same-host"})
    app, lib = with_submodules(git)
    hit = app.bare / "hit"
    lib.commit({".gitattributes": "* filter=evil\n", ".gitconfig": f"[filter \"evil\"]\n\tsmudge = touch {hit}\n"})
    app.add_submodule("libs/lib", "../../tools/lib.git", lib.head())

    state, log = run_of(daemon, app, CHECKOUT, "run: ls -A libs/lib/.git/hooks 2>/dev/null | wc -l; cat libs/lib/lib.txt")

    assert state == "succeeded" and "0\nlib\n" in log, log
    assert not hit.exists()


def test_a_commit_that_its_repository_has_not_is_named_with_its_submodule(make_daemon, git):
    daemon = make_daemon(git={**HERE, "submodules": "same-host"})
    lib, app = git.repository("tools/lib"), git.repository("acme/app")
    lib.commit({"lib.txt": "lib\n"})
    app.add_submodule("lib", "../../tools/lib.git", "d" * 40)

    state, log = run_of(daemon, app, CHECKOUT)

    assert state == "failed" and "submodule lib: " in log and "d" * 40 in log, log


def test_a_link_of_the_tree_without_a_url_is_named(make_daemon, git):
    daemon = make_daemon(git={**HERE, "submodules": "same-host"})
    app, _ = with_submodules(git)
    (app.tree / ".gitmodules").unlink()

    state, log = run_of(daemon, app, CHECKOUT)

    assert state == "failed" and ".gitmodules is missing" in log, log


def test_files_of_git_lfs_in_submodules_come_with_the_checkout(make_daemon, tmp_path):
    from harness.git_lfs import LfsServer

    with LfsServer(tmp_path / "lfs") as lfs:
        daemon = make_daemon(
            git={**HERE, "submodules": "same-host", "lfs_hosts": [lfs.url.removeprefix("http://")]})
        lib, app = lfs.repository("tools/lib"), lfs.repository("acme/app")
        lib.commit({"lib.bin": lfs.add(b"of the submodule\n")})
        app.commit({"app.bin": lfs.add(b"of the repository\n")})
        app.add_submodule("libs/lib", "../../tools/lib.git", lib.head())

        state, log = run_of(
            daemon, app,
            "{ uses: actions/checkout@v4, with: { submodules: true, lfs: true } }",
            "run: cat app.bin libs/lib/lib.bin; test -z \"$(git -C libs/lib status --porcelain)\"",
        )

        assert state == "succeeded" and "of the repository\nof the submodule\n" in log, log
        assert lfs.complaints == []


def test_submodules_stay_where_files_do(make_daemon, git):
    daemon = make_daemon(git={**HERE, "submodules": "same-host"})
    app, _ = with_submodules(git)

    state, log = run_of(
        daemon, app, CHECKOUT,
        "run: echo mine > libs/lib/mine.txt && echo ruined > libs/lib/lib.txt",
        "{ uses: actions/checkout@v4, with: { submodules: true, clean: false } }",
        "run: cat libs/lib/mine.txt libs/lib/lib.txt && test \"$(git -C libs/lib status --porcelain)\" = '?? mine.txt'",
    )

    assert state == "succeeded" and "mine\nlib\n" in log, log


def test_a_mirror_that_nobody_used_in_a_month_goes_and_comes_again(make_daemon, git):
    daemon = make_daemon(git={**HERE, "submodules": "same-host"})
    app, _ = with_submodules(git)
    state, log = run_of(daemon, app, CHECKOUT)
    assert state == "succeeded", log
    [mirror] = daemon.data.glob("actions/*.git")
    daemon.stop()
    os.utime(mirror, (time.time() - 31 * 24 * 3600,) * 2)

    daemon.start()
    daemon.wait_for(lambda: not mirror.exists(), message="an old mirror stays: " + daemon.tail())

    assert list(daemon.data.glob("mirrors/*.git"))
    state, log = run_of(daemon, app, CHECKOUT, "run: cat libs/lib/lib.txt")
    assert state == "succeeded" and "lib\n" in log, log
