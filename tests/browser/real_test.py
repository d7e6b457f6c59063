"""The dashboard of a real daemon with real runs: nothing here is played but GitHub."""
import itertools
import os
import pathlib
import random
import re
import sys
import time

import pytest
import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from harness.daemon import Daemon, free_port  # noqa: E402
from harness.git_http import GitServer  # noqa: E402
from harness.github import GitHub  # noqa: E402
from log_test import shown  # noqa: E402
from pipelines_test import CONTENT, open_tab, set_text, text  # noqa: E402

KILLS = int(os.environ.get("TRIPHAMMER_KILLS", "3"))
PASSWORD = "correct horse battery"
# Runs before any script of a page: what must not happen leaves a mark.
WATCH = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (e) => window.violations.push(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = () => { window.broken = name; };
"""


class Server:
    """A daemon, a repository of its own, and GitHub's part."""

    def __init__(self, folder):
        self.github = GitHub()
        self.git = GitServer(folder / "git")
        port = free_port()
        self.daemon = Daemon(os.environ.get("TRIPHAMMER", ROOT / "build" / "triphammer"), folder / "daemon", {
            "github": {"api_url": self.github.url, "token": self.github.token}, "workers": 2,
            "git": {"insecure_hosts": ["127.0.0.1"]}, "public_url": f"http://127.0.0.1:{port}",
        }, port=port)

    def __enter__(self):
        self.github.__enter__()
        self.git.__enter__()
        self.daemon.start()
        self.cookie = self.join("ada")
        return self

    def __exit__(self, *failure):
        self.daemon.close()
        self.git.__exit__(*failure)
        self.github.__exit__(*failure)

    def join(self, name):
        link = self.daemon.admin("user", "add", name, "--role", "admin").stdout.strip().rsplit("token=", 1)[1]
        session = requests.Session()
        session.post(f"{self.daemon.url}/api/v1/setup", json={"token": link, "password": PASSWORD},
                     headers={"Origin": self.daemon.url}, timeout=20).raise_for_status()
        return session.cookies["triphammer_session"]

    def repository(self, name):
        made = self.git.repository(name)
        made.forge_id = 4711 + len(self.daemon.hooks)
        self.daemon.add_repository(made)
        return made

    def begin(self, repository, sha, **options):
        """The id of the only run of a push, which goes on."""
        [run] = self.daemon.delivery(self.daemon.push(repository, sha, forge_id=repository.forge_id, **options))["runs"]
        return run

    def going_job(self, run):
        def find():
            [job] = self.daemon.get(f"/runs/{run}")["jobs"]
            return any(step["number"] == 2 and step["state"] == "running" for step in job["steps"]) and job
        return self.daemon.wait_for(find, 60)

    def lines(self, run, job, step):
        path = f"/runs/{run}/jobs/{job}/log/raw?step={step}"
        return self.daemon.api(path).content.decode().split("\n")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("real")) as running:
        yield running


@pytest.fixture
def page(chromium, server):
    """Signed in; ends with: no script from outside ran, no dialog, no violation of the policy."""
    chromium.resize(1280, 800)
    chromium.use_theme("light")
    chromium.cdp("Network.setCookie", name="triphammer_session", value=server.cookie, url=server.daemon.url)
    watch = chromium.cdp("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
    chromium.open("about:blank")
    yield chromium
    check_calm(chromium)
    chromium.cdp("Page.removeScriptToEvaluateOnNewDocument", identifier=watch["identifier"])
    chromium.cdp("Network.clearBrowserCookies")
    chromium.open("about:blank")
    chromium.console()


def check_calm(page):
    assert page.run("return window.broken ?? null") is None, "text from outside ran as a script"
    assert page.run("return window.violations") == []


def jump(page, number):
    page.run("location.hash = arguments[0]", f"#L{number}")
    return page.wait(lambda: shown(page).get(number), f"line {number}", 30)


def compare(page, lines, number):
    """Every line in the window against the log."""
    jump(page, number)
    for at, said in page.wait(lambda: all(shown(page).values()) and shown(page), f"text around {number}", 30).items():
        assert said == re.sub(r"^##\[group\]|\x1b\[[0-9;]*m", "", lines[at - 1]), at


FAILING = """
name: ci
on: push
jobs:
  fine: { runs-on: host, steps: [ run: echo fine ] }
  test:
    runs-on: host
    steps:
      - run: |
          seq -f 'collected %.0f' 3000
          echo 'E   AssertionError: the basket holds 3, not 4'
          echo 'tests/test_basket.py:41: AssertionError'
          seq -f 'teardown %.0f' 300
          exit 1
"""


def test_a_commit_status_leads_to_the_failing_line(page, server):
    repository = server.repository("acme/failing")
    sha = repository.commit({".triphammer/ci.yml": FAILING})
    run = server.begin(repository, sha)
    server.daemon.finished_run(run)
    server.daemon.wait_for(lambda: "failure" in server.github.last_states(sha).values(), 30)
    [target] = {body["target_url"] for _, _, at, body in server.github.statuses if at == sha and body["state"] == "failure"}

    page.open(target)
    page.wait_text("AssertionError: the basket holds 3, not 4", ".failure-box .excerpt", 30)
    assert page.count("*") < 2500
    page.click(".failure-box .excerpt li:first-child a")
    number = server.lines(run, target.split("/jobs/")[1].split("/")[0], 1).index("E   AssertionError: the basket holds 3, not 4") + 1
    page.wait(lambda: "AssertionError" in shown(page).get(number, ""), f"line {number} of the log", 30)
    assert page.run("return document.querySelector('.line.selected').dataset.line") == str(number)
    page.wait_text("Run seq -f 'collected %.0f' 3000", ".step-header summary", 30)
    page.wait_text("new in this run", ".one-failure > p", 30)
    page.press("m")
    page.wait(lambda: page.text(f"[data-line='{number}'] .at").count(":") == 2, "when that line came", 30)


STREAM = """
name: stream
on: push
jobs:
  stream: { runs-on: host, steps: [ uses: actions/checkout@v4, run: python3 write.py ] }
"""
# 5,000 lines a second, until it is enough.
WRITE = """
import itertools, os, sys, time
begin = time.monotonic()
for first in itertools.count(0, 50):
    sys.stdout.write("".join(f"{n} {n * 2654435761 % 4294967296:08x} written while nobody may look\\n" for n in range(first, first + 50)))
    sys.stdout.flush()
    if os.path.exists("enough"):
        break
    time.sleep(max(0, begin + first / 5000 - time.monotonic()))
"""


def test_a_tab_that_outlives_the_daemon_shows_the_log_byte_for_byte(page, server):
    repository = server.repository("acme/stream")
    run = server.begin(repository, repository.commit({".triphammer/s.yml": STREAM, "write.py": WRITE}))
    job = server.going_job(run)
    [work] = [path.parent for path in server.daemon.data.with_name("data-run").glob("*/work/write.py")]
    page.open(f"{server.daemon.url}/runs/{run}/jobs/{job['id']}/steps/2")
    page.wait(lambda: shown(page), "lines", 30)
    for _ in range(KILLS):
        last = max(shown(page))
        server.daemon.kill()
        page.wait(lambda: page.text(".connection") != "live", "a lost connection", 30)
        server.daemon.start()
        page.wait(lambda: "live" in page.text(".connection"), "the connection", 30)
        page.wait(lambda: max(shown(page) or [0]) > last, "lines that came after", 60)
    (work / "enough").write_text("")
    ended = server.daemon.finished_run(run, 60)

    assert ended["state"] == "succeeded", ended["jobs"][0]
    lines = server.lines(run, job["id"], 2)
    count = len(lines) - 1
    assert count > 1000 * KILLS and lines[count] == ""
    assert [int(line.split()[0]) for line in lines[:count]] == list(range(count))
    page.wait(lambda: max(shown(page) or [0]) == count, "the last line", 60)
    dice = random.Random(7)
    for number in [count, 1, *(dice.randint(1, count) for _ in range(20))]:
        compare(page, lines, number)


MILLION = """
name: million
on: push
jobs:
  all: { runs-on: host, steps: [ run: "seq -f 'line %.0f of a long day' 1000000" ] }
"""


def test_line_731442_of_a_million_is_the_file_s(page, server):
    repository = server.repository("acme/million")
    run = server.begin(repository, repository.commit({".triphammer/m.yml": MILLION}))
    [job] = server.daemon.finished_run(run, 180)["jobs"]
    page.open(f"{server.daemon.url}/runs/{run}/jobs/{job['id']}/steps/1#L731442")
    lines = server.lines(run, job["id"], 1)

    assert len(lines) == 1_000_001
    page.wait(lambda: shown(page).get(731442) == lines[731441] == "line 731442 of a long day", "line 731,442", 30)
    for number in (1_000_000, 1, 500_000):
        compare(page, lines, number)
    assert page.count("*") < 2500


# Ways to have a script run, and what breaks out of where text may stand.
SCRIPTS = ["window.broken=1", "alert(1)", "fetch(`//x`)", "document.title=`broken`", "import(`//x`)"]
VECTORS = [
    "<script>{0}</script>", "<img src=x onerror={0}>", "<svg/onload={0}>", "<svg><script>{0}</script></svg>", "<body onload={0}>",
    "<iframe src=javascript:{0}>", "<a href=javascript:{0}>x</a>", "<details open ontoggle={0}>", "<math><mi xlink:href=javascript:{0}>",
    "<style>*{{background:url(//x)}}</style><b onmouseover={0}>", "<input autofocus onfocus={0}>", "<base href=//x><script src=y>{0}</script>",
    "<meta http-equiv=refresh content=0;javascript:{0}>", "<object data=javascript:{0}>", "<embed src=javascript:{0}>", "javascript:{0}//",
    "\\u001b]8;;javascript:{0}\\u0007link\\u001b]8;;\\u0007", "{{{{constructor.constructor(`{0}`)()}}}}", "[x](javascript:{0})", "<!--<img src=--><img src=x onerror={0}>",
]
PREFIXES = ["", "\">", "'>", "</title>", "</textarea></script>"]
PAYLOADS = [prefix + vector.format(script) for prefix, vector, script in itertools.product(PREFIXES, VECTORS, SCRIPTS)]
NASTY = """
name: {name}
run-name: {title}
on: push
jobs:
{jobs}
"""
NASTY_JOB = """
  j{n}:
    name: {name}
    runs-on: host
    steps:
      - uses: actions/checkout@v4
      - name: {step}
        run: |
          printf '%b\\n' "$(cat lines)"
          cat lines >> "$GITHUB_STEP_SUMMARY"
          python3 report.py
          head -50 lines | sed 's|^|::error file=a.c,line=3::|'
          exit 1
    reports: {{ junit: [ out.xml ] }}
"""
REPORT = """
from xml.sax.saxutils import escape, quoteattr
lines = open("lines").read().splitlines()
cases = "".join(f"<testcase name={quoteattr(line)} classname={quoteattr(line)} file={quoteattr(line)}>"
                f"<failure message={quoteattr(line)}>{escape(line)}</failure></testcase>" for line in lines[::25] if "\\\\u" not in line)
open("out.xml", "w").write(f"<testsuite>{cases}</testsuite>")
"""


def quoted(text):
    """A YAML text in double quotes."""
    return '"' + text.replace("\\u001b", "").replace("\\u0007", "").replace("\\", "\\\\").replace('"', '\\"') + '"'


def branch_of(payload):
    """What git lets be a branch's name."""
    return "x-" + "".join(letter for letter in payload if letter not in " ~^:?*[\\\x7f" and letter > " ").replace("..", ".").strip("/.")


def test_five_hundred_payloads_stay_text(page, server):
    assert len(PAYLOADS) == len(set(PAYLOADS)) == 500
    repository = server.repository("acme/nasty")
    runs = []
    for first in range(0, 500, 125):
        some = PAYLOADS[first:first + 125]
        jobs = "".join(NASTY_JOB.format(n=n, name=quoted(some[n * 7]), step=quoted(some[n * 7 + 3])) for n in range(3))
        branch = branch_of(some[40])
        sha = repository.commit({
            ".triphammer/n.yml": NASTY.format(name=quoted(some[11]), title=quoted(some[12]), jobs=jobs),
            "lines": "\n".join(some) + "\n", "report.py": REPORT}, branch=branch, message=some[99])
        runs.append(server.begin(repository, sha, ref=f"refs/heads/{branch}", message=some[99]))
    ended = [server.daemon.finished_run(run, 120) for run in runs]

    assert all(len(run["jobs"]) == 3 and run["jobs"][0]["name"] in PAYLOADS and run["title"] for run in ended)
    look(page, server, "/", "acme/nasty")
    for path in ("/runs", "/wall", "/queue", "/deliveries", "/repositories", "/deployments", "/audit", "/repositories/acme/nasty"):
        look(page, server, path)
    for run in ended:
        look(page, server, f"/runs/{run['id']}", run["jobs"][0]["name"])
        for tab in ("graph", "timeline", "tests", "summary", "why"):
            look(page, server, f"/runs/{run['id']}/{tab}")
        job = run["jobs"][1]["id"]
        look(page, server, f"/runs/{run['id']}/jobs/{job}/steps/2#L60")
        page.wait(lambda: 60 in shown(page), "line 60", 30)
    assert "<script>" in page.text() or "onerror=" in page.text() or "javascript:" in page.text()


def look(page, server, path, said="", limit=20):
    """Nothing of this page runs as a script; what comes from outside stands there as text."""
    page.open(server.daemon.url + path)
    page.wait(lambda: page.count("h1") and page.count(".loading") == 0, path, limit)
    if said:
        page.wait(lambda: said in page.text(), said, limit)
    page.run("for (const e of document.querySelectorAll('main a, main li, main .row')) e.dispatchEvent(new MouseEvent('mouseover', {bubbles: true}))")
    check_calm(page)
    assert "broken" not in page.run("return document.title")[:6]


FIRST = "on: push\njobs:\n  test: { runs-on: host, steps: [ run: echo one ] }\n"
SECOND = FIRST + "  deploy: { needs: test, runs-on: host, steps: [ run: echo two ] }\n"


def test_an_admin_changes_a_pipeline_and_goes_back(page, server):
    repository = server.repository("acme/kept")
    server.daemon.api("/pipelines/kept", "PUT", json={"text": FIRST}).raise_for_status()
    server.daemon.api("/pipelines/kept/repositories", "PUT", json={"repositories": ["acme/kept"]}).raise_for_status()
    server.daemon.finished_run(server.begin(repository, repository.commit({"README.md": "hello"})))
    page.open(f"{server.daemon.url}/pipelines/kept")
    page.wait(lambda: page.run("return !!document.querySelector('.code')?.shadowRoot") and "echo one" in text(page), "the text", 30)

    set_text(page, SECOND)
    open_tab(page, "would")
    page.wait(lambda: "deploy" in page.text(".would-jobs .added"), "what would have run", 30)
    page.type(".save input", "with a deployment")
    page.click(".save button")
    page.wait_text("version 2", "h1", 30)
    open_tab(page, "versions")
    page.wait_text("with a deployment", ".versions", 30)
    page.click(".versions li:nth-child(2) button:nth-child(2)")
    page.wait(lambda: "deploy" not in text(page), "version 1's text", 30)
    page.click(".save button")
    page.wait_text("version 3", "h1", 30)

    saved = server.daemon.get("/pipelines/kept")
    assert (saved["version"], saved["text"], saved["note"]) == (3, FIRST, "back to version 1")
    run = server.daemon.finished_run(server.begin(repository, repository.commit({"README.md": "again"})))
    assert [job["key"] for job in run["jobs"]] == ["test"]
