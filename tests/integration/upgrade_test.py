"""A newer program on the data of an older one: a backup first, and the way back out of it."""
import shlex

from harness.older import MIGRATIONS, make_database, schema_of, set_schema

KNOWN = len(MIGRATIONS)


def older_data(make_daemon):
    daemon = make_daemon(start=False)
    daemon.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    make_database(daemon.data / "triphammer.db", KNOWN - 1)
    return daemon


def refused_start(daemon):
    """Exit status and message of a start that fails."""
    done = daemon.command("serve", "--config", str(daemon.config), check=False)
    return done.returncode, done.stderr


def test_a_backup_is_made_before_the_schema_is_changed_and_is_the_way_back(make_daemon):
    daemon = older_data(make_daemon).start()
    database = daemon.data / "triphammer.db"

    [backup] = (daemon.data / "backups").iterdir()
    assert backup.name.endswith(f"-of-schema-{KNOWN - 1}.db") and backup.stat().st_mode & 0o777 == 0o600
    assert schema_of(backup) == KNOWN - 1 and schema_of(database) == KNOWN
    assert daemon.server_id == "an-older-release"
    daemon.stop()
    daemon.start()
    daemon.stop()
    assert [*(daemon.data / "backups").iterdir()] == [backup]  # nothing was to be changed

    # What the older program says of a newer one's data is what to type.
    set_schema(database, 9999)
    status, told = refused_start(daemon)
    assert "triphammer restore" in told, told
    command = shlex.split(told[told.index("triphammer restore"):])
    assert status == 6 and command == ["triphammer", "restore", str(backup), "--data", str(daemon.data)], told
    [mending] = [line for line in daemon.admin("doctor", check=False).stdout.splitlines() if "triphammer restore" in line]
    assert str(backup) in mending
    daemon.command(*command[1:])
    daemon.start()
    assert daemon.server_id == "an-older-release"


def test_without_room_for_a_backup_nothing_is_changed(make_daemon):
    daemon = older_data(make_daemon)
    (daemon.data / "backups").write_text("in the way")

    status, told = refused_start(daemon)
    asked = daemon.admin("token", "list", check=False)

    assert status == 2 and f"Make room in {daemon.data}/backups" in told, told
    assert asked.returncode != 0 and "no backup could be made" in asked.stderr
    assert schema_of(daemon.data / "triphammer.db") == KNOWN - 1


def test_a_look_at_a_backup_leaves_the_schema_of_what_is_in_use(make_daemon):
    daemon = older_data(make_daemon)
    copy = daemon.folder / "copy.db"
    make_database(copy, KNOWN - 2)

    assert daemon.admin("restore", "--check", str(copy)).returncode == 0

    assert schema_of(daemon.data / "triphammer.db") == KNOWN - 1
    assert not (daemon.data / "backups").exists()
