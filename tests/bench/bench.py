#!/usr/bin/env python3
"""Speed, as ratios to probes of this machine in the same run (tests/bench/limits). Product and probe
take turns; each figure is a median of several rounds. Ends with 1 when a figure misses.

    ./dev bench [--only NAME] [--rounds N] [--quick]     NAME: a figure's function, intake, jobs, …"""
import argparse
import pathlib
import shutil
import sys
import tempfile
import time

import checkout
import containers
import dashboard
import deploys
import deploys_aws
import deploys_swarm
import guards
import intake
import isolation
import jobs
import language
import output
import pages
import planning
import size
import support
import viewers

FIGURES = {
    "intake": intake.durable_intake,
    "lone": intake.lone_webhook,
    "jobs": jobs.noop_jobs,
    "isolation": isolation.isolation_alone,
    "first-line": jobs.first_line,
    "container": containers.first_line_in_a_container,
    "lines": output.million_lines,
    "masker": output.masking,
    "viewers": viewers.watched_step,
    "lint": language.lint_speed,
    "hostile": language.hostile_input,
    "size": size.idle_size,
    "planning": planning.planning_speed,
    "checkout": checkout.checkout_speed,
    "history": pages.long_history,
    "dashboard": dashboard.in_browser,
    "steady": guards.steady_rate,
    "comparison": guards.comparison,
    "accounts": guards.accounts,
    "refusals": guards.refusals,
    "large": guards.large_body,
    "slow": guards.slow_clients,
    "deploy-image": deploys.build_and_push,
    "deploy-container": deploys.container,
    "deploy-load": deploys.under_load,
    "deploy-swarm": deploys_swarm.flask_on_a_pair,
    "deploy-ecs": deploys_aws.blue_green,
}
GROUPS = {"deploy": [name for name in FIGURES if name.startswith("deploy-")],
          "guards": ["steady", "comparison", "accounts", "refusals", "large", "slow"]}


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=str(support.ROOT / "build" / "release" / "triphammer"))
    parser.add_argument("--only", action="append", choices=sorted([*FIGURES, *GROUPS]), help="this figure only (repeatable)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="smaller figures, to see that everything works")
    return parser.parse_args()


def measure(bench, name):
    print(f"measuring {name} …", file=sys.stderr, flush=True)
    started = time.monotonic()
    try:
        rows = list(FIGURES[name](bench))
    except Exception as error:  # one figure that cannot be taken must not hide the others
        rows = [support.Row(f"{name}: {type(error).__name__}: {error}"[:600], "-", ok=False)]
    print(f"  {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    return rows


def print_table(rows):
    lines = [("what", "measured", "probe", "ratio", "wanted", "ok")]
    for row in rows:
        mark = "" if row.ok is None else "ok" if row.ok else "MISSED"
        lines.append((row.what, row.measured, row.probe, row.ratio, row.wanted, mark))
    widths = [max(len(line[column]) for line in lines if len(line[column]) < 60) for column in range(6)]
    for line in lines:
        print(" | ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip())


def main():
    options = read_arguments()
    if not pathlib.Path(options.binary).exists():
        sys.exit(f"{options.binary} is missing: ./dev build release")
    # Not below /tmp: a job's sandbox has a /tmp of its own, and the disk is to be the product's.
    state = support.ROOT / ".dev"
    state.mkdir(exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp(dir=state, prefix="bench-"))
    bench = support.Bench(str(pathlib.Path(options.binary).resolve()), options.rounds, options.quick, folder)
    try:
        names = [name for chosen in options.only or FIGURES for name in GROUPS.get(chosen, [chosen])]
        rows = [row for name in names for row in measure(bench, name)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print_table(rows)
    missed = sum(row.ok is False for row in rows)
    print(f"{sum(row.ok is True for row in rows)} reached, {missed} missed")
    sys.exit(1 if missed else 0)


main()
