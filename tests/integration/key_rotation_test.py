"""The master key is changed while everything goes on; a death anywhere leaves nothing unreadable."""
import contextlib
import random
import sqlite3
import time

import pytest

WORKFLOW = "on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n      - run: test \"$IT\" = value-of-{n}\n" \
           "        env: {{IT: \"${{{{ secrets.IT_{n} }}}}\"}}\n"


def heads(data):
    """Which keys the stored values name: version and key id of each."""
    with contextlib.closing(sqlite3.connect(f"file:{data}/triphammer.db?mode=ro", uri=True)) as database:
        rows = database.execute(
            "SELECT substr(sealed, 1, 5) FROM secrets UNION SELECT substr(hook_secret, 1, 5) FROM repositories "
            "UNION SELECT substr(clone_token, 1, 5) FROM repositories WHERE clone_token IS NOT NULL "
            "UNION SELECT substr(deploy_key, 1, 5) FROM repositories WHERE deploy_key IS NOT NULL").fetchall()
        return {bytes(head) for head, in rows}


@pytest.fixture
def sealed(daemon, git, tmp_path):
    """A daemon with values of several kinds."""
    token = tmp_path / "token"
    token.write_text("clone-token-of-somebody")
    daemon.repository = git.repository("acme/sealed")
    daemon.add_repository(daemon.repository, token_file=str(token))
    for n in range(120):
        daemon.admin("secret", "set", f"IT_{n}", stdin=f"value-of-{n}")
    return daemon


def works(daemon, n):
    """The hook's signature is checked and a job gets its secret."""
    sha = daemon.repository.commit({".triphammer/c.yml": WORKFLOW.format(n=n), "n": str(time.monotonic_ns())})
    return daemon.run_of_push(daemon.repository, sha)["state"] == "succeeded"


def test_everything_is_sealed_anew_and_the_old_key_opens_nothing(sealed, tmp_path):
    before, old_key = heads(sealed.data), (sealed.data / "master.key").read_bytes()
    backup = tmp_path / "before.db"
    sealed.admin("backup", str(backup))
    key_of_then = tmp_path / "key"
    key_of_then.write_bytes(old_key)

    said = sealed.admin("key", "rotate").stdout

    after = heads(sealed.data)
    assert said.startswith("122 values") and len(before) == len(after) == 1 and before != after
    assert (sealed.data / "master.key").read_bytes() != old_key and not (sealed.data / "master.key.next").exists()
    assert (sealed.data / "master.key").stat().st_mode & 0o777 == 0o600
    assert works(sealed, 3)
    sealed.admin("secret", "set", "IT_3", stdin="value-of-3")
    assert works(sealed, 3) and heads(sealed.data) == after
    for file in tmp_path.glob("before.db*"):  # a backup holds no key
        assert old_key not in file.read_bytes() and old_key.hex().encode() not in file.read_bytes()
    sealed.stop()
    new_key = (sealed.data / "master.key").read_bytes()
    (sealed.data / "master.key").write_bytes(old_key)
    assert sealed.admin("serve", check=False).returncode == 3
    (sealed.data / "master.key").write_bytes(new_key)
    sealed.start()
    assert works(sealed, 4)
    sealed.admin("key", "rotate")  # once more, in the same process and after a start
    sealed.admin("key", "rotate")
    assert works(sealed, 5) and len(heads(sealed.data)) == 1
    # The backup of before, with the key of then.
    sealed.stop()
    sealed.admin("restore", str(backup))
    assert sealed.admin("serve", check=False).returncode == 3
    (sealed.data / "master.key").write_bytes(key_of_then.read_bytes())
    sealed.token = None
    sealed.start()
    assert works(sealed, 6)


def test_deaths_in_the_middle_leave_everything_readable(sealed):
    dice = random.Random(4711)
    keys = set()
    for _ in range(12):
        asking = sealed.admin_process("key", "rotate")
        time.sleep(dice.uniform(0, 0.06))  # not timing: wherever it dies, the same has to hold
        sealed.kill()
        asking.wait()
        sealed.start()
        sealed.wait_for(lambda: not (sealed.data / "master.key.next").exists())
        sealed.wait_for(lambda: len(heads(sealed.data)) == 1)
        keys.add((sealed.data / "master.key").read_bytes())
        assert works(sealed, dice.randrange(120))
    assert len(keys) > 1  # some changes came to their end


def test_a_half_changed_key_without_its_new_half_is_refused(sealed):
    sealed.admin("key", "rotate")
    sealed.stop()
    with contextlib.closing(sqlite3.connect(sealed.data / "triphammer.db")) as database:
        database.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('key_check_next', 'abc')")
        database.commit()

    done = sealed.admin("serve", check=False)

    assert done.returncode == 3 and "master.key.next is missing" in done.stderr
