#!/usr/bin/env python3
"""Reads the log of one part of `dev test` and prints "PASSED FAILED" as two numbers.

Usage: summary.py LOG EXIT_STATUS. Knows ctest, pytest and our own "N passed, N failed". A part that
ended with an error but names no failed test counts as one failure; one that names no test at all
and ended well counts as one pass (lint)."""
import re
import sys


def counts_in(text):
    text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    ctest = re.findall(r"tests passed, (\d+) tests failed out of (\d+)", text)
    if ctest:
        failed, total = map(int, ctest[-1])
        return total - failed, failed
    passed = re.findall(r"(\d+) passed", text)
    failed = re.findall(r"(\d+) (?:failed|error)", text)
    return int(passed[-1]) if passed else 0, int(failed[-1]) if failed else 0


def main():
    with open(sys.argv[1], errors="replace") as log:
        passed, failed = counts_in(log.read())
    ended_well = sys.argv[2] == "0"
    if not ended_well:
        failed = max(failed, 1)
    if ended_well and passed == 0:
        passed = 1
    print(passed, failed)


main()
