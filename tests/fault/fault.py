#!/usr/bin/env python3
"""Faults: kill -9, outages, processes that escape, full disks, deployments cut off. Prints one line a promise,
then all of them as a table and, last, "N passed, N failed"; ends with 1 when a promise was broken.

    ./dev fault [--short] [--only NAME] [--seed N]"""
import argparse
import pathlib
import shutil
import sys
import tempfile
import time
import traceback

import deploys
import disks
import escapes
import halves
import keys
import kills
import outage
import sabotage
import stages
import support
import trees

FAULTS = {
    "kills": kills.storm,
    "stages": stages.stages,
    "outage": outage.outage,
    "flood": outage.flood,
    "trees": trees.trees,
    "escapes": escapes.escapes,
    "disks": disks.full_disks,
    "deployments": deploys.deployments,
    "sabotage": sabotage.sabotage,
    "halves": halves.halves,
    "keys": keys.rotations,
}


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=str(support.ROOT / "build" / "triphammer"))
    parser.add_argument("--short", action="store_true", help="the form for every change: minutes, not an hour")
    parser.add_argument("--only", action="append", choices=sorted(FAULTS))
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the dice; printed, to be given again")
    return parser.parse_args()


def findings_of(plan, name):
    started = time.monotonic()
    print(f"{name} …", flush=True)
    try:
        for finding in FAULTS[name](plan):
            yield finding
    except Exception as error:  # a fault that cannot be played is a failed one; the others go on
        traceback.print_exc()
        yield support.Finding(f"{name}: {type(error).__name__}", False, str(error)[-1500:])
    print(f"  {time.monotonic() - started:.0f} s", flush=True)


def show(finding):
    print(f"  {'ok    ' if finding.ok else 'FAILED'} {finding.what}{': ' if finding.detail else ''}{finding.detail}", flush=True)


def print_table(found):
    width = max(len(finding.what) for finding in found)
    print(f"\n{'what':<{width}} | ok     | found")
    for finding in found:
        print(f"{finding.what:<{width}} | {'ok' if finding.ok else 'FAILED':<6} | {finding.detail}".rstrip(" |"))


def main():
    options = read_arguments()
    if not pathlib.Path(options.binary).exists():
        sys.exit(f"{options.binary} is missing: ./dev build")
    # Not below /tmp: a job's sandbox has a /tmp of its own.
    state = support.ROOT / ".dev"
    state.mkdir(exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp(dir=state, prefix="fault-"))
    plan = support.Plan(str(pathlib.Path(options.binary).resolve()), options.short, options.seed, folder)
    print(f"seed {options.seed}", flush=True)
    found = []
    try:
        for name in options.only or FAULTS:
            for finding in findings_of(plan, name):
                show(finding)
                found.append(finding)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print_table(found)
    failed = sum(not finding.ok for finding in found)
    print(f"{len(found) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
