"""The Debian package in a fresh Debian without systemd running: what it brings, and that all of it goes again."""
import gzip
import json

import pytest

from harness import package
from harness.machine import Machine


@pytest.fixture
def machine(tmp_path, debs):
    machine = Machine(tmp_path)
    for deb in debs:
        package.put_into(machine, deb)
    yield machine
    machine.close()


def install(machine, deb, check=True, **environment):
    return machine.chroot("dpkg", "-i", f"/root/{deb.name}", check=check, **environment)


def installed_version(machine):
    return machine.chroot("dpkg-query", "-W", "-f", "${Version} ${db:Status-Status}", "triphammer").stdout


def make_database(machine):
    """By a first start, as the unit's: the service's user, its own folder of sockets."""
    machine.chroot("install", "-d", "-o", "triphammer", "/run/triphammer")
    machine.chroot("sh", "-c", """
        setpriv --reuid triphammer --regid triphammer --init-groups triphammer serve >/tmp/serve.log 2>&1 &
        for _ in $(seq 300); do grep -q msg=ready /tmp/serve.log && break; sleep 0.1; done
        kill $! && wait; cat /tmp/serve.log >&2; rm -r /tmp/serve.log /run/triphammer; test -e /var/lib/triphammer/triphammer.db""")
    machine.chroot("triphammer", "token", "create", "first", "--role", "admin")


def test_a_purge_takes_away_everything_that_came(machine, debs):
    before = machine.files(), package.accounts(machine)

    install(machine, debs[0])
    make_database(machine)
    install(machine, debs[1])
    brought = machine.files()
    machine.chroot("dpkg", "--remove", "triphammer")
    kept = machine.files()
    machine.chroot("dpkg", "--purge", "triphammer")

    assert "/usr/bin/triphammer" in brought and "/usr/bin/triphammer" not in kept
    assert "/var/lib/triphammer/triphammer.db" in kept and "/etc/triphammer/triphammer.yml" in kept
    assert (machine.files(), package.accounts(machine)) == before


def test_the_installation_is_as_the_units_want_it(machine, debs):
    told = install(machine, debs[0]).stdout

    assert "triphammer setup-link" in told
    wanted = machine.root / "etc/systemd/system/multi-user.target.wants"
    assert {link.name for link in wanted.iterdir()} >= {"triphammer.service", "triphammer-launcher.service"}
    done = machine.chroot("triphammer", "config", "check").stdout
    assert "data: /var/lib/triphammer\n" in done and "launcher.start: false" in done  # its own file, without --config
    assert "github.mode: poll\n" in done and "github.poll_seconds: 15\n" in done  # behind any firewall
    assert machine.chroot("stat", "-c", "%a %U", "/var/lib/triphammer").stdout == "700 triphammer\n"


def test_the_licences_and_the_bill_of_materials_are_in_it(machine, debs):
    install(machine, debs[0])
    folder = machine.root / "usr/share/doc/triphammer"

    parts = {part["name"]: part for part in json.loads((folder / "sbom.cdx.json").read_text())["components"]}
    texts = gzip.decompress((folder / "third-party.txt.gz").read_bytes()).decode()

    # shared, header-only, in the static runner, in the dashboard
    for name in ("libsqlite3-0", "libgit2-1.5", "nlohmann-json3-dev", "libboost1.81-dev", "libexpat1-dev", "libc6-dev", "preact",
                 "@codemirror/view"):
        assert parts[name]["version"] and parts[name]["licenses"], name
    assert "libgtest-dev" not in parts and "typescript" not in parts
    for name in parts:
        assert f"\n{name}\n" in texts, f"no licence text of {name}"
    assert "Apache License" in (folder / "copyright").read_text()


def test_an_upgrade_makes_a_backup_first_and_keeps_what_the_administrator_wrote(machine, debs):
    install(machine, debs[0])
    make_database(machine)
    config = machine.root / "etc/triphammer/triphammer.yml"
    config.write_text(config.read_text().replace("workers: 2", "workers: 3"))

    install(machine, debs[1])

    assert installed_version(machine) == "0.2.0 installed"
    [backup] = (machine.root / "var/lib/triphammer/backups").iterdir()
    assert backup.name.endswith("-of-0.1.0-before-0.2.0.db")
    assert machine.chroot("triphammer", "restore", "--check", f"/var/lib/triphammer/backups/{backup.name}").returncode == 0
    assert "workers: 3" in machine.chroot("triphammer", "config", "check").stdout


def test_an_upgrade_that_cannot_make_its_backup_changes_nothing(machine, debs):
    install(machine, debs[0])
    make_database(machine)
    (machine.root / "var/lib/triphammer/triphammer.db").write_bytes(b"damaged" * 1000)

    refused = install(machine, debs[1], check=False)

    assert refused.returncode != 0 and "TRIPHAMMER_BACKUP=no" in refused.stderr
    assert installed_version(machine).startswith("0.1.0")
    install(machine, debs[1], TRIPHAMMER_BACKUP="no")
    assert installed_version(machine) == "0.2.0 installed"


def test_a_downgrade_is_refused_with_the_way_back_which_works(machine, debs):
    install(machine, debs[0])
    make_database(machine)
    install(machine, debs[1])
    machine.chroot("triphammer", "token", "create", "second", "--role", "admin")
    [backup] = (machine.root / "var/lib/triphammer/backups").iterdir()
    newer = backup.with_name("of-a-newer-release.db")  # a later one, which the older package cannot read
    newer.write_bytes(backup.read_bytes()[:60] + (9999).to_bytes(4, "big") + backup.read_bytes()[64:])

    refused = install(machine, debs[0], check=False)

    assert refused.returncode != 0 and installed_version(machine) == "0.2.0 installed"
    [command] = [line.split() for line in refused.stderr.splitlines() if line.strip().startswith("triphammer restore")]
    assert command == ["triphammer", "restore", f"/var/lib/triphammer/backups/{backup.name}"]
    install(machine, debs[0], TRIPHAMMER_DOWNGRADE="yes")
    machine.chroot(*command)
    tokens = machine.chroot("triphammer", "token", "list").stdout
    assert "first" in tokens and "second" not in tokens
    assert machine.chroot("stat", "-c", "%U", "/var/lib/triphammer/triphammer.db").stdout == "triphammer\n"


def test_a_removal_in_between_makes_no_downgrade_of_it(machine, debs):
    install(machine, debs[1])
    make_database(machine)
    machine.chroot("dpkg", "--remove", "triphammer")

    refused = install(machine, debs[0], check=False)

    assert refused.returncode != 0 and "the data are of 0.2.0; 0.1.0 is older" in refused.stderr
    install(machine, debs[1])
    assert "first" in machine.chroot("triphammer", "token", "list").stdout
