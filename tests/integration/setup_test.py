"""The setup actions' `cache` inputs and what setup-java writes for Maven, through the whole server, with the tools
of this machine and without network."""
import json
import subprocess

import pytest


def workflow(*steps):
    return json.dumps({"on": "push", "jobs": {"a": {"runs-on": "ubuntu-latest", "steps": list(steps)}}})


class Pushes:
    def __init__(self, daemon, git):
        self.daemon, self.repository = daemon, git.repository("acme/app")
        daemon.add_repository(self.repository)

    def run(self, *steps, files=None):
        sha = self.repository.commit({".triphammer/w.yml": workflow(*steps), **(files or {})}, message="push")
        run = self.daemon.run_of_push(self.repository, sha)
        return run, self.daemon.log_text(run["id"], run["jobs"][0]["id"])


@pytest.fixture
def pushes(daemon, git):
    return Pushes(daemon, git)


CHECKOUT = {"uses": "actions/checkout@v4"}
KINDS = {
    "pip": ("python", {"cache": "pip"}, "requirements.txt", "$(pip cache dir)"),
    "npm": ("node", {"cache": "npm"}, "package-lock.json", "$(npm config get cache)"),
    "go": ("go", {}, "go.sum", "$(go env GOMODCACHE)"),
    "maven": ("java", {"cache": "maven", "distribution": "temurin"}, "sub/pom.xml", "$HOME/.m2/repository"),
    "gradle": ("java", {"cache": "gradle", "distribution": "temurin"}, "build.gradle", "$HOME/.gradle/caches"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_package_manager_has_downloaded_is_there_in_the_next_run(pushes, kind):
    tool, inputs, file, folder = KINDS[kind]
    setup = {"id": "setup", "uses": f"actions/setup-{tool}@v4", "with": inputs}
    # Go's own folders are read-only
    fill = {"run": f"mkdir -p {folder}/some && echo kept > {folder}/some/file && chmod 555 {folder}/some"}
    look = {"run": f"echo 'hit=${{{{ steps.setup.outputs.cache-hit }}}}'; cat {folder}/some/file || echo nothing"}

    first, log = pushes.run(CHECKOUT, setup, look, fill, files={file: "one\n"})
    again, then = pushes.run(CHECKOUT, setup, look, files={"unrelated.txt": "x\n"})
    other, last = pushes.run(CHECKOUT, setup, look, files={file: "two\n"})

    assert first["state"] == again["state"] == other["state"] == "succeeded", log + then + last
    assert "hit=false\n" in log and "nothing\n" in log and "Cache saved with key: setup-" + tool in log, log
    assert "hit=true\nkept\n" in then and "not saving cache" in then, then
    assert "hit=false\n" in last and ("kept\n" in last) == (kind == "pip"), last
    names = [step["name"] for step in first["jobs"][0]["steps"]]
    assert f"Post Run actions/setup-{tool}@v4" in names


def test_a_job_that_fails_saves_nothing(pushes):
    setup = {"uses": "actions/setup-python@v5", "with": {"cache": "pip"}}

    run, log = pushes.run(
        CHECKOUT, setup, {"run": "mkdir -p $(pip cache dir) && touch $(pip cache dir)/x && false"},
        files={"requirements.txt": ""})

    assert run["state"] == "failed" and "Cache saved" not in log
    states = {step["name"]: step["state"] for step in run["jobs"][0]["steps"]}
    assert states["Post Run actions/setup-python@v5"] == "skipped"


def test_the_files_of_the_key_may_be_named_and_must_be_there(pushes):
    def setup(tool, **inputs):
        return {"uses": f"actions/setup-{tool}@v4", "with": inputs}

    files = {"web/package-lock.json": "{}", "a/reqs.txt": "", "b/reqs.txt": "", "go.mod": "module x\n"}
    named, log = pushes.run(
        CHECKOUT,
        setup("node", cache="npm", **{"cache-dependency-path": "web/package-lock.json"}),
        setup("python", cache="pip", **{"cache-dependency-path": "a/reqs.txt\nb/*.txt"}),
        setup("go", **{"cache-dependency-path": "none/go.sum"}), files=files)
    missing, said = pushes.run(CHECKOUT, setup("node", cache="npm"))
    wrong, words = pushes.run(CHECKOUT, setup("python", cache="conda"))

    assert named["state"] == "succeeded" and "##[warning]cache: no file of the workspace matches none/go.sum" in log, log
    assert missing["state"] == "failed"
    assert "cache: no file of the workspace matches package-lock.json npm-shrinkwrap.json yarn.lock" in said, said
    assert wrong["state"] == "failed" and "cache: 'conda' is none of pip, pipenv, poetry" in words, words


def test_setup_java_writes_what_maven_needs_to_publish(pushes):
    def setup(version="v4", **inputs):
        return {"uses": f"actions/setup-java@{version}", "with": {"distribution": "temurin", "java-version": "17", **inputs}}

    run, log = pushes.run(
        setup(),
        {"run": "grep -q '<id>github</id>' ~/.m2/settings.xml && grep -qF '${env.GITHUB_TOKEN}' ~/.m2/settings.xml"},
        {"run": "mvn -q -v >/dev/null && test \"$MAVEN_ARGS\" = -ntp && echo mine > ~/.m2/settings.xml"},
        setup(**{"overwrite-settings": False}),
        {"run": "test \"$(cat ~/.m2/settings.xml)\" = mine && test \"$MAVEN_ARGS\" = -ntp"},
        setup(**{"server-id": "central", "server-username": "USER", "server-password": "PASS", "settings-path": "conf",
                 "mvn-toolchain-id": "ours", "mvn-toolchain-vendor": "A & B"}),
        {"run": "cat conf/settings.xml conf/toolchains.xml; test \"$(cat ~/.m2/settings.xml)\" = mine"},
        {"run": "grep -q '<id>temurin_17</id>' ~/.m2/toolchains.xml && test \"$(grep -c '<toolchain>' ~/.m2/toolchains.xml)\" = 1"},
        {"run": "python3 -c 'import sys, xml.dom.minidom as x; [x.parse(one) for one in sys.argv[1:]]' conf/*.xml ~/.m2/toolchains.xml"},
    )

    assert run["state"] == "succeeded", log
    assert "<id>central</id>\n      <username>${env.USER}</username>\n      <password>${env.PASS}</password>" in log
    assert "<vendor>A &amp; B</vendor>\n      <id>ours</id>" in log


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    """A key that signs, with a passphrase."""
    import tempfile
    with tempfile.TemporaryDirectory(prefix="k", dir="/tmp") as home:
        gpg = ["gpg", "--homedir", home, "--batch", "--pinentry-mode", "loopback", "--passphrase", "open sesame"]
        subprocess.run([*gpg, "--quick-gen-key", "Ada <ada@example.com>", "ed25519", "sign"], check=True, capture_output=True)
        made = subprocess.run([*gpg, "--armor", "--export-secret-keys"], check=True, capture_output=True, text=True).stdout
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "gpg-agent"], check=False)
        return made


def test_a_key_signs_for_this_job_alone(daemon, git, key):
    pushes = Pushes(daemon, git)
    daemon.admin("secret", "set", "SIGNING_KEY", stdin=key)
    setup = {"uses": "actions/setup-java@v6", "with": {
        "distribution": "temurin", "java-version": "17", "gpg-private-key": "${{ secrets.SIGNING_KEY }}"}}

    run, log = pushes.run(
        setup,
        {"run": "echo text > it && gpg --batch --pinentry-mode loopback --passphrase 'open sesame' --detach-sign it && "
                "gpg --verify it.sig it 2>&1"},
        {"run": "grep -F '<gpg.passphraseEnvName>GPG_PASSPHRASE</gpg.passphraseEnvName>' ~/.m2/settings.xml"},
        {"run": "echo folder=$GNUPGHOME"},
    )

    assert run["state"] == "succeeded" and "Good signature" in log, log
    assert "PRIVATE KEY" not in log and "folder=/tmp/setup-java-gpg-" in log
    names = [step["name"] for step in run["jobs"][0]["steps"]]
    assert names[-1] == "Post Run actions/setup-java@v6"


FAKE_JDK = """mkdir -p jdk-99.0.2/bin
printf '#!/bin/sh\\necho "openjdk version \\\\"99.0.2\\\\" 2030-01-01" >&2\\n' > jdk-99.0.2/bin/java
chmod 755 jdk-99.0.2/bin/java
tar -czf jdk.tar.gz jdk-99.0.2
rm -r jdk-99.0.2
tar -czf empty.tar.gz --files-from /dev/null"""


def test_a_jdk_that_an_earlier_step_brought_is_set_up_from_its_archive(pushes):
    def setup(file, name="jdk-file"):
        return {"id": "setup", "uses": "actions/setup-java@v5", "with": {
            "distribution": "jdkfile", "java-version": "99", name: file, "architecture": "x64"}}

    look = {"run": "command -v java; echo home=$JAVA_HOME; java -version; "
                   "echo \"said ${{ steps.setup.outputs.version }} ${{ steps.setup.outputs.distribution }}\""}
    good, log = pushes.run({"run": FAKE_JDK}, setup("jdk.tar.gz"), look)
    older, again = pushes.run({"run": FAKE_JDK}, setup("jdk.tar.gz", "jdkFile"), look)
    empty, nothing = pushes.run({"run": FAKE_JDK}, setup("empty.tar.gz"))
    missing, words = pushes.run(setup("none.tar.gz"))

    assert good["state"] == older["state"] == "succeeded", log + again
    assert "jdk-99.0.2/bin/java\n" in log and "jdk-99.0.2\n" in log and "said 99.0.2 jdkfile\n" in log, log
    assert empty["state"] == missing["state"] == "failed"
    assert "jdk-file: empty.tar.gz holds no bin/java that runs" in nothing + str(empty), nothing
    assert "jdk-file: there is no file none.tar.gz" in words + str(missing), words


@pytest.mark.parametrize("tool", ["python", "node", "go", "java"])
def test_tools_of_another_processor_are_not_to_be_had_and_one_is_told_what_to_do(pushes, tool):
    run, log = pushes.run({"uses": f"actions/setup-{tool}@v4", "with": {"architecture": "s390x"}})

    assert run["state"] == "failed"
    assert "architecture: s390x is asked for, and this job runs on x64" in log + str(run) and "runs_on" in log + str(run)


def test_the_machines_own_processor_may_be_named_in_any_of_its_names(pushes):
    run, log = pushes.run(*[{"uses": "actions/setup-python@v5", "with": {"architecture": name}} for name in ("amd64", "X64", "x86_64")])
    assert run["state"] == "succeeded", log
