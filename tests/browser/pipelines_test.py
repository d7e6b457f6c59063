"""The editor for pipelines that the server keeps."""

PIPELINE = "/pipelines/flask"


def set_text(browser, text):
    browser.run(
        "const a = document.querySelector('.editor textarea'); a.value = arguments[0];"
        "a.dispatchEvent(new Event('input', {bubbles: true}))",
        text,
    )


def open_editor(browser, site):
    browser.open(site.url + PIPELINE)
    browser.wait(lambda: "name: flask" in (browser.run("return document.querySelector('.editor textarea')?.value") or ""), "the text")


def test_problems_come_while_typing_with_line_and_column(browser, site):
    open_editor(browser, site)
    set_text(browser, "name: x\njobs:\n  a:\n    run-on: host\n")
    browser.wait_text("4:5", ".problems")

    assert 'did you mean "runs-on"?' in browser.text(".problems")
    assert browser.text(".gutter .error") == "4"
    browser.click(".problems button")
    at = len("name: x\njobs:\n  a:\n    ")
    browser.wait(lambda: browser.run("return document.querySelector('textarea').selectionStart") == at, "the cursor at the problem")


def test_a_saved_text_is_a_new_version(browser, site):
    open_editor(browser, site)
    set_text(browser, "name: changed\n")
    browser.type(".save input", "shorter")
    browser.run("document.querySelector('textarea').focus()")
    browser.press("s", hold="Control")
    browser.wait_text("version 3", "h1")
    browser.wait_text("shorter", ".versions")

    saved = site.api("/pipelines/flask")
    assert (saved["version"], saved["text"]) == (3, "name: changed\n")


def test_a_text_with_errors_is_not_saved_and_not_lost(browser, site):
    open_editor(browser, site)
    set_text(browser, "run-on: host\n")
    browser.click(".save button")
    browser.wait_text("The workflow has errors.", ".toast")

    assert site.api("/pipelines/flask")["version"] == 2
    assert browser.run("return document.querySelector('textarea').value") == "run-on: host\n"


def test_the_second_of_two_savers_is_told_and_chooses(browser, site):
    open_editor(browser, site)
    set_text(browser, "name: mine\n")
    site.control("save-pipeline", name="flask", text="name: theirs\n")
    browser.click(".save button")
    browser.wait_text("Version 3 was saved by somebody meanwhile.", ".conflict")
    assert "name: theirs" in browser.text(".conflict pre")
    assert site.api("/pipelines/flask")["text"] == "name: theirs\n"

    browser.click(".conflict button")
    browser.wait(lambda: site.api("/pipelines/flask")["text"] == "name: mine\n", "my text as version 4")
    assert site.api("/pipelines/flask")["version"] == 4


def test_an_unchanged_editor_takes_over_what_another_saved(browser, site):
    open_editor(browser, site)
    browser.wait_text("live", ".connection")
    site.control("save-pipeline", name="flask", text="name: theirs\n")

    browser.wait(lambda: browser.run("return document.querySelector('textarea').value") == "name: theirs\n", "their text")


def test_an_old_version_comes_back_as_text(browser, site):
    open_editor(browser, site)
    browser.wait_text("Load", ".versions")
    browser.click(".versions button")

    browser.wait(lambda: "kept on the server" not in browser.run("return document.querySelector('textarea').value"), "version 1")
    assert "changed" in browser.text("h1")


def test_bindings_are_boxes_to_tick(browser, site):
    open_editor(browser, site)
    browser.wait_text("octo/billing", ".bindings")
    browser.click(".bindings li:first-child input")

    browser.wait(lambda: site.api("/pipelines/flask")["repositories"] == ["octo/site", "octo/billing"], "the binding")


def test_tab_indents_and_escape_tab_leaves(browser, site):
    open_editor(browser, site)
    browser.run("const a = document.querySelector('textarea'); a.focus(); a.setSelectionRange(0, 0)")
    browser.press("Tab")
    assert browser.run("return document.querySelector('textarea').value").startswith("  name: flask")
    browser.press("Escape", "Tab")

    assert browser.run("return document.activeElement.tagName") != "TEXTAREA"


def test_a_new_pipeline_begins_with_a_template(browser, site):
    browser.open(f"{site.url}/new-pipeline")
    browser.wait_text("Test, image and deployment", ".choices")
    browser.click(".choice:nth-of-type(2) input")
    browser.type(".field input", "my-image")
    browser.click("button[type=submit]")
    browser.wait(lambda: browser.run("return location.pathname") == "/pipelines/my-image", "the editor")

    assert site.api("/pipelines/my-image")["text"].startswith("name: image\n")
