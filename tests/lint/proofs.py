#!/usr/bin/env python3
"""docs/security-checks.md names tests: each has to exist, and each promise has to name one."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "security-checks.md"
ROW = re.compile(r"^\| ([A-Z]\d\d) \| (.+?) \| (.*?) \| (.*?) ?\|$")


def python_tests():
    for folder in ("integration", "browser"):
        for file in (ROOT / "tests" / folder).glob("*_test.py"):
            for name in re.findall(r"^def (test_\w+)", file.read_text(), re.M):
                yield f"{file.name}::{name}"


def unit_tests():
    for file in (ROOT / "tests").glob("*/**/*_test.cpp"):
        for suite, name in re.findall(r"^TEST(?:_[FP])?\((\w+), (\w+)\)", file.read_text(), re.M):
            yield f"{suite}.{name}"


def commands():
    yield from (f"./dev fault {name}" for name in re.findall(r'^    "(\w+)": ', (ROOT / "tests/fault/fault.py").read_text(), re.M))
    yield from (f"./dev bench --only {name}" for name in re.findall(r'^    "([\w-]+)": \w+\.', (ROOT / "tests/bench/bench.py").read_text(), re.M))
    for file in (ROOT / "tests" / "fuzz").glob("*.cpp"):
        yield from (f"./dev fuzz {name}" for name in re.findall(r'^ +\{"(\w+)",$|^ +\{"(\w+)", ', file.read_text(), re.M) for name in name if name)


def main():
    known = {*python_tests(), *unit_tests(), *commands()}
    complaints, seen = [], set()
    for number, line in enumerate(PAGE.read_text().splitlines(), 1):
        if not re.match(r"\| [A-Z]\d", line):
            continue
        row = ROW.match(line)
        if not row:
            complaints.append(f"{PAGE.name}:{number}: not | ID | promise | `tests` | what they do not show |")
            continue
        seen.add(row[1])
        proofs = re.findall(r"`([^`]+)`", row[3])
        if not proofs:
            complaints.append(f"{PAGE.name}:{number}: {row[1]} names no test")
        complaints += [f"{PAGE.name}:{number}: {row[1]}: there is no {proof}" for proof in proofs if proof not in known]
    if len(seen) < 40:
        complaints.append(f"{PAGE.name}: only {len(seen)} promises were read")
    print("\n".join(complaints), end="\n" if complaints else "")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
