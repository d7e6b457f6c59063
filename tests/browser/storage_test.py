"""What is kept, what would go, and its removal, in the browser."""

KEPT = "[aria-labelledby=kept]"
GOING = "[aria-labelledby=going]"


def test_an_admin_sees_what_is_kept_what_would_go_and_removes_it(browser, site):
    browser.open(site.url + "/storage")
    browser.wait_text("octo/shop", KEPT)
    text = browser.text(KEPT)
    assert "17 runs" in text and "logs 5.0 MiB" in text and "the newest 200 runs" in text
    assert "runs 365 days, any number of runs, logs 90 days, logs of a repository 10.0 GiB" in text
    assert "Remove" not in browser.text(GOING)

    browser.click(GOING + " button")
    browser.wait_text("3 runs, logs of 1 attempts", GOING)
    assert "2.0 MiB" in browser.text(GOING) and "more than are kept" in browser.text(GOING) and "and more" in browser.text(GOING)

    browser.click(GOING + " button.danger")
    browser.wait_text("cannot be brought back", "dialog")
    assert browser.run("return document.querySelector('dialog .danger').disabled")
    browser.type("dialog input", "remove")
    browser.click("dialog .danger")
    browser.wait_text("It is removed.")
    assert [one["action"] for one in site.api("/acted")] == ["retention"]
    browser.click(GOING + " button")
    browser.wait_text("Nothing: all of it is kept.", GOING)
