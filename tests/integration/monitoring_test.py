"""Alert rules and dashboard speak of metrics that there are, and Prometheus' own checker takes them."""
import json
import pathlib
import re
import shutil
import subprocess

import pytest
import requests
import yaml

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "deploy/monitoring"
OUR_NAMES = re.compile(r"\b(?:triphammer|process)_[a-z0-9_]+")
WITH_TLS = "triphammer_certificate_expiry_timestamp_seconds"  # tls_test.py sees it


def expressions():
    rules = yaml.safe_load((FOLDER / "triphammer.rules.yml").read_text())
    for rule in (rule for group in rules["groups"] for rule in group["rules"]):
        yield rule["alert"], rule["expr"]
    dashboard = json.loads((FOLDER / "grafana-dashboard.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


def samples(daemon):
    text = requests.get(f"{daemon.url}/metrics", timeout=5).text
    return {re.match(r"\w+", line)[0] for line in text.splitlines() if not line.startswith("#")}, text


def test_every_metric_that_is_named_is_told(daemon):
    told, _ = samples(daemon)

    for where, expression in expressions():
        named = set(OUR_NAMES.findall(expression))
        assert named or expression.startswith("up{"), where
        assert named - told <= {WITH_TLS}, f"{where}: {named - told} are not in /metrics"


def test_states_that_are_named_are_told(daemon):
    _, text = samples(daemon)
    for where, expression in expressions():
        for states in re.findall(r'(?:state|outcome)=~?"([^"]+)"', expression):
            for state in states.split("|"):
                assert f'"{state}"' in text, f"{where}: {state}"


def test_every_alert_is_in_the_manual():
    manual = (FOLDER.parents[1] / "docs/operations.md").read_text()
    rules = yaml.safe_load((FOLDER / "triphammer.rules.yml").read_text())
    for rule in rules["groups"][0]["rules"]:
        assert f"`{rule['alert']}`" in manual, rule["alert"]


@pytest.mark.skipif(not shutil.which("promtool"), reason="Prometheus' checker is not installed (Debian: prometheus)")
def test_prometheus_takes_rules_and_metrics(daemon):
    rules = subprocess.run(["promtool", "check", "rules", FOLDER / "triphammer.rules.yml"], capture_output=True, text=True)
    assert rules.returncode == 0, rules.stdout + rules.stderr
    told = subprocess.run(["promtool", "check", "metrics"], input=samples(daemon)[1], capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr
