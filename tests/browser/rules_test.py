"""The rules of an environment and of forks, as their repository's admin sees and sets them."""


def test_an_admin_sets_the_rules_of_an_environment(browser, site):
    browser.open(f"{site.url}/environments")
    browser.wait_text("production", ".card")
    browser.click(".card p:last-child a:last-child")
    browser.wait_text("Only these branches", "form")
    assert browser.run("return document.querySelector('form input').value") == "2"
    browser.retype("fieldset:nth-of-type(1) .field:nth-of-type(2) input", "ada, nobody")
    browser.retype("fieldset:nth-of-type(2) .field:nth-of-type(1) input", "main release/**")
    browser.click("fieldset .switch input")
    browser.click("form > .primary")
    browser.wait_text("there is no account 'nobody'", ".failure-note")
    browser.retype("fieldset:nth-of-type(1) .field:nth-of-type(2) input", "ada")
    browser.click(".freeze button")
    browser.click(".add-freeze")
    browser.run("""const dates = document.querySelectorAll('.freeze input[type=datetime-local]');
        ['2026-12-23T16:00', '2027-01-02T08:00'].forEach((time, at) => {
            dates[at].value = time; dates[at].dispatchEvent(new Event('input', {bubbles: true})); })""")
    browser.type(".freeze .field:nth-child(3) input", "holidays")
    browser.click("form > .primary")
    browser.wait_text("The rules are set", ".toast")

    rules = site.api("/environments/octo/shop/production")
    here = browser.run("return ['2026-12-23T16:00', '2027-01-02T08:00'].map((time) => new Date(time).toISOString())")
    assert rules == {"approvals": 2, "reviewers": ["ada"], "allow_author": True, "branches": ["main", "release/**"], "wait_minutes": 0,
                     "expires_minutes": 1440, "freezes": [{"from": here[0], "until": here[1], "reason": "holidays"}]}
    browser.click(".crumbs a:last-child")
    browser.wait_text("2 approvals of ada · only main, release/** · 1 freeze", ".key-rows")


def test_forks_and_an_environment_that_no_job_has_named_yet(browser, site):
    browser.open(f"{site.url}/repositories/octo/shop/rules")
    browser.wait_text("every environment without rules of its own", ".key-rows")
    browser.run("""const policy = document.querySelector('select');
        policy.value = 'first-time'; policy.dispatchEvent(new Event('change', {bubbles: true}))""")
    browser.click("section.box:nth-of-type(1) .primary")
    browser.wait_text("also for what waits", ".toast")
    assert site.api("/repositories")["items"][0]["fork_approval"] == "first-time"

    browser.type("section.box:nth-of-type(2) .field input", "eu west/1")
    browser.click("section.box:nth-of-type(2) .primary")
    browser.wait_text("eu west/1", "h1")
    browser.wait_text("Only these branches", "form")
    browser.retype("form input", "1")
    browser.click("form > .primary")
    browser.wait(lambda: site.api("/environments")["items"][-1]["name"] == "eu west/1", "the rules")
