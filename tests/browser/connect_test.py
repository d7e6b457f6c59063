"""A repository connected in the browser: its hook is made at GitHub, and the ping awaited."""


def fill(browser, site, token):
    browser.open(site.url + "/repositories")
    browser.wait_text("Connect another", ".quiet-text")
    browser.click(".quiet-text .button")
    browser.wait_text("Connect a repository", "h1")
    browser.type("form .field:nth-child(1) input", "octo/new")
    browser.type("form .field:nth-child(2) input", token)


def test_a_repository_is_connected_and_its_ping_seen(browser, site):
    fill(browser, site, "right")
    browser.click("form .choice input")
    browser.click("form .primary")

    browser.wait_text("octo/new is registered, with its hook at GitHub.")
    assert "ssh-ed25519 AAAA triphammer:octo/new" in browser.text()
    browser.wait_text("GitHub’s ping arrived.", "[role=status]")
    [acted] = site.api("/acted")
    assert acted["body"] == {"full_name": "octo/new", "token": "right", "deploy_key": True}


def test_what_github_refuses_stays_on_the_page_and_the_form_too(browser, site):
    fill(browser, site, "wrong")
    browser.click("form .primary")

    browser.wait_text("GitHub answered 401 (Bad credentials): the token is wrong", ".failure-note")
    assert browser.run("return document.querySelector('form input').value") == "octo/new"
    assert browser.run("return document.querySelector('form .field:nth-child(2) input').type") == "password"
