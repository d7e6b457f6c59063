#!/usr/bin/env python3
"""The counts of `dev test`.

summary.py NAME LOG EXIT_STATUS SECONDS prints one line for a part: "NAME PASSED FAILED SKIPPED SECONDS". Knows
ctest, pytest and our own "N passed, N failed". A part that ended with an error but names no failed test counts
as one failure; one that names no test at all and ended well as one pass (lint).

summary.py --total FILE shows those lines as a table, the ten slowest tests of the logs beside FILE (NAME.log), those
that passed only when they were tried again, the sum last, and ends with 1 when anything failed."""
import pathlib
import re
import sys

SHOWN = 10
# ctest: " 7/9 Test #8: store/Writer.Waits ....   Passed    0.25 sec"; pytest's --durations: "0.25s call     a_test.py::test_b"
CTEST_TIME = re.compile(r"Test +#\d+: (\S+) \.*\W.*?([\d.]+) sec")
PYTEST_TOLD = re.compile(r"^(RERUN|FAILED|ERROR) (\S+)", re.MULTILINE)
PYTEST_TIME = re.compile(r"^([\d.]+)s (?:setup|call|teardown) +(.+)$", re.MULTILINE)


def last(pattern, text):
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


def counts_in(text):
    text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    ctest = re.findall(r"(\d+) tests failed out of (\d+)", text)
    if ctest:
        failed, total = map(int, ctest[-1])
        skipped = len(re.findall(r"\*\*\*Skipped", text))
        return total - failed - skipped, failed, skipped
    return last(r"(\d+) passed", text), last(r"(\d+) failed", text) + last(r"(\d+) errors?\b", text), last(r"(\d+) skipped", text)


def slowest(logs):
    """(seconds, part, test), the longest first."""
    found = []
    for part, text in logs.items():
        found += [(float(seconds), part, test) for test, seconds in CTEST_TIME.findall(text)]
        found += [(float(seconds), part, test) for seconds, test in PYTEST_TIME.findall(text)]
    return sorted(found, reverse=True)[:SHOWN]


def passed_again(text):
    """The tests that failed at first only."""
    told = PYTEST_TOLD.findall(text)
    return sorted({test for word, test in told if word == "RERUN"} - {test for word, test in told if word != "RERUN"})


def read_logs(folder, parts):
    logs = {part: folder / f"{part}.log" for part in parts}
    return {part: log.read_text(errors="replace") for part, log in logs.items() if log.exists()}


def show_part(name, log, status, seconds):
    with open(log, errors="replace") as file:
        passed, failed, skipped = counts_in(file.read())
    if status != "0":
        failed = max(failed, 1)
    elif passed == 0:
        passed = 1
    print(name, passed, failed, skipped, seconds)


def show_total(path):
    with open(path) as file:
        parts = [(name, *map(int, numbers)) for name, *numbers in map(str.split, file)]
    print(f"{'part':<16}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}")
    for name, passed, failed, skipped, seconds in parts:
        print(f"{name:<16}{passed:>8}{failed:>8}{skipped:>9}{seconds:>9}")
    logs = read_logs(pathlib.Path(path).parent, [name for name, *_ in parts])
    for seconds, part, test in slowest(logs):
        print(f"{seconds:>8.1f} s  {part}: {test}")
    for part, text in logs.items():
        for test in passed_again(text):
            print(f"   again    {part}: {test}")
    passed, failed, skipped, _ = (sum(column) for column in list(zip(*parts))[1:])
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(show_total(sys.argv[2]) if sys.argv[1] == "--total" else show_part(*sys.argv[1:]))
