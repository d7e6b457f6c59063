"""The log pane, on a log of a million lines and on one that grows."""
import time

LONG = "/runs/482/jobs/4821/steps/2"
COLOURS = "/runs/482/jobs/4821/steps/3"
GROWING = "484/4843/1"


def long_line(n):
    """The formula of support/logs.mjs."""
    return f"line {n} {(n * 2654435761) % 4294967296:08x} the quick brown fox jumps over the lazy dog"


def shown(browser):
    """The lines in the window, by number."""
    pairs = browser.run(
        "const box = document.querySelector('.lines')?.getBoundingClientRect();"
        "if (!box) return [];"
        "return [...document.querySelectorAll('.line')].filter(e => {"
        "  const at = e.getBoundingClientRect(); return at.top >= box.top - 1 && at.bottom <= box.bottom + 1;"
        "}).map(e => [Number(e.dataset.line), e.querySelector('.text').innerText])"
    )
    return dict(pairs)


def wait_line(browser, number, text):
    browser.wait(lambda: shown(browser).get(number) == text, f"line {number}")


def check_all(browser):
    for number, text in shown(browser).items():
        assert text == long_line(number)


def test_a_link_reaches_line_731442_of_a_million(browser, site):
    browser.open(f"{site.url}{LONG}#L731442")
    wait_line(browser, 731442, long_line(731442))

    check_all(browser)
    assert browser.run("return document.querySelector('.line.selected').dataset.line") == "731442"
    assert browser.count("*") < 2500
    plain = browser.run("return getComputedStyle(document.querySelector('.log-head .count')).backgroundColor")
    assert plain == "rgba(0, 0, 0, 0)", "how many lines there are is no alarm"


def test_both_ends_are_reached_from_the_keyboard(browser, site):
    browser.open(f"{site.url}{LONG}")
    wait_line(browser, 1, long_line(1))
    browser.run("document.querySelector('.lines').focus()")
    browser.press("End")
    wait_line(browser, 1_000_000, long_line(1_000_000))
    check_all(browser)
    browser.press("Home")
    wait_line(browser, 1, long_line(1))


def test_any_place_of_the_scroll_bar_shows_the_right_lines(browser, site):
    browser.open(f"{site.url}{LONG}")
    wait_line(browser, 1, long_line(1))
    for part in (0.1, 0.731442, 0.5, 0.999):
        browser.run("const s = document.querySelector('.lines'); s.scrollTop = arguments[0] * (s.scrollHeight - s.clientHeight)", part)
        near = round(part * 1_000_000)
        browser.wait(lambda: any(abs(n - near) < 100 and text for n, text in shown(browser).items()), f"lines near {near}")
        browser.wait(lambda: all(shown(browser).values()), "all lines in view")
        check_all(browser)


def test_a_turn_of_the_wheel_moves_a_scaled_list_by_its_pixels(browser, site):
    browser.open(f"{site.url}{LONG}#L500000")
    wait_line(browser, 500_000, long_line(500_000))
    first = min(shown(browser))
    browser.run("document.querySelector('.lines').dispatchEvent(new WheelEvent('wheel', {deltaY: 180, bubbles: true, cancelable: true}))")

    browser.wait(lambda: min(shown(browser)) == first + 10, "ten lines further")


def test_jumps_load_only_what_is_looked_at(browser, site):
    browser.open(f"{site.url}{LONG}#L731442")
    wait_line(browser, 731442, long_line(731442))

    asked = site.requests("/log?")
    assert len(asked) <= 3
    assert "from_line=731137" in asked[-1]


def test_search_finds_what_is_not_loaded(browser, site):
    browser.open(f"{site.url}{LONG}")
    wait_line(browser, 1, long_line(1))
    browser.press("/")
    browser.type(".log-search input", "LINE 900000 ")

    wait_line(browser, 900_000, long_line(900_000))
    browser.wait_text("1 of 1", ".hits")
    assert browser.text(".line .hit") == "line 900000 "


def test_hits_are_walked_in_a_circle(browser, site):
    browser.open(f"{site.url}/runs/483")
    browser.wait_text("short test summary", ".lines")
    browser.type(".log-search input", "AssertionError")
    browser.wait_text("of 3", ".hits")
    first = browser.text(".hits")
    browser.type(".log-search input", "\ue007\ue007\ue007")

    browser.wait_text(first, ".hits")


def test_shift_click_chooses_a_range(browser, site):
    browser.open(f"{site.url}{LONG}")
    wait_line(browser, 1, long_line(1))
    click = "document.querySelector(`[data-line='${arguments[0]}'] .number`).dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true, shiftKey: arguments[1]}))"
    browser.run(click, 5, False)
    browser.run(click, 9, True)

    browser.wait(lambda: browser.count(".line.selected") == 5, "five lines")
    assert browser.run("return location.pathname + location.hash") == f"{LONG}#L5-L9"


def test_colours_links_and_redrawn_lines(browser, site):
    browser.open(site.url + COLOURS)
    browser.wait_text("after the title", ".lines")
    lines = shown(browser)

    assert lines[3] == "progress 100%"
    assert lines[4] == "after the title"
    assert lines[7] == "<b>markup</b> <script>window.broken=1</script>"
    assert browser.run("return [...document.querySelectorAll('.text a')].map(e => e.href)") == ["https://example.com/a"]
    assert browser.text(".text .masked") == "***"
    assert lines[9] == "errorno rule to make <b>target</b>"
    assert browser.run("return document.querySelector('[data-line=\"2\"] .text span').style.getPropertyValue('--own')") == "#ff8700"
    assert browser.run("return [...document.querySelectorAll('[data-line=\"2\"] .text span')].at(-1).style.color") == "rgb(255, 255, 255)"
    assert "show all 5,001 characters" in browser.text(".line")


def test_a_growing_log_is_followed_until_the_reader_leaves(browser, site):
    browser.open(f"{site.url}/runs/484")
    browser.wait_text("holding for 10 s", ".lines")
    browser.wait(lambda: ["counts", "log:484/4843/1", "run:484"] in site.control("seen")["subscriptions"], "the subscription")
    site.control("append", log=GROWING, lines=[f"more {n}" for n in range(2000)])
    wait_line(browser, 2004, "more 1999")

    browser.run("document.querySelector('.lines').scrollTop = 0")
    browser.wait(lambda: 1 in shown(browser), "the beginning")
    site.control("append", log=GROWING, lines=["and more"])
    browser.wait_text("1 new lines", ".pill")
    assert 1 in shown(browser)
    browser.click(".pill")
    wait_line(browser, 2005, "and more")


def test_a_group_is_its_title_until_somebody_opens_it_or_looks_for_what_is_in_it(browser, site):
    browser.open(f"{site.url}/runs/484")
    browser.wait_text("holding for 10 s", ".lines")
    browser.wait(lambda: ["counts", "log:484/4843/1", "run:484"] in site.control("seen")["subscriptions"], "the subscription")
    before = max(shown(browser))
    site.control("append", log=GROWING, lines=["##[group]Run make", "\x1b[36;1mmake all\x1b[0m", "shell: bash -e {0}", "##[endgroup]", "built"])
    title, script, end = before + 1, before + 2, before + 4
    wait_line(browser, end + 1, "built")
    browser.wait(lambda: script not in shown(browser) and end not in shown(browser), "a folded group")
    assert browser.text(f"[data-line='{title}'] .fold") == "Run make"

    browser.click(f"[data-line='{title}'] .fold")
    wait_line(browser, script, "make all")
    assert browser.run("return document.querySelector('.fold').getAttribute('aria-expanded')") == "true" and end not in shown(browser)
    browser.click(f"[data-line='{title}'] .fold")
    browser.wait(lambda: script not in shown(browser), "a folded group")

    browser.type(".log-search input", "shell: bash")
    wait_line(browser, script + 1, "shell: bash -e {0}")


def test_a_group_of_thousands_of_lines_is_folded_before_anybody_loads_them(browser, site):
    site.control("append", log=GROWING, lines=["##[group]Long", *(f"inside {n}" for n in range(5000)), "##[endgroup]", "after"], done=True)
    browser.open(f"{site.url}/runs/484/jobs/4843/steps/1#L1")
    browser.wait(lambda: {5, 5007} <= set(shown(browser)) and 6 not in shown(browser), "a folded group")

    assert len(site.requests("/log?")) <= 3, "its pages were not loaded"
    browser.click("[data-line='5'] .fold")
    wait_line(browser, 6, "inside 0")


def test_a_pane_that_grows_stays_at_the_end(browser, site):
    """A notice above the lines goes: the browser scrolls, and its event comes before any observer's."""
    browser.open(f"{site.url}/runs/484")
    browser.wait(lambda: ["counts", "log:484/4843/1", "run:484"] in site.control("seen")["subscriptions"], "the subscription")
    site.control("append", log=GROWING, lines=[f"more {n}" for n in range(200)])
    wait_line(browser, 204, "more 199")
    browser.run("const note = Object.assign(document.createElement('div'), {id: 'note'}); note.style.cssText = 'height: 60px; flex: none';"
                "document.querySelector('.log-head').after(note)")
    high = browser.run("return document.querySelector('.lines').clientHeight")
    wait_line(browser, 204, "more 199")
    browser.run("const lines = document.querySelector('.lines'); document.getElementById('note').remove();"
                "lines.scrollTop; lines.dispatchEvent(new Event('scroll'))")

    assert browser.run("return document.querySelector('.lines').clientHeight") == high + 60
    site.control("append", log=GROWING, lines=["and more"])
    wait_line(browser, 205, "and more")


def test_fast_growth_ends_with_every_line(browser, site):
    browser.open(f"{site.url}/runs/484")
    browser.wait(lambda: ["counts", "log:484/4843/1", "run:484"] in site.control("seen")["subscriptions"], "the subscription")
    for part in range(40):
        site.control("append", log=GROWING, lines=[f"fast {part * 250 + n}" for n in range(250)])
    site.control("append", log=GROWING, lines=["the end"], done=True)
    wait_line(browser, 10005, "the end")

    browser.run("location.hash = '#L5005'")
    wait_line(browser, 5005, "fast 5000")


def test_after_a_lost_connection_the_log_goes_on_where_it_was(browser, site):
    browser.open(f"{site.url}/runs/484")
    browser.wait_text("holding for 10 s", ".lines")
    browser.wait(lambda: site.control("seen")["sockets"] == 1, "the socket")
    site.control("drop-sockets")
    browser.wait(lambda: browser.text(".connection") != "live", "a lost connection")
    site.control("append", log=GROWING, lines=["while nobody listened"])
    site.control("run", id="484", change={"title": "A new title"})
    browser.wait_text("live", ".connection")

    wait_line(browser, 5, "while nobody listened")
    browser.wait_text("A new title", "h1")
    assert site.control("seen")["sockets"] == 1


def scroll_to_end(browser):
    browser.run("document.querySelector('.lines').focus()")
    browser.press("End")


def touched(browser):
    """Lines of which any part is in the window."""
    return browser.run(
        "const box = document.querySelector('.lines').getBoundingClientRect();"
        "return [...document.querySelectorAll('.line')].filter(e => {"
        "  const at = e.getBoundingClientRect(); return at.bottom > box.top && at.top < box.bottom;"
        "}).map(e => Number(e.dataset.line))"
    )


VARIED = [f"{n}" + " word" * ((n * 7919) % 97) for n in range(1, 2001)]  # up to 490 characters


def test_wrapped_lines_of_any_height_are_all_reached(browser, site):
    browser.resize(640, 700)
    browser.open(f"{site.url}/runs/484/jobs/4843/steps/1")
    browser.wait(lambda: ["counts", "log:484/4843/1", "run:484"] in site.control("seen")["subscriptions"], "the subscription")
    site.control("append", log=GROWING, lines=VARIED)
    wait_line(browser, 2004, VARIED[-1])
    browser.press("w")
    browser.wait(lambda: browser.count(".lines.loose"), "wrapped lines")
    wait_line(browser, 2004, VARIED[-1])
    assert browser.run("const e = document.querySelector('.lines'); return e.scrollWidth <= e.clientWidth")
    site.control("append", log=GROWING, lines=["at the end still"])
    wait_line(browser, 2005, "at the end still")

    browser.run("document.querySelector('.lines').focus()")
    browser.press("Home")
    browser.wait(lambda: 1 in shown(browser), "the first line")
    seen, before = set(), None
    for _ in range(30):
        now = touched(browser)
        seen.update(now)
        before = max(now)
        browser.press("PageDown")
        browser.wait(lambda: max(touched(browser)) > before, "a page further")
    assert seen >= set(range(1, before + 1)), "a page down leaves nothing out"

    browser.run("location.hash = '#L1234'")
    wait_line(browser, 1234, VARIED[1229])
    top = "return document.querySelector('[data-line=\"1234\"]').getBoundingClientRect().top"
    was = browser.run(top)
    browser.run("document.querySelector('.lines').dispatchEvent(new WheelEvent('wheel', {deltaY: 40, bubbles: true, cancelable: true}))")
    browser.wait(lambda: abs(browser.run(top) - (was - 40)) <= 1, "forty pixels further")
    was = browser.run(top)
    site.control("append", log=GROWING, lines=["nobody looks at this"])
    browser.wait_text("new lines", ".pill")
    assert abs(browser.run(top) - was) <= 1, "what comes at the end moves nothing"


def test_a_wrapped_log_of_few_lines_is_scrolled_as_it_is(browser, site):
    browser.resize(400, 500)
    browser.open(site.url + COLOURS)
    browser.wait_text("after the title", ".lines")
    browser.press("w")
    browser.wait(lambda: browser.run("const e = document.querySelector('.lines'); return e.scrollHeight > 2 * e.clientHeight"), "high lines")
    scroll_to_end(browser)
    browser.wait(lambda: 9 in shown(browser), "the last line")
    browser.press("Home")
    browser.wait(lambda: 1 in shown(browser), "the first line")
    browser.press("w")
    browser.wait(lambda: browser.count(".lines.loose") == 0 and 9 in shown(browser), "lines as they were")


def test_a_wrapped_log_of_a_million_lines_is_linked_to(browser, site):
    browser.resize(400, 600)
    browser.open(f"{site.url}{LONG}#L731442")
    wait_line(browser, 731442, long_line(731442))
    browser.press("w")
    browser.wait(lambda: browser.count(".lines.loose"), "wrapped lines")
    wait_line(browser, 731442, long_line(731442))
    assert browser.run("return document.querySelector('[data-line=\"731442\"]').offsetHeight") >= 36
    scroll_to_end(browser)
    wait_line(browser, 1_000_000, long_line(1_000_000))
    browser.run("location.hash = '#L250000'")
    wait_line(browser, 250_000, long_line(250_000))
    check_all(browser)


def test_the_column_of_times_is_turned_on_and_kept(browser, site):
    browser.open(f"{site.url}{LONG}#L731442")
    wait_line(browser, 731442, long_line(731442))
    assert browser.count(".line .at") == 0 and site.requests("/times") == []
    browser.press("m")
    browser.wait(lambda: browser.text("[data-line='731442'] .at").count(":") == 2, "a clock's time")
    browser.press("m")
    browser.wait(lambda: browser.text("[data-line='731442'] .at") == "+2:01:54.0", "the time since the start")

    browser.open(f"{site.url}{LONG}")
    browser.wait(lambda: browser.text("[data-line='1'] .at") == "+0:00.0", "the same choice")
    browser.press("m")
    browser.wait(lambda: browser.count(".line .at") == 0, "no times")


def test_only_lines_of_errors_are_shown_and_lead_back(browser, site):
    browser.open(f"{site.url}/runs/483")
    browser.wait_text("short test summary", ".lines")
    browser.press("e")
    browser.wait_text("lines speak of an error", ".errors-note")
    lines = browser.wait(lambda: shown(browser), "lines of errors")
    assert lines and all(any(word in text.lower() for word in ("error", "fail")) for text in lines.values())

    number = min(lines)
    browser.click(f"[data-line='{number}'] .number")
    browser.press("e")
    browser.wait(lambda: number + 1 in shown(browser) or number - 1 in shown(browser), "its neighbours")


def test_hits_stand_beside_the_scroll_bar(browser, site):
    browser.open(f"{site.url}/runs/483")
    browser.wait_text("short test summary", ".lines")
    assert browser.count(".ticks") == 0
    browser.type(".log-search input", "AssertionError")
    browser.wait(lambda: browser.count(".ticks") == 1, "marks")

    marks = browser.run("return getComputedStyle(document.querySelector('.ticks')).backgroundImage")
    assert 1 <= marks.count("%, rgba(0, 0, 0, 0)") and "linear-gradient" in marks


def test_the_log_leaves_as_plain_text_or_raw(browser, site):
    browser.open(f"{site.url}{COLOURS}")
    browser.wait_text("after the title", ".lines")
    browser.click(".log-files summary")
    links = browser.run("return [...document.querySelectorAll('.log-files a')].map(e => [e.getAttribute('href'), e.download, e.target])")

    raw = "/api/v1/runs/482/jobs/4821/log/raw?step=3&attempt=1"
    assert links == [[f"{raw}&plain=true", "", "_blank"], [f"{raw}&plain=true", "run-482-job-4821-step-3.txt", ""], [raw, "run-482-job-4821-step-3.log", ""]]


def test_the_header_says_what_the_step_runs_and_is_no_line_of_the_log(browser, site):
    browser.open(f"{site.url}/runs/483/jobs/4831/steps/2#L1")
    browser.wait_text("Run python3 -m pytest <b>tests</b>", ".step-header summary")
    browser.wait(lambda: "test session starts" in shown(browser).get(1, ""), "the log's own first line")
    browser.click(".step-header summary")
    assert browser.text(".step-header pre") == "python3 -m pytest <b>tests</b>\necho done\nshell: bash -e {0}\nenv:\n  LEVEL: 2"
    assert browser.count(".step-header b") == 0


def test_the_state_of_the_log_is_told_once_and_its_lines_are_no_news(browser, site):
    browser.open(f"{site.url}/runs/484")
    browser.wait_text("holding for 10 s", ".lines")
    said = "return [...document.querySelectorAll('[role=log]')].map(e => [e.textContent, e.getAttribute('aria-live')])"
    assert browser.run(said) == [["The step is writing.", "polite"]]
    site.control("append", log=GROWING, lines=["one more"])
    wait_line(browser, 5, "one more")
    assert browser.run(said) == [["The step is writing.", "polite"]]
    site.control("append", log=GROWING, lines=["the end"], done=True)
    browser.wait(lambda: browser.run(said)[0][0] == "The step has ended after 6 lines.", "the end")
    assert browser.count(".lines [aria-setsize='6'][aria-posinset]") == 6


def test_a_jump_into_a_million_lines_is_quick(browser, site):
    """Not a benchmark: a jump that takes a second is broken, whatever the machine."""
    browser.open(f"{site.url}{LONG}")
    wait_line(browser, 1, long_line(1))
    begin = time.monotonic()
    browser.run("location.hash = '#L250000'")
    wait_line(browser, 250_000, long_line(250_000))
    assert time.monotonic() - begin < 5


def test_a_line_that_is_asked_for_is_shown_while_errors_are_still_looked_for(browser, site):
    browser.open(f"{site.url}/runs/483/jobs/4831/steps/2")
    browser.wait_text("short test summary", ".lines")
    site.control("delay", parts=["/log"], milliseconds=60_000)
    browser.press("e")
    browser.wait_text("Looking for errors.", ".errors-note")
    browser.run("location.hash = '#L171'")
    browser.wait(lambda: browser.count(".line.selected[data-line='171']") == 1, "the line")
