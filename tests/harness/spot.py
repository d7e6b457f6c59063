"""`triphammer run` of the workflow .triphammer/w.yml in a folder that becomes a repository."""
import json
import os
import subprocess

GIT = ["git", "-c", "user.name=A Person", "-c", "user.email=a@example.com"]


def run_on_the_spot(binary, tree, temp, *words, **environment):
    """The ended process, and the log of all steps."""
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "begin"]):
        subprocess.run([*GIT, *command], cwd=tree, check=True)
    done = subprocess.run(
        [binary, "run", ".triphammer/w.yml", "--event", "push", "--json", *words], cwd=tree, capture_output=True,
        text=True, timeout=120, env={**os.environ, "TMPDIR": str(temp), **environment})
    events = [json.loads(line) for line in done.stdout.splitlines()]
    return done, "".join(one["log"] for one in events if one["event"] == "step" and "log" in one)
