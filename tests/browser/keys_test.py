"""Secrets, variables and tokens, set and taken away in the browser."""

SECRETS = "[aria-labelledby=secrets]"
VARIABLES = "[aria-labelledby=variables]"
TOKENS = "[aria-labelledby=tokens]"


def open_keys(browser, site):
    browser.open(site.url + "/keys")
    browser.wait_text("No secret yet.", SECRETS)


def set_key(browser, part, name, value, repository=""):
    browser.type(f"{part} .field:nth-child(1) input", name)
    browser.type(f"{part} textarea", value)
    if repository:
        browser.type(f"{part} .field:nth-child(3) input", repository)
    browser.click(f"{part} .primary")


def test_a_secret_is_set_and_its_value_never_comes_back(browser, site):
    open_keys(browser, site)
    set_key(browser, SECRETS, "DEPLOY_KEY", "line one\nline two", "octo/shop")

    browser.wait_text("DEPLOY_KEY", SECRETS + " .key-rows")
    [acted] = site.api("/acted")
    assert acted["body"] == {"value": "line one\nline two", "repository": "octo/shop", "environment": ""}
    assert "octo/shop" in browser.text(SECRETS)
    assert browser.run(f"return document.querySelector('{SECRETS} textarea').value") == ""
    assert "line one" not in browser.text()
    assert "no use noted" in browser.text(SECRETS)
    site.control("use-secret")
    browser.open(site.url + "/keys")
    browser.wait_text("used 2 h ago", SECRETS)


def test_setting_one_again_asks_first(browser, site):
    open_keys(browser, site)
    set_key(browser, VARIABLES, "REGION", "eu")
    browser.wait_text("eu", VARIABLES + " .key-rows")
    set_key(browser, VARIABLES, "REGION", "us")
    browser.wait_text("Replace the variable REGION?", "dialog")
    browser.click("dialog .primary")

    browser.wait_text("us", VARIABLES + " .key-rows")
    assert browser.count(VARIABLES + " .key-rows li") == 1


def test_a_bad_name_is_said_and_what_was_typed_stays(browser, site):
    open_keys(browser, site)
    set_key(browser, VARIABLES, "1BAD", "x")

    browser.wait_text("does not begin with a digit", VARIABLES + " .failure-note")
    assert browser.run(f"return document.querySelector('{VARIABLES} textarea').value") == "x"


def test_one_is_removed_after_a_question(browser, site):
    open_keys(browser, site)
    set_key(browser, VARIABLES, "REGION", "eu")
    browser.wait_text("eu", VARIABLES + " .key-rows")
    browser.click(VARIABLES + " .key-rows button")
    browser.wait_text("will find it empty", "dialog")
    browser.click("dialog .danger")

    browser.wait_text("No variable yet.", VARIABLES)


def test_a_token_is_shown_once_and_revoked(browser, site):
    open_keys(browser, site)
    browser.type(TOKENS + " .field:nth-child(1) input", "grafana")
    browser.click(TOKENS + " .primary")
    browser.wait_text("th_5555", TOKENS + " .made-token")
    browser.click(TOKENS + " .key-rows button")
    browser.wait_text("Revoke grafana?", "dialog")
    browser.click("dialog .danger")
    browser.wait_text("No token yet.", TOKENS)

    browser.open(site.url + "/keys")
    browser.wait_text("No token yet.", TOKENS)
    assert "th_5555" not in browser.text()
