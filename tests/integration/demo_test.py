"""The ready-made workflow of the demo, as `./dev run` plays it: each push replaces the version before it."""
import os

import pytest

from harness.demo import Demo

pytestmark = pytest.mark.skipif("DOCKER_HOST" not in os.environ, reason="no engine: ./dev test integration starts one")


def test_each_push_of_the_demo_ends_with_its_version_answering(binary, tmp_path):
    with Demo(binary, tmp_path) as demo:
        for version in (1, 2):
            assert demo.round()
            assert f"version {version}" in demo.answers()
