"""A program that takes OpenTofu's place, as strict about its arguments, and told by the file `told.json` beside
`bin/` how to fail; and a machine that keeps Terraform's state (its HTTP backend, with locks)."""
import contextlib

from .elsewhere import other_machine

# `wanted.json` of the folder says what there shall be: {address: value}; the state is in the home of the job.
STAND_IN = r'''#!/usr/bin/env python3
import json, os, pathlib, sys, time

def stop(words, status=1):
    print(words, file=sys.stderr)
    sys.exit(status)

def expect(condition, words):
    if not condition:
        stop("stand-in: " + words, 99)

command, given = sys.argv[1], sys.argv[2:]
if command == "version":
    expect(given == ["-json"], "version")
    print(json.dumps({"terraform_version": "1.99.0"}))
    sys.exit()
root = pathlib.Path(os.environ["GITHUB_WORKSPACE"])
told = json.loads((root / "told.json").read_text())
applies = os.environ["GITHUB_JOB"] == "apply"
if told.get("only-apply") and not applies:
    told = {}
home = pathlib.Path(os.environ["HOME"])
kept = home / "state.json"
folder = pathlib.Path.cwd()
expect(os.environ["TF_IN_AUTOMATION"] == "1" and os.environ["TF_INPUT"] == "0", "not told that nobody watches")
expect(folder == root / "infra", f"called in {folder}")

def state():
    if kept.exists():
        return json.loads(kept.read_text())
    found = folder / "state.json"
    return json.loads(found.read_text()) if found.exists() else {"serial": 1, "lineage": "a-lineage", "resources": {}}

def keep(value):
    value["serial"] += 1
    kept.write_text(json.dumps(value))

def changes(now):
    wanted = json.loads((folder / "wanted.json").read_text())
    wanted.update(told.get("also", {}))
    colour = os.environ.get("TF_VAR_colour")
    if colour:
        wanted = {address: f"{value} {colour}" for address, value in wanted.items()}
    there = now["resources"]
    out = []
    for address in sorted({*wanted, *there}):
        if wanted.get(address) == there.get(address):
            continue
        actions = ["delete"] if address not in wanted else ["create"] if address not in there else \
            ["delete", "create"] if str(wanted[address]).startswith("new ") else ["update"]
        out.append({"address": address, "change": {"actions": actions, "before": there.get(address), "after": wanted.get(address)}})
    return out

def locked():
    return ("Error: Error acquiring the state lock\n\nError message: resource temporarily unavailable\nLock Info:\n"
            "  ID:        7e2a\n  Path:      infra\n  Operation: OperationTypeApply\n  Who:       ada@laptop\n"
            "  Version:   1.99.0\n  Created:   2026-11-21 08:00:00.5 +0000 UTC\n  Info:      \n")

if command == "init":
    expect(given[:2] == ["-input=false", "-no-color"], "init " + " ".join(given))
    for one in given[2:]:
        expect(one.startswith("-backend-config="), one)
        expect('address = "http://state.example.com/"\n' == pathlib.Path(one.split("=", 1)[1]).read_text(), "backend")
    (folder / ".terraform").mkdir(exist_ok=True)
    backend = told.get("backend", {"type": "http"})
    (folder / ".terraform/terraform.tfstate").write_text(json.dumps({"version": 3, "backend": backend}))
    (folder / ".terraform.lock.hcl").write_text("# providers\n")
    print("initialized")
elif command == "validate":
    expect(given == ["-no-color"], "validate")
    if told.get("invalid"):
        stop("╷\n│ Error: Unsupported argument\n│ \n│   on main.tf line 2\n╵")
elif command == "plan":
    expect(given[:3] == ["-input=false", "-no-color", "-detailed-exitcode"], "plan " + " ".join(given))
    more = {one.split("=", 1)[0]: one.split("=", 1)[1] for one in given[3:]}
    expect(set(more) <= {"-out", "-lock-timeout"} and more.get("-lock-timeout", "60s") == "60s", str(more))
    if told.get("lock"):
        stop(locked())
    now = state()
    found = changes(now)
    print("OpenTofu used the selected providers to generate the following execution plan.\n")
    for one in found:
        print("  #", one["address"], "will be", "/".join(one["change"]["actions"]))
    print("the secret is", os.environ.get("WORD", "nowhere"))
    if "-out" in more:
        pathlib.Path(more["-out"]).write_text(json.dumps({"serial": now["serial"], "changes": found}))
    if told.get("never-settles") and applies and kept.exists():
        sys.exit(2)
    sys.exit(2 if found else 0)
elif command == "show":
    expect(given[:2] == ["-json", "-no-color"], "show")
    plan = json.loads(pathlib.Path(given[2]).read_text())
    idle = {"address": "thing.idle", "change": {"actions": ["no-op"], "before": time.time_ns()}}
    print(json.dumps({"format_version": "1.2", "timestamp": str(time.time_ns()), "resource_changes": [idle, *plan["changes"]],
                      "configuration": {"root_module": {"variables": {"colour": {}}}}}))
elif command == "state":
    expect(given == ["pull"], "state")
    print(json.dumps({**state(), **{name: told[name] for name in ("lineage",) if name in told}}))
elif command == "apply":
    expect(given[:3] == ["-input=false", "-no-color", "-json"], "apply " + " ".join(given))
    expect(given[3] == "-lock-timeout=60s" and len(given) == 5, "apply " + " ".join(given))
    def say(message, type="log", **more):
        print(json.dumps({"@level": "info", "@message": message, "type": type, **more}), flush=True)
    def fail(summary, detail):
        say("Error: " + summary, "diagnostic", diagnostic={"severity": "error", "summary": summary, "detail": detail})
        sys.exit(1)
    plan = json.loads(pathlib.Path(given[4]).read_text())
    now = state()
    say("the apply begins")
    if told.get("stale"):
        fail("Saved plan is stale", "The given plan file can no longer be applied.")
    if told.get("lock-apply"):
        fail("Error acquiring the state lock", locked())
    for one in plan["changes"]:
        address, actions = one["address"], one["change"]["actions"]
        for action in actions:
            hook = {"resource": {"addr": address}, "action": action}
            say(f"{address}: {action} begins", "apply_start", hook=hook)
            if told.get("hang") == address:
                time.sleep(3600)
            if told.get("fail") == address:
                say(f"{address}: {action} errored", "apply_errored", hook=hook)
                fail("quota", f"{address} is one too many")
            say(f"{address}: {action} complete", "apply_complete", hook=hook)
        now["resources"].pop(address, None)
        if one["change"]["after"] is not None:
            now["resources"][address] = one["change"]["after"]
        keep(now)
    print("applied", file=sys.stderr)
else:
    stop("stand-in: " + command, 99)
'''

# Each path is a state: GET and POST keep it, LOCK and UNLOCK hold it for one, as Terraform's HTTP backend wants.
STATE_SERVER = r"""
import http.server, json
kept, held = {}, {}
class State(http.server.BaseHTTPRequestHandler):
    def answer(self, status, body=b""):
        self.send_response(status); self.send_header("Content-Length", str(len(body))); self.end_headers(); self.wfile.write(body)
    def place(self):
        return self.path.partition("?")[0]
    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))
    def do_GET(self):
        self.answer(200, kept[self.place()]) if self.place() in kept else self.answer(404)
    def do_POST(self):
        kept[self.place()] = self.body(); self.answer(200)
    def do_LOCK(self):
        lock = self.body()
        if self.place() in held: return self.answer(423, held[self.place()])
        held[self.place()] = lock; self.answer(200)
    def do_UNLOCK(self):
        self.body(); held.pop(self.place(), None); self.answer(200)
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("", 80), State)
print("ready", flush=True)
server.serve_forever()
"""


@contextlib.contextmanager
def state_machine():
    """The address of a web server on another machine, where a job's steps may go; it keeps states."""
    with other_machine("python3", "-c", STATE_SERVER) as address:
        yield f"http://{address}/"
