"""The names of the internet on one address of a test's own: an nginx with a certificate for each of them, which passes
everything on to stand-ins on loopback."""
import pathlib
import subprocess

SERVER = """
server {{
    listen {address}:443 ssl;
    server_name {name};
    location / {{ proxy_pass {url}; proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto https; }}
}}"""
CONFIG = """
user root; worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{}}
http {{
    access_log off; client_max_body_size 0; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    ssl_certificate {folder}/site.crt; ssl_certificate_key {folder}/site.key;
    {servers}
}}
"""


class TlsFront:
    """`behind`: {name: URL of its stand-in}. `authority` is the certificate that a machine has to trust."""

    def __init__(self, folder, address, behind):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.address = address
        self.behind = behind
        self.authority = self.folder / "authority.crt"
        self.process = None

    def __enter__(self):
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-x509", "-days", "2"]
        self._openssl("req", *key, "-keyout", "authority.key", "-out", "authority.crt", "-subj", "/CN=authority of a test")
        names = ",".join(f"DNS:{name}" for name in self.behind)
        self._openssl("req", *key, "-keyout", "site.key", "-out", "site.crt", "-subj", "/CN=a test", "-CA", "authority.crt",
                      "-CAkey", "authority.key", "-addext", f"subjectAltName={names}",
                      "-addext", "basicConstraints=critical,CA:FALSE")
        servers = "".join(SERVER.format(address=self.address, name=name, url=url) for name, url in self.behind.items())
        (self.folder / "nginx.conf").write_text(CONFIG.format(folder=self.folder, servers=servers))
        self.process = subprocess.Popen(["nginx", "-c", self.folder / "nginx.conf"], stdin=subprocess.DEVNULL)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def _openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

    def make_known_to(self, machine):
        """Before it boots: the names lead here, and the authority is one of its own."""
        with open(machine.root / "etc/hosts", "a") as hosts:
            hosts.write(f"127.0.0.1 localhost\n{self.address} {' '.join(self.behind)}\n")
        place = machine.root / "usr/local/share/ca-certificates"
        place.mkdir(parents=True, exist_ok=True)
        (place / "test.crt").write_bytes(self.authority.read_bytes())
        machine.chroot("update-ca-certificates")
