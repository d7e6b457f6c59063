"""What waits for people: seen, understood, answered with the mouse and by keys."""


def test_a_forks_commit_is_approved_with_what_it_will_run_in_sight(browser, site):
    browser.open(f"{site.url}/runs/484")
    browser.wait_text("Waits for an approval: Pull request 7 from a fork, by mallory")
    browser.click("a.primary[href='/approvals/1']")

    browser.wait_text("A change <b>of a stranger</b>")
    browser.wait_text("account 99")
    browser.wait_text("pytest <script>")
    browser.type("input[name=comment]", "read it")
    browser.click("form .primary")
    browser.wait_text("user:olga approved")
    assert browser.count("form") == 0
    assert site.api("/acted")[-1] == {"action": "approve", "id": "1", "body": {"subject": "one", "comment": "read it"}}


def test_a_question_is_found_and_rejected_by_keys(browser, site):
    browser.open(f"{site.url}/")
    browser.wait_text("octo/shop #484")
    browser.press("g")
    browser.press("a")
    browser.wait_text("prod to production")
    browser.open(f"{site.url}/approvals/2")
    browser.wait_text("image", ".summary .check-job")
    assert browser.count(".initials.missing") == 2
    browser.open(f"{site.url}/approvals/1")
    browser.wait_text("What will run")
    browser.press("x")
    browser.wait_text("Reject it?", "dialog")
    browser.click("dialog .danger")

    browser.wait_text("rejected", ".summary")
    assert site.api("/acted")[-1]["action"] == "reject"


def test_who_may_not_answer_sees_why_and_what_is_live(browser, site):
    browser.open(f"{site.url}/approvals/2")
    browser.wait_text("somebody else has to answer")
    browser.wait_text("container/shop-web")

    assert browser.count("form .primary") == 0
    assert "/compare/ffff" in browser.run("return [...document.querySelectorAll('a')].map((a) => a.href).join(' ')")


def test_an_answer_to_something_that_changed_meanwhile_is_refused(browser, site):
    browser.open(f"{site.url}/approvals/1")
    browser.wait_text("Approve and run")
    site.control("change-approval", id="1", subject="another")
    browser.press("a")

    browser.wait_text("what was to be approved has changed")
