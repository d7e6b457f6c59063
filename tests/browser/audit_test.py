"""Who did what: rows to filter, to take along, and to check."""


def rows(browser):
    return browser.run("return [...document.querySelectorAll('[role=listitem]')].map((row) => row.textContent)")


def test_the_audit_says_who_changed_what_and_shows_names_as_text(browser, site):
    browser.open(site.url + "/audit")
    browser.wait_text("user.change", ".row-list")

    refused, changed, used = rows(browser)
    assert "nobody session.open <b>bob</b> refused" in refused and "192.0.2.7" in refused and "password is wrong" in refused
    assert "user:ada user.change bob" in changed and "command line" in changed and "role: viewer → admin" in changed
    assert "disabled" not in changed
    assert "secret.use TOKEN" in used and "octo/shop" in used and "job: 9" in used
    assert browser.count("main b") == 0


def test_filters_stand_in_the_address_and_the_download_has_them_too(browser, site):
    browser.open(site.url + "/audit?outcome=refused")
    browser.wait(lambda: len(rows(browser)) == 1, "the filtered row")
    link = browser.run("return document.querySelector('a[download]').getAttribute('href')")
    assert link == "/api/v1/audit/export?outcome=refused"
    browser.open(site.url + "/audit?actor=nobody-here")
    browser.wait_text("Nothing fits these filters")


def test_the_chain_is_checked_with_a_click(browser, site):
    browser.open(site.url + "/audit")
    browser.wait_text("Check the chain")
    browser.click(".screen-head button.quiet:last-of-type")
    browser.wait_text("3 rows, whole", "[role=status]")
    site.control("chain", chain={"rows": 1, "broken": {"seq": 2, "why": "it is not there"}})
    browser.click(".screen-head button.quiet:last-of-type")
    browser.wait_text("row 2: it is not there", "[role=status]")
