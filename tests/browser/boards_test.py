"""The wall, the queue, and a repository over time with its badge."""


def test_the_wall_shows_what_is_broken_first(browser, site):
    site.control("run", id="485", change={"repository": "octo/billing", "ref": "refs/heads/main"})
    browser.open(f"{site.url}/wall")
    browser.wait(lambda: browser.count(".wall-card") == 3, "three repositories")

    names = browser.run("return [...document.querySelectorAll('.wall-card h2')].map(e => e.innerText)")
    assert names[0] == "octo/billing" and "failed" in browser.text(".wall-card:first-child .wall-state")
    assert browser.text(".wall-card:first-child .wall-note").startswith("since #")
    assert browser.text("h1") == "1 of 3 broken"
    assert "left" in browser.text(".wall-going") or "longer than usual" in browser.text(".wall-going")
    assert 0 < browser.count(".wall-bars li") <= 30


def test_the_wall_for_a_room_has_no_frame_and_is_left_with_escape(browser, site):
    browser.open(f"{site.url}/wall?wall=1")
    browser.wait(lambda: browser.count(".wall-card") == 3, "three repositories")
    assert browser.run("return getComputedStyle(document.querySelector('.rail')).display") == "none"
    browser.press("Escape")

    browser.wait(lambda: browser.run("return getComputedStyle(document.querySelector('.rail')).display") != "none", "the frame")
    assert browser.run("return location.search") == ""


def test_the_wall_follows_what_happens(browser, site):
    browser.open(f"{site.url}/wall")
    browser.wait(lambda: browser.count(".wall-card") == 3, "three repositories")
    browser.wait_text("live", ".connection")
    site.control("new-run", title="Break the shop", repository="octo/shop", ref="refs/heads/main", state="failed", finished_at="2026-01-01T00:00:00Z")

    browser.wait_text("Break the shop", ".wall-note")


def test_an_empty_wall_tells_the_next_step(browser, site):
    site.control("empty")
    browser.open(f"{site.url}/wall")

    browser.wait_text("Tell Triphammer about a repository.")


def test_the_queue_says_who_works_and_why_the_others_wait(browser, site):
    site.control("run", id="484", change={"jobs": [
        {"id": "4843", "key": "staging", "name": "staging", "state": "running", "label": "host", "stage": "deploy"},
        {"id": "4844", "key": "production", "name": "production", "state": "waiting", "label": "host", "stage": "deploy", "reason": "the group deploy is taken by octo/shop #480"},
    ]})
    browser.open(f"{site.url}/queue")
    browser.wait_text("1 at work")
    browser.wait_text("1 waiting")
    browser.wait_text("a worker is free within 8 min")

    assert "attempt 77" in browser.text(".queue")
    assert "the group deploy is taken by octo/shop #480" in browser.text(".queue")
    browser.click(".queue button")
    browser.wait_text("Cancel this run?", "dialog")
    browser.click("dialog .danger")
    browser.wait(lambda: {"action": "cancel", "id": "484", "body": {}} in site.api("/acted"), "the cancel")


def test_an_admin_drains_the_queue_and_lets_it_go_on(browser, site):
    browser.open(f"{site.url}/queue")
    browser.wait_text("Drain", ".screen-head")
    browser.click(".screen-head button")
    browser.wait_text("Drain the queue?", "dialog")
    browser.click("dialog .primary")
    browser.wait_text("The queue is drained, by user:ada", ".screen .note")
    assert browser.count(".screen-head button") == 0
    browser.click(".screen .note button")

    browser.wait(lambda: browser.count(".screen .note") == 0 and browser.count(".screen-head button") == 1, "no drain")


def test_an_idle_queue_says_so(browser, site):
    site.control("run", id="484", change={"state": "succeeded", "jobs": []})
    browser.open(f"{site.url}/queue")

    browser.wait_text("Nothing runs and nothing waits")


def test_a_repository_over_time(browser, site):
    browser.open(f"{site.url}/repositories/octo/shop")
    browser.wait_text("92 %", ".numbers")

    assert browser.count(".chart > span") == 30
    assert "1.4 a day" in browser.text(".numbers") and "9 min" in browser.text(".numbers")
    assert "test_clock" in browser.text(".flaky-list")
    assert "Run <i>the tests</i>" in browser.text("[aria-label='Slowest steps']") and browser.text("[aria-label='Slowest steps']").count("+50 % slower") == 1
    assert "+50 % slower" in browser.text("[aria-label='By workflow'] tbody tr:first-child") and "%" not in browser.text("[aria-label='By workflow'] tbody tr:last-child td:nth-child(5)")
    browser.click(".ranges a:last-child")
    browser.wait(lambda: browser.count(".chart > span") == 90, "ninety days")
    browser.wait_text("more runs than are counted")
    browser.click("main details summary")
    assert browser.count("main details tbody tr") == 90


def test_tables_of_insights_are_saved_as_csv(browser, site):
    browser.open(f"{site.url}/repositories/octo/shop")
    browser.wait_text("92 %", ".numbers")
    browser.run("URL.createObjectURL = (blob) => { blob.text().then((text) => (window.saved = text)); return '#'; }; URL.revokeObjectURL = () => {};"
                "HTMLAnchorElement.prototype.click = function () { window.name_of_file = this.download; };")
    browser.run("[...document.querySelectorAll('.head-line button')].at(1).click()")
    lines = browser.wait(lambda: browser.run("return window.saved"), "the file").splitlines()

    assert lines[0] == "workflow,runs,succeeded,failed,success,duration_p50_ms,duration_p90_ms,duration_before_p50_ms,wait_p50_ms,wait_p90_ms"
    assert lines[1].startswith("ci,160,148,12,0.925,180000,") and lines[2].startswith("<b>nightly</b>,52,")
    assert browser.run("return window.name_of_file") == "by-workflow.csv"


def test_a_repository_without_runs_says_what_to_do(browser, site):
    browser.open(f"{site.url}/repositories/octo/site")

    browser.wait_text("No run has ended in this time")


def test_the_badge_comes_with_its_markdown(browser, site):
    browser.open(f"{site.url}/repositories/octo/shop")
    browser.wait(lambda: browser.run("return document.querySelector('.badge-box img')?.naturalWidth") == 98, "the badge")
    browser.type(".badge-box input", "dev 2")
    browser.press("Tab")

    browser.wait_text(f"[![build]({site.url}/badges/octo/shop.svg?branch=dev+2)]({site.url}/?repository=octo%2Fshop)", ".markdown-line")
    browser.type(".badge-box label:nth-child(3) input", "unit")
    browser.press("Tab")
    browser.wait_text("?branch=dev+2&job=unit)", ".markdown-line")
