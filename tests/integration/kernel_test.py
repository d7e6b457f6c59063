"""What the kernel keeps for us: control groups and disk quotas. Few machines that run tests let them have either, so
these jobs run in a kernel of their own, User Mode Linux, that sees this machine's files (kernel/)."""
import json
import pathlib
import re
import shutil
import subprocess

import pytest

INIT = pathlib.Path(__file__).parent / "kernel" / "init.sh"
KERNEL = "linux.uml"
CASES = ("kept", "measured")


@pytest.fixture(scope="module")
def found(binary, tmp_path_factory):
    """What the cases of kernel/inside.py found, by name; all in one kernel."""
    assert shutil.which(KERNEL), "user-mode-linux is missing: ./dev build"
    folder = tmp_path_factory.mktemp("kernel")
    disk, program = folder / "disk", folder / "triphammer"
    subprocess.run(["strip", "-o", program, binary], check=True)  # it is copied into that kernel's memory
    with open(disk, "wb") as image:
        image.truncate(300 << 20)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-O", "quota,project", "-E", "quotatype=prjquota", disk], check=True)
    words = [KERNEL, "mem=1500M", "root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro", f"init={INIT}", f"ubd0={disk}",
             "con=null", "con0=fd:0,fd:1", f"binary={program}"]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=400, cwd=folder)
    console = done.stdout.decode(errors="replace")
    print(console)
    if "ptrace set fp regs failed" in console:
        pytest.skip("user-mode Linux cannot run on this processor: it has more registers than that kernel gives back")
    lines = (line.partition("FOUND ")[2] for line in console.splitlines())
    found = dict(json.loads(line) for line in lines if line)
    assert [found.get(case) for case in CASES] == ["done"] * len(CASES), console[-5000:]
    return found


def test_a_job_has_groups_with_its_limits(found):
    wanted = {"memory.max": str(64 << 20), "memory.oom.group": "1", "pids.max": "50", "cpu.max": "50000 100000"}
    assert {**found["files"], **wanted} == found["files"]
    assert found["files"].get("memory.swap.max", "0") == "0"
    assert found["runner"] is True


def test_whoever_was_in_the_given_group_is_moved(found):
    assert found["holder"] is True


def test_a_job_lives_on_without_its_launcher(found):
    assert found["limits"]["ended"] == ["succeeded", ""]


def test_what_the_kernel_kills_for_memory_is_told_as_oom(found):
    assert found["oom"]["ended"] == ["failed", "oom"]
    assert "killed by the kernel: the memory limit was reached" in found["oom"]["reason"]
    assert "still cleaned" in found["oom"]["log"]


def test_a_fork_bomb_is_refused_and_ended(found):
    assert found["pids"]["ended"] == ["failed", "signal"]
    assert "more processes and threads than the job may have: 31 of 30" in found["pids"]["reason"]
    assert "still cleaned" in found["pids"]["log"]
    assert found["beside"]["ended"] == ["succeeded", ""]


def test_what_a_dead_runner_leaves_ends_with_its_group(found):
    assert found["kill"]["ended"] == ["failed", "lost_runner"]
    assert found["left"] == ["holder"]


def test_limits_are_measured_where_no_group_can_be_had(found):
    assert found["hoarded"]["ended"] == ["failed", "oom"]
    assert "more memory than the job may use" in found["hoarded"]["reason"]


@pytest.mark.parametrize("job", ["full", "layered"])
def test_the_disk_is_full_at_once_and_all_places_count(found, job):
    assert found[job]["ended"] == ["failed", "disk_full"]
    assert "the job has written all that it may" in found[job]["reason"]
    assert "Disk quota exceeded\n" in found[job]["log"]
    # With the last place alone; where the job was ended first it does not say so.
    assert re.findall("full in (.*)", found[job]["log"]) in ([], ["/home/temp"])
    assert "still cleaned" in found[job]["log"]


def test_the_workspace_of_the_one_is_a_layers(found):
    assert "whose files are here" in found["layered"]["log"]


def test_a_job_within_its_limit_is_well(found):
    assert found["within"]["ended"] == ["succeeded", ""]


def test_the_disk_is_measured_where_projects_are_only_counted(found):
    assert found["walked"]["ended"] == ["failed", "disk_full"]
    assert "more disk than the job may use" in found["walked"]["reason"]
