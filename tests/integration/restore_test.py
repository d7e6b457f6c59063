"""`triphammer restore`: a backup takes the database's place, and only one that can."""
import contextlib
import sqlite3

WORKFLOW = "on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n      - run: echo hi\n"


def query(file, text):
    with contextlib.closing(sqlite3.connect(file)) as database:
        [row] = database.execute(text).fetchall()
        database.commit()
        return row[0]


def test_what_was_backed_up_is_there_again_and_numbers_of_attempts_go_on(daemon, git, tmp_path):
    backup = tmp_path / "backup.db"
    daemon.admin("token", "create", "before", "--role", "viewer")
    daemon.admin("backup", str(backup))
    daemon.admin("token", "create", "after", "--role", "viewer")
    repository = git.repository("acme/restored")
    daemon.add_repository(repository)
    daemon.run_of_push(repository, repository.commit({".triphammer/a.yml": WORKFLOW}))
    assert daemon.admin("restore", str(backup), check=False).returncode == 5  # the daemon runs
    daemon.stop()
    used = query(daemon.data / "triphammer.db", "SELECT seq FROM sqlite_sequence WHERE name = 'attempts'")

    daemon.admin("restore", str(backup))

    tokens = daemon.admin("token", "list").stdout
    assert "before" in tokens and "after" not in tokens
    assert query(daemon.data / "triphammer.db", "SELECT seq FROM sqlite_sequence WHERE name = 'attempts'") >= used > 0
    assert query(daemon.data / "triphammer.db.replaced", "SELECT count(*) FROM tokens WHERE name = 'after'") == 1
    daemon.token = None
    daemon.start()
    daemon.add_repository(repository)
    assert daemon.run_of_push(repository, repository.commit({"b": "b"}))["state"] == "succeeded"


def test_a_damaged_backup_and_one_of_a_newer_release_change_nothing(daemon, tmp_path):
    whole, newer, damaged = (tmp_path / name for name in ("whole.db", "newer.db", "damaged.db"))
    for file in (whole, newer):
        daemon.admin("backup", str(file))
    daemon.stop()
    damaged.write_bytes(whole.read_bytes()[:8192])
    with contextlib.closing(sqlite3.connect(newer)) as database:
        database.execute("PRAGMA user_version = 9999")
    before = (daemon.data / "triphammer.db").read_bytes()

    assert daemon.admin("restore", str(newer), check=False).returncode == 6
    assert daemon.admin("restore", str(damaged), check=False).returncode == 4
    assert daemon.admin("restore", str(tmp_path / "nothing"), check=False).returncode == 2
    assert daemon.admin("restore", str(whole), "--check").returncode == 0

    assert (daemon.data / "triphammer.db").read_bytes() == before
    assert [path.name for path in daemon.data.glob("*restoring*")] == []
