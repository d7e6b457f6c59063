"""A small WebDriver client (W3C) over http.client: just what these tests need, and no package."""
import base64
import http.client
import json
import re
import shutil
import subprocess
import tempfile
import time

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--force-color-profile=srgb", "--hide-scrollbars=false",
]
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004", "End": "\ue010", "PageDown": "\ue00f", "Home": "\ue011", "Shift": "\ue008", "Control": "\ue009", "ArrowLeft": "\ue012", "ArrowUp": "\ue013", "F8": "\ue038", "ArrowRight": "\ue014", "ArrowDown": "\ue015"}


class WebDriverError(Exception):
    pass


class Driver:
    """chromedriver on a free port; ends with `quit`."""

    def __init__(self):
        self.process = subprocess.Popen(
            [shutil.which("chromedriver"), "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.port = self._read_port()

    def _read_port(self):
        for line in self.process.stdout:
            found = re.search(r"started successfully on port (\d+)", line)
            if found:
                return int(found.group(1))
        raise WebDriverError("chromedriver did not start")

    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, json.dumps(body if body is not None else {}) if method == "POST" else None)
        answer = json.loads(connection.getresponse().read())
        connection.close()
        value = answer.get("value")
        if isinstance(value, dict) and "error" in value:
            raise WebDriverError(f"{value['error']}: {value['message'].splitlines()[0]}")
        return value

    def quit(self):
        self.process.terminate()
        self.process.wait(10)


class Browser:
    """One headless Chromium with a profile of its own."""

    def __init__(self, driver, width=1280, height=800):
        self.driver = driver
        self.profile = tempfile.mkdtemp(prefix="triphammer-browser-")
        options = {"args": [*FLAGS, f"--user-data-dir={self.profile}"]}
        wanted = {
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"},
            "unhandledPromptBehavior": "accept",
        }
        answer = driver.call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.base = f"/session/{answer['sessionId']}"
        self.resize(width, height)

    def call(self, method, path, body=None):
        return self.driver.call(method, self.base + path, body)

    def cdp(self, command, **parameters):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def resize(self, width, height):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def use_theme(self, scheme):
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def open(self, url):
        self.call("POST", "/url", {"url": url})

    def run(self, script, *arguments):
        """The value of a function body in the page."""
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def text(self, selector="body"):
        return self.run("return [...document.querySelectorAll(arguments[0])].map(e => e.innerText).join('\\n')", selector)

    def count(self, selector):
        return self.run("return document.querySelectorAll(arguments[0]).length", selector)

    def wait(self, condition, what, limit=10.0):
        """Calls `condition` until it holds; its value."""
        end = time.monotonic() + limit
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError(f"never came: {what}\n{self.text()[:2000]}")
            time.sleep(0.02)

    def wait_text(self, text, selector="body", limit=10.0):
        return self.wait(lambda: text in self.text(selector), f"'{text}' in {selector}", limit)

    def find(self, selector):
        """The first element of a selector, as soon as the page has it."""
        self.wait(lambda: self.count(selector), f"an element of '{selector}'")
        return self.call("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector):
        self.call("POST", f"/element/{self.find(selector)}/click")

    def type(self, selector, text):
        self.call("POST", f"/element/{self.find(selector)}/value", {"text": text})

    def retype(self, selector, text):
        self.call("POST", f"/element/{self.find(selector)}/clear")
        self.type(selector, text)

    def press(self, *keys, hold=None):
        """Keys one after the other, as from the keyboard."""
        actions = [{"type": kind, "value": KEYS.get(key, key)} for key in keys for kind in ("keyDown", "keyUp")]
        if hold:
            actions = [{"type": "keyDown", "value": KEYS[hold]}, *actions, {"type": "keyUp", "value": KEYS[hold]}]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def console(self):
        return self.call("POST", "/se/log", {"type": "browser"})

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("GET", "/screenshot")))

    def quit(self):
        try:
            self.driver.call("DELETE", self.base)
        finally:
            shutil.rmtree(self.profile, ignore_errors=True)
