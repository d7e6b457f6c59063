"""ECR as an image job meets it: repositories that are made by calls (each checked against AWS's published models), and the
registry itself, which is a real `docker-registry` behind a front that asks for AWS's password, knows only repositories that
were made, and does not let the tags of immutable ones move."""
import base64
import http.client
import http.server
import secrets
import threading

from harness.aws import ACCOUNT, PASSWORD, Refusal
from harness.aws_cloud import Cloud

MISSING = "The repository with name '{}' does not exist in the registry with id '" + ACCOUNT + "'"


class EcrCloud(Cloud):
    def __init__(self, upstream):
        """`upstream`: HOST:PORT of a registry without a password."""
        super().__init__()
        self.repositories = {}
        self.front = Front(self, upstream)

    def __exit__(self, *words):
        self.front.shutdown()
        self.front.server_close()
        super().__exit__(*words)

    @property
    def registry(self):
        return f"127.0.0.1:{self.front.server_port}"

    def _ecr(self, operation, given):
        return getattr(self, "_" + operation)(given)

    def _GetAuthorizationToken(self, given):
        token = base64.b64encode(f"AWS:{PASSWORD}".encode()).decode()
        return {"authorizationData": [{"authorizationToken": token, "expiresAt": 1, "proxyEndpoint": f"http://{self.registry}"}]}

    def _repository(self, name):
        if name not in self.repositories:
            raise Refusal(400, "RepositoryNotFoundException", MISSING.format(name))
        return self.repositories[name]

    def _described(self, name):
        known = self._repository(name)
        return {"repositoryName": name, "registryId": ACCOUNT, "imageTagMutability": known["imageTagMutability"],
                "repositoryArn": f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/{name}",
                "repositoryUri": f"{self.registry}/{name}",
                "imageScanningConfiguration": known["imageScanningConfiguration"]}

    def _DescribeRepositories(self, given):
        return {"repositories": [self._described(name) for name in given["repositoryNames"]]}

    def _DescribeImages(self, given):
        """By digest, as the registry behind the front has them."""
        self._repository(given["repositoryName"])
        out = []
        for wanted in given["imageIds"]:
            connection = http.client.HTTPConnection(self.front.upstream, timeout=60)
            kind = {"Accept": "application/vnd.docker.distribution.manifest.v2+json"}
            path = f"{self.front.room}{given['repositoryName']}/manifests/{wanted['imageDigest']}"
            connection.request("HEAD", path, headers=kind)
            status = connection.getresponse().status
            connection.close()
            if status != 200:
                raise Refusal(400, "ImageNotFoundException", "The image requested does not exist.")
            out.append({"imageDigest": wanted["imageDigest"], "repositoryName": given["repositoryName"]})
        return {"imageDetails": out}

    def _CreateRepository(self, given):
        if given["repositoryName"] in self.repositories:
            raise Refusal(400, "RepositoryAlreadyExistsException", "The repository already exists in the registry")
        self.repositories[given["repositoryName"]] = {**given, "policy": None}
        return {"repository": self._described(given["repositoryName"])}

    def _GetLifecyclePolicy(self, given):
        policy = self._repository(given["repositoryName"])["policy"]
        if policy is None:
            raise Refusal(400, "LifecyclePolicyNotFoundException", "Lifecycle policy does not exist")
        return {"repositoryName": given["repositoryName"], "lifecyclePolicyText": policy}

    def _PutLifecyclePolicy(self, given):
        self._repository(given["repositoryName"])["policy"] = given["lifecyclePolicyText"]
        return {"repositoryName": given["repositoryName"], "lifecyclePolicyText": given["lifecyclePolicyText"]}


class Front(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, cloud, upstream):
        super().__init__(("127.0.0.1", 0), _FrontHandler)
        self.cloud = cloud
        self.upstream = upstream
        self.room = f"/v2/ecr-{secrets.token_hex(4)}/"  # in the registry, which others use too
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()


class _FrontHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def _pass_on(self):
        body = self._read_body()
        wanted = "Basic " + base64.b64encode(f"AWS:{PASSWORD}".encode()).decode()
        if self.headers.get("Authorization") != wanted:
            return self._refuse(401, "UNAUTHORIZED", "Not Authorized")
        name, _, rest = self.path.removeprefix("/v2/").partition("/manifests/" if "/manifests/" in self.path else "/blobs/")
        known = self.server.cloud.repositories.get(name)
        if name and known is None:
            return self._refuse(404, "NAME_UNKNOWN", MISSING.format(name))
        is_tag = self.command == "PUT" and "/manifests/" in self.path and not rest.startswith("sha256:")
        if is_tag and known["imageTagMutability"] == "IMMUTABLE" and self._ask("HEAD", self.path, None).status == 200:
            return self._refuse(400, "TAG_INVALID", f"The image tag '{rest}' already exists in the '{name}' repository and "
                                                    "cannot be overwritten because the repository is immutable.")
        answer = self._ask(self.command, self.path, body)
        return self._answer(answer.status, answer.getheaders(), answer.content)

    do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = do_DELETE = _pass_on

    def _ask(self, method, path, body):
        """Under our own name, so that the registry's Location leads back here."""
        connection = http.client.HTTPConnection(self.server.upstream, timeout=60)
        own = ("authorization", "transfer-encoding", "content-length", "connection")
        headers = {name: ", ".join(self.headers.get_all(name)) for name in self.headers.keys() if name.lower() not in own}
        inside = path if path == "/v2/" else self.server.room + path.removeprefix("/v2/")
        connection.request(method, inside, body, headers)
        answer = connection.getresponse()
        answer.content = answer.read()
        connection.close()
        return answer

    def _read_body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        out = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            out += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return out

    def _refuse(self, status, code, message):
        challenge = [("WWW-Authenticate", 'Basic realm="https://ecr.test/",service="ecr.amazonaws.com"')]
        text = f'{{"errors":[{{"code":"{code}","message":"{message}"}}]}}'.encode()
        self._answer(status, [("Content-Type", "application/json"), *(challenge if status == 401 else [])], text)

    def _answer(self, status, headers, content):
        self.send_response(status)
        kept = [one for one in headers if one[0].lower() not in ("transfer-encoding", "connection", "date", "content-length")]
        length = dict((name.lower(), value) for name, value in headers).get("content-length")
        is_head = self.command == "HEAD"
        for name, value in kept:
            self.send_header(name, value.replace(self.server.room, "/v2/"))
        self.send_header("Content-Length", length if is_head and length else str(len(content)))
        self.end_headers()
        if not is_head:
            self.wfile.write(content)
