"""What the documentation shows is tried: workflows lint clean, and those fenced as `yaml run` are run."""
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```yaml( run)?\n(.*?)^```$", re.M | re.S)


def examples():
    for page in [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]:
        text = page.read_text()
        for found in FENCE.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            if "\njobs:" in found.group(2):
                yield pytest.param(found.group(2), bool(found.group(1)), id=f"{page.name}:{line}")


def test_there_are_examples():
    assert sum(1 for one in examples() if one.values[1]) >= 5


@pytest.mark.parametrize("text, runs", examples())
def test_an_example_does_what_the_page_says(binary, tmp_path, text, runs):
    (tmp_path / "example.yml").write_text(text)
    command = [str(binary), "run" if runs else "lint", "example.yml"]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)

    assert done.returncode == 0, done.stdout + done.stderr
