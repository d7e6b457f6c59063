"""Reading workflows and evaluating expressions: usual ones, many, and those that want to hurt."""
import json
import os
import subprocess
import time

from support import Row, median, number_in, ratio_text

FILES = 1000
MOST_SECONDS = 0.150
MOST_MEGABYTES = 64
JOB = """\
  job-{n}:
    name: Test on ${{{{ matrix.os }}}} with ${{{{ matrix.version }}}}
    needs: {needs}
    if: github.event_name == 'push' && !contains(github.event.head_commit.message, 'wip')
    runs-on: ${{{{ matrix.os }}}}
    timeout-minutes: 30
    strategy:
      fail-fast: false
      matrix:
        os: [ubuntu-latest, ubuntu-22.04]
        version: ["18", "20", "22"]
    env:
      TOKEN: ${{{{ secrets.TOKEN }}}}
      MODE: test
    outputs:
      version: ${{{{ steps.version.outputs.version }}}}
    steps:
      - uses: actions/checkout@v4
      - name: Find the version
        id: version
        run: |
          echo "version=$(cat VERSION)-${{{{ github.run_number }}}}" >> "$GITHUB_OUTPUT"
      - name: Test
        working-directory: app
        env:
          VERSION: ${{{{ steps.version.outputs.version }}}}
        run: |
          make test
          make coverage
"""


def usual_workflow():
    """200 lines."""
    head = ["name: Test", "on:", "  push:", "    branches: [main]", "  pull_request:", "permissions:", "  contents: read", "jobs:"]
    jobs = [JOB.format(n=n, needs="[]" if n == 0 else f"job-{n - 1}") for n in range(6)]
    lines = head + "".join(jobs).splitlines()
    return "\n".join(lines + [f"# line {n}" for n in range(len(lines), 200)]) + "\n"


def seconds_of(command, **options):
    """Of a process that may fail, and the most memory that it had, in MB."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    _, _, usage = os.wait4(process.pid, 0)
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def lint_speed(bench):
    text = usual_workflow()
    folder = bench.folder / "workflows"
    folder.mkdir()
    names = [f"{n}.yml" for n in range(FILES)]
    for name in names:
        (folder / name).write_text(text)
    whole, bare, start = [], [], []
    for _ in range(bench.rounds):
        whole.append(seconds_of([bench.binary, "lint", *names], cwd=folder)[0])
        start.append(seconds_of([bench.binary, "lint", names[0]], cwd=folder)[0])
        bare.append(number_in(bench.run_probe("yaml_events", folder / names[0], 200), r"us=([\d.]+)"))
    each = (median(whole) - median(start)) / (FILES - 1) * 1e6
    ratio = each / median(bare)
    lines = text.count("\n")
    yield Row(f"lint of a workflow of {lines} lines", f"{each:.0f} µs", f"yaml-cpp's events {median(bare):.0f} µs",
              ratio_text(ratio), "≤ 3.00", ratio <= 3)
    yield Row(f"lint of {FILES:,} files", f"{median(whole):.2f} s", "", "", "≤ 3 s", median(whole) <= 3)


def hostile_files():
    """Files that make a reader work: nearly 256 KiB each."""
    room = 250 * 1024
    step = "      - run: echo ${{ github.sha == github.ref && toJSON(matrix) || format('{0}', env.A) }}\n"
    one_job = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n"
    yield "deep flow", "on: push\njobs: " + "[" * room
    yield "deep maps", "".join(" " * n + "a:\n" for n in range(700))
    yield "aliases of aliases", "a0: &a0 [x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    yield "many expressions", one_job + step * (room // len(step))
    yield "many mistakes", one_job + "      - rnu: ${{ gihub.x }}\n" * (room // 33)
    yield "many keys", "on: push\nenv:\n" + "".join(f"  K{n}: v\n" for n in range(room // 12))
    yield "many jobs", "on: push\njobs:\n" + "".join(
        f"  j{n}: {{runs-on: x, needs: [{f'j{n - 1}' if n else ''}], steps: [{{run: x}}]}}\n" for n in range(room // 62))
    yield "one long line", "on: push\nname: " + "a" * room
    yield "one long quote", 'on: push\nname: "' + "\\u00e9" * (room // 6) + '"\n'
    yield "long block", one_job + "      - run: |\n" + "          echo ${{ env.A }}\n" * (room // 28)
    yield "unclosed expressions", one_job + "      - run: |\n" + "          ${{ '\n" * (room // 16)
    yield "wide matrix", ("on: push\njobs:\n  a:\n    runs-on: x\n    strategy:\n      matrix:\n        include:\n"
                          + "          - { a: 1, b: 2 }\n" * (room // 28) + "    steps: [{ run: x }]\n")
    yield "question marks", "? " * (room // 2)
    yield "tags", "on: push\n" + "a: !!str !!str x\n" * (room // 18)


def hostile_expressions():
    """(name, expression, contexts)"""
    many = list(range(200_000))
    text = "a" * 4_000_000
    tripled = "env.T"
    for _ in range(20):
        tripled = f"format('{{0}}{{0}}{{0}}', {tripled})"
    yield "doubling text", tripled, {"env": {"T": text}}
    yield "long list", "contains(env.L, 'x') || contains(env.L, 'y') || join(env.L, ',')", {"env": {"L": many}}
    yield "filters", "toJSON(env.L.*.*.*)", {"env": {"L": [[many[:300]] * 300]}}
    yield "long chain", " && ".join(["1"] * 4000), {}
    yield "long text without case", "env.T == env.U && contains(env.T, env.U)", {"env": {"T": "é" * 2_000_000, "U": "É" * 2_000_000}}
    yield "search", "contains(env.T, env.U)", {"env": {"T": text, "U": "a" * 100_000 + "b"}}
    yield "json", "fromJSON(toJSON(fromJSON(env.J)))", {"env": {"J": json.dumps(many)}}
    yield "deep json", "fromJSON(env.J)", {"env": {"J": "[" * 1_000_000}}
    yield "many names", "env.x", {"env": {f"K{n}": n for n in range(100_000)}}


def hostile_input(bench):
    """The slowest and the largest of all; a bare start is taken off the time."""
    folder = bench.folder / "hostile"
    folder.mkdir()
    (folder / "good.yml").write_text("on: push\njobs: { a: { runs-on: x, steps: [{ run: x }] } }\n")
    start = median([seconds_of([bench.binary, "lint", "good.yml"], cwd=folder)[0] for _ in range(bench.rounds)])
    taken = []
    for name, text in hostile_files():
        (folder / "file.yml").write_text(text)
        taken.append((name, *best_of(bench, [bench.binary, "lint", "file.yml"], folder, start)))
    worst_time, worst_size = max(taken, key=lambda one: one[1]), max(taken, key=lambda one: one[2])
    yield row("workflow", worst_time, worst_size, MOST_MEGABYTES)
    taken = []
    for name, expression, contexts in hostile_expressions():
        (folder / "contexts.json").write_text(json.dumps(contexts))
        reading = best_of(bench, [bench.binary, "eval", "1", "--context", "contexts.json"], folder, start)
        spent, size = best_of(bench, [bench.binary, "eval", expression, "--context", "contexts.json"], folder, start)
        taken.append((name, spent - max(reading[0], 0), size - reading[1]))
    worst_time, worst_size = max(taken, key=lambda one: one[1]), max(taken, key=lambda one: one[2])
    yield row("expression", worst_time, worst_size, MOST_MEGABYTES)


def best_of(bench, command, folder, start):
    """Seconds beyond a bare start, and MB."""
    rounds = [seconds_of(command, cwd=folder) for _ in range(max(3, bench.rounds))]
    return min(one[0] for one in rounds) - start, max(one[1] for one in rounds)


def row(what, worst_time, worst_size, megabytes):
    measured = f"{worst_time[1] * 1000:.0f} ms, {worst_size[2]:.0f} MB"
    ok = worst_time[1] <= MOST_SECONDS and worst_size[2] <= megabytes
    return Row(f"the worst {what} ({worst_time[0]}; {worst_size[0]})", measured, "", "", "≤ 150 ms, ≤ 64 MB", ok)
