"""A workflow that somebody starts by hand."""


def open_form(browser, site):
    browser.open(site.url + "/repositories")
    browser.wait_text("Run workflow", ".card")
    browser.click(".card .button")
    browser.wait_text("Run a workflow of octo/", "h1")


def test_a_workflow_is_started_with_its_inputs_and_leads_to_its_delivery(browser, site):
    open_form(browser, site)
    browser.type("form .field:nth-child(1) input", "ship.yml")
    browser.type("form .field:nth-child(2) input", "main")
    browser.type("form textarea", "target=staging\nsaid=a=b")
    browser.click("form .primary")
    browser.wait(lambda: "/deliveries/" in browser.run("return location.pathname"), "the delivery")

    [acted] = site.api("/acted")
    assert acted["action"] == "start" and acted["body"]["repository"].startswith("octo/")
    assert (acted["body"]["workflow"], acted["body"]["ref"]) == ("ship.yml", "main")
    assert acted["body"]["inputs"] == {"target": "staging", "said": "a=b"}


def test_a_line_that_is_no_input_is_named_and_nothing_is_sent(browser, site):
    open_form(browser, site)
    browser.type("form .field:nth-child(1) input", "ship.yml")
    browser.type("form textarea", "target")
    browser.wait_text("“target” is no NAME=VALUE.", ".bad-text")
    browser.click("form .primary")

    assert site.api("/acted") == []


def test_what_the_server_refuses_is_said_and_the_form_stays(browser, site):
    open_form(browser, site)
    browser.type("form .field:nth-child(1) input", "none.yml")
    browser.click("form .primary")
    browser.wait_text("no repository is called octo/none", ".toast")

    assert browser.run("return document.querySelector('form input').value") == "none.yml"
