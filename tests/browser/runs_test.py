"""The history and a run's page."""


def rows(browser):
    return browser.run("return [...document.querySelectorAll('.row-title')].map(e => e.innerText)")


def test_the_history_shows_the_newest_runs_first(browser, site):
    browser.open(site.url)
    browser.wait_text("octo/shop #484")

    assert rows(browser)[:3] == ["Upgrade the base image", "Keep the basket for a week", "Show the basket in the header"]
    assert browser.run("return document.querySelector('[data-row=\"0\"] .mark').innerText") == "failed: the workflow cannot be read"


def test_a_first_view_takes_few_requests(browser, site):
    browser.open(site.url)
    browser.wait_text("octo/shop #484")

    asked = [line for line in site.control("seen")["requests"] if "favicon" not in line and "icon-" not in line]
    assert len(asked) <= 6  # page, script, style, runs, for admins the doctor; and this question


def test_a_long_history_is_walked_to_its_end_without_a_gap(browser, site):
    browser.open(site.url)
    browser.wait_text("octo/shop #484")
    seen = set()

    def scroll_on():
        numbers = browser.run(
            "const s = document.querySelector('.scroller'); s.scrollTop += s.clientHeight / 2;"
            "return [...document.querySelectorAll('.row-facts .keep')].map(e => e.innerText.split('#').pop())"
        )
        seen.update(numbers)
        return "1" in seen

    browser.wait(scroll_on, "run 1", limit=30)
    assert seen == {str(number) for number in range(1, 486)}
    assert browser.count("*") < 2500


def test_filters_stand_in_the_address_and_come_back_with_it(browser, site):
    browser.open(site.url)
    browser.wait_text("octo/shop #484")
    browser.run("const s = document.querySelector('select'); s.value = 'cancelled'; s.dispatchEvent(new Event('change', {bubbles: true}))")
    browser.wait(lambda: browser.run("return location.search") == "?state=cancelled", "the filter in the address")
    browser.wait(lambda: "octo/shop #484" not in browser.text() and browser.count(".row > .mark"), "the filtered list")
    states = browser.run("return [...document.querySelectorAll('.row > .mark')].map(e => e.innerText)")
    assert set(states) == {"cancelled"}

    browser.open(f"{site.url}/?state=cancelled&branch=main&text=list")
    browser.wait(lambda: browser.count(".row") > 0, "rows")
    assert "main" in browser.text(".row-facts")
    assert set(rows(browser)) == {"Speed up the product list"}


def test_several_runs_are_cancelled_at_once(browser, site):
    for name in ("one", "two", "three"):
        site.control("new-run", title=name, repository="octo/shop", ref="refs/heads/main", state="running", finished_at=None)
    browser.open(site.url)
    browser.wait_text("three", ".row-title")
    browser.click(".head-line button")
    browser.wait(lambda: browser.count(".choose input") > 3, "boxes")
    assert browser.run("return document.querySelector('.head-line .danger').disabled")
    browser.click(".row-item:nth-child(1) .choose input")
    browser.click(".row-item:nth-child(3) .choose input")
    browser.wait_text("Cancel 2", ".head-line .danger")
    browser.click(".head-line .danger")
    browser.wait_text("Cancel 2 runs?", "dialog")
    browser.click("dialog .danger")
    browser.wait_text("2 runs are being cancelled.", ".toasts")

    newest = [run["id"] for run in site.api("/runs")["items"][:3]]
    assert [one["id"] for one in site.api("/acted") if one["action"] == "cancel"] == [newest[0], newest[2]]
    assert browser.count(".choose") == 0


def test_a_row_says_how_long_it_waited_and_what_is_unusual(browser, site):
    times = {"created_at": "2026-01-01T00:00:00Z", "started_at": "2026-01-01T00:00:42Z"}
    site.control("new-run", title="slow", state="succeeded", finished_at="2026-01-01T03:00:42Z", **times)
    browser.open(site.url)
    browser.wait_text("slow", ".row-title")

    assert "queued 42 s" in browser.text("[data-row='0'] .row-facts")
    assert browser.text("[data-row='0'] .slower").startswith("+2 h ")


def test_a_filter_without_a_match_says_so(browser, site):
    browser.open(f"{site.url}/?actor=nobody")
    browser.wait_text("No run fits these filters")


def test_typing_into_a_filter_asks_once_it_rests(browser, site):
    browser.open(site.url)
    browser.wait_text("octo/shop #484")
    site.control("forget")
    browser.type("input[name=text]", "rounding")
    browser.type("input[name=text]", "")
    browser.wait(lambda: browser.run("return location.search") == "?text=rounding", "the text in the address")

    browser.wait_text("No run fits")
    assert len(site.requests("/api/v1/runs?")) == 1


def test_back_from_a_run_returns_to_the_same_place(browser, site):
    browser.open(site.url)
    browser.wait_text("octo/shop #484")
    browser.run("document.querySelector('.scroller').scrollTop = 1500")
    browser.wait_text("#460")
    browser.run("[...document.querySelectorAll('.row')].find(e => e.innerText.includes('#460')).click()")
    browser.wait(lambda: browser.run("return location.pathname") == "/runs/460", "the run's page")
    browser.wait_text("Re-run all")
    browser.run("history.back()")
    browser.wait_text("#460")

    assert browser.run("return document.querySelector('.scroller').scrollTop") == 1500


def test_a_new_run_comes_in_live_at_the_top(browser, site):
    browser.open(site.url)
    browser.wait_text("live", ".connection")
    browser.wait_text("octo/shop #484")
    site.control("new-run", title="Just pushed", state="queued", started_at=None, finished_at=None)

    browser.wait(lambda: rows(browser)[0] == "Just pushed", "the new run")


def test_a_new_run_does_not_move_what_is_being_read(browser, site):
    browser.open(site.url)
    browser.wait_text("live", ".connection")
    browser.wait_text("octo/shop #484")
    browser.run("document.querySelector('.scroller').scrollTop = 1200")
    browser.wait_text("#465")
    before = browser.run("return [...document.querySelectorAll('.row')].find(e => e.innerText.includes('#465')).getBoundingClientRect().top")
    site.control("new-run", title="Just pushed")
    browser.wait_text("1 new", ".pill")

    after = browser.run("return [...document.querySelectorAll('.row')].find(e => e.innerText.includes('#465')).getBoundingClientRect().top")
    assert abs(after - before) <= 1
    browser.click(".pill")
    browser.wait(lambda: rows(browser)[0] == "Just pushed", "the top of the list")


def test_an_empty_server_tells_the_next_step(browser, site):
    site.control("empty")
    browser.open(site.url)

    browser.wait_text("triphammer repo add OWNER/NAME")
    assert f"{site.url}/webhooks/github/" in browser.text()


def test_a_failed_run_shows_the_failure_first(browser, site):
    browser.open(f"{site.url}/runs/483")
    browser.wait_text("E       AssertionError", ".failure-box")

    assert "ended with exit status 1" in browser.text(".failure-box")
    assert browser.run("return document.querySelector('.step-link[aria-current]').innerText").startswith("failed")
    assert "short test summary" in browser.text(".lines")
    assert browser.run("return document.title").startswith("✗ #483")


def test_an_excerpt_leads_to_its_line(browser, site):
    browser.open(f"{site.url}/runs/483")
    browser.wait_text("E       AssertionError", ".failure-box")
    browser.run("document.querySelector('.excerpt a').click()")

    browser.wait(lambda: browser.count(".line.selected") == 1, "the chosen line")
    assert browser.run("return location.pathname + location.hash").startswith("/runs/483/jobs/4831/steps/2#L")


def test_a_workflow_with_errors_shows_file_line_and_column(browser, site):
    browser.open(f"{site.url}/runs/485")
    browser.wait_text('.triphammer/ci.yml:7:5 unknown key "run-on"', ".failure-box")


def test_the_reasons_of_a_run_are_a_tree(browser, site):
    browser.open(f"{site.url}/runs/484/why")
    browser.wait_text("branch main matches main", ".reasons ul ul")
    assert "tag-filter" in browser.text(".reason.no code")


def test_a_run_that_changes_is_drawn_again(browser, site):
    browser.open(f"{site.url}/runs/484")
    browser.wait_text("live", ".connection")
    browser.wait_text("running", ".run-head")
    site.control("run", id="484", change={"state": "succeeded", "finished_at": "2026-11-21T10:00:00Z"})

    browser.wait_text("succeeded", ".run-head")
    browser.wait_text("Re-run all", ".run-head")


def test_cancel_asks_first(browser, site):
    browser.open(f"{site.url}/runs/484")
    browser.wait_text("Cancel", ".run-head")
    browser.click(".run-head button")
    browser.wait_text("Cancel this run?", "dialog")
    assert site.api("/acted") == []
    browser.click("dialog .danger")

    browser.wait(lambda: site.api("/acted") == [{"action": "cancel", "id": "484", "body": {}}], "the request")


def test_what_failed_runs_again_while_others_go_on(browser, site):
    site.control("run", id="483", change={"state": "running", "finished_at": None})
    browser.open(f"{site.url}/runs/483")
    browser.wait_text("Cancel", ".run-head")
    browser.click(".run-head .primary")

    again = [{"action": "rerun", "id": "483", "body": {"jobs": "failed"}}]
    browser.wait(lambda: site.api("/acted") == again, "the request")
    assert "Re-run all" not in browser.text(".run-head")
    assert "Re-run from here" in browser.text(".job-head")


def test_one_job_or_the_failed_ones_run_again(browser, site):
    browser.open(f"{site.url}/runs/483")
    browser.wait_text("Re-run failed", ".run-head")
    browser.click(".run-head .primary")
    browser.click(".job-head button")

    browser.wait(lambda: len(site.api("/acted")) == 2, "two requests")
    assert [acted["body"] for acted in site.api("/acted")] == [{"jobs": "failed"}, {"jobs": "4831"}]


def test_names_from_outside_stay_text(browser, site):
    for address in ("/", "/runs/481", "/runs/481/why", "/deliveries", "/deliveries/00000000-0000-4000-8000-000000000480"):
        browser.open(site.url + address)
        browser.wait(lambda: browser.count("main h1") == 1, address)
        browser.wait_text("<script>" if "0480" not in address else "push", "main")
        assert browser.count("main img, main script") == 0


def test_a_deployment_shows_its_effects_and_why_it_failed(browser, site):
    browser.open(f"{site.url}/deployments?state=failed")
    browser.wait(lambda: browser.count(".row") > 0, "rows")
    browser.click(".row")
    browser.wait_text("RuntimeError: no database", "pre")

    assert "create candidate" in browser.text(".effects")
    assert "the candidate never answered /healthz" in browser.text(".summary")


def test_failed_tests_stand_on_the_runs_page_with_message_and_file(browser, site):
    browser.open(f"{site.url}/runs/483")
    browser.wait_text("test_rounding", ".failed-tests")
    assert "tests/test_prices.py:14" in browser.text(".failed-tests code")
    assert "assert 2 == 3 <script>" in browser.text(".failed-tests")


def test_reports_show_the_past_of_tests_coverage_and_findings(browser, site):
    browser.open(f"{site.url}/runs/483/tests")
    browser.wait_text("1 failed", ".job-report")

    assert "41 passed" in browser.text(".job-report")
    assert "75.0 % of 200 lines covered, 80.0 % before" in browser.text(".job-report")
    assert "broken.xml: line 3: mismatched tag" in browser.text(".job-report .problems")
    assert "shop/basket.py:9" in browser.text(".job-report details[open]")
    names = browser.run("return [...document.querySelectorAll('.tests strong')].map(e => e.innerText)")
    assert names == ["test_rounding", "test_clock"]
    assert browser.run("return [...document.querySelectorAll('.tests li:first-child .past a')].map(e => e.className)") == ["passed", "passed", "failed"]
    assert browser.count(".tests .flaky") == 1

    browser.run("const s = document.querySelector('.shown-tests select'); s.value = 'all'; s.dispatchEvent(new Event('change', {bubbles: true}))")
    browser.wait(lambda: browser.count(".tests li") == 3, "all tests")


def test_a_run_without_reports_says_how_they_are_made(browser, site):
    browser.open(f"{site.url}/runs/484/tests")
    browser.wait_text("reports:", ".page")


def test_ones_own_failure_comes_with_the_command_that_repeats_it(browser, site):
    browser.open(f"{site.url}/runs/483")
    browser.wait_text("On your own machine", ".failure-box")

    assert "triphammer run .triphammer/ci.yml --job test" in browser.text(".failure-box")
    assert browser.count(".servers-fault") == 0


def test_the_servers_failure_says_so_and_offers_another_try(browser, site):
    job = next(job for job in site.api("/runs/483")["jobs"] if job["key"] == "test")
    jobs = [{**job, "cause": "infrastructure", "reason": "the engine did not answer"}]
    site.control("run", id="483", change={"jobs": jobs})
    browser.open(f"{site.url}/runs/483")
    browser.wait_text("This is the server's failure, not the workflow's", ".failure-box")

    assert "On your own machine" not in browser.text(".failure-box")
    browser.click(".servers-fault button")
    browser.wait(lambda: {"action": "rerun", "id": "483", "body": {"jobs": job["id"]}} in site.api("/acted"), "another try")


def test_the_graph_draws_what_waits_for_what_and_is_walked_with_arrows(browser, site):
    browser.open(f"{site.url}/runs/484/graph")
    browser.wait(lambda: browser.count(".graph-box") == 4, "four jobs")
    assert browser.count(".graph-plane > svg path") == 3
    names = browser.run("return [...document.querySelectorAll('.graph-box')].map(e => e.textContent.replace(/\\d.*/, ''))")
    assert names == [
        "test: succeeded, the run waited for it", "image: succeeded, after test, the run waited for it",
        "staging: running, after image, the run waited for it", "production: blocked, after staging",
    ]
    browser.run("document.querySelector('.graph-box').focus()")
    browser.press("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft")
    assert browser.run("return document.activeElement.dataset.key") == "staging"
    assert browser.count(".graph-plane > svg path.lit") == 2
    browser.press("Enter")

    browser.wait(lambda: browser.run("return location.pathname") == "/runs/484/jobs/4843", "the job's log")


def test_many_legs_of_a_matrix_are_one_box(browser, site):
    legs = [{"id": f"9{n}", "key": f"test (3.{n})", "name": f"test (3.{n})", "kind": "steps", "stage": "test", "needs": [], "state": "failed" if n == 4 else "succeeded"} for n in range(6)]
    after = {"id": "99", "key": "image", "name": "image", "kind": "image", "stage": "image", "needs": ["test"], "state": "skipped"}
    site.control("run", id="483", change={"jobs": [*legs, after]})
    browser.open(f"{site.url}/runs/483/graph")
    browser.wait_text("×6", ".graph-box")

    assert browser.run("return document.querySelector('.graph-box').textContent") == "test: failed×6 legs: 1 failed, 5 succeeded"
    assert browser.run("return document.querySelector('.graph-box').pathname") == "/runs/483/jobs/94"
    assert browser.count(".graph-plane > svg path") == 1


def test_the_workflow_is_shown_as_it_was_resolved_and_as_it_was_written(browser, site):
    browser.open(f"{site.url}/runs/483")
    browser.click(".tabs a[href$='/yaml']")
    browser.wait_text("run: echo main ${{ secrets.KEY }}", ".yaml-text")
    browser.click(".run-yaml [aria-pressed=false]")
    browser.wait_text("echo ${{ github.ref_name }}", ".yaml-text")
    assert browser.count(".yaml-text pre *") == 0

    browser.open(f"{site.url}/runs/482/yaml")
    browser.wait_text("timeout-minutes: 360", ".yaml-text")
    browser.click(".run-yaml [aria-pressed=false]")
    browser.wait_text("not kept any more", ".run-yaml")


def test_a_terraform_run_says_what_became_of_each_resource_and_who_approved_which_plan(browser, site):
    browser.open(f"{site.url}/runs/9001")
    browser.click(".tabs a[href$='/terraform']")
    browser.wait_text("Half applied.", ".terraform")
    fates = browser.run("return [...document.querySelectorAll('section[aria-label=apply] .resources:not(.states) > ul > li')].map(e => ['i', 'code', '.status'].map(s => e.querySelector(s).innerText))")

    assert fates == [["\u2212", 'thing.old["<b>a, b</b>"]', "failed"], ["\u00b1", "thing.two", "not begun"], ["+", "thing.new", "done"]]
    assert "1 to destroy" in browser.text(".terraform section.resources.bad h4")
    assert browser.count(".terraform details .resources.bad") == 0, "what is destroyed is never folded"
    assert "size: 1 → 2\nforces replacement" in browser.text(".resources.bad details") and '"<b>a</b>" → (known' in browser.text(".resources.bad details")
    browser.click(".terraform > section > details:not([open]) summary")
    browser.wait_text("deployment 899", ".terraform details li")
    facts = browser.text("section[aria-label=apply] .facts")
    assert "yes by user:olga" in facts and "yes by user:bob" in facts and "exactly this plan" in facts and "sha256:5d5d" in facts
    assert "free again" in facts
    assert browser.count(".tabs a[href$='/terraform']") == 1
    browser.open(f"{site.url}/runs/483")
    browser.wait_text("YAML", ".tabs")
    assert browser.count(".tabs a[href$='/terraform']") == 0


def test_a_run_of_258_jobs_is_walked_in_parts_and_no_part_of_it_is_a_large_page(browser, site):
    browser.open(f"{site.url}/runs/9002")
    browser.wait_text("test (200)", ".job-link[aria-current]")
    assert "161 to 240 of 258" in browser.text(".part-buttons")
    for tab, sign in {"": ".job-link", "/graph": ".graph-box", "/timeline": ".timeline li"}.items():
        browser.open(f"{site.url}/runs/9002{tab}")
        browser.wait(lambda: browser.count(sign), f"{sign} on {tab}")
        assert browser.count("*") <= 2500, tab

    browser.open(f"{site.url}/runs/9002/jobs/920")
    browser.wait_text("1 to 80 of 258", ".part-buttons")
    browser.click(".part-buttons button:last-child")
    browser.wait_text("test (80)", ".jobs")
    assert browser.count(".job-link") == 80
    browser.press("f")
    browser.wait_text("test (200)", ".job-link[aria-current]")
    browser.wait_text("161 to 240 of 258", ".part-buttons")


def test_the_runs_of_a_repository_are_walked_by_keys(browser, site):
    browser.open(f"{site.url}/runs/484")
    browser.wait_text("Keep the basket", "h1")
    browser.press("]")
    browser.wait_text("the newest run", ".toast")
    browser.press("[")
    browser.wait(lambda: browser.run("return location.pathname") == "/runs/483", "the run before")
    browser.wait_text("#483", ".crumbs")
    browser.press("]")
    browser.wait(lambda: browser.run("return location.pathname") == "/runs/484", "the run after")


def test_an_empty_server_waits_for_the_first_webhook(browser, site):
    site.control("empty")
    browser.open(site.url)
    browser.wait_text("Waiting for the first webhook", ".first-hook")
    browser.wait(lambda: any("deliveries" in topics for topics in site.control("seen")["subscriptions"]), "the subscription")
    site.control("new-delivery", event="ping", repository="octo/new")
    browser.wait_text("ping", ".first-hook a")
    assert "octo/new" in browser.text(".first-hook") and "Waiting" not in browser.text(".first-hook")


def test_the_failure_box_says_since_when_what_changed_and_in_which_file(browser, site):
    browser.open(f"{site.url}/runs/483")
    browser.wait_text("E       AssertionError", ".failure-box")
    browser.wait_text("Last green: #", ".since-green")
    past = site.api("/runs/483/past")

    assert past["failures"][0]["first"]["id"] == "483" and "new in this run" in browser.text(".one-failure > p")
    links = browser.run("return [...document.querySelectorAll('.failure-box a')].map(e => e.href)")
    assert past["compare"] in links and f"{site.url}/runs/{past['green']['id']}" in links
    assert past["files"] + "tests/test_totals.py#L31" in links
    assert past["files"] + "tests/test_prices.py#L14" in links


def test_a_failure_that_was_there_before_names_its_first_run(browser, site):
    jobs = [{**job, "state": "failed"} for job in site.api("/runs/475")["jobs"][:1]]
    first = next(each for each in range(474, 300, -1) if site.api(f"/runs/{each}")["state"] == "failed")
    site.control("run", id="475", change={"state": "failed", "cause": "exit", "jobs": jobs, **{key: site.api(f"/runs/{first}")[key] for key in ("repository", "ref")}})
    past = site.api("/runs/475/past")
    browser.open(f"{site.url}/runs/475")
    browser.wait_text("Last green", ".failure-box")

    number = past["failures"][0]["first"]["number"]
    assert (f"first seen in #{number}" if number != 475 else "new in this run") in browser.text(".one-failure > p")


def test_jobs_stand_by_state_where_somebody_wants_it(browser, site):
    browser.open(f"{site.url}/runs/483")
    browser.wait_text("By state", ".jobs")
    stages = browser.run("return [...document.querySelectorAll('.jobs h2')].map(e => e.textContent)")
    browser.click(".regroup")
    browser.wait(lambda: browser.run("return [...document.querySelectorAll('.jobs h2')].map(e => e.textContent)") == ["failed", "succeeded", "skipped"], "states")
    assert stages == ["test", "image", "deploy"]

    browser.open(f"{site.url}/runs/482")
    browser.wait_text("soak", ".jobs")
    assert browser.text(".jobs h2").lower() == "succeeded", "one choice for all runs"


def test_the_graph_is_a_list_too(browser, site):
    browser.open(f"{site.url}/runs/484/graph")
    browser.wait(lambda: browser.count(".graph-box") == 4, "four jobs")
    browser.click(".graph-list summary")
    browser.wait(lambda: browser.count(".graph-list > ol > li") == 4, "four columns")

    assert "Begins at once" in browser.text(".graph-list li:first-child")
    third = browser.text(".graph-list > ol > li:nth-child(3) > ul")
    assert "staging: 1 running" in third and "after image" in third
    assert browser.run("return document.querySelector('.graph-list a').pathname") == "/runs/484/jobs/4841"


def test_the_waterfall_tells_set_up_from_steps_and_what_is_usual(browser, site):
    browser.open(f"{site.url}/runs/483/timeline")
    browser.wait(lambda: browser.count(".timeline .lane .usual") == 2, "the usual times")
    kinds = "return [...document.querySelectorAll('.timeline li:first-child .lane i')].map(e => e.className).join(' ')"
    browser.wait(lambda: browser.run(kinds) == "usual pull clone step step", "set-up and steps")
    browser.wait_text("median of 20 green runs", ".timeline-key")

    browser.click(".page details summary")
    browser.wait(lambda: browser.count(".wide-table tbody tr") == 2, "the table")
    assert browser.run("return [...document.querySelectorAll('.wide-table tbody tr:first-child > *')].map(e => e.innerText)")[:5] == ["test", "", "1.0 s", "2.0 s", "53 s"]


def test_the_changes_of_a_push_are_its_commits_and_files(browser, site):
    browser.open(f"{site.url}/runs/484")
    browser.wait_text("Changes", ".tabs")
    browser.click(".tabs a[href$='/changes']")
    browser.wait_text("<b>Begin</b>", ".ledger")
    run, past = site.api("/runs/484"), site.api("/runs/484/past")

    page = f"https://github.com/octo/shop"
    assert browser.run("return [...document.querySelectorAll('.ledger bdi:first-child')].map(e => e.innerText)")[0] == run["title"], "the newest first"
    assert "and 1 more" in browser.text(".page")
    assert browser.run("return [...document.querySelectorAll('.files li')].map(e => e.innerText.split('\\n').join(' '))") == [
        "+ shop/<i>basket</i>.py added", "\u2212 shop/old.py removed", "\u00b1 README.md modified"]
    links = browser.run("return [...document.querySelectorAll('.changes-of-run .facts a')].map(e => e.href)")
    assert links[0] == f"{page}/commit/{run['sha']}" and f"{page}/compare/{'b' * 40}...{run['sha']}" in links and past["compare"] in links
    assert "overwritten" in browser.text(".facts")


def test_a_pull_request_shows_its_sides_and_its_size_and_other_events_say_why_not(browser, site):
    site.control("run", id="484", change={"event": "pull_request"})
    browser.open(f"{site.url}/runs/484/changes")
    browser.wait_text("#7", ".facts")
    assert "topic into main" in browser.text(".facts").replace("\n", " ")
    assert "2 commits, 3 files, 1,200 lines added" in browser.text(".facts")
    browser.resize(320, 700)
    browser.open(f"{site.url}/runs/484/changes")
    browser.wait(lambda: browser.run("const b = document.querySelector('.tabs [aria-current]')?.getBoundingClientRect(); return b && b.left >= 0 && b.right <= innerWidth"), "the tab in view")
    browser.wait_text("1,200 lines added", ".facts")
    assert "/pull/7/files" in browser.run("return [...document.querySelectorAll('.facts a')].map(e => e.href).join(' ')")


def test_what_a_run_deployed_stands_with_it(browser, site):
    browser.open(f"{site.url}/runs/484")
    browser.click(".tabs a[href$='/deploys']")
    browser.wait(lambda: browser.count(".page > section.box") == 2, "two deployments")
    texts = browser.run("return [...document.querySelectorAll('section.box')].map(e => e.innerText)")
    assert "running" in texts[0] and "gate" in texts[0] and "Log" in texts[0]
    browser.wait_text("test: run", "section.box .phases")
    assert "preflight" in browser.text("section.box .phases")
    site.control("deployment", id="60", change={"state": "unknown"})
    site.control("new-delivery", event="push", repository="octo/shop")
    browser.open(f"{site.url}/runs/484/deploys")
    browser.wait_text("Say how it ended", "section.box")
    site.control("deployment", id="59", change={"state": "succeeded", "environment": ""})
    browser.open(f"{site.url}/runs/484/deploys")
    browser.wait_text("shop-web", "section.box h2")
    assert "promote" not in browser.text("section.box"), "there is no environment to go back in"
    site.control("deployment", id="59", change={"environment": "staging"})
    browser.open(f"{site.url}/runs/484/deploys")
    browser.wait_text("Go back or promote", "section.box")
    browser.click("section.box a.button[href^='/environments/']")
    browser.wait(lambda: browser.run("return location.pathname").startswith("/environments/octo/"), "the environment")

    browser.open(f"{site.url}/runs/485")
    browser.wait_text("YAML", ".tabs")
    assert browser.count(".tabs a[href$='/deploys']") == 0, "it deploys nothing"


def test_each_attempt_of_a_job_is_shown_as_it_was(browser, site):
    browser.open(f"{site.url}/runs/483/jobs/4831/steps/2")
    browser.wait_text("Attempt 2 of 2: failed", ".job-head select")
    browser.run("const s = document.querySelector('.job-head select'); s.value = '1'; s.dispatchEvent(new Event('change', {bubbles: true}))")
    browser.wait_text("still waiting", ".lines")
    assert browser.run("return location.search") == "?attempt=1"
    assert "timed out" in browser.text(".job-head .status") and "timed out" in browser.text(".step-link[aria-current]")
    assert browser.run("return document.querySelector('.step-link').search") == "?attempt=1"
    browser.click("[data-line='2'] .number")
    browser.wait(lambda: browser.run("return location.search + location.hash") == "?attempt=1#L2", "the line's address")
    topics = site.control("seen")["subscriptions"][-1]
    assert not [topic for topic in topics if topic.startswith("log:")], "what is over does not grow"

    browser.open(f"{site.url}/runs/483/jobs/4831/steps/2?attempt=7")
    browser.wait_text("short test summary", ".lines")
