"""What the doctor found, on the first page."""

FINDINGS = [
    {"name": "engine", "state": "error", "text": "No engine answers.", "remedy": "systemctl restart docker"},
    {"name": "node", "state": "warning", "text": "There is no Node.", "remedy": "apt-get install nodejs"},
    {"name": "git", "state": "ok", "text": "git version 2.39.5."},
]


def test_an_error_stands_on_the_first_page_with_its_remedy(browser, site):
    site.control("findings", findings=FINDINGS)
    browser.open(site.url)
    browser.wait_text("This server: 1 error, 1 warning")

    assert browser.run("return document.querySelector('.doctor').open")
    said = browser.text(".doctor")
    assert "systemctl restart docker" in said and "apt-get install nodejs" in said and "2.39.5" not in said


def test_warnings_are_one_line_that_opens(browser, site):
    site.control("findings", findings=FINDINGS[1:])
    browser.open(site.url)
    browser.wait_text("This server: 1 warning")

    assert not browser.run("return document.querySelector('.doctor').open")


def test_a_server_that_is_well_says_nothing_of_itself(browser, site):
    site.control("findings", findings=FINDINGS[2:])
    browser.open(site.url)
    browser.wait(lambda: site.requests("/doctor"), "the question")
    browser.wait_text("octo/shop #484")

    assert browser.count(".doctor") == 0
