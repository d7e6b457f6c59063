"""A mail server on loopback, with TLS, that is strict where clients have been wrong: lines end with CRLF and are
short, nobody signs in or sends in clear text, EHLO comes again after STARTTLS."""
import base64
import email
import email.policy
import socket
import ssl
import subprocess
import threading


def make_certificate(folder, name="127.0.0.1"):
    """(certificate, key): one that is its own issuer."""
    certificate, key = folder / "mail.pem", folder / "mail.key"
    kind = "IP" if name[0].isdigit() else "DNS"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=mail",
                    "-addext", f"subjectAltName={kind}:{name}", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    return certificate, key


class MailServer:
    """`tls`: implicit, starttls, or none (it offers none). `injects`: it says more than its answer before TLS."""

    def __init__(self, folder, tls="implicit", user="ci", password="a-pass-word", name="127.0.0.1", injects=False):
        self.certificate, key = make_certificate(folder, name)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.certificate, key)
        self.tls, self.user, self.password, self.injects = tls, user, password, injects
        self.letters = []     # parsed, with `envelope`: (from, to)
        self.complaints = []
        self.commands = []    # what was said in clear text
        self.answers = []     # given to DATA's end one by one first: "451 later"
        self.loses = 0        # so many letters are taken and the answer is lost
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown(socket.SHUT_RDWR)  # wakes who accepts; a close alone leaves it waiting on a number
        self.thread.join()
        self.server.close()

    def settings(self, **more):
        return {"type": "mail", "server": "127.0.0.1", "port": self.port, "tls": self.tls, "user": self.user,
                "password": self.password, "from": "Triphammer <ci@example.com>", "to": ["ada@example.com"],
                "ca_file": str(self.certificate), **more}

    def _serve(self):
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self._talk_safely, args=(connection,), daemon=True).start()

    def _talk_safely(self, connection):
        try:
            connection.settimeout(20)
            _Talk(self, connection).run()
        except (OSError, ssl.SSLError, EOFError):
            pass
        finally:
            connection.close()


class _Talk:
    def __init__(self, owner, connection):
        self.owner, self.connection = owner, connection
        self.is_secure = False
        self.greeted = False
        self.is_in = False
        self.sender, self.to = None, []
        if owner.tls == "implicit":
            self._secure()
        self.file = self.connection.makefile("rb")

    def _secure(self):
        self.connection = self.owner.context.wrap_socket(self.connection, server_side=True)
        self.is_secure, self.greeted = True, False

    def say(self, text):
        self.connection.sendall(text.encode() + b"\r\n")

    def line(self):
        raw = self.file.readline(1100)
        if not raw:
            raise EOFError
        if not raw.endswith(b"\r\n") or len(raw) > 1000:
            self.owner.complaints.append(f"a line of {len(raw)} bytes: {raw[:80]!r}")
        return raw[:-2]

    def run(self):
        self.say("220 mail.example.com ESMTP")
        while True:
            line = self.line().decode("ascii")
            if not self.is_secure:
                self.owner.commands.append(line)
            if not self.answer(line, line.upper()):
                return

    def answer(self, line, upper):
        if upper.startswith("EHLO "):
            self.greeted = True
            offers = ["mail.example.com", "SIZE 1000000"]
            offers += ["AUTH PLAIN LOGIN"] if self.is_secure else []
            offers += ["STARTTLS"] if self.owner.tls == "starttls" and not self.is_secure else []
            self.say("\r\n".join(f"250{'-' if one != offers[-1] else ' '}{one}" for one in offers))
        elif upper == "STARTTLS" and self.owner.tls == "starttls":
            self.say("220 go on" + ("\r\n250 AUTH PLAIN" if self.owner.injects else ""))
            self._secure()
            self.file = self.connection.makefile("rb")
        elif upper == "QUIT":
            self.say("221 bye")
            return False
        elif not self.is_secure or not self.greeted:
            self.owner.complaints.append(f"in clear text, or before EHLO: {line}")
            self.say("530 TLS first")
        elif upper.startswith("AUTH PLAIN "):
            self._sign_in(line[11:])
        else:
            return self._mail(line, upper)
        return True

    def _sign_in(self, text):
        _, user, password = base64.b64decode(text).decode().split("\0")
        self.is_in = (user, password) == (self.owner.user, self.owner.password)
        self.say("235 welcome" if self.is_in else "535 wrong password")

    def _mail(self, line, upper):
        if not self.is_in:
            self.say("530 sign in first")
        elif upper.startswith("MAIL FROM:"):
            self.sender, self.to = line[10:], []
            self.say("250 ok")
        elif upper.startswith("RCPT TO:"):
            self.to.append(line[8:])
            self.say("250 ok")
        elif upper == "DATA":
            return self._data()
        else:
            self.say("502 what?")
        return True

    def _data(self):
        self.say("354 go on")
        lines = []
        while (line := self.line()) != b".":
            lines.append(line[1:] if line.startswith(b".") else line)
        if self.owner.answers:
            self.say(self.owner.answers.pop(0))
            return True
        letter = email.message_from_bytes(b"\r\n".join(lines), policy=email.policy.default)
        letter.envelope = (self.sender, self.to)
        self.owner.letters.append(letter)
        if self.owner.loses > 0:
            self.owner.loses -= 1
            return False
        self.say("250 taken")
        return True
