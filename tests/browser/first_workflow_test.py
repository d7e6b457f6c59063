"""A repository without a run is offered a first workflow."""

ADDRESS = "/repositories/octo/site/first-workflow"


def test_the_card_of_a_repository_without_a_run_leads_there(browser, site):
    browser.open(f"{site.url}/repositories")
    browser.wait_text("Choose a first workflow", "main")
    browser.click(f"a[href='{ADDRESS}']")

    browser.wait_text("It runs at GitHub now.", ".choices")
    assert browser.run("return location.pathname") == ADDRESS


def test_what_was_not_carried_stands_there_line_by_line(browser, site):
    browser.open(site.url + ADDRESS)
    browser.wait_text("11 of 12 lines are carried over", ".choices")

    assert ".github/workflows/ci.yml:8 not carried: lint refuses it" in browser.text(".remarks")
    assert "live would run there and here" in " ".join(browser.text(".conflict").split())
    assert browser.run("return document.querySelector('.new-pipeline .buttons button').disabled")


def test_one_is_kept_on_the_server_for_this_repository(browser, site):
    browser.open(site.url + ADDRESS)
    browser.wait_text("requirements.txt", ".choices")
    browser.click(".choice:nth-of-type(2) input")
    browser.wait_text("would run: test", ".would-run")
    link = browser.run("return document.querySelector('.new-pipeline a.button').href")
    browser.click(".new-pipeline .buttons button")
    browser.wait(lambda: browser.run("return location.pathname") == "/pipelines/site-python", "the editor")

    assert link.startswith("https://github.example/octo/billing/new/main?filename=")
    kept = site.api("/pipelines/site-python")
    assert (kept["text"], kept["repositories"]) == ("name: python\non: push\n", ["octo/site"])
