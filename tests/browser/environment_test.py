"""One environment: its ledger, the way back, and what is promoted from it."""

PAGE = "/environments/octo/shop/production"


def open_page(browser, site):
    browser.open(site.url + PAGE)
    browser.wait(lambda: browser.count(".ledger li"), "the ledger")


def rows_of(site):
    rows = site.api("/deployments?repository=octo/shop&environment=production&limit=100")["items"]
    return [row for row in rows if row["state"] == "succeeded"]


def test_going_back_shows_what_changes_and_leads_to_its_run(browser, site):
    open_page(browser, site)
    live, earlier, *_ = rows_of(site)
    browser.click(".ledger li button")
    browser.wait_text("Go back?", "dialog h2")
    text = browser.run("return document.querySelector('dialog .changes').textContent")
    assert f"deployment {live['id']}" in text and f"deployment {earlier['id']}" in text and earlier["sha"][:7] in text
    browser.click("dialog .primary")
    browser.wait(lambda: browser.run("return location.pathname") == "/runs/484", "the run")

    [acted] = site.api("/acted")
    assert acted["id"] == "octo/shop"
    assert acted["body"] == {"kind": "rollback", "environment": "production", "deployment": earlier["id"], "target": "shop-web"}


def test_what_serves_has_no_button_and_an_image_that_is_gone_is_said(browser, site):
    open_page(browser, site)
    live = rows_of(site)[0]["id"]
    lines = browser.run("return [...document.querySelectorAll('.ledger li')].map(li => [li.textContent, li.querySelector('button') !== null])")
    assert [has for text, has in lines if f"deployment {live} " in text and "live" in text] == [False]
    browser.wait_text("can no longer be had: the registry has no <b>such</b> image", ".bad-text")


def test_a_promotion_wants_the_name_typed_and_says_what_the_server_refuses(browser, site):
    open_page(browser, site)
    browser.click(".box button")
    browser.wait_text("Promote deployment", "dialog h2")
    browser.click("dialog .primary")
    browser.wait_text("Type staging to say that you mean it.", "dialog .failure-note")
    assert site.api("/acted") == []
    browser.type("dialog input", "staging")
    browser.click("dialog .primary")
    browser.wait_text("is running: wait for it", "dialog .failure-note")
    assert [acted["body"]["kind"] for acted in site.api("/acted")] == ["promotion"]


def test_the_other_environments_are_compared(browser, site):
    open_page(browser, site)
    browser.wait_text("staging ", ".differences li")
