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


def test_services_and_environments_are_one_table(browser, site):
    browser.open(f"{site.url}/environments")
    browser.wait(lambda: browser.count(".matrix tbody tr") == 2, "two services")
    assert browser.text(".matrix thead").split() == ["Service", "staging", "production"]
    assert "differs" in browser.text(".matrix tbody tr:first-child th")
    assert "empty" in browser.text(".matrix tbody tr:last-child")
    browser.click(".matrix tbody tr:first-child td:last-child a")
    browser.wait(lambda: browser.run("return location.pathname") == PAGE, "the environment")


def test_a_deployment_shows_its_probes_and_how_traffic_moved(browser, site):
    browser.open(f"{site.url}/deployments/58")
    browser.wait_text("9 looks <b>502</b>", ".effects")
    assert "blue 75 %" in browser.text(".traffic > :first-child") and "green 100 %" in browser.text(".traffic > :last-child")
    shares = browser.run("return [...document.querySelectorAll('.shares i')].map(e => e.style.width)")
    assert shares == ["75%", "25%", "0%", "100%"]


def test_what_nobody_knows_is_settled_with_the_name_typed(browser, site):
    site.control("deployment", id="58", change={"state": "unknown"})
    browser.open(f"{site.url}/deployments/58")
    browser.wait_text("Nobody knows how this deployment ended.", ".conflict")
    browser.type(".conflict input", "It answers.")
    browser.click(".conflict button")
    browser.wait_text("Settle deployment 58?", "dialog")
    assert browser.run("return document.querySelector('dialog .danger').disabled")
    browser.type("dialog input", browser.text("dialog strong"))
    browser.click("dialog .danger")
    browser.wait(lambda: browser.count(".conflict") == 0, "the end of doubt")

    assert site.api("/acted") == [{"action": "settle", "id": "58", "body": {"state": "succeeded", "comment": "It answers."}}]
