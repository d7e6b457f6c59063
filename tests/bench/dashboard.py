"""The dashboard in Debian's Chromium, from a daemon on loopback: what a first view fetches, first paint, how soon a written line is
on the screen, any line of a million, what stands in the page, and how long it is busy at once while it follows 10,000 lines a second."""
import contextlib
import random
import sys

import requests

import support
from support import Row, median

sys.path.insert(0, str(support.ROOT / "tests" / "browser"))

from webdriver import Browser, Driver  # noqa: E402

PASSWORD = "correct horse battery"
# A line says when it was written.
TICKS = """
import sys, time
for n in range(COUNT):
    print(f"tick {time.time() * 1000:.3f}", flush=True)
    time.sleep(0.05)
"""
FLOOD = """
import sys, time
began = time.monotonic()
for batch in range(COUNT):
    sys.stdout.write("".join(f"line {batch * 100 + n} of a build that says what it does now\\n" for n in range(100)))
    sys.stdout.flush()
    time.sleep(max(0, began + batch / 100 - time.monotonic()))
"""
SOURCE = """
on: push
jobs:
  say: { runs-on: host, steps: [ uses: actions/checkout@v4, run: python3 say.py ] }
"""
MILLION = "on: push\njobs:\n  say: { runs-on: host, steps: [ run: id, run: \"seq -f 'line %.0f of a long day' 1000000\" ] }\n"
# RUN and JOB are the longest of the runs.
SCREENS = ["/", "/wall", "/queue", "/deliveries", "/deliveries/GUID", "/repositories", "/repositories/acme/bench", "/repositories/acme/bench/rules",
           "/deployments", "/environments", "/approvals", "/pipelines", "/new-pipeline", "/audit", "/keys", "/people", "/messages", "/storage",
           "/account", "/connect", "/start-run", "/runs/RUN", "/runs/RUN/graph", "/runs/RUN/timeline", "/runs/RUN/tests", "/runs/RUN/summary",
           "/runs/RUN/artifacts", "/runs/RUN/why", "/runs/RUN/yaml", "/runs/RUN/jobs/JOB/steps/1"]
# What the page fetched: its own document, and everything after it. A socket is a request, too.
FETCHED = """
const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
return {requests: all.length + 1, bytes: all.reduce((sum, each) => sum + each.transferSize, 0), names: all.map((each) => each.name)};
"""
# As Lighthouse has it: 150 ms there and back, 1.6 Mbit/s down, 750 kbit/s up.
SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
# Each new line's age at the frame that shows it.
WATCH_LINES = """
window.ages = []; window.seen = new Set();
const look = () => {
  for (const line of document.querySelectorAll('.line')) {
    const said = /^tick ([\\d.]+)$/.exec(line.querySelector('.text')?.textContent ?? '');
    if (!said || window.seen.has(line.dataset.line)) continue;
    window.seen.add(line.dataset.line);
    window.ages.push(Date.now() - Number(said[1]));
  }
};
new MutationObserver(() => requestAnimationFrame(look)).observe(document.body, {childList: true, subtree: true, characterData: true});
"""
WATCH_TASKS = """
window.tasks = []; window.most = 0;
new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((e) => e.duration))).observe({type: 'longtask'});
setInterval(() => { window.most = Math.max(window.most, document.querySelectorAll('*').length); }, 250);
"""
# Milliseconds from a jump to the frame that shows the line with its text.
JUMP = """
const [number, text, done] = arguments, began = performance.now();
location.hash = `#L${number}`;
const look = () => {
  const line = document.querySelector(`.line[data-line="${number}"] .text`);
  if (line?.textContent === text) done(performance.now() - began); else requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


def in_browser(bench):
    with contextlib.ExitStack() as stack:
        git = stack.enter_context(bench.git())
        daemon = stack.enter_context(bench.daemon())
        page = stack.enter_context(browser())
        sign_in(daemon, page)
        repository = git.repository(support.REPOSITORY)
        daemon.add_repository(repository)
        yield from paint(bench, daemon, page)
        yield from age_of_lines(bench, daemon, repository, page)
        yield from first_view(daemon, page)
        run, job = yield from any_line(bench, daemon, repository, page)
        yield from flood(bench, daemon, repository, page)
        yield from nodes(daemon, page, run, job)


@contextlib.contextmanager
def browser():
    driver = Driver()
    try:
        page = Browser(driver)
        yield page
        page.quit()
    finally:
        driver.quit()


def sign_in(daemon, page):
    link = daemon.admin("user", "add", "ada", "--role", "admin").stdout.strip().rsplit("token=", 1)[1]
    session = requests.Session()
    session.post(f"{daemon.url}/api/v1/setup", json={"token": link, "password": PASSWORD}, headers={"Origin": daemon.url},
                 timeout=20).raise_for_status()
    page.cdp("Network.setCookie", name="triphammer_session", value=session.cookies["triphammer_session"], url=daemon.url)


def begin(daemon, repository, files):
    """(run, its only job), once its second step runs."""
    [run] = daemon.delivery(daemon.push(repository, repository.commit(files)))["runs"]

    def find():
        [job] = daemon.get(f"/runs/{run}")["jobs"]
        return any(step["number"] == 2 and step["state"] != "queued" for step in job["steps"]) and job["id"]
    return run, daemon.wait_for(find, 60)


def watch(daemon, page, run, job):
    page.open(f"{daemon.url}/runs/{run}/jobs/{job}/steps/2")
    page.wait(lambda: page.count(".line"), "lines", 60)


def part_of(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def row(what, value, limit, unit="ms"):
    return Row(what, f"{value:.0f} {unit}", wanted=f"≤ {limit:,} {unit}", ok=value <= limit)


def first_view(daemon, page):
    page.cdp("Network.clearBrowserCache")
    page.open(daemon.url)
    page.wait(lambda: page.count("h1") and "live" in page.text(".connection"), "the first screen", 60)
    page.wait(lambda: page.count(".skeleton") == 0, "the answers", 60)
    fetched = page.run(FETCHED)
    yield row("dashboard: requests of a first view", fetched["requests"], 6, "")
    yield row("  … what they bring", fetched["bytes"] / 1024, 80, "KB")


def paint(bench, daemon, page):
    yield row("dashboard: first paint on loopback, nothing in the cache", median(paints(bench, daemon, page)), 150)
    page.cdp("Emulation.setCPUThrottlingRate", rate=4)
    page.cdp("Network.emulateNetworkConditions", **SLOW_4G)
    yield row("  … with a fourth of the processor and slow 4G", median(paints(bench, daemon, page)), 1200)
    page.cdp("Emulation.setCPUThrottlingRate", rate=1)
    page.cdp("Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1, uploadThroughput=-1)


def paints(bench, daemon, page):
    taken = []
    for _ in range(3 * bench.rounds):
        page.cdp("Network.clearBrowserCache")
        page.open(daemon.url)
        page.wait(lambda: page.count("h1"), "the first screen", 60)
        taken.append(page.wait(lambda: page.run(
            "return performance.getEntriesByName('first-contentful-paint')[0]?.startTime"), "a paint", 60))
    return taken


def age_of_lines(bench, daemon, repository, page):
    count = 60 if bench.quick else 600
    run, job = begin(daemon, repository, {".triphammer/say.yml": SOURCE, "say.py": TICKS.replace("COUNT", str(count))})
    watch(daemon, page, run, job)
    page.run(WATCH_LINES)
    daemon.finished_run(run, 60 + count / 10, pause=0.5)
    page.wait(lambda: page.run("return window.seen.size") > count / 2, "half of the lines")
    ages = page.run("return window.ages")[20:]  # those of the first screen were there before
    yield row("  … a written line is on the screen, median", median(ages), 60)
    yield row("  … 99 of 100", part_of(ages, 0.99), 200)


def any_line(bench, daemon, repository, page):
    [run] = daemon.delivery(daemon.push(repository, repository.commit({".triphammer/say.yml": MILLION})))["runs"]
    [job] = daemon.finished_run(run, 300, pause=0.5)["jobs"]
    watch(daemon, page, run, job["id"])
    page.run("location.hash = '#L500'")
    dice, taken = random.Random(7), []
    for _ in range(20 if bench.quick else 200):
        number = dice.randint(1, 1_000_000)
        words = {"script": JUMP, "args": [number, f"line {number} of a long day"]}
        taken.append(page.call("POST", "/execute/async", words))
    yield row("  … any line of a million, 95 of 100", part_of(taken, 0.95), 100)
    return run, job["id"]


def flood(bench, daemon, repository, page):
    seconds = 5 if bench.quick else 30
    run, job = begin(daemon, repository, {".triphammer/say.yml": SOURCE, "say.py": FLOOD.replace("COUNT", str(seconds * 100))})
    watch(daemon, page, run, job)
    page.run(WATCH_TASKS)
    daemon.finished_run(run, 60 + seconds, pause=0.5)
    page.wait(lambda: page.count(f".line[data-line='{seconds * 10_000}']"), "the last line", 60)
    yield row("  … the longest task while 10,000 lines/s are followed", max(page.run("return window.tasks") or [0]), 50)
    yield row("  … elements in the page meanwhile", page.run("return window.most"), 2500, "")


def nodes(daemon, page, run, job):
    counts = {}
    guid = daemon.get("/deliveries")["items"][0]["guid"]
    for screen in SCREENS:
        path = screen.replace("RUN", run).replace("JOB", job).replace("GUID", guid)
        page.open(daemon.url + path)
        page.wait(lambda: page.count("h1") and page.count(".skeleton") == 0, path)
        counts[path] = page.count("*")
    worst = max(counts, key=counts.get)
    yield row(f"  … elements on the largest of {len(counts)} screens, {worst}", counts[worst], 2500, "")
