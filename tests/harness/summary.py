#!/usr/bin/env python3
"""The counts of `dev test`.

summary.py NAME LOG EXIT_STATUS SECONDS prints one line for a part: "NAME PASSED FAILED SKIPPED SECONDS". Knows
ctest, pytest and our own "N passed, N failed". A part that ended with an error but names no failed test counts
as one failure; one that names no test at all and ended well as one pass (lint).

summary.py --total FILE shows those lines as a table, their sum last, and ends with 1 when anything failed."""
import re
import sys


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
    passed, failed, skipped, _ = (sum(column) for column in list(zip(*parts))[1:])
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(show_total(sys.argv[2]) if sys.argv[1] == "--total" else show_part(*sys.argv[1:]))
