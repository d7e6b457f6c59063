"""Packages of the tested program, and what a machine has before and after one."""
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
ACCOUNTS = ("passwd", "group", "shadow", "gshadow")


def build_package(binary, folder, version):
    """The path of triphammer_VERSION_ARCH.deb."""
    command = [ROOT / "deploy/debian/build.py", "--build", binary.parent, "--to", folder, "--version", version, "--quick"]
    return pathlib.Path(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip())


def put_into(machine, deb):
    shutil.copy(deb, machine.root / "root")


def accounts(machine):
    """The lines of users and groups."""
    return {name: (machine.root / "etc" / name).read_text() for name in ACCOUNTS}
