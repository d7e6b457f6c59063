"""The two hook routes from outside: signatures, duplicates, hostile bodies."""
import json

import pytest
import requests

from harness import payloads

SHA = "a" * 40


@pytest.fixture
def hooked(daemon, git):
    repository = git.repository("acme/app")
    daemon.add_repository(repository)
    return daemon, repository


def deletion(repository, n=0):
    return payloads.push(repository.name, repository.clone_url, payloads.ZERO, before=f"{n:040x}")


def test_githubs_published_vector_is_verified_before_anything_is_parsed(make_daemon):
    daemon = make_daemon(github={"webhook_secret": "It's a Secret to Everybody"})
    digest = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"

    def send(signature):
        headers = {"X-Hub-Signature-256": f"sha256={signature}", "X-GitHub-Event": "push", "X-GitHub-Delivery": "g-1", "Content-Type": "application/json"}
        return requests.post(f"{daemon.url}/webhooks/github", data=b"Hello, World!", headers=headers, timeout=5)

    assert send(digest).status_code == 400
    for position in range(64):
        wrong = digest[:position] + ("0" if digest[position] != "0" else "1") + digest[position + 1:]
        assert send(wrong).status_code == 401


def test_during_a_rotation_both_secrets_of_the_servers_hook_sign_and_no_third(make_daemon):
    new, old, other = ("a secret that is long: " + name for name in ("new", "old", "other"))
    daemon = make_daemon(github={"webhook_secret": new, "webhook_secret_previous": old})

    def send(secret):
        headers, body = payloads.signed("ping", {"zen": "z"}, secret)
        return requests.post(f"{daemon.url}/webhooks/github", data=body, headers=headers, timeout=5).status_code

    assert [send(new), send(old), send(other)] == [202, 202, 401]


def test_every_kind_of_wrong_signature_gets_the_same_answer(hooked):
    daemon, repository = hooked
    hook, _ = daemon.hooks[repository.name]
    answers = set()
    for signature in (None, "", "sha256=", "sha1=abc", "sha256=" + "0" * 63, "sha256=" + "0" * 65, "sha256=" + "g" * 64, "sha256=" + "0" * 64):
        headers = {"X-GitHub-Event": "push", "X-GitHub-Delivery": "g", "Content-Type": "application/json"}
        if signature is not None:
            headers["X-Hub-Signature-256"] = signature
        answer = requests.post(daemon.url + hook, data=b"{}", headers=headers, timeout=5)
        answers.add((answer.status_code, answer.text))
    assert len(answers) == 1 and answers.pop()[0] == 401


def test_one_guid_is_one_delivery(hooked):
    daemon, repository = hooked
    first, guid = daemon.deliver(repository, "push", deletion(repository), guid="same-guid")
    second, _ = daemon.deliver(repository, "push", deletion(repository), guid="same-guid")
    assert (first.status_code, second.status_code) == (202, 200)
    assert first.json()["delivery"] == guid
    listed = [item["guid"] for item in daemon.get("/deliveries")["items"]]
    assert listed.count("same-guid") == 1


def test_after_a_wrong_secret_was_mended_the_redelivery_counts(hooked):
    daemon, repository = hooked
    refused, _ = daemon.deliver(repository, "push", deletion(repository), guid="again", secret="wrong secret, but long")
    accepted, _ = daemon.deliver(repository, "push", deletion(repository), guid="again")
    assert (refused.status_code, accepted.status_code) == (401, 202)


def test_the_same_push_with_another_guid_is_listed_as_the_same_fact(hooked):
    daemon, repository = hooked
    workflow = "on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n      - run: echo hi\n"
    sha = repository.commit({".triphammer/a.yml": workflow})
    payload = payloads.push(repository.name, repository.clone_url, sha, before="1" * 40)
    _, first = daemon.deliver(repository, "push", payload)
    assert len(daemon.delivery(first)["runs"]) == 1
    _, second = daemon.deliver(repository, "push", payload)
    found = daemon.delivery(second)
    assert found["outcome"] == "duplicate" and "same" in found["reason"]


@pytest.mark.parametrize("body", [
    b"{", b"[]", b'{"ref": "a", "ref": "b"}', b'{"ref": "\xff"}', b'{"a":' * 70 + b"1" + b"}" * 70, b"", b"null",
])
def test_a_signed_body_that_is_no_event_is_400(hooked, body):
    daemon, repository = hooked
    answer, guid = daemon.deliver(repository, "push", body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["message"]


def test_a_body_over_the_limit_is_413_and_the_next_request_is_fine(hooked):
    daemon, repository = hooked
    try:
        answer, _ = daemon.deliver(repository, "push", b'{"x": "' + b"a" * 27_000_000 + b'"}')
        assert answer.status_code == 413
    except requests.ConnectionError:
        pass  # the connection was closed while the body was still being sent
    fine, _ = daemon.deliver(repository, "push", deletion(repository, 5))
    assert fine.status_code == 202


def test_a_body_of_25_mb_is_kept(hooked):
    daemon, repository = hooked
    payload = deletion(repository, 6)
    payload["padding"] = "a" * (26_214_400 - len(json.dumps(payload)) - 20)
    answer, guid = daemon.deliver(repository, "push", payload)
    assert answer.status_code == 202
    assert daemon.delivery(guid)["outcome"] == "ignored"


def test_events_that_start_nothing_are_kept_with_the_reason(hooked):
    daemon, repository = hooked
    repository.commit({"README.md": "no workflow here"})  # what check_run starts stands on the default branch
    for event in ("ping", "check_run", "star", "some_future_event"):
        payload = {"zen": "x", "action": "created", "repository": payloads.repository(repository.name, repository.clone_url), "sender": {"login": "a", "id": 1}}
        answer, guid = daemon.deliver(repository, event, payload)
        assert answer.status_code == 202, (event, answer.text)
        found = daemon.delivery(guid)
        assert found["outcome"] == "ignored" and found["reason"], (event, found)


def test_another_repository_than_the_hooks_is_403(hooked):
    daemon, repository = hooked
    _, guid = daemon.deliver(repository, "push", deletion(repository, 7))
    daemon.delivery(guid)
    other = payloads.push("else/where", repository.clone_url, payloads.ZERO, forge_id=99)
    answer, _ = daemon.deliver(repository, "push", other)
    assert answer.status_code == 403


def test_a_form_encoded_payload_is_taken(hooked):
    daemon, repository = hooked
    import hashlib
    import hmac
    import urllib.parse
    hook, secret = daemon.hooks[repository.name]
    body = urllib.parse.urlencode({"payload": json.dumps(deletion(repository, 8))}).encode()
    mac = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-GitHub-Event": "push", "X-GitHub-Delivery": "form-1", "X-Hub-Signature-256": f"sha256={mac}"}
    assert requests.post(daemon.url + hook, data=body, headers=headers, timeout=5).status_code == 202


def wrongly_signed(daemon, repository, forwarded=None):
    hook, _ = daemon.hooks[repository.name]
    headers = {"X-Hub-Signature-256": "sha256=" + "0" * 64, "X-GitHub-Event": "push", "X-GitHub-Delivery": "g",
               "Content-Type": "application/json"}
    if forwarded:
        headers["X-Forwarded-For"] = forwarded
    return requests.post(daemon.url + hook, data=b"{}", headers=headers, timeout=5)


def guessed(daemon, number, forwarded):
    return requests.get(f"{daemon.url}/api/v1/runs", timeout=5,
                        headers={"Authorization": f"Bearer th_guess{number}", "X-Forwarded-For": forwarded})


def test_a_client_that_fails_again_and_again_waits_and_others_do_not(make_daemon, git):
    daemon = make_daemon(trusted_proxies=["127.0.0.0/8"])
    repository = git.repository("acme/app")
    daemon.add_repository(repository)
    assert wrongly_signed(daemon, repository, "6.6.6.6, 203.0.113.7").status_code == 401
    refused = daemon.wait_for(lambda: daemon.get("/deliveries?outcome=refused")["items"])
    assert daemon.get(f"/deliveries/{refused[0]['guid']}")["source_address"] == "203.0.113.7"

    answers = [guessed(daemon, n, "6.6.6.6, 203.0.113.7") for n in range(25)]
    assert answers[0].status_code == 401 and answers[-1].status_code == 429
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 3
    assert guessed(daemon, 0, "6.6.6.6, 203.0.113.8").status_code == 401


def test_an_address_that_no_declared_proxy_vouches_for_is_not_believed(hooked):
    daemon, repository = hooked
    answers = [guessed(daemon, n, f"203.0.113.{n}").status_code for n in range(25)]
    assert answers[0] == 401 and answers[-1] == 429
    accepted, _ = daemon.deliver(repository, "push", deletion(repository))
    assert accepted.status_code == 202, "what is signed waits for nobody's failures"


def test_guessed_tokens_and_links_wait_too(daemon):
    def ask(token):
        return requests.get(f"{daemon.url}/api/v1/runs", headers={"Authorization": f"Bearer {token}"}, timeout=5)

    answers = [ask(f"th_guess{n}").status_code for n in range(25)]
    assert answers[0] == 401 and answers[-1] == 429
    assert ask(daemon.admin_token()).status_code == 429, "not even a right guess is told"
    link = requests.post(f"{daemon.url}/api/v1/setup", json={"token": "guess"}, headers={"Origin": daemon.url}, timeout=5)
    assert link.status_code == 429 and int(link.headers["Retry-After"]) >= 1


def test_the_daemon_may_open_as_many_files_as_the_system_lets_it(daemon):
    with open(f"/proc/{daemon.process.pid}/limits") as limits:
        [line] = [line for line in limits if line.startswith("Max open files")]
    soft, hard = line.split()[3:5]
    assert soft == hard
    assert "limit of open files" in daemon.log.read_text()
