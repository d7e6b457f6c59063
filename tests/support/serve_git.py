#!/usr/bin/env python3
"""serve_git.py ROOT [--credentials USER:PASSWORD] [--fail-with STATUS] [--delay SECONDS] [--port PORT]

Serves the bare repositories under ROOT over HTTP on loopback (harness/git_http.py), prints the
address, and ends with its standard input."""
import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from harness.git_http import GitServer  # noqa: E402


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root")
    parser.add_argument("--credentials", default="")
    parser.add_argument("--fail-with", type=int)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--port", type=int, default=0)
    arguments = parser.parse_args()
    user, _, password = arguments.credentials.partition(":")
    server = GitServer(arguments.root, {user: password} if user else None, arguments.port)
    server.fail_with = arguments.fail_with
    server.delay = arguments.delay
    server.thread.start()
    print(server.url, flush=True)
    sys.stdin.read()


main()
