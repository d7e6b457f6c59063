"""Channels are tried, and what was given up is sent again, in the browser."""

CHANNELS = "[aria-labelledby=channels]"
DEAD = "[aria-labelledby=dead-letters]"


def open_messages(browser, site):
    browser.open(site.url + "/messages")
    browser.wait_text("team", CHANNELS)


def test_a_channel_is_tried_with_a_click_and_says_what_is_wrong(browser, site):
    open_messages(browser, site)
    assert "1 given up" in browser.text(CHANNELS) and "2 waiting" in browser.text(CHANNELS)

    browser.click(CHANNELS + " li:nth-child(1) button")
    browser.wait_text("team took the test message.")
    browser.click(CHANNELS + " li:nth-child(2) button")
    browser.wait_text("offers no STARTTLS")

    assert [one["id"] for one in site.api("/acted")] == ["team", "post"]


def test_a_dead_letter_shows_its_error_as_text_and_is_sent_again(browser, site):
    open_messages(browser, site)
    browser.wait_text("answered 400: <b>no</b>", DEAD)
    browser.wait_text("no answer within 10 s", "[aria-labelledby=pending]")

    browser.click(DEAD + " button")

    browser.wait_text("Nothing was given up.", DEAD)
