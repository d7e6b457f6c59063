"""The editor for pipelines that the server keeps."""

PIPELINE = "/pipelines/flask"
LINES = "return [...document.querySelector('.code').shadowRoot.querySelectorAll('.cm-line')].map(e => e.textContent).join('\\n')"
CONTENT = "document.querySelector('.code').shadowRoot.querySelector('.cm-content')"


def text(browser):
    return browser.run(LINES)


def set_text(browser, new):
    browser.run(f"{CONTENT}.focus()")
    browser.press("a", hold="Control")
    browser.cdp("Input.insertText", text=new)


def shadow(browser, selector):
    """What stands inside of the editor, as text."""
    return browser.run("return [...document.querySelector('.code').shadowRoot.querySelectorAll(arguments[0])].map(e => e.innerText).join('\\n')", selector)


def open_editor(browser, site):
    browser.open(site.url + PIPELINE)
    browser.wait(lambda: browser.run("return !!document.querySelector('.code')?.shadowRoot") and "name: flask" in text(browser), "the text")


def open_tab(browser, name):
    browser.click(f"#side-{name}")
    browser.wait(lambda: browser.run("return document.querySelector('#side-' + arguments[0]).ariaSelected", name) == "true", name)




def test_problems_come_while_typing_with_line_and_column(browser, site):
    open_editor(browser, site)
    set_text(browser, "name: x\njobs:\n  a:\n    run-on: host\n")
    browser.wait_text("4:5", ".problems")

    assert 'did you mean "runs-on"?' in browser.text(".problems")
    assert browser.text(".count") == "1"
    assert shadow(browser, ".cm-lintRange-error") == "run-on"
    browser.click(".problems button")
    browser.wait(lambda: shadow(browser, ".cm-activeLineGutter").split()[-1:] == ["4"], "the cursor at the problem")


def test_a_problem_with_a_known_remedy_is_mended_by_a_button(browser, site):
    open_editor(browser, site)
    set_text(browser, "name: x\njobs:\n  a:\n    run-on: host\n")
    browser.wait_text("Change to runs-on", ".problems")
    browser.click(".problems li > button:nth-of-type(2)")
    browser.wait(lambda: text(browser) == "name: x\njobs:\n  a:\n    runs-on: host\n", "the mended text")
    browser.wait_text("No problems", "#side-panel")

    set_text(browser, "jobs:\n  a:\n    run-on: host\n")
    browser.wait(lambda: shadow(browser, ".cm-lintRange-error") == "run-on", "the problem")
    browser.press("F8")
    browser.wait(lambda: "Change to runs-on" in shadow(browser, ".cm-tooltip .cm-diagnosticAction"), "the action")
    browser.run("document.querySelector('.code').shadowRoot.querySelector('.cm-diagnosticAction').dispatchEvent(new MouseEvent('mousedown', {bubbles: true}))")
    browser.wait(lambda: "    runs-on: host" in text(browser), "the mended text")


def test_keys_are_completed_from_the_schema(browser, site):
    open_editor(browser, site)
    set_text(browser, "on: push\njobs:\n  build:\n    ")
    browser.press("r", "u", "n")
    browser.wait(lambda: "runs-on" in shadow(browser, ".cm-tooltip-autocomplete"), "the key")
    browser.wait(lambda: shadow(browser, ".cm-completionInfo"), "what the schema says of it")
    browser.run(
        "document.querySelector('.code').shadowRoot.querySelector('.cm-tooltip-autocomplete li[aria-selected]')"
        ".dispatchEvent(new MouseEvent('mousedown', {bubbles: true, cancelable: true}))"
    )

    browser.wait(lambda: text(browser).endswith("    runs-on: "), "the completed key")


def test_a_key_explains_itself_under_the_pointer(browser, site):
    open_editor(browser, site)
    place = browser.run(
        "const t = [...document.querySelector('.code').shadowRoot.querySelectorAll('.cm-line span')].find(e => e.textContent === 'runs-on');"
        "const r = t.getBoundingClientRect(); return [r.x + 8, r.y + 8]"
    )
    browser.cdp("Input.dispatchMouseEvent", type="mouseMoved", x=place[0] - 2, y=place[1])
    browser.cdp("Input.dispatchMouseEvent", type="mouseMoved", x=place[0], y=place[1])
    browser.wait(lambda: shadow(browser, ".cm-tooltip .says"), "what the schema says")

    assert "list" in shadow(browser, ".cm-tooltip .takes")


def test_a_saved_text_is_a_new_version(browser, site):
    open_editor(browser, site)
    set_text(browser, "name: changed\n")
    browser.type(".save input", "shorter")
    browser.run(f"{CONTENT}.focus()")
    browser.press("s", hold="Control")
    browser.wait_text("version 3", "h1")
    open_tab(browser, "versions")
    browser.wait_text("shorter", ".versions")

    saved = site.api(PIPELINE)
    assert (saved["version"], saved["text"]) == (3, "name: changed\n")


def test_a_text_with_errors_is_not_saved_and_not_lost(browser, site):
    open_editor(browser, site)
    set_text(browser, "run-on: host\n")
    browser.click(".save button")
    browser.wait_text("The workflow has errors.", ".toast")

    assert site.api(PIPELINE)["version"] == 2
    assert text(browser).startswith("run-on: host")


def test_what_changed_is_shown_line_by_line(browser, site):
    open_editor(browser, site)
    set_text(browser, site.api(PIPELINE)["text"].replace("runs-on: host", "runs-on: ubuntu-24.04"))
    open_tab(browser, "changes")
    browser.wait_text("runs-on: ubuntu-24.04", ".diff .added")

    assert "runs-on: host" in browser.text(".diff .removed")
    assert browser.count(".diff .added") == browser.count(".diff .removed") == 1


def test_unsaved_text_is_back_after_a_reload_and_can_be_dropped(browser, site):
    open_editor(browser, site)
    set_text(browser, "name: not yet\n")
    browser.wait_text("changed", "h1")
    browser.open(site.url + PIPELINE)
    browser.wait_text("Your unsaved text is back", ".note")
    assert text(browser).startswith("name: not yet")

    browser.click(".note button:last-child")
    browser.wait(lambda: "name: flask" in text(browser), "the saved text")
    browser.open(site.url + PIPELINE)
    browser.wait(lambda: browser.count(".code") and "name: flask" in text(browser), "the saved text")
    assert browser.count(".note") == 0


def test_two_changes_of_different_lines_are_merged(browser, site):
    open_editor(browser, site)
    base = site.api(PIPELINE)["text"]
    set_text(browser, base.replace("python3 -m pytest", "python3 -m pytest -x"))
    site.control("save-pipeline", name="flask", text=base.replace("name: flask", "name: shop"))
    browser.wait_text("while you write", ".note")
    browser.click(".save button")
    browser.wait_text("Version 3 was saved by somebody meanwhile.", ".conflict")
    browser.wait_text("do not touch each other", ".conflict")
    heads = browser.run("return [...document.querySelectorAll('.merge-head h3')].map(e => e.innerText)")
    assert heads == ["Version 2, where you began", "Version 3, theirs", "Yours"]
    browser.click(".conflict .primary")
    browser.wait(lambda: browser.count(".conflict") == 0 and "name: shop" in text(browser) and "pytest -x" in text(browser), "the merged text")

    assert site.api(PIPELINE)["version"] == 3  # nothing is saved before one has seen it
    browser.click(".save button")
    browser.wait(lambda: site.api(PIPELINE)["version"] == 4, "version 4")


def test_where_both_changed_a_line_one_chooses(browser, site):
    open_editor(browser, site)
    set_text(browser, "name: mine\n")
    site.control("save-pipeline", name="flask", text="name: theirs\n")
    browser.click(".save button")
    browser.wait_text("One place was changed by both", ".conflict")
    assert "name: theirs" in browser.text(".merge pre") and "name: mine" in browser.text(".merge pre.taken")
    browser.click(".merge-choice label:nth-of-type(2) input")
    browser.wait(lambda: browser.text(".merge pre.taken").endswith("name: theirs"), "theirs is taken")
    browser.click(".conflict .primary")
    browser.wait(lambda: text(browser).startswith("name: theirs"), "their text")

    assert "changed" not in browser.text("h1")


def test_an_unchanged_editor_takes_over_what_another_saved(browser, site):
    open_editor(browser, site)
    browser.wait_text("live", ".connection")
    site.control("save-pipeline", name="flask", text="name: theirs\n")

    browser.wait(lambda: text(browser).startswith("name: theirs"), "their text")


def test_an_old_version_comes_back_as_text_and_says_what_it_changed(browser, site):
    open_editor(browser, site)
    open_tab(browser, "versions")
    browser.wait_text("active", ".versions")
    browser.click(".versions li:first-child button")
    browser.wait_text("# kept on the server", ".versions .diff .added")
    browser.click(".versions li:nth-child(2) button:nth-child(2)")
    browser.wait(lambda: "kept on the server" not in text(browser), "version 1")

    assert "changed" in browser.text("h1")
    assert browser.run("return document.querySelector('.save input').value") == "back to version 1"


def test_what_would_run_is_tried_with_the_last_deliveries(browser, site):
    open_editor(browser, site)
    open_tab(browser, "would")
    browser.wait(lambda: browser.count(".would > li") == 5, "five deliveries")
    browser.wait_text("gone", ".would-jobs .removed")
    assert "old" in browser.text(".would-jobs .removed") and "image" in browser.text(".would-jobs .added")
    browser.wait_text("Would not start: why", ".would")

    set_text(browser, "on: push\njobs:\n  other:\n    runs-on: host\n")
    browser.wait_text("other", ".would-jobs .added")
    assert not [line for line in site.requests("/replay")]


def test_without_a_repository_what_would_run_says_what_to_do(browser, site):
    site.control("bind", name="flask", repositories=[])
    open_editor(browser, site)
    open_tab(browser, "would")

    browser.wait_text("Tick one under “Bound to”", "#side-panel")


def test_the_graph_follows_the_text(browser, site):
    open_editor(browser, site)
    open_tab(browser, "graph")
    browser.wait(lambda: browser.count(".graph-box") == 3, "three jobs")
    assert browser.count(".graph-plane > svg path") == 2

    set_text(browser, site.api(PIPELINE)["text"].replace("    needs: test\n", ""))
    browser.wait(lambda: browser.count(".graph-plane > svg path") == 1, "one line less")


def test_bindings_are_boxes_to_tick(browser, site):
    open_editor(browser, site)
    open_tab(browser, "repositories")
    browser.wait_text("octo/billing", ".bindings")
    browser.click(".bindings li:first-child input")

    browser.wait(lambda: site.api("/pipelines/flask")["repositories"] == ["octo/site", "octo/billing"], "the binding")


def test_tab_indents_and_escape_tab_leaves(browser, site):
    open_editor(browser, site)
    browser.run(f"{CONTENT}.focus()")
    browser.press("Home", hold="Control")
    browser.press("Tab")
    browser.wait(lambda: text(browser).startswith("  name: flask"), "the indentation")
    browser.press("Escape", "Tab")

    assert browser.run("return document.activeElement.className") != "code"


def test_letters_in_the_editor_are_no_keys_of_the_page(browser, site):
    open_editor(browser, site)
    browser.run(f"{CONTENT}.focus()")
    browser.press("g", "h")

    browser.wait(lambda: "gh" in text(browser), "the letters")
    assert browser.run("return location.pathname") == PIPELINE


def test_the_side_tabs_are_walked_with_arrows(browser, site):
    open_editor(browser, site)
    browser.run("document.getElementById('side-problems').focus()")
    browser.press("ArrowRight", "ArrowRight")

    assert browser.run("return document.activeElement.id") == "side-graph"
    browser.press("ArrowLeft", "ArrowLeft", "ArrowLeft")
    assert browser.run("return document.activeElement.id") == "side-repositories"


def test_the_first_view_carries_no_editor(browser, site):
    browser.open(site.url)
    browser.wait_text("octo/shop #484")

    assert not site.requests("editing-")


def test_a_new_pipeline_begins_with_a_template(browser, site):
    browser.open(f"{site.url}/new-pipeline")
    browser.wait_text("Test, image and deployment", ".choices")
    browser.click(".choice:nth-of-type(2) input")
    browser.type(".field input", "my-image")
    browser.click("button[type=submit]")
    browser.wait(lambda: browser.run("return location.pathname") == "/pipelines/my-image", "the editor")

    assert site.api("/pipelines/my-image")["text"].startswith("name: image\n")


def test_the_editor_shows_what_the_text_is_resolved_to(browser, site):
    open_editor(browser, site)
    open_tab(browser, "resolved")
    browser.wait_text("# as planned for", "#side-panel pre")
    assert "jobs:" in browser.text("#side-panel pre") and browser.count("#side-panel pre *") == 0
