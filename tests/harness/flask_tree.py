"""A repository that nobody here wrote: the tutorial in Flask's source archive. Added are its dependencies, because jobs have
no network here, a requirements.txt that names them, and a Dockerfile of five lines."""
import pathlib
import shutil
import subprocess
import sys
import tarfile

ADDED = pathlib.Path(__file__).resolve().parents[1] / "integration/flask"


def download(folder, pins, *options):
    """Exactly what the pins name, or an error: each has its digest."""
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--require-hashes", "-r", ADDED / pins, "-d", folder, *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


def make_tutorial(folder, base):
    """Its tree below the folder, for an image from `base`."""
    download(folder, "source.txt", "--no-binary", "flask")
    [archive] = folder.glob("*.tar.gz")
    with tarfile.open(archive) as source:
        source.extractall(folder)
    tree = archive.with_suffix("").with_suffix("") / "examples/tutorial"
    download(tree / "vendor", "wheels.txt", "--only-binary", ":all:")
    shutil.copy(ADDED / "requirements.txt", tree)
    (tree / "Dockerfile").write_text((ADDED / "Dockerfile").read_text().replace("triphammer/python3", base))
    return tree
