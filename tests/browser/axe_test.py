"""Accessibility: axe finds nothing on any screen, in any theme, wide and narrow."""
import pytest

from conftest import ROOT

AXE = ROOT / "web/node_modules/axe-core/axe.min.js"
THEMES = {"light": ("light", "no-preference"), "dark": ("dark", "no-preference"), "light contrast": ("light", "more"), "dark contrast": ("dark", "more")}
MOST_NODES = 2500
# An address, and what shows that the screen is there.
SCREENS = {
    "/": ".row-item", "/?actor=nobody": ".empty", "/runs/483": ".excerpt", "/runs/484/graph": ".graph-box",
    "/runs/484/timeline": ".timeline li", "/runs/483/tests": ".tests li", "/runs/483/why": ".reasons", "/runs/483/summary": ".run-head",
    "/runs/483/artifacts": ".run-head", "/runs/484/changes": ".files li", "/runs/484/deploys": ".phases, section.box", "/runs/483/jobs/4831/steps/2?attempt=1": ".job-head select", "/runs/483/yaml": ".yaml-text", "/runs/9001/terraform": ".resources.bad", "/runs/9002": ".part-buttons", "/runs/9002/timeline": ".part-buttons", "/runs/485": ".problems", "/runs/482/jobs/4821/steps/3": ".own-ink", "/wall": ".wall-card", "/wall?wall=1": ".wall-card", "/queue": ".queue li",
    "/deployments": ".row-item", "/deployments/60": ".effects li", "/deployments/58": ".traffic", "/environments": ".card", "/environments/octo/shop/production": ".ledger li", "/pipelines": ".row",
    "/pipelines/flask": ".code", "/new-pipeline": ".choice", "/repositories": ".card", "/repositories/octo/shop": ".numbers",
    "/deliveries": ".row-item", "/keys": ".key-form", "/people": ".key-form", "/account": "h1, h2", "/messages": "h1", "/connect/github": "h1",
    "/connect": "form", "/start-run": "form", "/setup?token=ada": "form", "/nowhere": ".empty",
    "/repositories/octo/shop/rules": "#forks", "/repositories/octo/shop/rules/production": ".freeze",
    "/sign-in/github": ".failure-note", "/audit": ".row-list", "/storage": "h1", "/approvals": ".row-list", "/approvals/1": "h1",
}
# Line numbers of a log are as high as its lines: a list of text (WCAG 2.5.8, "essential"); `l` copies a link, too.
RUN = (
    "const known = (rule, node) => rule.id === 'target-size' && /#L\\d+\"\\]$/.test(node.target.join(' '));"
    "const done = arguments[arguments.length - 1];"
    "axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    ".then(r => done(r.violations.map(v => v.id + ': ' + v.nodes.filter(n => !known(v, n)).map(n => n.target.join(' ') + ' ' + (n.any[0] || n.all[0] || n.none[0] || {}).message).join(' | ')).filter(t => !t.endsWith(': '))), e => done(['axe failed: ' + e]));"
)


def violations(browser):
    browser.run(AXE.read_text())
    return browser.call("POST", "/execute/async", {"script": RUN, "args": []})


def show(browser, site, address, sign):
    browser.open(site.url + address)
    browser.wait(lambda: browser.count(sign), f"{sign} at {address}")
    # What is fetched late must be there, too; the page marks nothing as done, so: nothing changes any more.
    browser.wait(lambda: browser.count(".skeleton") == 0, "the answers")


@pytest.mark.parametrize("theme", THEMES)
def test_no_screen_has_a_violation(browser, site, theme):
    scheme, contrast = THEMES[theme]
    features = [{"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-contrast", "value": contrast}]
    browser.cdp("Emulation.setEmulatedMedia", features=features)
    found = {}
    for address, sign in SCREENS.items():
        show(browser, site, address, sign)
        found[address] = violations(browser)
        if browser.count("*") > MOST_NODES:
            found[address] += [f"{browser.count('*')} elements"]

    assert {address: list_ for address, list_ in found.items() if list_} == {}


def test_no_screen_has_a_violation_at_320_pixels_or_scrolls_sideways(browser, site):
    browser.resize(320, 640)
    found = {}
    for address, sign in SCREENS.items():
        show(browser, site, address, sign)
        found[address] = violations(browser)
        wide = browser.run("return Math.max(document.documentElement.scrollWidth, document.querySelector('main').scrollWidth)")
        if wide > 320:
            found[address] += [f"{wide} px wide"]

    assert {address: list_ for address, list_ in found.items() if list_} == {}


@pytest.mark.parametrize("tab", ["would", "graph", "resolved", "changes", "versions", "repositories"])
def test_no_part_of_the_editor_has_a_violation(browser, site, tab):
    show(browser, site, "/pipelines/flask", ".code")
    browser.click(f"#side-{tab}")
    browser.wait(lambda: browser.count("#side-panel :is(li, p, pre, .graph-box)"), tab)

    assert violations(browser) == []
