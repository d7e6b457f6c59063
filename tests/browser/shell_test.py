"""The frame: keyboard, theme, sign-in, the other screens, both themes, a small screen."""
import pytest

SCREENS = {
    "/": "Runs", "/runs/483": "Show the basket", "/runs/484/why": "Why it started", "/deliveries": "Deliveries",
    "/deliveries/00000000-0000-4000-8000-000000000483": "ci.yml starts", "/deployments": "Deployments", "/deployments/58": "The candidate’s last lines",
    "/environments": "Environments", "/pipelines": "Pipelines", "/pipelines/flask": "flask",
    "/new-pipeline": "New pipeline", "/repositories": "Repositories", "/keys": "No token yet.", "/people": "has not chosen a password yet",
    "/account": "has no account",
    "/runs/480/timeline": "The run waited for",
    "/repositories/octo/billing/first-workflow": "It runs at GitHub now.", "/nothing/here": "nothing at this address",
}


def where(browser):
    return browser.run("return location.pathname")


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_screen_fits_and_has_one_heading(browser, site, width, theme):
    browser.resize(width, 700)
    browser.use_theme(theme)
    for address, text in SCREENS.items():
        browser.open(site.url + address)
        browser.wait_text(text, "main")
        assert browser.run("return document.documentElement.scrollWidth <= innerWidth"), address
        assert browser.count("*") < 2500, address
        if address != "/nothing/here":
            assert browser.count("h1") == 1, address


SHIFTS = (
    "const done = arguments[0]; let sum = 0;"
    "new PerformanceObserver((list) => list.getEntries().forEach((one) => (sum += one.hadRecentInput ? 0 : one.value))).observe({type: 'layout-shift', buffered: true});"
    "requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(sum))));"
)


def shift_of(browser, url, text):
    browser.open(url)
    browser.wait_text(text, "main")
    browser.wait_text("live", ".connection")
    browser.wait(lambda: browser.count(".skeleton, .unsettled") == 0, "the answers")
    return browser.call("POST", "/execute/async", {"script": SHIFTS, "args": []})


def test_nothing_that_was_painted_moves(browser, site):
    moved = {address: shift_of(browser, site.url + address, text) for address, text in SCREENS.items()}

    assert {address: shift for address, shift in moved.items() if shift > 0.05} == {}


def test_the_box_of_failures_moves_nothing_however_late_its_parts_come(browser, site):
    browser.open(site.url)
    browser.wait_text("live", ".connection")  # the rail is then as it was the last time
    site.control("delay", parts=["/past", "/tests", "/log"], milliseconds=150)
    for width in (1280, 360):
        browser.resize(width, 800)
        assert shift_of(browser, site.url + "/runs/483", "E       AssertionError") < 0.0005, width  # parts of a pixel
        assert browser.count(".since-green") == 1 and browser.count(".failed-tests li") == 1
    # Of an answer that never comes the rest is seen all the same.
    site.control("delay", parts=["/past"], milliseconds=60_000)
    browser.open(f"{site.url}/runs/483")
    browser.wait(lambda: browser.run("const box = document.querySelector('.excerpt'); return box && getComputedStyle(box).visibility") == "visible", "the excerpt")


def test_the_keyboard_goes_everywhere(browser, site):
    browser.open(site.url)
    browser.wait_text("octo/shop #484")
    for keys, address in {"gd": "/deployments", "ge": "/environments", "gp": "/pipelines", "gr": "/repositories", "gv": "/deliveries", "gk": "/keys", "gu": "/people", "gh": "/"}.items():
        browser.press(*keys)
        browser.wait(lambda: where(browser) == address, address)


def test_rows_are_walked_and_opened_from_the_keyboard(browser, site):
    browser.open(site.url)
    browser.wait_text("octo/shop #484")
    for row in range(3):
        browser.press("j")
        browser.wait(lambda: browser.run("return document.activeElement.dataset.row") == str(row), f"row {row}")
    browser.press("k")
    browser.wait(lambda: browser.run("return document.activeElement.dataset.row") == "1", "row 1")
    browser.press("Enter")

    browser.wait(lambda: where(browser) == "/runs/484", "the run")


def test_f_goes_to_the_failure_and_x_asks(browser, site):
    browser.open(f"{site.url}/runs/483/jobs/4832")
    browser.wait_text("lint", ".job-head")
    browser.press("f")
    browser.wait(lambda: where(browser) == "/runs/483/jobs/4831/steps/2", "the failed step")

    browser.open(f"{site.url}/runs/484")
    browser.wait_text("Cancel", ".run-head")
    browser.press("x")
    browser.wait_text("Cancel this run?", "dialog")


def test_help_lists_the_keys_and_letters_can_be_switched_off(browser, site):
    browser.open(site.url)
    browser.wait_text("octo/shop #484")
    browser.press("?")
    browser.wait_text("next row", "dialog")
    browser.click("dialog input")
    browser.press("Escape")
    browser.wait(lambda: browser.count("dialog") == 0, "the end of the dialog")
    browser.press("j")
    assert browser.run("return document.activeElement.dataset.row") is None

    browser.press("?")
    browser.wait_text("Switch single-letter keys off", "dialog")


def test_letters_in_a_field_are_text(browser, site):
    browser.open(site.url)
    browser.wait_text("octo/shop #484")
    browser.type("input[name=text]", "gd?")

    assert where(browser) == "/"
    assert browser.count("dialog") == 0


def test_the_theme_is_kept(browser, site):
    browser.open(site.url)
    browser.use_theme("light")
    browser.wait_text("octo/shop #484")
    light = browser.run("return getComputedStyle(document.documentElement).backgroundColor")
    browser.click(".theme-button")
    browser.click(".theme-button")
    assert browser.run("return document.documentElement.dataset.theme") == "dark"
    browser.open(site.url)
    browser.wait_text("octo/shop #484")

    assert browser.run("return getComputedStyle(document.documentElement).backgroundColor") != light


def test_high_contrast_can_be_chosen(browser, site):
    browser.open(site.url)
    browser.wait_text("octo/shop #484")
    for _ in range(3):
        browser.click(".theme-button")

    assert "contrast" in browser.run("return document.querySelector('.theme-button').title")
    assert browser.run("return getComputedStyle(document.documentElement).color") == "rgb(0, 0, 0)"
    browser.use_theme("dark")
    assert browser.run("return getComputedStyle(document.documentElement).color") == "rgb(255, 255, 255)"


def icon_of(browser):
    return browser.run("return document.querySelector('link[rel=icon]').href.match(/icon-?(\\w*)-/)[1]")


def test_title_and_icon_show_the_state(browser, site):
    browser.open(f"{site.url}/runs/483")
    browser.wait_text("Show the basket", "h1")
    assert browser.run("return document.title").startswith("✗ #483 ") and icon_of(browser) == "bad"
    icon = browser.run("return fetch(document.querySelector('link[rel=icon]').href).then((answer) => answer.text())")
    assert icon.startswith("<svg") and icon.strip().endswith("</svg>") and icon.count("<g") == 1
    site.control("run", id="483", change={"state": "succeeded", "jobs": []})
    browser.wait(lambda: icon_of(browser) == "good", "a green icon")
    browser.press("g", "d")
    browser.wait_text("production", ".row-title")

    assert icon_of(browser) == "" and browser.run("return document.title") == "Deployments · Triphammer"


def test_the_bar_counts_what_is_going_on(browser, site):
    browser.open(site.url)
    browser.wait_text("live", ".connection")
    waiting = len([one for one in site.api("/approvals")["items"] if one["state"] == "pending"])
    browser.wait(lambda: browser.count(".counter") == 2, "two counters")
    assert browser.run("return document.querySelector('.counter').title") == f"{waiting} wait for an approval"
    job = {"key": "a", "name": "a", "label": "host", "stage": "build"}
    site.control("run", id="484", change={"jobs": [{**job, "id": "1", "state": "running"}, {**job, "id": "2", "state": "queued"}, {**job, "id": "3", "state": "waiting"}]})
    browser.wait(lambda: browser.run("return document.querySelector('.counter[href=\"/queue\"]').title") == "1 at work, 2 in the queue", "the counts")
    browser.click(".counter[href='/queue']")

    browser.wait(lambda: where(browser) == "/queue", "the queue")


def test_pinned_repositories_stand_first_in_the_rail(browser, site):
    browser.open(f"{site.url}/repositories")
    browser.wait(lambda: browser.count(".card") == 3, "three repositories")
    assert browser.count(".rail bdi") == 0
    browser.click(".card:nth-child(2) button[aria-pressed]")
    name = browser.text(".card:nth-child(2) h2")
    browser.wait(lambda: browser.text(".rail > a bdi") == name.split("/")[1], "the pin")
    browser.click(".rail summary")
    browser.wait(lambda: browser.count(".rail details bdi") == 2, "the others")

    browser.open(site.url)
    browser.wait_text("octo/shop #484")
    browser.click(".rail > a:has(bdi)")
    browser.wait(lambda: browser.run("return new URLSearchParams(location.search).get('repository')") == name, "its runs")
    assert browser.text(".rail [aria-current]") == name.split("/")[1]


def test_entries_of_any_list_are_walked_with_j_and_k(browser, site):
    browser.open(f"{site.url}/repositories")
    browser.wait(lambda: browser.count(".card") == 3, "three repositories")
    focused = lambda: browser.run("return document.activeElement.innerText")  # noqa: E731
    names = browser.text(".card h2").split("\n")
    browser.press("j", "j")
    assert focused() == names[1]
    browser.press("k", "k", "k")
    assert focused() == names[0]


def test_the_skip_link_leads_to_the_content(browser, site):
    browser.open(site.url)
    browser.wait_text("octo/shop #484")
    browser.press("Tab", "Enter")

    assert browser.run("return document.activeElement.id") == "main"
    assert where(browser) == "/"


def test_without_a_session_the_page_says_how_to_get_one(browser, site):
    site.control("signed-in", value=False)
    browser.open(f"{site.url}/deployments")
    browser.wait_text("Sign in to Triphammer", "main")
    browser.click("main summary")

    browser.wait_text("triphammer setup-link", "main")


def test_the_one_time_link_signs_in_and_leaves_no_token(browser, site):
    site.control("signed-in", value=False)
    browser.open(f"{site.url}/setup?token=right")
    browser.wait_text("Sign in as administrator")
    assert browser.run("return location.href") == f"{site.url}/setup"
    browser.click(".gate .buttons button")

    browser.wait_text("octo/shop #484")
    browser.wait_text("live", ".connection")


def test_a_used_link_says_so(browser, site):
    site.control("signed-in", value=False)
    browser.open(f"{site.url}/setup?token=wrong")

    browser.wait_text("This link was used or is too old.", ".gate")


def test_signing_out_ends_at_the_gate(browser, site):
    browser.open(site.url)
    browser.wait_text("Sign out", ".top")
    browser.click(".person button")

    browser.wait_text("Sign in to Triphammer")


def test_one_tab_has_one_socket(browser, site):
    browser.open(site.url)
    browser.wait_text("live", ".connection")
    browser.press("g", "d")
    browser.wait_text("production", ".row-title")
    browser.press("g", "h")
    browser.wait_text("octo/shop #484")

    assert site.control("seen")["sockets"] == 1
    browser.wait(lambda: site.control("seen")["subscriptions"] == [["counts", "runs"]], "the subscription")


def test_a_delivery_is_tried_out_and_replayed(browser, site):
    browser.open(f"{site.url}/deliveries/00000000-0000-4000-8000-000000000483")
    browser.wait_text("What would it do now?", "main")
    browser.click(".buttons button")
    browser.wait_text("Now it would be:", ".box")
    assert site.requests("replay?dry_run=true")
    browser.click(".buttons button:nth-child(2)")
    browser.wait_text("Replay this delivery?", "dialog")
    browser.click("dialog .primary")

    browser.wait(lambda: [line for line in site.requests("/replay") if "dry_run" not in line], "the replay")
    assert not site.requests("/payload")
    browser.click("main details summary")
    browser.wait_text('"refs/heads/<b>main</b>"', "pre")
    assert '"secret": "•••"' in browser.text("pre")


def test_an_unreachable_thing_says_so_and_can_be_tried_again(browser, site):
    browser.open(f"{site.url}/runs/999999")
    browser.wait_text("There is no run 999999.", "[role=alert]")
    assert "Try again" in browser.text("[role=alert]")


def test_the_first_view_asks_at_most_six_times(browser, site):
    browser.cdp("Network.clearBrowserCache")
    browser.open(site.url)
    browser.wait(lambda: browser.count(".row-item"), "runs")
    browser.wait_text("live", ".connection")
    asked = [line for line in site.control("seen")["requests"] if "/control/" not in line]

    assert 3 <= len(asked) <= 6, asked


def test_the_palette_goes_to_a_place_by_some_letters_of_its_name(browser, site):
    browser.open(site.url)
    browser.wait_text("live", ".connection")
    browser.press("k", hold="Control")
    browser.wait(lambda: browser.count("#palette li"), "places")
    browser.wait(lambda: browser.run("return document.activeElement.getAttribute('role')") == "combobox", "the field")
    browser.type(".palette", "shop ins")
    browser.wait_text("octo/shop: insights", "#palette li:first-child")
    browser.press("ArrowDown", "ArrowUp", "Enter")
    browser.wait(lambda: browser.run("return location.pathname") == "/repositories/octo/shop", "the screen")
    assert browser.count("dialog") == 0

    browser.click(".find")
    browser.wait(lambda: browser.count(".palette"), "the palette")
    browser.press("Escape")
    browser.wait(lambda: browser.count("dialog") == 0, "no palette")
    browser.press("/")
    browser.wait(lambda: browser.count(".palette"), "the palette")
    browser.type(".palette", "basket")
    browser.wait_text("Runs with", "#palette")
    browser.press("ArrowUp", "Enter")
    browser.wait(lambda: browser.run("return location.search") == "?text=basket", "the runs")


def test_every_room_has_a_key_of_its_own(browser, site):
    browser.open(site.url)
    browser.wait_text("live", ".connection")
    browser.press("?")
    keys = browser.wait(lambda: browser.run("return [...document.querySelectorAll('.key-list dt')].map(e => e.innerText)"), "the keys")

    assert len(keys) == len(set(keys)), sorted(keys)
