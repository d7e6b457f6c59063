"""The ready-made workflow of the demo, as `./dev run` plays it: approvals, a switch, a rollback."""
import os

import pytest

from harness.demo import Demo

pytestmark = pytest.mark.skipif("DOCKER_HOST" not in os.environ, reason="no engine: ./dev test integration starts one")


def test_the_demo_asks_switches_and_goes_back(binary, tmp_path, capsys):
    with Demo(binary, tmp_path) as demo:
        assert demo.story()
        assert "version 1" in demo.answers()
        newest, *_ = demo.daemon.get("/deployments")["items"]
        assert newest["redeployment"]["kind"] == "rollback" and len(newest["approvals"]) == 1
    said = capsys.readouterr().out
    assert said.count("approved, for this digest alone") == 3 and ", 0 without an answer" in said
