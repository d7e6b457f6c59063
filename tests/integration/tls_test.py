"""TLS of its own: a certificate that is renewed while connections are open, and what is not TLS."""
import base64
import os
import resource
import signal
import socket
import ssl
import subprocess

import pytest
import requests

from harness.daemon import free_port


def make_certificate(folder, name):
    """Self-signed for 127.0.0.1; (certificate, key, serial)."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    return certificate, key


@pytest.fixture
def secure(make_daemon, tmp_path):
    """A daemon that listens over TLS, and the files that it reads."""
    live = tmp_path / "live"
    live.mkdir()
    renew(live, *make_certificate(tmp_path, "first"))
    plain = free_port()
    daemon = make_daemon(start=False, tls={"certificate": str(live / "cert.pem"), "key": str(live / "key.pem"),
                                           "redirect_from": f"127.0.0.1:{plain}"})
    daemon.start(wait=False)
    daemon.live, daemon.plain = live, plain
    daemon.wait_for(lambda: "ready" in daemon.tail() and name_of(daemon) == "first")
    return daemon


def renew(live, certificate, key):
    """As certbot does: whole files take the place of others."""
    for source, name in ((key, "key.pem"), (certificate, "cert.pem")):
        (live / "next").write_bytes(source.read_bytes())
        os.replace(live / "next", live / name)


def context(**limits):
    made = ssl.create_default_context()
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    for name, value in limits.items():
        setattr(made, name, value)
    return made


def connect(daemon, made=None):
    return (made or context()).wrap_socket(socket.create_connection(("127.0.0.1", daemon.port), timeout=10))


def name_of(daemon):
    """Of the certificate that a new connection gets."""
    try:
        with connect(daemon) as client:
            text = subprocess.run(["openssl", "x509", "-inform", "DER", "-noout", "-subject"], capture_output=True,
                                  input=client.getpeercert(binary_form=True), check=True).stdout.decode()
            return text.strip().rpartition(" ")[2]
    except OSError:
        return None


def ask(client, path="/healthz"):
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    answer = b""
    while b"\r\n\r\n" not in answer or not answer.endswith(b"ok\n"):
        piece = client.recv(4096)
        assert piece, answer
        answer += piece
    return answer.decode()


@pytest.mark.parametrize("by_signal", [True, False])
def test_a_renewed_certificate_is_used_and_no_connection_is_dropped(secure, tmp_path, by_signal):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    open_connections, made = [], context()
    for _ in range(300 if by_signal else 50):
        open_connections.append(connect(secure, made))
        ask(open_connections[-1])

    new = make_certificate(tmp_path, "second")
    if by_signal:  # written in place, as by an old script: the file system says nothing of a rename
        for source, name in zip(new, ("cert.pem", "key.pem")):
            (secure.live / name).write_bytes(source.read_bytes())
        secure.process.send_signal(signal.SIGHUP)
    else:
        renew(secure.live, *new)
    secure.wait_for(lambda: name_of(secure) == "second")

    for client in open_connections:
        assert "200 OK" in ask(client)
        client.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_files_that_do_not_fit_leave_the_old_certificate(secure, tmp_path):
    (secure.live / "key.pem").write_bytes(make_certificate(tmp_path, "other")[1].read_bytes())
    secure.process.send_signal(signal.SIGHUP)
    secure.wait_for(lambda: "the old certificate stays" in secure.tail())

    assert name_of(secure) == "first"


def test_versions_and_protocols(secure):
    old = context(maximum_version=ssl.TLSVersion.TLSv1_1)
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError):
        connect(secure, old)
    with pytest.raises(ssl.SSLError):  # neither forward secret nor authenticated
        weak = context(maximum_version=ssl.TLSVersion.TLSv1_2)
        weak.set_ciphers("AES128-SHA256")
        connect(secure, weak)
    with connect(secure, context(maximum_version=ssl.TLSVersion.TLSv1_2)) as client:
        assert client.version() == "TLSv1.2" and "200 OK" in ask(client)
    both = context()
    both.set_alpn_protocols(["h2", "http/1.1"])
    with connect(secure, both) as client:
        assert client.selected_alpn_protocol() == "http/1.1" and client.version() == "TLSv1.3"
        assert "strict-transport-security: max-age=31536000" in ask(client).lower()
    with pytest.raises(ssl.SSLError):
        other = context()
        other.set_alpn_protocols(["h2"])
        connect(secure, other)


def test_what_is_not_tls_is_harmless(secure):
    for words in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\xff\xff" + b"\0" * 64, b"", os.urandom(4096)):
        with socket.create_connection(("127.0.0.1", secure.port), timeout=10) as client:
            client.sendall(words)
            client.shutdown(socket.SHUT_WR)
            answer = b""
            try:
                while piece := client.recv(4096):
                    answer += piece
            except ConnectionResetError:
                pass
            assert b"HTTP/" not in answer
    assert name_of(secure) == "first"


def test_plain_http_leads_to_tls_and_takes_nothing(secure):
    answer = requests.get(f"http://127.0.0.1:{secure.plain}/runs?state=failed", timeout=5, allow_redirects=False)
    assert answer.status_code == 308
    assert answer.headers["Location"] == f"https://127.0.0.1:{secure.port}/runs?state=failed"
    assert "Strict-Transport-Security" not in answer.headers
    for path in ("/webhooks/github", "/api/v1/session"):
        assert requests.post(f"http://127.0.0.1:{secure.plain}{path}", json={}, timeout=5).status_code == 403
    away = requests.get(f"http://127.0.0.1:{secure.plain}//evil.example/", timeout=5, allow_redirects=False)
    assert away.headers.get("Location", f"https://127.0.0.1:{secure.port}/").startswith(
        f"https://127.0.0.1:{secure.port}/")


def test_the_live_socket_and_a_long_answer_go_over_tls(secure):
    token = secure.admin_token()
    with connect(secure) as client:
        client.sendall(f"GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
                       "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                       f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n\r\n".encode())
        assert client.recv(4096).startswith(b"HTTP/1.1 101")
    known = str(secure.live / "cert.pem")
    document = requests.get(f"https://127.0.0.1:{secure.port}/api/v1/openapi.json", timeout=10, verify=known).json()
    assert document["openapi"] == "3.1.0"
    text = requests.get(f"https://127.0.0.1:{secure.port}/metrics", timeout=10, verify=known).text
    assert "triphammer_certificate_expiry_timestamp_seconds" in text


def test_cookies_are_for_tls_alone_and_an_origin_without_it_is_foreign(secure):
    link = secure.admin("setup-link").stdout.strip()
    assert link.startswith(f"https://127.0.0.1:{secure.port}/")
    base = f"https://127.0.0.1:{secure.port}"
    opened = requests.post(f"{base}/api/v1/setup", json={"token": link.rpartition("token=")[2]}, timeout=10, verify=False,
                           headers={"Origin": base})
    assert opened.status_code == 200 and "Secure" in opened.headers["Set-Cookie"]
    cookie = opened.headers["Set-Cookie"].partition(";")[0]
    for origin, status in ((f"http://127.0.0.1:{secure.port}", 403), (base, 204)):
        ended = requests.delete(f"{base}/api/v1/session", headers={"Cookie": cookie, "Origin": origin}, verify=False,
                                timeout=10)
        assert ended.status_code == status


@pytest.mark.parametrize("keys,words", [
    ({"certificate": "/c"}, "belong together"),
    ({"redirect_from": "127.0.0.1:1"}, "set tls.certificate"),
    ({"certificate": "/nowhere.pem", "key": "/nowhere.key"}, "/nowhere.pem"),
])
def test_bad_files_and_halves_are_refused_at_the_start(make_daemon, keys, words):
    daemon = make_daemon(start=False, tls=keys)
    done = daemon.admin("serve", check=False)
    assert done.returncode == 2 and words in done.stderr


def test_through_a_declared_proxy_with_tls_browsers_hear_that_it_stays_so(make_daemon):
    said = {}
    for name, more in (("tls", {"trusted_proxies": ["127.0.0.1"], "public_url": "https://ci.example.com"}),
                       ("plain", {"trusted_proxies": ["127.0.0.1"], "public_url": "http://ci.example.com"}),
                       ("elsewhere", {"trusted_proxies": ["192.0.2.1"], "public_url": "https://ci.example.com"})):
        daemon = make_daemon(name=f"proxy-{name}", **more)
        answer = requests.get(f"{daemon.url}/runs", headers={"X-Forwarded-Proto": "https"}, timeout=5)
        said[name] = answer.headers.get("Strict-Transport-Security")
        daemon.stop()
    assert said == {"tls": "max-age=31536000", "plain": None, "elsewhere": None}


def test_forwarded_headers_count_only_behind_a_declared_proxy(make_daemon, git):
    """Who is not declared may write what he likes."""
    for proxies, expected in (([], "127.0.0.1"), (["127.0.0.1"], "203.0.113.9")):
        daemon = make_daemon(name=f"proxy-{len(proxies)}", trusted_proxies=proxies)
        repository = git.repository("acme/proxied") if not proxies else repository
        daemon.add_repository(repository)
        hook, _ = daemon.hooks[repository.name]
        guid = f"11111111-2222-3333-4444-55555555555{len(proxies)}"
        refused = requests.post(daemon.url + hook, data="{}", timeout=5, headers={
            "X-Forwarded-For": "198.51.100.1, 203.0.113.9", "X-Forwarded-Proto": "https", "Forwarded": "for=192.0.2.1",
            "X-Hub-Signature-256": "sha256=" + "0" * 64, "X-GitHub-Delivery": guid, "X-GitHub-Event": "push"})
        assert refused.status_code == 401 and "Strict-Transport-Security" not in refused.headers
        daemon.wait_for(lambda: daemon.api(f"/deliveries/{guid}").status_code == 200)
        assert daemon.get(f"/deliveries/{guid}")["source_address"] == expected
