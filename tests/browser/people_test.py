"""Signing in with a password, choosing one by a link, and who may come in as what."""


def sign_in(browser, name, password):
    browser.type(".gate .field:nth-child(1) input", name)
    browser.type(".gate .field:nth-child(2) input", password)
    browser.click(".gate .primary")


def test_a_name_and_a_password_open_the_page_that_was_asked_for(browser, site):
    site.control("signed-in", value=False)
    browser.open(f"{site.url}/environments")
    browser.wait_text("Sign in to Triphammer")
    sign_in(browser, "ada", "wrong")
    browser.wait_text("the name or the password is wrong", ".gate")
    browser.retype(".gate .field:nth-child(2) input", "correct horse")
    browser.click(".gate .primary")

    browser.wait_text("Environments", "h1")
    assert browser.run("return location.pathname") == "/environments"


def test_a_users_link_asks_for_a_password_only(browser, site):
    site.control("signed-in", value=False)
    browser.open(f"{site.url}/setup?token=ada")
    browser.wait_text("Welcome, ada")
    browser.type(".gate input", "short")
    browser.click(".gate .primary")
    browser.wait_text("a password has 10 to 256 characters", ".gate")
    browser.retype(".gate input", "correct horse")
    browser.click(".gate .primary")

    browser.wait_text("octo/shop #484")
    assert site.api("/acted")[-1]["body"] == {"token": "ada", "password": "correct horse"}


def test_the_first_link_makes_an_account(browser, site):
    site.control("signed-in", value=False)
    browser.open(f"{site.url}/setup?token=right")
    browser.wait_text("Make your account")
    sign_in(browser, "mira", "correct horse")

    browser.wait_text("octo/shop #484")
    assert site.api("/acted")[-1]["body"] == {"token": "right", "name": "mira", "password": "correct horse"}


def test_an_admin_adds_somebody_gives_another_role_and_disables_the_account(browser, site):
    browser.open(f"{site.url}/people")
    browser.wait_text("bob", ".key-rows")
    browser.type("section > form .field:nth-child(1) input", "eve")
    browser.click("section > form .primary")
    browser.wait_text("https://ci.example.com/setup?token=eve", "[role=status]")
    browser.run("""const role = document.querySelector('.key-rows li:last-child select');
        role.value = 'approver'; role.dispatchEvent(new Event('change', {bubbles: true}))""")
    browser.wait(lambda: site.api("/users")["items"][1]["role"] == "approver", "the role")
    browser.click(".key-rows li:last-child button:last-of-type")
    browser.wait_text("Disable eve?", "dialog")
    browser.click("dialog .danger")

    browser.wait_text("disabled", ".key-rows li:last-child")
    browser.wait_text("Enable", ".key-rows li:last-child")


def test_one_changes_ones_own_password(browser, site):
    site.control("actor", value="user:ada")
    browser.open(site.url)
    browser.wait_text("AD", ".person")
    browser.click(".initials")
    browser.wait_text("Your role is admin.")
    browser.type("form .field:nth-child(1) input", "wrong")
    browser.type("form .field:nth-child(2) input", "another battery")
    browser.click("form .primary")
    browser.wait_text("the old password is wrong", ".failure-note")
    browser.retype("form .field:nth-child(1) input", "correct horse")
    browser.click("form .primary")

    browser.wait_text("The password is changed", ".toast")


def test_an_admin_gives_and_takes_a_role_on_one_repository(browser, site):
    browser.open(f"{site.url}/people")
    browser.wait_text("bob", ".key-rows")
    browser.click(".grants summary")
    browser.type(".grants input", "octo/shop")
    browser.click(".grants .primary")
    browser.wait_text("octo/shop: developer", ".grants summary")
    assert site.api("/users")["items"][0]["repositories"] == [{"repository": "octo/shop", "role": "developer"}]

    browser.click(".grants li button")
    browser.wait(lambda: site.api("/users")["items"][0]["repositories"] == [], "the role to be taken")
